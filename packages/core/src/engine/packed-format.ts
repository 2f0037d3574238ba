/** Numbers of the packed form that writing (packing.ts) and reading (unpacking.ts) share. */

import type { Plan } from './make-plan.ts';
import { waitsAtOf } from './sequence-runs.ts';

/** Flags. */
export const HAS_BASE: number = 1;
export const HAS_STAGES: number = 2;
export const WIDE_IDS: number = 4;

/** Widths of instants: 4 bytes from the base on, 6 bytes from MIN_6 on, 8 bytes of a double. */
export const WIDTH_4: number = 0;
export const WIDTH_6: number = 1;
export const WIDTH_8: number = 2;
export const LOW: number = 2 ** 32;
export const NEVER_4: number = LOW - 1;
export const MINUS_NEVER_4: number = LOW - 2;
export const MIN_6: number = -(2 ** 47);
export const NEVER_6: number = 2 ** 48 - 1;
export const MINUS_NEVER_6: number = 2 ** 48 - 2;
/** The base lies this far before now at most, so that what is due soon is near it too. */
export const BASE_BEFORE_MS: number = 2 ** 31;

/**
 * How the records of a plan are laid out, as small numbers in one place: what the plan says of a stream is spread over
 * memory, and a customer takes part in dozens.
 */
export class RecordLayouts {
  /** By stream: how many columns, times 2, and one more for totals. */
  readonly #streams: Int32Array;
  /** By timer of a sequence: where its waits begin, times 2, and one more when there can be any. */
  readonly #runs: Int32Array;
  /** Ids take 4 bytes, not 2. */
  readonly hasWideIds: boolean;

  constructor({ streams, timed, units }: Plan) {
    this.#streams = Int32Array.from(streams, (s) => s.columns.length * 2 + (s.keepsTotals ? 1 : 0));
    this.#runs = Int32Array.from(timed, (t) =>
      t.kind === 'sequence' ? waitsAtOf(t.shape) * 2 + (t.shape.absentMs === undefined ? 0 : 1) : 0,
    );
    this.hasWideIds = Math.max(units.length, timed.length, streams.length) >= 2 ** 15;
  }

  stream(id: number): number {
    return this.#streams[id] as number;
  }

  run(timer: number): number {
    return this.#runs[timer] as number;
  }
}
