/**
 * Whose each message of the log is, so that a customer's messages are found again: for definitions that change, for
 * explanations and for timelines.
 *
 * What the checkpoint has is read from its rows; what came since is in memory. Rows are never rewritten: each checkpoint
 * adds one for a customer of whom there is something new, and merging two moves what the one has to the other.
 */

import type { MessageHistory } from '@segue/core/engine/message-history.ts';
import type { Instant, Message } from '@segue/core/model/message.ts';

import type { CheckpointStore, Row } from '../log/checkpoint-store.ts';
import type { Position } from '../log/entry.ts';
import type { Log } from '../log/log.ts';
import { NotedPositions } from './noted-positions.ts';
import { numberKey, numberOfKey, prefixRange, setNumbers } from './row-keys.ts';

/** First byte of the rows' keys. */
export const indexPrefix = 0x69;

/** Rows read before others may have a turn. */
const rowsAtOnce = 256;

type IndexRow = {
  readonly key: Uint8Array;
  readonly profile: number;
  readonly positions: readonly Position[];
};

export class MessageIndex implements MessageHistory {
  readonly #log: Log;
  readonly #store: CheckpointStore;
  /** Positions noted since the last checkpoint, by profile. */
  #fresh = new NotedPositions();
  /** Positions that a checkpoint under way is writing. */
  #leaving = new NotedPositions();
  /** What has been let go, to be used again. */
  #spare: NotedPositions | undefined = undefined;
  /** How many go through all positions. */
  #readers = 0;
  /** Profiles whose rows no longer count, since all they had has been noted elsewhere or forgotten. */
  #gone = new Set<number>();
  #leavingGone: ReadonlySet<number> = new Set<number>();
  #chunk: number;
  /** The clock of the engine: what is dated later is not history yet. */
  readonly #now: () => Instant;
  /** Told of merges, with the messages that are the survivor's from now on. */
  onMerge: ((survivor: number, gone: number, positions: readonly Position[]) => void) | undefined = undefined;

  /** `chunk`: how many checkpoints have been written. */
  constructor(log: Log, store: CheckpointStore, chunk: number, now: () => Instant) {
    this.#log = log;
    this.#store = store;
    this.#chunk = chunk;
    this.#now = now;
  }

  /** How many checkpoints have been written, for the next start. */
  get chunk(): number {
    return this.#chunk;
  }

  /** The message at a position is the profile's. */
  note(profile: number, position: Position): void {
    this.#fresh.add(profile, position);
  }

  /** Already noted when the message was taken. */
  add(): void {
    // Nothing: a message dated ahead is history from its time on, which `of` sees to.
  }

  of(profile: number): readonly Message[] {
    const now = this.#now();
    const messages: Message[] = [];
    for (const position of this.positions(profile)) {
      const message = this.messageAt(position);
      if (message !== undefined && message.time <= now && isEvent(message)) messages.push(message);
    }
    return messages;
  }

  /** The message at a position of the log. */
  messageAt(position: Position): Message | undefined {
    const entry = this.#log.entryAt(position);
    return entry?.kind === 'message' ? entry.message : undefined;
  }

  /** When the message at a position happened; undefined where none stands there. */
  timeAt(position: Position): Instant | undefined {
    return this.#log.timeAt(position);
  }

