/**
 * Rows → Segment messages, by a mapping that has met the header of its file: columns are numbers now.
 *
 * A cell that cannot be read as what the mapping wants (a number in words, a bad date) refuses its row with a reason;
 * `check` finds that out for one line before it joins an order, so that a bad line does not spoil the others.
 */

import type { Zone } from '@segue/core/base/zone.ts';
import type { Instant } from '@segue/core/model/message.ts';
import type { DateForm, DateReader } from './dates.ts';
import { dateReader } from './dates.ts';
import { addDecimals, decimalToNumber, parseDecimal, ZERO, type Decimal } from './decimals.ts';
import { evaluateFormula } from './formula.ts';
import type { Field, Fields, Formula, Mapping, MessageTemplate, Test, Where } from './mapping.ts';

/** A row with its joined cells. `line` is where it begins in the file. */
export type DataRow = { readonly line: number; readonly cells: readonly string[] };
/** A group of rows, one at least. */
export type Lines = readonly [DataRow, ...DataRow[]];

/** Why one row makes no message. */
export class RowRefused extends Error {
  readonly reason: string;
  readonly detail: string;

  constructor(reason: string, detail: string) {
    super(`${reason}: ${detail}`);
    this.name = 'RowRefused';
    this.reason = reason;
    this.detail = detail;
  }
}

export type RowMessagesOptions = {
  readonly mapping: Mapping;
  /** The file's columns, then those of joined tables as `table.column`. */
  readonly columns: readonly string[];
  readonly zone: Zone;
  readonly dates: DateForm;
  /** Makes a message's id unique among files. */
  readonly fileId: string;
};

type Raw = Record<string, unknown>;

const YES = new Set(['true', 'yes', 'y', '1', 't', 'on']);
const NO = new Set(['false', 'no', 'n', '0', 'f', 'off']);

export class RowMessages {
  readonly #mapping: Mapping;
  readonly #index: ReadonlyMap<string, number>;
  readonly #readDate: DateReader;
  readonly #zone: Zone;
  readonly #dates: DateForm;
  readonly #fileId: string;

  constructor(options: RowMessagesOptions) {
    this.#mapping = options.mapping;
    this.#index = new Map(options.columns.map((name, index) => [name, index]));
    this.#zone = options.zone;
    this.#dates = options.dates;
    this.#readDate = dateReader(options.dates, options.zone);
    this.#fileId = options.fileId;
  }

  /** The reason for which the mapping leaves this row out; undefined when it does not. */
  skipReason(row: DataRow): string | undefined {
    for (const rule of this.#mapping.skip) if (this.#holds(rule.where, row)) return rule.reason;
    return undefined;
  }

  /** What the lines of one order have in common; refuses a row where it is empty. */
  groupKey(row: DataRow): string {
    let key = '';
    for (const column of this.#mapping.group) {
      const cell = this.#cell(row, column);
      if (cell === '') {
        throw new RowRefused(`no ${column}`, `the cell of ${column}, by which rows are grouped, is empty`);
      }
      key += `${cell}\u0000`;
    }
    return key;
  }

  /** Refuses a row that holds what cannot be read, or that no message of the mapping wants. */
  check(row: DataRow): void {
    this.messages([row]);
  }

  /** Segment messages as plain objects, at least one. The first line says which of the mapping's messages apply. */
  messages(lines: Lines): Raw[] {
    const raws: Raw[] = [];
    for (const [position, template] of this.#mapping.messages.entries()) {
      if (this.#holds(template.where, lines[0])) raws.push(this.#message(template, lines, position));
    }
    if (raws.length === 0) {
      throw new RowRefused('not in the mapping', 'no message of the mapping takes this row');
    }
    return raws;
  }

  #message(template: MessageTemplate, lines: Lines, position: number): Raw {
    const raw: Raw = { type: template.kind, timestamp: this.#time(template.timestamp, lines) };
    raw['messageId'] = `${this.#fileId}:${lines[0].line}:${position}`;
    this.#fill(raw, template.ids, lines);
    if (template.name !== undefined) {
      const name = this.#value(template.name, lines);
      raw[template.kind === 'track' ? 'event' : 'name'] = name;
    }
    if (template.properties.length > 0) raw['properties'] = this.#object(template.properties, lines);
    if (template.traits.length > 0) raw['traits'] = this.#object(template.traits, lines);
    if (template.externalIds.length > 0) {
      const ids = Object.entries(this.#object(template.externalIds, lines));
      raw['context'] = { externalIds: ids.map(([type, id]) => ({ type, id })) };
    }
    return raw;
  }

  /** Milliseconds; of several lines the earliest. */
  #time(field: Field, lines: Lines): Instant {
    if (field.kind !== 'date') {
      const text = field.kind === 'constant' ? String(field.value) : '';
      const time = this.#zone.parseInstant(text);
      if (time === undefined) {
        throw new RowRefused(
          'bad date',
          `the mapping's timestamp "${text}" is no date; expected one such as 2026-01-31`,
        );
      }
      return time;
    }
    let earliest = Infinity;
    for (const line of lines) {
      const time = this.#date(field.column, line);
      if (time === undefined) throw new RowRefused('no date', `${field.column} is empty`);
      if (time < earliest) earliest = time;
    }
    return earliest;
  }

  #fill(into: Raw, fields: Fields, lines: Lines): void {
    for (const { name, field } of fields) {
      const value = this.#value(field, lines);
      // A key such as __proto__ becomes a property like any other.
      if (value !== undefined) {
        Object.defineProperty(into, name, { value, enumerable: true, writable: true, configurable: true });
      }
    }
  }

  #object(fields: Fields, lines: Lines): Raw {
    const object: Raw = {};
    this.#fill(object, fields, lines);
    return object;
  }

