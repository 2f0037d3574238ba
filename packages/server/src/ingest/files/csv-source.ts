/**
 * A file of rows as messages. Without `group` a row is turned at once, in file order. With it the rows are sorted by
 * group first (on disk where they do not fit in memory), so that the lines of one order stand together wherever
 * they were in the file; an order is then held in memory, bounded by GROUP_LINES_MAX.
 */

import type { JsonObject } from '@segue/core/model/message.ts';
import { parseMessage } from '@segue/core/model/parse-message.ts';
import type { Zone } from '@segue/core/base/zone.ts';
import { CsvRows, splitText, type Row } from './csv-rows.ts';
import { toUtf8 } from './detect.ts';
import { ExternalSorter } from './external-sort.ts';
import type { FileReporter } from './file-reporter.ts';
import { GROUP_LINES_MAX } from './limits.ts';
import { readLines } from './lines.ts';
import { readBytes, type ByteCounter, type OpenedFile } from './open-file.ts';
import type { PreparedCsv } from './prepare-csv.ts';
import { RowMessages, RowRefused, type DataRow, type Lines } from './row-messages.ts';
import type { Timed } from './time-order.ts';

export type CsvSourceOptions = {
  readonly file: OpenedFile;
  readonly fileId: string;
  readonly prepared: PreparedCsv;
  readonly counter: ByteCounter;
  readonly reporter: FileReporter;
  readonly memoryBytes?: number | undefined;
  readonly folder?: string | undefined;
};

type KeyedRow = { readonly key: string; readonly row: DataRow };

export class CsvSource {
  readonly #options: CsvSourceOptions;
  readonly #columns: readonly string[];
  readonly #convert: RowMessages;
  readonly #zone: Zone;

