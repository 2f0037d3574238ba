/** A rule out of a request, as text or as a tree, read and checked against the definitions in force. */

import Type from 'typebox';

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import { checkRule } from '@segue/core/rules/check.ts';
import { parseRule } from '@segue/core/rules/parse.ts';
import { ruleFromJson } from '@segue/core/rules/schema-reader.ts';
import type { Condition } from '@segue/core/rules/tree.ts';

import { ProblemError } from './problem.ts';

/** Of a rule in a request. */
export const wireRuleSchema: Type.TUnsafe<string | Readonly<Record<string, unknown>>> = Type.Unsafe<
  string | Readonly<Record<string, unknown>>
>(
  Type.Union([Type.String(), Type.Record(Type.String(), Type.Unknown())], {
    description: 'As text, such as in vip and not in churned, or as a tree.',
  }),
);

/** The rule, and what was said of it; throws a problem where it has errors. */
export function readCheckedRule(
  rule: unknown,
  definitions: Definitions,
): { readonly rule: Condition; readonly warnings: readonly Diagnostic[] } {
  if (typeof rule === 'string') {
    const { tree, positions, diagnostics } = parseRule(rule);
    const checked = tree === undefined ? [] : checkRule(tree, { definitions }, positions);
    return accepted(tree, [...diagnostics, ...checked]);
  }
  const read = ruleFromJson(rule);
  return read.ok
    ? accepted(read.value, checkRule(read.value, { definitions }))
    : accepted(undefined, read.error);
}

function accepted(
  rule: Condition | undefined,
  diagnostics: readonly Diagnostic[],
): { readonly rule: Condition; readonly warnings: readonly Diagnostic[] } {
  const first = diagnostics.find(({ severity }) => severity === 'error');
  if (rule !== undefined && first === undefined) return { rule, warnings: diagnostics };
  const message = first?.message ?? 'There is no rule.';
  throw new ProblemError(400, 'rules/invalid', message, { errors: diagnostics });
}
