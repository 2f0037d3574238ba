/**
 * Tells the report about the rows of one file. A file that is read a second time (to pass it through once it is known
 * to be in order) is counted once: what lies before the place reached so far is not told again.
 */

import type { ImportReport } from './import-report.ts';

export class FileReporter {
  readonly #report: ImportReport;
  readonly #file: string;
  #reached = 0;
  #mutedUpTo = 0;

  constructor(report: ImportReport, file: string) {
    this.#report = report;
    this.#file = file;
  }

  /** The file is about to be read from its beginning again. */
  again(): void {
    this.#mutedUpTo = this.#reached;
  }

  row(line: number): void {
    if (line > this.#reached) this.#reached = line;
    if (line > this.#mutedUpTo) this.#report.rows += 1;
  }

  skip(line: number, reason: string, detail: string, row: unknown): void {
    if (line > this.#mutedUpTo) this.#report.skip(reason, { file: this.#file, line, detail }, row);
  }

  reject(line: number, reason: string, detail: string, row: unknown): void {
    if (line > this.#mutedUpTo) this.#report.reject(reason, { file: this.#file, line, detail }, row);
  }

  warn(line: number, reason: string, detail: string): void {
    if (line > this.#mutedUpTo) this.#report.warn(reason, { file: this.#file, line, detail });
  }
}
