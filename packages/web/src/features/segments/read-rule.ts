/** What the text of a rule means and what is wrong with it, found in the page itself by the same code as on the server. */

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import { parseDefinitions } from '@segue/core/model/parse-definitions.ts';
import { checkRule } from '@segue/core/rules/check.ts';
import { toEnglish } from '@segue/core/rules/english.ts';
import { formatRule } from '@segue/core/rules/format.ts';
import { parseRule } from '@segue/core/rules/parse.ts';

export type ReadRule = {
  readonly diagnostics: readonly Diagnostic[];
  readonly isRight: boolean;
  readonly english: string | undefined;
  /** The rule, laid out. */
  readonly formatted: string | undefined;
};

/** @param plain - definitions as the API gives them. */
export function readDefinitions(plain: unknown): Definitions {
  return parseDefinitions(plain).definitions;
}

export function readRule(text: string, definitions: Definitions): ReadRule {
  const { tree, diagnostics, positions } = parseRule(text);
  if (tree === undefined) return { diagnostics, isRight: false, english: undefined, formatted: undefined };
  const all = [...diagnostics, ...checkRule(tree, { definitions }, positions)];
  return {
    diagnostics: all,
    isRight: !all.some(({ severity }) => severity === 'error'),
    english: toEnglish(tree),
    formatted: formatRule(tree),
  };
}
