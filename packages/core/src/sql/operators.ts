/** Comparisons, tests of text and arithmetic over values in SQL: what rules/semantics.ts says, said in SQL. */

import type { ArithmeticOperator, CompareOperator, TextOperator } from '../rules/tree.ts';
import { call, letting } from './prelude.ts';
import { SqlRefusal } from './sql-error.ts';
import { sqlString } from './sql-text.ts';
import {
  dateSql,
  anyElementSql,
  elementsSql,
  missing,
  numberSql,
  tokenAs,
  typed,
  type OpenValue,
  type SqlValue,
  type TypedKind,
  type TypedValue,
} from './sql-value.ts';

/** Two expressions of one type, side by side; NULL where either is missing. */
type Pair = { readonly left: string; readonly right: string; readonly sure: boolean };

/** Whether `left op right` holds; never NULL. */
export function compareSql(op: CompareOperator, left: SqlValue, right: SqlValue): string {
  if (op === '!=') return `NOT ${compareSql('=', left, right)}`;
  if (left.kind === 'open') {
    return right.kind === 'open'
      ? anyPair(op, left, right)
      : anyElement(left, (x) => elementPair(x, left.tagged, right), op);
  }
  if (right.kind === 'open') {
    return anyElement(right, (x) => swapped(elementPair(x, right.tagged, left)), op);
  }
  const pair = typedPair(left, right);
  return pair === undefined ? 'false' : pairSql(op, pair);
}

function anyPair(op: CompareOperator, left: OpenValue, right: OpenValue): string {
  const pairs = openPairs('x', left.tagged, 'y', right.tagged);
  const holds = pairs.map((pair) => pairSql(op, pair)).join(' OR ');
  return `arrayExists(x -> arrayExists(y -> ${holds}, ${elementsSql(right)}), ${elementsSql(left)})`;
}

/** `left` less, equal, greater than `right`: −1, 0, 1; 2 where they cannot be compared. For single values. */
export function orderSql(left: SqlValue, right: SqlValue): string {
  const pair = ((): Pair | undefined => {
    if (left.kind !== 'open' && right.kind !== 'open') return typedPair(left, right);
    throw new SqlRefusal('sql/mixed', 'This comparison cannot be followed through time in SQL.');
  })();
  if (pair === undefined) return '2';
  return `arrayMap((l, r) -> multiIf(isNull(l) OR isNull(r), 2, l < r, -1, l = r, 0, 1), [${pair.left}], [${pair.right}])[1]`;
}

/** Whether it equals one of the literals; never NULL. */
export function oneOfSql(value: SqlValue, options: readonly TypedValue[]): string {
  const [first] = options;
  if (first === undefined) return 'false';
  const isText = options.every(({ kind }) => kind === 'string');
  if (isText || options.every(({ kind }) => kind === 'number')) {
    const list = options.map(({ sql }) => sql).join(', ');
    if (value.kind === first.kind) return sureSql(`${value.sql} IN (${list})`, value.sure);
    if (value.kind === 'open' && !value.tagged) {
      return anyElementSql(value, (x) => `ifNull(${tokenAs(first.kind, x, false)} IN (${list}), false)`);
    }
  }
  return bracketed(options.map((option) => compareSql('=', value, option)).join(' OR '), options.length);
}

/** `contains`, `starts with`, `ends with`, `matches`; never NULL. */
export function textTestSql(op: TextOperator, value: SqlValue, text: string): string {
  if (value.kind === 'string') return sureSql(textSql(op, value.sql, text), value.sure);
  if (value.kind !== 'open') return 'false';
  if (op === 'contains') return letting(value.leaves, (v) => `json_contains(${v}, ${sqlString(text)})`);
  return anyElementSql(value, (x) => `ifNull(${textSql(op, `json_text(${x})`, text)}, false)`);
}

function textSql(op: TextOperator, of: string, text: string): string {
  switch (op) {
    case 'contains':
      return `position(${of}, ${sqlString(text)}) > 0`;
    case 'starts_with':
      return `startsWith(${of}, ${sqlString(text)})`;
    case 'ends_with':
      return `endsWith(${of}, ${sqlString(text)})`;
    case 'matches':
      // A dot does not match the end of a line, unless the pattern says so.
      return `match(${of}, ${sqlString(`(?-s)${text}`)})`;
  }
}

