/**
 * Meeting a file of rows: its encoding, delimiter, columns and dates are found out from how it begins, and the mapping
 * that fits its columns is chosen. What does not fit is one clear error before a row is read.
 */

import { dirname, resolve } from 'node:path';
import { Zone } from '@segue/core/base/zone.ts';
import { CsvRows, splitText, type Row } from './csv-rows.ts';
import { detectDateForm, type DateForm } from './dates.ts';
import { detectDelimiter, detectEncoding, sampleText, type Encoding } from './detect.ts';
import { FileError } from './file-error.ts';
import { COLUMNS_MAX } from './limits.ts';
import { readJoins, type JoinedTable } from './join-table.ts';
import { columnsOf, dateColumnsOf, type Mapping } from './mapping.ts';
import { didYouMean } from './nearest.ts';
import type { OpenedFile } from './open-file.ts';

export type PreparedCsv = {
  readonly mapping: Mapping;
  readonly encoding: Encoding;
  readonly lineEnd: '\n' | '\r';
  readonly delimiter: string;
  /** Columns of the file itself. */
  readonly columns: readonly string[];
  readonly joins: readonly JoinedTable[];
  readonly dates: DateForm;
  readonly zone: Zone;
};

const SAMPLE_ROWS = 2_000;

export async function prepareCsv(
  file: OpenedFile,
  mappings: readonly Mapping[],
  workspaceZone: Zone,
): Promise<PreparedCsv> {
  if (mappings.length === 0) {
    throw new FileError(
      'file.no_mapping',
      file.path,
      'a file of rows needs a mapping; name one with --mapping (docs/mappings.md), or give NDJSON of Segment messages, which needs none',
    );
  }
  const candidates = mappings.map((mapping) => look(file, mapping));
  const fitting = candidates.find((candidate) => candidate.missing.length === 0);
  if (fitting === undefined) throw noFit(file, candidates);
  const { mapping } = fitting;
  const zone = mapping.timeZone === undefined ? workspaceZone : new Zone(mapping.timeZone);
  const joins = await readJoins(mapping.joins, (name) => resolve(dirname(file.path), name));
  checkJoined(file, mapping, joins);
  return {
    mapping,
    encoding: fitting.encoding,
    lineEnd: fitting.lineEnd,
    delimiter: fitting.delimiter,
    columns: fitting.columns,
    joins,
    dates: datesOf(file, fitting),
    zone,
  };
}

type Look = {
  readonly mapping: Mapping;
  readonly encoding: Encoding;
  readonly lineEnd: '\n' | '\r';
  readonly delimiter: string;
  readonly columns: readonly string[];
  /** Rows of data at the beginning. */
  readonly rows: readonly Row[];
  /** Columns that the mapping wants and the file does not have. */
  readonly missing: readonly string[];
};

function look(file: OpenedFile, mapping: Mapping): Look {
  const encoding = mapping.encoding ?? detectEncoding(file.sample).encoding;
  if (!encoding.startsWith('utf-16') && file.sample.includes(0)) {
    throw new FileError(
      'file.unreadable',
      file.path,
      'this is not text (it holds NUL bytes); expected CSV or NDJSON, plain or gzip',
    );
  }
  const text = sampleText(file.sample, encoding, file.complete).replace(/^\ufeff/, '');
  const lineEnd = text.includes('\r') && !text.includes('\n') ? '\r' : '\n';
  const delimiter = mapping.delimiter ?? (mapping.format === 'text' ? ' ' : detectDelimiter(text));
  const rows = sampleRows(text, lineEnd, mapping, delimiter);
  const header = mapping.header ? rows.shift() : undefined;
  const named = header?.cells.map((cell) => cell.trim()) ?? [];
  const columns = mapping.columns ?? named;
  if (columns.length > COLUMNS_MAX) {
    throw new FileError(
      'file.columns',
      file.path,
      `${columns.length} columns are more than the ${COLUMNS_MAX} that are read`,
    );
  }
  const wanted = columnsOf(mapping).filter((column) => !isJoined(column, mapping));
  const missing = wanted.filter((column) => !columns.includes(column));
  const width = rows.find((row) => row.problem === undefined)?.cells.length;
  // Without a header only the number of columns can tell.
  if (!mapping.header && width !== undefined && width !== columns.length) {
    missing.push(`(${columns.length} columns)`);
  }
  return { mapping, encoding, lineEnd, delimiter, columns, rows, missing };
}

function sampleRows(text: string, lineEnd: string, mapping: Mapping, delimiter: string): Row[] {
  const lines = text
    .split(lineEnd, SAMPLE_ROWS)
    .map((line, index) => ({ number: index + 1, text: line.endsWith('\r') ? line.slice(0, -1) : line }));
  if (mapping.format === 'text') return splitText(lines);
  const reader = new CsvRows(delimiter);
  return [...reader.push(lines), ...reader.end()];
}

function isJoined(column: string, mapping: Mapping): boolean {
  return mapping.joins.some((join) => column.startsWith(`${join.name}.`));
}

function noFit(file: OpenedFile, looks: readonly Look[]): FileError {
  const parts = looks.map((candidate) => {
    const wants = candidate.missing
      .map((column) => `"${column}"${didYouMean(column, candidate.columns)}`)
      .join(', ');
    return `mapping "${candidate.mapping.name}" wants ${wants}`;
  });
  const has = looks[0]?.columns ?? [];
  const shown = has
    .slice(0, 40)
    .map((column) => column.slice(0, 60))
    .join(', ');
  return new FileError(
    'file.columns',
    file.path,
    `the columns do not fit: ${parts.join('; ')}. The file has: ${shown}. Correct the mapping, or name another one`,
  );
}

function checkJoined(file: OpenedFile, mapping: Mapping, joins: readonly JoinedTable[]): void {
  const known = joins.flatMap((join) => join.columns);
  for (const column of columnsOf(mapping)) {
    if (!isJoined(column, mapping) || known.includes(column)) continue;
    throw new FileError(
      'file.columns',
      file.path,
      `mapping "${mapping.name}" wants "${column}", and the joined tables have ${known.join(', ')}${didYouMean(column, known)}`,
    );
  }
}

/** One form for all date columns: that of the mapping, else the one that the timestamps show. */
function datesOf(file: OpenedFile, found: Look): DateForm {
  if (found.mapping.dates !== undefined) return found.mapping.dates;
  for (const column of dateColumnsOf(found.mapping)) {
    const index = found.columns.indexOf(column);
    const values = found.rows.map((row) => row.cells[index]?.trim() ?? '').filter((value) => value !== '');
    if (index < 0 || values.length === 0) continue;
    const detected = detectDateForm(values);
    if (detected.kind === 'form') return detected.form;
    const problem =
      detected.kind === 'ambiguous'
        ? `the dates of "${column}", such as ${detected.example}, may be day/month or month/day`
        : `the dates of "${column}", such as ${JSON.stringify(detected.example.slice(0, 40))}, are in no form that is known`;
    throw new FileError(
      'file.dates',
      file.path,
      `${problem}; say in the mapping which: file: { dates: dd/mm/yyyy }`,
    );
  }
  return 'iso';
}
