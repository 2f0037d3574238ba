/** A rule while somebody writes it: what is wrong with it, what it says in English, its tree. Nothing is kept. */

import Type from 'typebox';

import type { Condition } from '@segue/core/rules/tree.ts';
import { checkRule } from '@segue/core/rules/check.ts';
import { toEnglish } from '@segue/core/rules/english.ts';
import { formatRule } from '@segue/core/rules/format.ts';
import { parseRule } from '@segue/core/rules/parse.ts';
import { ruleFromJson, ruleToJson } from '@segue/core/rules/schema-reader.ts';

import { diagnosticSchema } from './definition-wire.ts';
import type { ApiApp, ApiParts } from './parts.ts';

export function ruleRoutes(app: ApiApp, { desk }: ApiParts): void {
  app.post(
    '/rules/check',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'checkRule',
        tags: ['rules'],
        summary: 'Checks a rule, as text or as a tree, against the definitions in force.',
        body: Type.Object(
          { rule: Type.Union([Type.String(), Type.Record(Type.String(), Type.Unknown())]) },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            ok: Type.Boolean({ description: 'No diagnostic is an error.' }),
            diagnostics: Type.Array(diagnosticSchema),
            text: Type.Optional(Type.String({ description: 'The rule, canonically.' })),
            english: Type.Optional(Type.String()),
            tree: Type.Optional(Type.Unknown({ description: 'docs/reference/rule.schema.json' })),
          }),
        },
      },
    },
    ({ body: { rule } }) => {
      const { definitions } = desk.current();
      const { tree, positions, diagnostics } = readRule(rule);
      if (tree === undefined) return { ok: false, diagnostics: [...diagnostics] };
      const all = [...diagnostics, ...checkRule(tree, { definitions }, positions)];
      return {
        ok: !all.some(({ severity }) => severity === 'error'),
        diagnostics: all,
        text: formatRule(tree),
        english: toEnglish(tree),
        tree: ruleToJson(tree),
      };
    },
  );
}

type ReadRule = Pick<ReturnType<typeof parseRule>, 'diagnostics'> &
  Partial<Pick<ReturnType<typeof parseRule>, 'positions'>> & { readonly tree?: Condition | undefined };

function readRule(rule: unknown): ReadRule {
  if (typeof rule === 'string') return parseRule(rule);
  const read = ruleFromJson(rule);
  return read.ok ? { tree: read.value, diagnostics: [] } : { diagnostics: read.error };
}
