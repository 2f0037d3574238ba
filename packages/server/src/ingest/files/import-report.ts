/**
 * What became of the rows: nothing is left out silently.
 *
 * A row is *skipped* when the mapping says so (a line without a customer, an exact duplicate) and *rejected* when it
 * could not be read (a bad date, a missing column). Both are counted by reason, with the first few places.
 */

import { PLACES_MAX, REASONS_MAX } from './limits.ts';

export type Place = { readonly file: string; readonly line: number; readonly detail: string };
export type ReasonCount = {
  readonly reason: string;
  readonly count: number;
  readonly places: readonly Place[];
};

/** One row that was left out, as `--rejects` writes it. */
export type RejectedRow = {
  readonly file: string;
  readonly line: number;
  readonly outcome: 'skipped' | 'rejected';
  readonly reason: string;
  readonly detail: string;
  readonly row: unknown;
};

/** Receives every row left out, in file order. */
export type RejectSink = (row: RejectedRow) => void;

/** What was found out about a file before reading it. */
export type FileFindings = {
  readonly file: string;
  readonly bytes: number;
  readonly format: 'csv' | 'text' | 'ndjson';
  readonly compressed: boolean;
  readonly mapping?: string;
  readonly encoding: string;
  readonly delimiter?: string;
  readonly dates?: string;
  readonly columns?: readonly string[];
  /** How its messages were put in order of time. */
  sorted?: 'in order already' | 'in memory' | 'on disk';
};

class Reasons {
  readonly #counts = new Map<string, { count: number; places: Place[] }>();
  total = 0;

  add(reason: string, place: Place): void {
    this.total += 1;
    const known = this.#counts.has(reason) || this.#counts.size < REASONS_MAX;
    const key = known ? reason : 'other';
    const entry = this.#counts.get(key) ?? { count: 0, places: [] };
    entry.count += 1;
    if (entry.places.length < PLACES_MAX) entry.places.push(place);
    this.#counts.set(key, entry);
  }

  list(): ReasonCount[] {
    const list = [...this.#counts].map(([reason, { count, places }]) => ({ reason, count, places }));
    return list.sort((a, b) => b.count - a.count);
  }
}

export class ImportReport {
  readonly files: FileFindings[] = [];
  /** Files that could not be read, or not to their end. */
  readonly fileErrors: string[] = [];
  readonly skipped: Reasons = new Reasons();
  readonly rejected: Reasons = new Reasons();
  readonly warnings: Reasons = new Reasons();
  /** Rows read, whatever became of them. */
  rows = 0;
  messages = 0;
  readonly #sink: RejectSink | undefined;

  constructor(sink?: RejectSink) {
    this.#sink = sink;
  }

  skip(reason: string, place: Place, row: unknown): void {
    this.skipped.add(reason, place);
    this.#sink?.({ ...place, outcome: 'skipped', reason, row });
  }

  reject(reason: string, place: Place, row: unknown): void {
    this.rejected.add(reason, place);
    this.#sink?.({ ...place, outcome: 'rejected', reason, row });
  }

  warn(reason: string, place: Place): void {
    this.warnings.add(reason, place);
  }
}