  constructor(options: CsvSourceOptions) {
    const { prepared } = options;
    this.#options = options;
    this.#columns = [...prepared.columns, ...prepared.joins.flatMap((join) => join.columns)];
    this.#zone = prepared.zone;
    this.#convert = new RowMessages({
      mapping: prepared.mapping,
      columns: this.#columns,
      zone: prepared.zone,
      dates: prepared.dates,
      fileId: options.fileId,
    });
  }

  get grouped(): boolean {
    const { mapping } = this.#options.prepared;
    return mapping.group.length > 0 || mapping.skipDuplicates;
  }

  async *messages(): AsyncGenerator<Timed[], void, undefined> {
    if (this.grouped) {
      yield* this.#groupedMessages();
      return;
    }
    for await (const rows of this.#dataRows()) {
      const batch: Timed[] = [];
      for (const row of rows) this.#convertInto([row], batch);
      if (batch.length > 0) yield batch;
    }
  }

  /** Rows of data that are well-formed and that the mapping does not leave out. */
  async *#dataRows(): AsyncGenerator<DataRow[], void, undefined> {
    const { file, prepared, counter } = this.#options;
    const csv = prepared.mapping.format === 'csv' ? new CsvRows(prepared.delimiter) : undefined;
    const lines = readLines(toUtf8(readBytes(file, counter), prepared.encoding), prepared.lineEnd);
    let headerDue = prepared.mapping.header;
    const accept = (rows: readonly Row[]): DataRow[] => {
      const accepted: DataRow[] = [];
      for (const row of rows) {
        if (headerDue) headerDue = false;
        else this.#accept(row, accepted);
      }
      return accepted;
    };
    for await (const batch of lines) yield accept(csv === undefined ? splitText(batch) : csv.push(batch));
    if (csv !== undefined) yield accept(csv.end());
  }

  #accept(row: Row, into: DataRow[]): void {
    const { reporter, prepared } = this.#options;
    reporter.row(row.line);
    if (row.problem !== undefined) {
      reporter.reject(
        row.line,
        row.problem,
        'the row cannot be read; expected RFC 4180 in one encoding throughout',
        row.cells,
      );
      return;
    }
    if (row.cells.length !== prepared.columns.length) {
      const detail = `${row.cells.length} columns; expected ${prepared.columns.length}, as in the header`;
      reporter.reject(row.line, 'wrong number of columns', detail, row.cells);
      return;
    }
    const data = { line: row.line, cells: this.#join(row.cells) };
    const reason = this.#convert.skipReason(data);
    if (reason === undefined) into.push(data);
    else reporter.skip(row.line, reason, 'left out by the mapping', this.#named(data));
  }

  #join(cells: readonly string[]): readonly string[] {
    const { prepared } = this.#options;
    if (prepared.joins.length === 0) return cells;
    const joined = [...cells];
    for (const join of prepared.joins) {
      const found = join.rows.get(cells[prepared.columns.indexOf(join.on)]?.trim() ?? '');
      for (let i = 0; i < join.columns.length; i++) joined.push(found?.[i] ?? '');
    }
    return joined;
  }

  #convertInto(lines: Lines, into: Timed[]): void {
    const { reporter } = this.#options;
    const order = lines[0].line;
    try {
      for (const raw of this.#convert.messages(lines)) {
        const parsed = parseMessage(raw, {
          zone: this.#zone,
          nextMessageId: () => `${this.#options.fileId}:${order}`,
        });
        if (parsed.ok) into.push({ order, message: parsed.value });
        else this.#rejectLines(lines, parsed.error.code, parsed.error.message);
      }
    } catch (error) {
      if (!(error instanceof RowRefused)) throw error;
      reporter.reject(order, error.reason, error.detail, this.#named(lines[0]));
    }
  }

  #rejectLines(lines: Lines, reason: string, detail: string): void {
    for (const line of lines) this.#options.reporter.reject(line.line, reason, detail, this.#named(line));
  }

  async *#groupedMessages(): AsyncGenerator<Timed[], void, undefined> {
    const sorter = new ExternalSorter<KeyedRow>({
      compare: (a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.row.line - b.row.line),
      write: (item) => JSON.stringify([item.key, item.row.line, item.row.cells]),
      read: (line) => {
        const [key, number, cells] = JSON.parse(line) as [string, number, string[]];
        return { key, row: { line: number, cells } };
      },
      sizeOf: (item) => item.row.cells.reduce((size, cell) => size + 24 + cell.length, 120),
      ...(this.#options.memoryBytes === undefined ? {} : { memoryBytes: this.#options.memoryBytes }),
      folder: this.#options.folder,
    });
    try {
      for await (const rows of this.#dataRows()) for (const row of rows) this.#addKeyed(row, sorter);
      let group: DataRow[] = [];
      let key: string | undefined;
      for (const items of sorter.sorted()) {
        const batch: Timed[] = [];
        for (const item of items) {
          if (item.key !== key && group.length > 0) {
            this.#closeGroup(group, batch);
            group = [];
          }
          key = item.key;
          group.push(item.row);
        }
        yield batch;
      }
      const rest: Timed[] = [];
      if (group.length > 0) this.#closeGroup(group, rest);
      yield rest;
    } finally {
      sorter.close();
    }
  }

  #addKeyed(row: DataRow, sorter: ExternalSorter<KeyedRow>): void {
    const { mapping } = this.#options.prepared;
    try {
      const key = mapping.group.length > 0 ? this.#convert.groupKey(row) : row.cells.join('\u0000');
      this.#convert.check(row);
      sorter.add({ key, row });
    } catch (error) {
      if (!(error instanceof RowRefused)) throw error;
      this.#options.reporter.reject(row.line, error.reason, error.detail, this.#named(row));
    }
  }

  #closeGroup(rows: readonly DataRow[], into: Timed[]): void {
    const { reporter, prepared } = this.#options;
    const seen = new Map<string, number>();
    const kept: DataRow[] = [];
    for (const row of rows) {
      const text = prepared.mapping.skipDuplicates ? row.cells.join('\u0000') : '';
      const first = seen.get(text);
      if (prepared.mapping.skipDuplicates && first !== undefined) {
        reporter.skip(row.line, 'exact duplicate', `equal to line ${first}`, this.#named(row));
      } else if (kept.length >= GROUP_LINES_MAX) {
        const detail = `an order has at most ${GROUP_LINES_MAX} lines; check what the mapping groups by`;
        reporter.reject(row.line, 'too many lines in one order', detail, this.#named(row));
      } else {
        seen.set(text, row.line);
        kept.push(row);
      }
    }
    const [head, ...tail] = kept;
    if (head !== undefined) this.#convertInto([head, ...tail], into);
  }

  #named(row: DataRow): JsonObject {
    return Object.fromEntries(this.#columns.map((column, index) => [column, row.cells[index] ?? '']));
  }
}
