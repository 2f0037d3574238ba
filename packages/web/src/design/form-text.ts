/** What a person put into a field of a form. */

/** The text of a field; empty where there is no such field. */
export function fieldText(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value.trim() : '';
}
