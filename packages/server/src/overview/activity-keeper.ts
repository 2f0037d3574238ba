/**
 * Activity beside a running engine: counts what is taken, catches up with the end of the log after a start, in slices, and
 * writes down how far it is. Nothing depends on the file: where it cannot be written that is said once, and all goes on.
 */

import { readFile, rename, writeFile } from 'node:fs/promises';

import type { Zone } from '@segue/core/base/zone.ts';

import type { LogRecord, Position } from '../log/entry.ts';
import type { Log } from '../log/log.ts';
import { Activity, readKept } from './activity.ts';

export type ActivityKeeperOptions = {
  readonly log: Log;
  readonly zone: Zone;
  readonly file: string;
  readonly onFault: (error: unknown) => void;
};

/** Entries at the end of the log that a start counts at most. */
const catchUpEntriesMax = 1_000_000;
const sliceMs = 4;
/** How often it is written down while something arrives, in milliseconds. */
const writeEveryMs = 30_000;

export class ActivityKeeper {
  readonly activity: Activity;
  readonly #options: ActivityKeeperOptions;
  /** Where live counting began: what is before it is caught up with. */
  readonly #began: Position;
  #next: Position;
  #written: Position;
  #timer: NodeJS.Timeout | undefined = undefined;
  #writing: Promise<void> = Promise.resolve();
  #catchingUp: Promise<boolean> = Promise.resolve(false);
  #stopping = false;
  #hasFailed = false;

  private constructor(options: ActivityKeeperOptions, activity: Activity, from: Position, began: Position) {
    this.#options = options;
    this.activity = activity;
    this.#began = began;
    this.#next = began;
    this.#written = from;
  }

  /** `position`: where the engine is; from there on records are given to `take`. */
  static async open(options: ActivityKeeperOptions, position: Position): Promise<ActivityKeeper> {
    const text = await readFile(options.file, 'utf8').catch(() => undefined);
    const read = text === undefined ? undefined : readKept(text);
    // An older log was put back.
    const kept = read !== undefined && read.position <= position ? read : undefined;
    const from = Math.max(kept?.position ?? 0, position - catchUpEntriesMax);
    const keeper = new ActivityKeeper(options, new Activity(options.zone, kept), from, position);
    keeper.#catchingUp = keeper.#catchUp(from);
    return keeper;
  }

  /** Counts a record that was taken. */
  take(record: LogRecord): void {
    this.activity.take(record);
    this.#next = record.position + record.entries.length;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#write();
    }, writeEveryMs).unref();
  }

  /** Resolves when everything up to the start is counted; false where it was stopped before. */
  get caughtUp(): Promise<boolean> {
    return this.#catchingUp;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    await this.#write();
  }

  async #catchUp(from: Position): Promise<boolean> {
    let until = performance.now() + sliceMs;
    for (const record of from < this.#began ? this.#options.log.read(from) : []) {
      if (record.position >= this.#began || this.#isStopping) break;
      this.activity.take(record);
      if (performance.now() < until) continue;
      await new Promise((resolve) => setImmediate(resolve));
      until = performance.now() + sliceMs;
    }
    return !this.#isStopping;
  }

  get #isStopping(): boolean {
    return this.#stopping;
  }

  async #write(): Promise<void> {
    // Half of it would be taken for all of it.
    if (!(await this.#catchingUp)) return;
    this.#writing = this.#writing.then(() => this.#writeNow());
    await this.#writing;
  }

  async #writeNow(): Promise<void> {
    const position = this.#next;
    if (position === this.#written) return;
    const { file, onFault } = this.#options;
    try {
      // A power cut may take it away: it is made again.
      await writeFile(`${file}.new`, JSON.stringify(this.activity.kept(position)), { mode: 0o600 });
      await rename(`${file}.new`, file);
      this.#written = position;
    } catch (error) {
      if (!this.#hasFailed) onFault(error);
      this.#hasFailed = true;
    }
  }
}
