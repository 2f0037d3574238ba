/** A rule as the query that answers it over the history store, for people who read SQL. It is shown, not run. */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Type from 'typebox';

import type { Zone } from '@segue/core/base/zone.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Instant } from '@segue/core/model/message.ts';
import { ruleToSql } from '@segue/core/sql/compile.ts';

import type { Plugin } from '../http/parts.ts';
import { readCheckedRule, wireRuleSchema } from './checked-rule.ts';
import { ProblemError } from './problem.ts';
import { instantSchema, wireInstant } from './schemas.ts';

export type RuleSqlRoutesOptions = {
  readonly definitions: () => Definitions;
  readonly zone: Zone;
  readonly now: () => Instant;
};

/** To be mounted with the prefix `/api`. */
export function ruleSqlRoutes({ definitions, zone, now }: RuleSqlRoutesOptions): Plugin {
  return (untyped) => {
    const app = untyped.withTypeProvider<TypeBoxTypeProvider>();
    app.post(
      '/rules/sql',
      {
        config: { access: 'viewer' },
        schema: {
          operationId: 'showRuleSql',
          tags: ['rules'],
          summary: 'A rule as one query of ClickHouse over the tables of the history store. Nothing is run.',
          body: Type.Object({ rule: wireRuleSchema }, { additionalProperties: false }),
          response: {
            200: Type.Object({
              sql: Type.String({ description: 'Its rows are the customers for whom the rule holds.' }),
              at: Type.String({ ...instantSchema, description: 'The instant that it asks about.' }),
            }),
          },
        },
      },
      ({ body }) => {
        const current = definitions();
        const { rule } = readCheckedRule(body.rule, current);
        const at = now();
        const sql = ruleToSql(rule, { zone, definitions: current, at });
        if (sql.ok) return { sql: sql.value, at: wireInstant(at) };
        throw new ProblemError(422, sql.error.code, sql.error.message, { errors: [sql.error] });
      },
    );
  };
}
