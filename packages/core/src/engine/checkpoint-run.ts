/**
 * A checkpoint written down sheet by sheet while the engine goes on: the state as of when it began.
 *
 * Idea. Only customers who were touched since the checkpoint before are in it, and those whose sheets are to be emptied.
 * They are written a few at a time; whoever is about to be touched before their turn has come is written first. So nobody
 * waits for a checkpoint, and all that is in it is of one instant. Format: checkpoint-sheet.ts.
 */

import { type Sheet, SheetWriter } from './checkpoint-sheet.ts';
import type { EngineState } from './engine-state.ts';
import { keptCustomer } from './kept-customer.ts';
import type { Instant } from '../model/message.ts';

/** A part of a checkpoint: a sheet, and who is gone and in no sheet any more. */
export type CheckpointPart = { readonly sheet: Sheet | undefined; readonly gone: readonly number[] };

/** A sheet that has reached so many bytes is full. */
const SHEET_BYTES = 65_536;

/** Which customers were touched, and what of a checkpoint under way is still to be written. */
export class CheckpointRun {
  readonly #state: EngineState;
  /** Ids touched since the last checkpoint began; undefined: everybody. */
  #touched: number[] | undefined = undefined;
  /** Per id: 1 when it is in `#touched`. */
  #marks = new Uint8Array(0);
  /** Per id: 1 when the checkpoint under way still has to write it. */
  #pending = new Uint8Array(0);
  #ids: readonly number[] = [];
  /** When the checkpoint under way began: what is let go of by then is left out. */
  #instant: Instant = 0;
  #at = 0;
  readonly #writer = new SheetWriter();
  #gone: number[] = [];
  /** Sheets that were full before they were asked for. */
  #full: Sheet[] = [];

  constructor(state: EngineState) {
    this.#state = state;
  }

  /** From here on it is known who was touched; nobody has been. */
  begin(): void {
    this.#touched = [];
    this.#marks = new Uint8Array(Math.max(1024, this.#state.profiles.length));
    const listener = (id: number): void => {
      this.#touch(id);
    };
    this.#state.profiles.onTouch = listener;
  }

  /**
   * Everybody is to be written anew by the next checkpoint; what is left of one under way is written before, up to `max`
   * customers a call. True when that is done.
   */
  forgetAll(max: number): boolean {
    if (this.#touched === undefined) return true;
    for (let n = 0; n < max && this.#at < this.#ids.length; n++) this.#writeNext();
    if (this.#at < this.#ids.length) return false;
    this.#touched = undefined;
    this.#state.profiles.onTouch = undefined;
    return true;
  }

  /**
   * Begins a checkpoint of the state as it is now; the one before must have been written. `moving` are to be in it whether
   * they were touched or not; those who live elsewhere are passed over.
   */
  start(moving: readonly number[]): void {
    this.#ids = this.#idsToWrite(moving);
    this.#at = 0;
    this.#instant = this.#state.now;
    this.#pending = new Uint8Array(this.#state.registry.count);
    for (const id of this.#ids) this.#pending[id] = 1;
    this.begin();
  }

  /** Each customer is written by the partition in which they live, or lived last. */
  #idsToWrite(moving: readonly number[]): readonly number[] {
    const { registry, partition } = this.#state;
    if (this.#touched !== undefined) {
      const ids = this.#touched.filter((id) => this.#marks[id] === 1);
      for (const id of moving) if (this.#marks[id] !== 1 && registry.placeOf(id) === partition) ids.push(id);
      return ids;
    }
    // Without knowing who was touched, those who are gone may stand in earlier sheets too.
    const ids: number[] = [];
    for (let id = 0; id < registry.count; id++) if (registry.placeOf(id) === partition) ids.push(id);
    return ids;
  }

  /** The customer has been let go, and is written by another partition from now on. */
  handOver(id: number): void {
    if (id < this.#marks.length) this.#marks[id] = 0;
  }

  /** Up to `max` more customers, in no order; undefined when all are written. */
  part(max: number): CheckpointPart | undefined {
    const writer = this.#writer;
    while (this.#full.length === 0 && writer.count + this.#gone.length < max && this.#at < this.#ids.length) {
      this.#writeNext();
    }
    const sheet = this.#full.shift() ?? (writer.count > 0 ? writer.take() : undefined);
    const gone = this.#gone;
    this.#gone = [];
    return sheet === undefined && gone.length === 0 ? undefined : { sheet, gone };
  }

  #writeNext(): void {
    const id = this.#ids[this.#at++] as number;
    if (this.#pending[id] === 1) this.#write(id);
  }

  #touch(id: number): void {
    if (this.#pending[id] === 1) this.#write(id);
    if (this.#marks[id] === 1) return;
    if (id >= this.#marks.length) {
      const marks = new Uint8Array(Math.max(id + 1, this.#marks.length * 2));
      marks.set(this.#marks);
      this.#marks = marks;
    }
    this.#marks[id] = 1;
    this.#touched?.push(id);
  }

  #write(id: number): void {
    this.#pending[id] = 0;
    const kept = keptCustomer(this.#state, id, this.#instant);
    if (kept === undefined) {
      this.#gone.push(id);
      return;
    }
    const writer = this.#writer;
    writer.add(kept, this.#state.identity.table.numberedOf(id));
    if (writer.byteLength >= SHEET_BYTES) this.#full.push(writer.take());
  }
}
