/**
 * A checkpoint written down row by row while the engine goes on: the state as of when it began.
 *
 * Idea. Only customers who were touched since the checkpoint before have a row in it. Rows are written a few at a time;
 * whoever is about to be touched before their turn has come is written first. So nobody waits for a checkpoint, and
 * all rows are of one instant.
 *
 * A row is mostly the packed bytes of the customer (packing.ts), which are read back without being understood: a start
 * copies them into the arena and is done. Traits and messages that wait stand beside them as JSON; a customer with values of
 * events or sequences with keys is written as a line of the long form (checkpoint.ts).
 */

import { type ProfileJson, readProfile, writeProfile } from './checkpoint.ts';
import { restoreHeader, writeHeader } from './engine-checkpoint.ts';
import type { EngineState } from './engine-state.ts';
import { FactLog } from './facts.ts';
import type { Identifier, Instant, JsonValue, Message } from '../model/message.ts';
import { NEVER } from './profile.ts';
import type { CheckpointHeader } from './checkpoint.ts';

/** A customer's row; `text` is JSON, undefined where the customer is gone. */
export type CustomerRow = {
  readonly id: number;
  readonly text: string | undefined;
  /** Bytes beside the text; none where the text says all. */
  readonly packed: Uint8Array | undefined;
};

/** A row as it is read back. */
export type KeptRow = CustomerRow & { readonly text: string };

type FactRow = readonly [string, readonly Instant[], readonly string[], readonly (JsonValue | null)[]];
type RowText =
  | readonly [
      sampleId: string,
      /** When the queue wakes the customer; null: it does not. */
      queuedAt: Instant | null,
      identifiers: readonly (readonly [kind: string, value: string])[],
      facts?: readonly FactRow[],
      future?: readonly Message[],
    ]
  | ProfileJson;

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
  /** Rows written before their turn. */
  #early: CustomerRow[] = [];

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
    this.#state.identity.onTouch = listener;
  }

  /** Everybody is to be written anew by the next checkpoint; what is left of one under way is written now. */
  forgetAll(): void {
    if (this.#touched === undefined) return;
    while (this.#at < this.#ids.length) this.#writeNext();
    this.#touched = undefined;
    this.#state.profiles.onTouch = undefined;
    this.#state.identity.onTouch = undefined;
  }

  /** Begins a checkpoint of the state as it is now; the one before must have been written. The header, without customers. */
  start(): string {
    const { profiles } = this.#state;
    // Without knowing who was touched, those who are gone may have rows of earlier checkpoints too.
    this.#ids = this.#touched ?? Array.from({ length: profiles.length }, (_, id) => id);
    this.#at = 0;
    this.#instant = this.#state.now;
    this.#pending = new Uint8Array(profiles.length);
    for (const id of this.#ids) this.#pending[id] = 1;
    this.begin();
    return JSON.stringify({
      ...writeHeader(this.#state),
      seen: { young: [], old: [] },
    } satisfies CheckpointHeader);
  }

  /** Up to `max` more rows, in no order; none when all are written. They stay as they are. */
  rows(max: number): readonly CustomerRow[] {
    for (let n = 0; n < max && this.#at < this.#ids.length; n++) this.#writeNext();
    const rows = this.#early;
    this.#early = [];
    return rows;
  }

  get isDone(): boolean {
    return this.#at >= this.#ids.length && this.#early.length === 0;
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
    this.#early.push(rowOf(this.#state, id, this.#instant));
  }
}

function rowOf(state: EngineState, id: number, now: Instant): CustomerRow {
  const { profiles, identity } = state;
  const kept = profiles.keptOf(id);
  if (kept === undefined) return { id, text: undefined, packed: undefined };
  const { bytes, rich, sequences, facts, future } = kept;
  const identifiers = identity.identifiersOf(id);
  const p = rich === undefined && sequences === undefined ? undefined : profiles.look(id);
  if (p !== undefined || bytes === undefined) {
    const shown = p ?? profiles.look(id);
    if (shown === undefined) return { id, text: undefined, packed: undefined };
    const json = writeProfile(shown, state.plan, now, identifiers, []);
    return { id, text: JSON.stringify(json satisfies RowText), packed: undefined };
  }
  const queuedAt = profiles.queuedAt(id);
  const text: RowText = [
    profiles.sampleIdOf(id) ?? '',
    queuedAt === NEVER ? null : queuedAt,
    identifiers.map(({ kind, value }) => [kind, value]),
    ...(facts === undefined && future === undefined ? [] : [factRows(facts)]),
    ...(future === undefined ? [] : [future]),
  ] as unknown as RowText;
  return { id, text: JSON.stringify(text), packed: bytes };
}

function factRows(facts: ReadonlyMap<string, FactLog> | undefined): readonly FactRow[] {
  return [...(facts ?? [])].map(([key, { times, ids, values }]) => [
    key,
    times,
    ids,
    values.map((value) => value ?? null),
  ]);
}

/** Puts a header and rows into an engine that has just been made with the same definitions. */
export function restoreRows(state: EngineState, header: CheckpointHeader, rows: Iterable<KeptRow>): void {
  restoreHeader(state, header);
  for (const { id, text, packed } of rows) {
    const row = JSON.parse(text) as RowText;
    if (isLong(row)) restoreLong(state, row, header.now);
    else restorePacked(state, id, row, packed ?? new Uint8Array(0));
  }
}

function isLong(row: RowText): row is ProfileJson {
  return !Array.isArray(row);
}

function restoreLong(state: EngineState, json: ProfileJson, now: Instant): void {
  state.profiles.beginStep();
  const p = state.profiles.addAt(json.id, json.sampleId);
  readProfile(p, json, state.plan);
  for (const identifier of json.identifiers) state.identity.own(json.id, identifier);
  state.machine.resume(p, now);
  state.enqueue(p);
}

function restorePacked(
  state: EngineState,
  id: number,
  [sampleId, queuedAt, identifiers, facts, future]: Exclude<RowText, ProfileJson>,
  packed: Uint8Array,
): void {
  state.profiles.putAt(id, sampleId, packed, {
    facts: facts === undefined || facts.length === 0 ? undefined : new Map(facts.map(readFact)),
    future: future === undefined ? undefined : [...future],
  });
  for (const [kind, value] of identifiers) state.identity.own(id, { kind, value } satisfies Identifier);
  if (queuedAt === null) return;
  state.profiles.setQueuedAt(id, queuedAt);
  state.queue.push(queuedAt, id);
}

function readFact([key, times, ids, values]: FactRow): [string, FactLog] {
  const fact = new FactLog();
  fact.times = [...times];
  fact.ids = [...ids];
  fact.values = values.map((value) => value ?? undefined);
  return [key, fact];
}