  /** Undefined where the cell is empty: the property is left out. */
  #value(field: Field, lines: Lines): unknown {
    switch (field.kind) {
      case 'text':
        return this.#text(field.column, field.map, lines[0]);
      case 'number': {
        const value = this.#decimal(field.formula, lines[0]);
        return value === undefined ? undefined : finite(value);
      }
      case 'sum': {
        let sum = ZERO;
        for (const line of lines) sum = addDecimals(sum, this.#decimal(field.formula, line) ?? ZERO);
        return finite(sum);
      }
      case 'count_lines':
        return lines.length;
      case 'date': {
        const time = this.#date(field.column, lines[0]);
        return time === undefined ? undefined : new Date(time).toISOString();
      }
      case 'boolean':
        return this.#boolean(field.column, lines[0]);
      case 'template':
        return this.#template(field.parts, lines[0]);
      case 'constant':
        return field.value;
      case 'object':
        return this.#object(field.fields, lines);
      case 'each':
        return lines.map((line) => this.#object(field.fields, [line]));
    }
  }

  #text(column: string, map: ReadonlyMap<string, string> | undefined, row: DataRow): string | undefined {
    const cell = this.#cell(row, column);
    if (cell === '') return undefined;
    return map?.get(cell) ?? cell;
  }

  #decimal(formula: Formula, row: DataRow): Decimal | undefined {
    return evaluateFormula(formula, (operand) => {
      if (operand.kind === 'number') return parseDecimal(operand.text, '1234.56');
      const cell = this.#cell(row, operand.column);
      if (cell === '') return undefined;
      const value = parseDecimal(cell, this.#mapping.numbers);
      if (value !== undefined) return value;
      throw new RowRefused(
        'not a number',
        `${operand.column} is ${shown(cell)}; expected a number such as ${this.#mapping.numbers}`,
      );
    });
  }

  #date(column: string, row: DataRow): Instant | undefined {
    const cell = this.#cell(row, column);
    if (cell === '') return undefined;
    const time = this.#readDate(cell);
    if (time !== undefined) return time;
    throw new RowRefused(
      'bad date',
      `${column} is ${shown(cell)}; expected a date that exists, in the form ${this.#dates}`,
    );
  }

  #boolean(column: string, row: DataRow): boolean | undefined {
    const cell = this.#cell(row, column).toLowerCase();
    if (cell === '') return undefined;
    if (YES.has(cell)) return true;
    if (NO.has(cell)) return false;
    throw new RowRefused(
      'not yes or no',
      `${column} is ${shown(cell)}; expected true or false, yes or no, 1 or 0`,
    );
  }

  /** Undefined when every cell in it is empty. */
  #template(parts: readonly (string | { readonly column: string })[], row: DataRow): string | undefined {
    let text = '';
    let filled = false;
    for (const part of parts) {
      const piece = typeof part === 'string' ? part : this.#cell(row, part.column);
      if (typeof part !== 'string' && piece !== '') filled = true;
      text += piece;
    }
    return filled ? text.trim() : undefined;
  }

  #holds(where: Where, row: DataRow): boolean {
    for (const test of where) if (!passes(test, this.#cell(row, test.column))) return false;
    return true;
  }

  #cell(row: DataRow, column: string): string {
    return row.cells[this.#index.get(column) ?? -1]?.trim() ?? '';
  }
}

function passes(test: Test, cell: string): boolean {
  switch (test.op) {
    case 'is':
      return cell === test.text;
    case 'is_not':
      return cell !== test.text;
    case 'starts_with':
      return cell.startsWith(test.text);
    case 'not_starts_with':
      return !cell.startsWith(test.text);
    case 'in':
      return test.texts.includes(cell);
    case 'empty':
      return (cell === '') === test.empty;
  }
}

function finite(value: Decimal): number {
  const number = decimalToNumber(value);
  if (Number.isFinite(number)) return number;
  throw new RowRefused('not a number', 'the number is too large');
}

function shown(cell: string): string {
  return JSON.stringify(cell.length > 40 ? `${cell.slice(0, 40)}…` : cell);
}
