/** Values to SQL: a query for the value of every customer, and how its rows are read back. */

import type { Diagnostic } from '../base/diagnostic.ts';
import type { Result } from '../base/result.ts';
import type { JsonValue } from '../model/message.ts';
import { formatValue } from '../rules/format.ts';
import type { PopulationNeed } from '../rules/population.ts';
import { duration, instant, readPath } from '../rules/semantics.ts';
import type { Value } from '../rules/tree.ts';
import type { ListValue, RuleValue } from '../rules/value.ts';
import { compiling, type SqlOptions } from './compile.ts';
import type { TypedKind } from './sql-value.ts';

export type ValueQuery = {
  /** Rows of JSON: the profile, then what `read` reads; in the order of profiles, everybody who exists. */
  readonly text: string;
  /** The value in the columns after the profile. */
  readonly read: (columns: readonly unknown[]) => RuleValue;
};

/** The query whose rows are (profile, value) of every customer. */
export function valueToSql(value: Value, options: SqlOptions): Result<ValueQuery, Diagnostic> {
  return compiling(options, (compiler): ValueQuery => {
    const when = compiler.now();
    const found = compiler.value(value, when);
    const about = ['The value of every customer:', `  ${formatValue(value, { width: Infinity })}`];
    if (found.kind === 'open') {
      const columns = ['c.profile AS profile', `${found.token} AS value`, `${found.leaves} AS values`];
      return {
        text: compiler.query(about, when.scope, columns, 'true'),
        read: ([token, leaves]) => openValue(String(token), textsOf(leaves)),
      };
    }
    const { kind } = found;
    const columns = ['c.profile AS profile', `${found.sql} AS value`];
    return {
      text: compiler.query(about, when.scope, columns, 'true'),
      read: ([raw]) => typedValue(kind, raw),
    };
  });
}

/**
 * The query whose rows, one column `value`, are the numbers that a population is made of at the instant: of everybody who
 * has one, sorted. Populations that it is computed from are those in force.
 */
export function populationToSql(need: PopulationNeed, options: SqlOptions): Result<string, Diagnostic> {
  return compiling(options, (compiler) => {
    const when = compiler.now();
    const found =
      need.kind === 'rfm'
        ? compiler.rfmMeasure(need.part, need.model, when)
        : compiler.standing(need.value, when);
    const of =
      need.kind === 'rfm'
        ? `${need.part} of the RFM model ${need.model}`
        : formatValue(need.value, { width: Infinity });
    const condition = found.sure ? 'true' : `isNotNull(${found.sql})`;
    const value = `toFloat64(assumeNotNull(${found.sql})) AS value`;
    return compiler.query([`What customers are ranked by: ${of}`], when.scope, [value], condition, 'value');
  });
}

function typedValue(kind: TypedKind, raw: unknown): RuleValue {
  switch (kind) {
    case 'number':
      return typeof raw === 'number' ? raw : undefined;
    case 'string':
      return typeof raw === 'string' ? raw : undefined;
    case 'boolean':
      return typeof raw === 'boolean' ? raw : undefined;
    case 'duration':
      return typeof raw === 'number' ? duration(raw) : undefined;
    case 'instant':
      return typeof raw === 'number' ? instant(raw) : undefined;
  }
}

/** `token` is that at the end of a path without lists on the way, `leaves` those at its end through lists. */
function openValue(token: string, leaves: readonly string[]): RuleValue {
  if (token !== '') return tokenValue(token);
  const elements = leaves.map(tokenValue).filter((element) => element !== undefined);
  if (elements.length === 0) return undefined;
  return { kind: 'list', elements, crossed: true } satisfies ListValue;
}

function tokenValue(token: string): RuleValue {
  if (token === '') return undefined;
  if (token.startsWith('d')) return duration(Number(token.slice(1)));
  if (token.startsWith('i')) return instant(Number(token.slice(1)));
  return readPath({ token: JSON.parse(token) as JsonValue }, ['token']);
}

function textsOf(raw: unknown): readonly string[] {
  return Array.isArray(raw) ? raw.map(String) : [];
}