export function arithmeticSql(op: ArithmeticOperator, left: SqlValue, right: SqlValue): SqlValue {
  if (isTagged(left) || isTagged(right)) {
    throw new SqlRefusal(
      'sql/mixed',
      'Calculating with a “coalesce” of values of different types cannot be said in SQL.',
    );
  }
  const isSpan = (value: SqlValue): boolean => value.kind === 'duration';
  const calculated = (kind: TypedKind, a: TypedValue, b: TypedValue): TypedValue => calculate(op, kind, a, b);
  switch (op) {
    case '*':
      if (isSpan(left)) return calculated('duration', span(left), numberSql(right));
      if (isSpan(right)) return calculated('duration', numberSql(left), span(right));
      break;
    case '/':
      if (isSpan(left) && isSpan(right)) return calculated('number', span(left), span(right));
      if (isSpan(left)) return calculated('duration', span(left), numberSql(right));
      if (isSpan(right)) return missing;
      break;
    case '+':
      if (isSpan(left) && isSpan(right)) return calculated('duration', span(left), span(right));
      if (isSpan(right)) return inCalendar(calculated('instant', dateSql(left), span(right)));
      if (isSpan(left)) return inCalendar(calculated('instant', dateSql(right), span(left)));
      break;
    case '-':
      if (isSpan(left) && isSpan(right)) return calculated('duration', span(left), span(right));
      if (isSpan(right)) return inCalendar(calculated('instant', dateSql(left), span(right)));
      if (isSpan(left)) return missing;
      if (left.kind === 'instant' || right.kind === 'instant') {
        return calculated('duration', dateSql(left), dateSql(right));
      }
  }
  return calculated('number', numberSql(left), numberSql(right));
}

function isTagged(value: SqlValue): boolean {
  return value.kind === 'open' && value.tagged;
}

function span(value: SqlValue): TypedValue {
  return value.kind === 'duration' ? value : { ...missing, kind: 'duration' };
}

function calculate(op: ArithmeticOperator, kind: TypedKind, a: TypedValue, b: TypedValue): TypedValue {
  const x = `toFloat64(${a.sql})`;
  const y = `toFloat64(${b.sql})`;
  return typed(kind, call('round15', op === '/' ? ratio(x, y) : `${x} ${op} ${y}`));
}

function ratio(x: string, y: string): string {
  return letting(y, (v) => `ratio(${x}, ${v})`);
}

/** Missing beyond the years 1 to 9999. */
function inCalendar(value: TypedValue): TypedValue {
  return typed('instant', call('in_calendar', value.sql));
}

/** Values of two kinds as one that both can be read as; undefined where there is none. */
function typedPair(left: TypedValue, right: TypedValue): Pair | undefined {
  if (left.kind === right.kind) return { left: left.sql, right: right.sql, sure: left.sure && right.sure };
  if (left.kind !== 'instant' && right.kind !== 'instant') return undefined;
  return { left: dateSql(left).sql, right: dateSql(right).sql, sure: false };
}

/** One element next to a typed value. */
function elementPair(x: string, tagged: boolean, other: TypedValue): readonly Pair[] {
  const pairs: Pair[] = [{ left: tokenAs(other.kind, x, tagged), right: other.sql, sure: false }];
  if (tagged && (other.kind === 'number' || other.kind === 'string')) {
    const mine = `if(startsWith(${x}, 'i'), ${tokenAs('instant', x, true)}, NULL)`;
    pairs.push({ left: mine, right: dateSql(other).sql, sure: false });
  }
  return pairs;
}

function openPairs(x: string, taggedX: boolean, y: string, taggedY: boolean): readonly Pair[] {
  const kinds: TypedKind[] = ['number', 'string', 'boolean'];
  if (taggedX && taggedY) kinds.push('duration');
  const pairs = kinds.map((kind): Pair => ({
    left: tokenAs(kind, x, taggedX),
    right: tokenAs(kind, y, taggedY),
    sure: false,
  }));
  if (taggedX || taggedY) {
    // Instants next to an instant only: two texts that read as dates compare as texts.
    const either = `(startsWith(${x}, 'i') OR startsWith(${y}, 'i'))`;
    pairs.push({
      left: `if(${either}, ${tokenAs('instant', x, taggedX)}, NULL)`,
      right: tokenAs('instant', y, taggedY),
      sure: false,
    });
  }
  return pairs;
}

function swapped(pairs: readonly Pair[]): readonly Pair[] {
  return pairs.map(({ left, right, sure }) => ({ left: right, right: left, sure }));
}

function anyElement(value: OpenValue, pairsOf: (x: string) => readonly Pair[], op: CompareOperator): string {
  return anyElementSql(value, (token) => {
    const pairs = pairsOf(token).map((pair) => pairSql(op, pair));
    return bracketed(pairs.join(' OR '), pairs.length);
  });
}

function pairSql(op: CompareOperator, { left, right, sure }: Pair): string {
  return sureSql(`${left} ${op} ${right}`, sure);
}

function sureSql(sql: string, sure: boolean): string {
  return sure ? `(${sql})` : `ifNull(${sql}, false)`;
}

function bracketed(sql: string, parts: number): string {
  return parts > 1 ? `(${sql})` : sql;
}
