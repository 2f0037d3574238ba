/**
 * Lines → rows of CSV (RFC 4180) or of columns separated by white space.
 *
 * A record ends at the first line end at which its quotes are even in number; so a quote that is never closed spoils
 * its own record, which is rejected once it is too long, and not the rest of the file: reading goes on at the line
 * after it began. Cells of records with quotes are read by csv-parse, many records at a time; a record without quotes
 * is split at the delimiter.
 */

import { parse } from 'csv-parse/sync';
import { ROW_BYTES_MAX } from './limits.ts';
import type { Line } from './lines.ts';

export type Row = {
  /** Number of the line on which it begins. */
  readonly line: number;
  readonly cells: readonly string[];
  readonly problem?: string;
};

/** Lines that one quoted record may span. */
const RECORD_LINES_MAX = 1_000;

export class CsvRows {
  readonly #delimiter: string;
  /** Lines of a record whose quotes are still open. */
  #open: Line[] = [];
  #openChars = 0;

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  push(lines: readonly Line[]): Row[] {
    const records: Line[] = [];
    for (const line of lines) this.#take(line, records);
    return this.#parse(records);
  }

  /** What is left at the end of the file: a record whose quote was never closed gives back its other lines. */
  end(): Row[] {
    const records: Line[] = [];
    while (this.#open.length > 0) this.#giveUp(records);
    return this.#parse(records);
  }

  #take(line: Line, into: Line[]): void {
    if (line.problem === 'longer than 1 MiB') {
      while (this.#open.length > 0) this.#giveUp(into);
      into.push(line);
      return;
    }
    const odd = hasOddQuotes(line.text);
    if (this.#open.length === 0 && !odd) {
      if (line.text !== '') into.push(line);
      return;
    }
    this.#open.push(line);
    this.#openChars += line.text.length + 1;
    if (odd && this.#open.length > 1) {
      into.push(joinLines(this.#open));
      this.#open = [];
      this.#openChars = 0;
    } else if (this.#open.length > RECORD_LINES_MAX || this.#openChars > ROW_BYTES_MAX) this.#giveUp(into);
  }

  /** Rejects the line on which the open quote began and reads the lines after it afresh. */
  #giveUp(into: Line[]): void {
    const [first, ...rest] = this.#open;
    this.#open = [];
    this.#openChars = 0;
    if (first === undefined) return;
    this.#unclosed.add(first.number);
    into.push(first);
    for (const line of rest) this.#take(line, into);
  }

  readonly #unclosed = new Set<number>();

  #parse(records: readonly Line[]): Row[] {
    const rows: Row[] = [];
    const quoted: number[] = [];
    for (const record of records) {
      if (record.problem !== undefined) {
        rows.push({ line: record.number, cells: [record.text], problem: record.problem });
      } else if (this.#unclosed.delete(record.number)) {
        rows.push({ line: record.number, cells: [record.text], problem: 'a quote that is never closed' });
      } else if (record.text.includes('"')) {
        quoted.push(rows.length);
        rows.push({ line: record.number, cells: [record.text] });
      } else rows.push({ line: record.number, cells: record.text.split(this.#delimiter) });
    }
    if (quoted.length > 0) this.#parseQuoted(rows, quoted);
    return rows;
  }

  #parseQuoted(rows: Row[], quoted: readonly number[]): void {
    const texts = quoted.map((index) => rows[index]?.cells[0] ?? '');
    const together = this.#cells(texts.join('\n'));
    const all = together?.length === texts.length ? together : undefined;
    for (const [position, index] of quoted.entries()) {
      const row = rows[index];
      if (row === undefined) continue;
      const cells = all === undefined ? this.#single(texts[position] ?? '') : all[position];
      rows[index] =
        cells === undefined
          ? { line: row.line, cells: row.cells, problem: 'a quote in the wrong place' }
          : { line: row.line, cells };
    }
  }

  #single(text: string): string[] | undefined {
    const records = this.#cells(text);
    return records?.length === 1 ? records[0] : undefined;
  }

  #cells(text: string): string[][] | undefined {
    try {
      return parse(text, { delimiter: this.#delimiter, relax_column_count: true, record_delimiter: '\n' });
    } catch {
      return undefined;
    }
  }
}

function hasOddQuotes(text: string): boolean {
  let odd = false;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) odd = !odd;
  return odd;
}

function joinLines(lines: readonly Line[]): Line {
  const first = lines[0];
  const problem = lines.find((line) => line.problem !== undefined)?.problem;
  const text = lines.map((line) => line.text).join('\n');
  return { number: first?.number ?? 0, text, ...(problem === undefined ? {} : { problem }) };
}

/** Rows of columns separated by white space. */
export function splitText(lines: readonly Line[]): Row[] {
  const rows: Row[] = [];
  for (const line of lines) {
    const text = line.text.trim();
    if (text === '') continue;
    const cells = text.split(/\s+/);
    rows.push(
      line.problem === undefined
        ? { line: line.number, cells }
        : { line: line.number, cells, problem: line.problem },
    );
  }
  return rows;
}
