/**
 * A mapping says how the rows of a file become Segment messages. Rows with the same `group` are the lines of one
 * order; without `group` each row stands alone, as a group of one line. docs/mappings.md describes the format.
 *
 * This is the mapping after `read-mapping.ts` has checked it: plain data, columns by name.
 */

import type { MessageKind } from '@segue/core/model/message.ts';
import type { DateForm } from './dates.ts';
import type { NumberForm } from './decimals.ts';
import type { Encoding } from './detect.ts';

export type Operand =
  { readonly kind: 'column'; readonly column: string } | { readonly kind: 'number'; readonly text: string };

/** Arithmetic over columns, evaluated exactly. */
export type Formula =
  | Operand
  | { readonly kind: 'negate'; readonly of: Formula }
  | {
      readonly kind: 'binary';
      readonly op: '+' | '-' | '*';
      readonly left: Formula;
      readonly right: Formula;
    };

/** Where a value of the message comes from. Row values are read from the first line of a group. */
export type Field =
  /** The cell as text; with `map`, translated (a cell that is not in it stays as it is). */
  | { readonly kind: 'text'; readonly column: string; readonly map?: ReadonlyMap<string, string> }
  | { readonly kind: 'number'; readonly formula: Formula }
  /** Over all lines of the group; lines where a column is empty add nothing. */
  | { readonly kind: 'sum'; readonly formula: Formula }
  | { readonly kind: 'count_lines' }
  | { readonly kind: 'date'; readonly column: string }
  | { readonly kind: 'boolean'; readonly column: string }
  | { readonly kind: 'template'; readonly parts: readonly (string | { readonly column: string })[] }
  | { readonly kind: 'constant'; readonly value: string | number | boolean }
  | { readonly kind: 'object'; readonly fields: Fields }
  /** One object for every line. */
  | { readonly kind: 'each'; readonly fields: Fields };

export type Fields = readonly { readonly name: string; readonly field: Field }[];

export type Test = { readonly column: string } & (
  | { readonly op: 'is' | 'is_not' | 'starts_with' | 'not_starts_with'; readonly text: string }
  | { readonly op: 'in'; readonly texts: readonly string[] }
  | { readonly op: 'empty'; readonly empty: boolean }
);

/** All of them hold. */
export type Where = readonly Test[];

export type MessageTemplate = {
  readonly kind: MessageKind;
  readonly where: Where;
  /** Event name of a track, name of a page or screen. */
  readonly name?: Field;
  /** userId, anonymousId, previousId, groupId, messageId; as far as the mapping gives them. */
  readonly ids: Fields;
  readonly timestamp: Field;
  readonly properties: Fields;
  readonly traits: Fields;
  /** `context.externalIds`: name is the kind of the identifier. */
  readonly externalIds: Fields;
};

export type Join = {
  readonly name: string;
  /** Relative to the folder of the data file. */
  readonly file: string;
  /** The column of that name in both tables. */
  readonly on: string;
};

export type SkipRule = { readonly where: Where; readonly reason: string };

export type Mapping = {
  readonly name: string;
  readonly description?: string;
  readonly format: 'csv' | 'text';
  /** False: the first line is data, and `columns` names the columns. */
  readonly header: boolean;
  readonly columns?: readonly string[];
  /** Left out: detected. */
  readonly delimiter?: string;
  readonly encoding?: Encoding;
  readonly dates?: DateForm;
  readonly numbers: NumberForm;
  /** Of local times in the file; the workspace's when left out. */
  readonly timeZone?: string;
  /** Skips a row that equals another one of its group (without `group`: of the whole file). */
  readonly skipDuplicates: boolean;
  readonly skip: readonly SkipRule[];
  readonly joins: readonly Join[];
  readonly group: readonly string[];
  readonly messages: readonly MessageTemplate[];
};

/** Every column that the mapping reads, those of joined tables as `table.column`; each once. */
export function columnsOf(mapping: Mapping): string[] {
  const columns = new Set<string>(mapping.group);
  const addTests = (where: Where): void => {
    for (const test of where) columns.add(test.column);
  };
  for (const join of mapping.joins) columns.add(join.on);
  for (const rule of mapping.skip) addTests(rule.where);
  for (const message of mapping.messages) {
    addTests(message.where);
    for (const field of fieldsOf(message)) addFieldColumns(field, columns);
  }
  return [...columns];
}

function fieldsOf(message: MessageTemplate): Field[] {
  const named = [...message.ids, ...message.properties, ...message.traits, ...message.externalIds];
  const fields = named.map((entry) => entry.field);
  fields.push(message.timestamp);
  if (message.name !== undefined) fields.push(message.name);
  return fields;
}

function addFieldColumns(field: Field, into: Set<string>): void {
  switch (field.kind) {
    case 'text':
    case 'date':
    case 'boolean':
      into.add(field.column);
      return;
    case 'number':
    case 'sum':
      addFormulaColumns(field.formula, into);
      return;
    case 'template':
      for (const part of field.parts) if (typeof part !== 'string') into.add(part.column);
      return;
    case 'object':
    case 'each':
      for (const entry of field.fields) addFieldColumns(entry.field, into);
      return;
    case 'constant':
    case 'count_lines':
      return;
  }
}

function addFormulaColumns(formula: Formula, into: Set<string>): void {
  switch (formula.kind) {
    case 'column':
      into.add(formula.column);
      return;
    case 'number':
      return;
    case 'negate':
      addFormulaColumns(formula.of, into);
      return;
    case 'binary':
      addFormulaColumns(formula.left, into);
      addFormulaColumns(formula.right, into);
      return;
  }
}

/** The columns whose cells are dates: those of `timestamp` first. */
export function dateColumnsOf(mapping: Mapping): string[] {
  const columns = new Set<string>();
  for (const message of mapping.messages) {
    if (message.timestamp.kind === 'date') columns.add(message.timestamp.column);
  }
  const visit = (field: Field): void => {
    if (field.kind === 'date') columns.add(field.column);
    if (field.kind === 'object' || field.kind === 'each') {
      for (const entry of field.fields) visit(entry.field);
    }
  };
  for (const message of mapping.messages) for (const field of fieldsOf(message)) visit(field);
  return [...columns];
}
