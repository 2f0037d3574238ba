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

import { defined } from '../base/assert.ts';
import { type ProfileJson, readProfile, writeProfile } from './checkpoint.ts';
import type { EngineState } from './engine-state.ts';
import { FactLog } from './facts.ts';
import type { Identifier, Instant, JsonValue, Message } from '../model/message.ts';
import { NEVER, type Profile } from './profile.ts';

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

/** Customers, and the plan by which what is kept of them is read. */
type Written = Pick<EngineState, 'profiles' | 'plan'>;

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
  }

  /** Everybody is to be written anew by the next checkpoint; what is left of one under way is written now. */
  forgetAll(): void {
    if (this.#touched === undefined) return;
    while (this.#at < this.#ids.length) this.#writeNext();
    this.#touched = undefined;
    this.#state.profiles.onTouch = undefined;
  }

  /** Begins a checkpoint of the state as it is now; the one before must have been written. */
  start(): void {
    this.#ids = this.#idsToWrite();
    this.#at = 0;
    this.#instant = this.#state.now;
    this.#pending = new Uint8Array(this.#state.registry.count);
    for (const id of this.#ids) this.#pending[id] = 1;
    this.begin();
  }

  /** Of each customer there is one row, by the partition in which they live, or lived last. */
  #idsToWrite(): readonly number[] {
    const { registry, partition } = this.#state;
    if (this.#touched !== undefined) return this.#touched.filter((id) => this.#marks[id] === 1);
    // Without knowing who was touched, those who are gone may have rows of earlier checkpoints too.
    const ids: number[] = [];
    for (let id = 0; id < registry.count; id++) if (registry.placeOf(id) === partition) ids.push(id);
    return ids;
  }

  /** The customer has been let go, and is written by another partition from now on. */
  handOver(id: number): void {
    if (id < this.#marks.length) this.#marks[id] = 0;
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
    const identifiers = this.#state.identity.identifiersOf(id);
    this.#early.push(rowOf(this.#state, id, this.#instant, identifiers));
  }
}

/** What is written of a customer, with the identifiers that are to stand in it. */
export function rowOf(
  { profiles, plan }: Written,
  id: number,
  now: Instant,
  identifiers: readonly Identifier[],
): CustomerRow {
  const kept = profiles.keptOf(id);
  if (kept === undefined) return { id, text: undefined, packed: undefined };
  const { bytes, rich, sequences, facts, future } = kept;
  const p = rich === undefined && sequences === undefined ? undefined : profiles.look(id);
  if (p !== undefined || bytes === undefined) {
    const shown = p ?? profiles.look(id);
    if (shown === undefined) return { id, text: undefined, packed: undefined };
    const json = writeProfile(shown, plan, now, identifiers, []);
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

/** Puts a customer into a partition as a row has them. */
export function putRow(state: EngineState, row: CustomerRow, now: Instant): void {
  const { id } = row;
  const { p, queuedAt, identifiers } = putCustomer(state, row);
  for (const identifier of identifiers) state.identity.own(id, identifier);
  if (p !== undefined) {
    state.machine.resume(p, now);
    state.enqueue(p);
  } else if (queuedAt !== NEVER) {
    state.profiles.setQueuedAt(id, queuedAt);
    state.queue.push(queuedAt, id);
  }
}

type PutCustomer = {
  /** Whose timers and sequences are not in the row and have to be found again. */
  readonly p?: Profile;
  readonly queuedAt: Instant;
  readonly identifiers: readonly Identifier[];
};

/** Adds what a row says of a customer, of whom nothing is known. */
export function putCustomer({ profiles, plan }: Written, { id, text, packed }: CustomerRow): PutCustomer {
  const row = JSON.parse(defined(text, 'the text of a customer')) as RowText;
  if (isLong(row)) {
    const p = profiles.addAt(id, row.sampleId);
    readProfile(p, row, plan);
    return { p, queuedAt: NEVER, identifiers: row.identifiers };
  }
  const [sampleId, queuedAt, identifiers, facts, future] = row;
  profiles.putAt(id, sampleId, packed ?? new Uint8Array(0), {
    facts: facts === undefined || facts.length === 0 ? undefined : new Map(facts.map(readFact)),
    future: future === undefined ? undefined : [...future],
  });
  return {
    queuedAt: queuedAt ?? NEVER,
    identifiers: identifiers.map(([kind, value]) => ({ kind, value })),
  };
}

function isLong(row: RowText): row is ProfileJson {
  return !Array.isArray(row);
}

function readFact([key, times, ids, values]: FactRow): [string, FactLog] {
  const fact = new FactLog();
  fact.times = [...times];
  fact.ids = [...ids];
  fact.values = values.map((value) => value ?? undefined);
  return [key, fact];
}
