/** Small tables that a mapping looks up for every row (the category of a product), held in memory. */

import { CsvRows } from './csv-rows.ts';
import { detectDelimiter, detectEncoding, sampleText, toUtf8 } from './detect.ts';
import { FileError } from './file-error.ts';
import { JOIN_ROWS_MAX } from './limits.ts';
import { readLines } from './lines.ts';
import type { Join } from './mapping.ts';
import { didYouMean } from './nearest.ts';
import { inspectFile, readBytes } from './open-file.ts';

export type JoinedTable = {
  /** The column of the file by which rows are looked up. */
  readonly on: string;
  /** `table.column`, without the key. */
  readonly columns: readonly string[];
  readonly rows: ReadonlyMap<string, readonly string[]>;
};

export async function readJoins(
  joins: readonly Join[],
  locate: (file: string) => string,
): Promise<JoinedTable[]> {
  const tables: JoinedTable[] = [];
  for (const join of joins) tables.push(await readTable(join, locate(join.file)));
  return tables;
}

/** Of two rows with one key the first counts. */
async function readTable(join: Join, path: string): Promise<JoinedTable> {
  const file = inspectFile(path);
  const { encoding } = detectEncoding(file.sample);
  const reader = new CsvRows(detectDelimiter(sampleText(file.sample, encoding, file.complete)));
  const rows = new Map<string, readonly string[]>();
  let header: readonly string[] | undefined;
  let keyAt = -1;
  const take = (cells: readonly string[]): void => {
    if (header === undefined) {
      header = cells.map((cell) => cell.replace(/^\ufeff/, '').trim());
      keyAt = header.indexOf(join.on);
      if (keyAt < 0) {
        throw new FileError(
          'file.columns',
          path,
          `the table has no column "${join.on}"${didYouMean(join.on, header)}; it has ${header.join(', ')}`,
        );
      }
      return;
    }
    const key = cells[keyAt]?.trim() ?? '';
    if (key === '' || cells.length !== header.length || rows.has(key)) return;
    if (rows.size >= JOIN_ROWS_MAX) {
      throw new FileError(
        'file.too_many',
        path,
        `a joined table holds at most ${JOIN_ROWS_MAX} rows; join it before the import`,
      );
    }
    rows.set(
      key,
      cells.filter((_, index) => index !== keyAt),
    );
  };
  for await (const lines of readLines(toUtf8(readBytes(file, { bytesRead: 0 }), encoding))) {
    for (const row of reader.push(lines)) if (row.problem === undefined) take(row.cells);
  }
  for (const row of reader.end()) if (row.problem === undefined) take(row.cells);
  const columns = (header ?? [])
    .filter((_, index) => index !== keyAt)
    .map((column) => `${join.name}.${column}`);
  return { on: join.on, columns, rows };
}
