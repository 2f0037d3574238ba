/**
 * Values of rules as SQL expressions, and how one kind is read as another.
 *
 * What the language knows to be a number, text, truth value, duration or instant is one expression of that type; missing
 * is NULL. What stood in JSON (traits, properties) has its type only when it is there: it is carried as tokens, and
 * every operator takes out of them what it can use, as the interpreter does. A duration or an instant among tokens
 * (through `coalesce`) is written `d…` or `i…`, as no JSON value begins.
 */

import type { Zone } from '../base/zone.ts';
import { literalValue } from '../rules/semantics.ts';
import type { Literal, Path } from '../rules/tree.ts';
import { call, letting } from './prelude.ts';
import { SqlRefusal } from './sql-error.ts';
import { sqlInstant, sqlNumber, sqlString } from './sql-text.ts';

export type TypedKind = 'number' | 'string' | 'boolean' | 'duration' | 'instant';

export type TypedValue = {
  readonly kind: TypedKind;
  /** Float64 for numbers, durations and instants (milliseconds). */
  readonly sql: string;
  /** Never missing. */
  readonly sure: boolean;
};

export type OpenValue = {
  readonly kind: 'open';
  /** The token at the end of the path where no list lies on the way; else ''. */
  readonly token: string;
  /** Array of the tokens at the end of the path, through the lists on the way. */
  readonly leaves: string;
  /** Durations and instants may be among the tokens. */
  readonly tagged: boolean;
  /** `leaves` is `[token]`: nothing is crossed, so only a list has more than one element. */
  readonly single?: true;
};

export type SqlValue = TypedValue | OpenValue;

export function typed(kind: TypedKind, sql: string, sure = false): TypedValue {
  return { kind, sql, sure };
}

/** A value that is always missing. */
export const missing: TypedValue = typed('number', 'CAST(NULL AS Nullable(Float64))');

export function literalSql(literal: Literal, zone: Zone): TypedValue {
  const value = literalValue(literal, zone);
  if (typeof value === 'number') return typed('number', sqlNumber(value), true);
  if (typeof value === 'string') return typed('string', sqlString(value), true);
  if (typeof value === 'boolean') return typed('boolean', String(value), true);
  if (typeof value === 'object' && value.kind === 'duration') {
    return typed('duration', sqlNumber(value.ms), true);
  }
  if (typeof value === 'object' && value.kind === 'instant') {
    return typed('instant', sqlInstant(value.ms, zone), true);
  }
  return missing;
}

/** What lies behind `rest` of a JSON token. */
export function openAt(token: string, rest: Path): OpenValue {
  if (rest.length === 0) return { kind: 'open', token, leaves: `[${token}]`, tagged: false, single: true };
  const leaves = rest.reduce((tokens, key) => `json_through(${tokens}, ${sqlString(key)})`, `[${token}]`);
  return {
    kind: 'open',
    token: `JSONExtractRaw(${token}, ${rest.map(sqlString).join(', ')})`,
    leaves,
    tagged: false,
  };
}

/** Every single value in it, as an array of tokens; of those of lists what `ofLists` makes of them. */
export function elementsSql(value: OpenValue, ofLists: (all: string) => string = (all) => all): string {
  if (value.single !== true) return ofLists(call('json_values', value.leaves));
  // Nearly always one, of which no lambda has to be asked.
  return letting(
    value.token,
    (v) =>
      `multiIf(startsWith(${v}, '['), ${ofLists(`json_values([${v}])`)}, ${v} IN ('', 'null', '""'), [], [${v}])`,
  );
}

/** Length of a test up to which it is written twice, for single values and for elements of lists. */
const shortTest = 300;

/**
 * Whether any element passes a test, which is never NULL and false of what is missing. Of most properties there is one
 * value and no list: then no arrays are made.
 */
export function anyElementSql(value: OpenValue, test: (token: string) => string): string {
  const inLists = `arrayExists(x -> ${test('x')}, `;
  if (value.single !== true || inLists.length > shortTest) return `${inLists}${elementsSql(value)})`;
  return letting(
    value.token,
    (token) => `if(startsWith(${token}, '['), ${inLists}json_values([${token}])), ${test(token)})`,
  );
}

/** Whether it is there; never NULL. */
export function presenceSql(value: SqlValue): string {
  if (value.kind === 'open' && value.single === true) {
    return letting(
      value.token,
      (token) =>
        `if(startsWith(${token}, '['), json_present([${token}]), ${token} NOT IN ('', 'null', '""'))`,
    );
  }
  if (value.kind === 'open') return call('json_present', value.leaves);
  return value.sure ? 'true' : `isNotNull(${value.sql})`;
}