  /** Of all messages of a profile, in the order of the log. */
  positions(profile: number): readonly Position[] {
    const positions: Position[] = [];
    if (!this.#gone.has(profile) && !this.#leavingGone.has(profile)) {
      const [from, to] = prefixRange(indexPrefix, profile);
      for (const { value } of this.#store.read(from, to)) readPositions(value, positions);
    }
    if (!this.#gone.has(profile)) positions.push(...this.#leaving.of(profile));
    positions.push(...this.#fresh.of(profile));
    // A checkpoint that has just been written may still be among those leaving.
    return [...new Set(positions)].sort((a, b) => a - b);
  }

  /**
   * Every profile that has messages now, with their positions, perhaps more than once. Others may have a turn between two;
   * what is noted and merged meanwhile may be missing, and a profile that has been merged meanwhile may still come.
   */
  *all(): Generator<readonly [number, readonly Position[]], void> {
    this.#readers++;
    try {
      yield* this.#all(this.#leaving, this.#fresh);
    } finally {
      this.#readers--;
    }
  }

  *#all(
    leaving: NotedPositions,
    fresh: NotedPositions,
  ): Generator<readonly [number, readonly Position[]], void> {
    const [first, end] = prefixRange(indexPrefix);
    for (let from: Uint8Array = first; ;) {
      const rows = this.#someRows(from, end);
      for (const { profile, positions } of rows) yield [profile, positions];
      const last = rows.at(-1);
      if (last === undefined || rows.length < rowsAtOnce) break;
      from = Buffer.concat([last.key, Buffer.of(0)]);
    }
    for (const [profile, positions] of leaving) if (!this.#gone.has(profile)) yield [profile, positions];
    yield* fresh;
  }

  /** No snapshot outlives the turn. */
  #someRows(from: Uint8Array, to: Uint8Array): readonly IndexRow[] {
    const rows: IndexRow[] = [];
    for (const { key, value } of this.#store.read(from, to)) {
      const profile = numberOfKey(key, 0);
      const positions: Position[] = [];
      if (!this.#gone.has(profile) && !this.#leavingGone.has(profile)) readPositions(value, positions);
      rows.push({ key: Uint8Array.from(key), profile, positions });
      if (rows.length === rowsAtOnce) break;
    }
    return rows;
  }

  /** As `all`, with the last position alone: no more is made of a row than the number. */
  *latest(): Generator<readonly [profile: number, position: Position], void> {
    this.#readers++;
    const [leaving, fresh] = [this.#leaving, this.#fresh];
    const profiles = new Uint32Array(rowsAtOnce);
    const positions = new Float64Array(rowsAtOnce);
    try {
      const [first, end] = prefixRange(indexPrefix);
      for (let from: Uint8Array | undefined = first; from !== undefined;) {
        // No snapshot outlives the turn.
        let count = 0;
        let next: Uint8Array | undefined;
        for (const { key, value } of this.#store.read(from, end)) {
          profiles[count] = numberOfKey(key, 0);
          positions[count++] = lastPosition(value);
          if (count < rowsAtOnce) continue;
          next = Buffer.concat([key, Buffer.of(0)]);
          break;
        }
        for (let n = 0; n < count; n++) {
          const profile = profiles[n] as number;
          if (this.#gone.has(profile) || this.#leavingGone.has(profile)) continue;
          yield [profile, positions[n] as number];
        }
        from = next;
      }
      for (const [profile, all] of leaving) if (!this.#gone.has(profile)) yield [profile, greatest(all)];
      for (const [profile, all] of fresh) yield [profile, greatest(all)];
    } finally {
      this.#readers--;
    }
  }

  merge(survivor: number, gone: number): void {
    const theirs = this.positions(gone);
    for (const position of theirs) this.note(survivor, position);
    this.forget(gone);
    this.onMerge?.(survivor, gone, theirs);
  }

  forget(profile: number): void {
    this.#fresh.forget(profile);
    this.#gone.add(profile);
  }

  /**
   * The rows of the next checkpoint, of this instant, to be gone through at any pace; what is noted from now on belongs to
   * the one after.
   */
  beginCheckpoint(): Iterable<Row> {
    const rows = this.#rowsOf(this.#fresh, this.#gone, this.#chunk);
    this.#chunk++;
    this.#leaving = this.#fresh;
    this.#leavingGone = this.#gone;
    this.#fresh = this.#spare ?? new NotedPositions();
    this.#spare = undefined;
    this.#gone = new Set();
    return rows;
  }

  *#rowsOf(fresh: NotedPositions, gone: ReadonlySet<number>, chunk: number): Generator<Row, void> {
    for (const profile of gone) {
      const [from, to] = prefixRange(indexPrefix, profile);
      for (const { key } of [...this.#store.read(from, to)]) yield { key, value: undefined };
    }
    const row = new IndexRowWriter(chunk);
    for (const [profile, positions] of fresh) yield row.write(profile, positions);
  }

  /** The checkpoint begun last is written. */
  endCheckpoint(): void {
    const written = this.#leaving;
    this.#leaving = new NotedPositions();
    if (this.#readers === 0) {
      written.clear();
      this.#spare = written;
    }
    this.#leavingGone = new Set();
  }
}

function isEvent({ kind }: Message): boolean {
  return kind === 'track' || kind === 'page' || kind === 'screen';
}

/**
 * Makes the rows of a checkpoint, of which there are tens of thousands a second: each in the bytes of the one before, as it is
 * read before the next is asked for.
 */
class IndexRowWriter {
  readonly #chunk: number;
  readonly #key: Uint8Array = numberKey(indexPrefix, 0, 0);
  #bytes: Uint8Array = new Uint8Array(1024);
  /** The first so many bytes, by how many. */
  #firsts: (Uint8Array | undefined)[] = [];

  constructor(chunk: number) {
    this.#chunk = chunk;
  }

  write(profile: number, positions: readonly Position[]): Row {
    const room = positions.length * positionBytesMax;
    if (this.#bytes.length < room) {
      this.#bytes = new Uint8Array(2 * room);
      this.#firsts = [];
    }
    const length = writePositions(positions, this.#bytes);
    setNumbers(this.#key, profile, this.#chunk);
    return { key: this.#key, value: (this.#firsts[length] ??= this.#bytes.subarray(0, length)) };
  }
}

/** Of a difference of 54 bits. */
const positionBytesMax = 8;

/**
 * Positions as differences, seven bits a byte, the high bit telling that more follow. @returns how many bytes that takes of
 * `bytes`, which has room for `positionBytesMax` each.
 */
function writePositions(positions: readonly Position[], bytes: Uint8Array): number {
  let at = 0;
  let before = 0;
  for (const position of positions) {
    // Zigzag: after a merge they need not ascend.
    const difference = position - before;
    let rest = difference < 0 ? -2 * difference - 1 : 2 * difference;
    while (rest >= 128) {
      bytes[at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    bytes[at++] = rest;
    before = position;
  }
  return at;
}

/** The greatest of those that `readPositions` reads; −1 for none. */
function lastPosition(bytes: Uint8Array): Position {
  let [last, before, value, scale] = [-1, 0, 0, 1];
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    value += (byte & 127) * scale;
    scale *= 128;
    if (byte >= 128) continue;
    before += value % 2 === 1 ? -(value + 1) / 2 : value / 2;
    if (before > last) last = before;
    value = 0;
    scale = 1;
  }
  return last;
}

function greatest(positions: readonly Position[]): Position {
  return positions.reduce((last, position) => Math.max(last, position), -1);
}

function readPositions(bytes: Uint8Array, into: Position[]): void {
  let before = 0;
  let value = 0;
  let scale = 1;
  for (const byte of bytes) {
    value += (byte & 127) * scale;
    scale *= 128;
    if (byte >= 128) continue;
    before += value % 2 === 1 ? -(value + 1) / 2 : value / 2;
    into.push(before);
    value = 0;
    scale = 1;
  }
}
