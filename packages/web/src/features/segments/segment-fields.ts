/** The rule and description of a segment's definition, which may be the text of a rule alone. */

export function fieldsOf(definition: unknown): { readonly rule: string; readonly description: string } {
  if (typeof definition === 'string') return { rule: definition, description: '' };
  const { rule, description } = definition as { readonly rule?: unknown; readonly description?: unknown };
  return {
    rule: typeof rule === 'string' ? rule : JSON.stringify(rule),
    description: typeof description === 'string' ? description : '',
  };
}