/** One token read as a value of a kind; NULL where it is none. */
export function tokenAs(kind: TypedKind, token: string, tagged: boolean): string {
  switch (kind) {
    case 'number':
      return call('json_number', token);
    case 'string':
      return call('json_text', token);
    case 'boolean':
      return call('json_truth', token);
    case 'duration':
      return tagged
        ? `if(startsWith(${token}, 'd'), toFloat64OrNull(substring(${token}, 2)), NULL)`
        : 'CAST(NULL AS Nullable(Float64))';
    case 'instant':
      return tagged
        ? letting(
            token,
            (v) => `if(startsWith(${v}, 'i'), toFloat64OrNull(substring(${v}, 2)), json_date(${v}))`,
          )
        : call('json_date', token);
  }
}

/** A typed value as a token, '' where it is missing. */
export function tokenOf(value: TypedValue): string {
  const token = ((): string => {
    switch (value.kind) {
      case 'number':
        return `toString(toFloat64(${value.sql}))`;
      case 'string':
        return `toJSONString(${value.sql})`;
      case 'boolean':
        return `if(${value.sql}, 'true', 'false')`;
      case 'duration':
        return `concat('d', toString(toFloat64(${value.sql})))`;
      case 'instant':
        return `concat('i', toString(toFloat64(${value.sql})))`;
    }
  })();
  return value.sure ? token : `if(isNull(${value.sql}), '', assumeNotNull(${token}))`;
}

/** The first that is not missing. */
export function coalesceSql(values: readonly SqlValue[]): SqlValue {
  const kinds = new Set(values.map(({ kind }) => kind));
  const [first] = values;
  if (first === undefined) return missing;
  if (first.kind !== 'open' && kinds.size === 1) {
    const sure = values.some((value) => value.kind !== 'open' && value.sure);
    const options = values.map((value) => (value.kind === 'open' ? '' : value.sql)).join(', ');
    return typed(first.kind, `coalesce(${options})`, sure);
  }
  const open = values.map((value): OpenValue => {
    if (value.kind === 'open') return value;
    const token = tokenOf(value);
    return {
      kind: 'open',
      token,
      leaves: `[${token}]`,
      tagged: value.kind === 'duration' || value.kind === 'instant',
    };
  });
  const choose = (part: (value: OpenValue) => string, none: string): string => {
    const cases = open.map((value) => `${presenceSql(value)}, ${part(value)}`);
    return `multiIf(${cases.join(', ')}, ${none})`;
  };
  return {
    kind: 'open',
    token: choose(({ token }) => token, "''"),
    leaves: choose(({ leaves }) => leaves, 'CAST([] AS Array(String))'),
    tagged: open.some(({ tagged }) => tagged),
  };
}

/**
 * The exact sum of a value over rows. What is a number of millionths, as money is, is summed as it comes; the few others are
 * gathered and looked at afterwards, since decimals of 76 digits are slow.
 */
export function totalSql(value: OpenValue): string {
  if (value.single !== true) {
    const amounts = (fn: string): string => `arraySum(t -> ${fn}(t), ${elementsSql(value)})`;
    return `exact_sum(sum(toInt128(${amounts('micros')})), sum(${amounts('beyond_micros')}))`;
  }
  const { token } = value;
  const others = `groupArrayIf(${token}, startsWith(${token}, '[') OR ifNull(NOT is_micro(json_number(${token})), false))`;
  return `arrayMap((millionths, others) -> exact_sum(millionths + toInt128(arraySum(t -> micros(t), others)), arraySum(t -> beyond_micros(t), others)), [sum(toInt128(micros(${token})))], [json_values(${others})])[1]`;
}

/** How many numbers are in a value. */
export function numbersSql(value: OpenValue): string {
  const all = `length(json_numbers(${elementsSql(value)}))`;
  if (value.single !== true) return all;
  return `if(startsWith(${value.token}, '['), ${all}, isNotNull(json_number(${value.token})))`;
}

/** As a number for arithmetic and standing: single numbers only, no lists. */
export function numberSql(value: SqlValue): TypedValue {
  if (value.kind === 'open') return typed('number', call('json_number', value.token));
  return value.kind === 'number' ? value : missing;
}

/** The instant that a single value stands for. */
export function dateSql(value: SqlValue): TypedValue {
  switch (value.kind) {
    case 'instant':
      return value;
    case 'number':
      return typed('instant', call('number_date', `toFloat64(${value.sql})`));
    case 'string':
      return typed('instant', `toFloat64(${call('date_text', value.sql)})`);
    case 'open':
      return typed('instant', tokenAs('instant', value.token, value.tagged));
    case 'boolean':
    case 'duration':
      return { ...missing, kind: 'instant' };
  }
}

/** What of a value can stand among others: a number, or the milliseconds of a duration. */
export function standingSql(value: SqlValue): TypedValue {
  if (value.kind === 'duration') return { ...value, kind: 'number' };
  if (value.kind === 'open' && value.tagged) {
    throw new SqlRefusal(
      'sql/mixed',
      'The standing of a “coalesce” of values of different types cannot be told in SQL.',
    );
  }
  return numberSql(value);
}
