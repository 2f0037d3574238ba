/**
 * Brings the messages of the past to a build of definitions: those that it reads, a piece at a time, while the engine goes on.
 * Messages that arrive meanwhile lie in the log too, so it is done when it has caught up with the engine.
 *
 * Where the history store can say them (past-events.ts), they come from there up to where the store is, and from the log from
 * there on. Else, and where the store fails on the way, the log is scanned: whose each message is stands in the index of
 * messages, which is read first. A build that has nothing to load needs none of it.
 */

import type { DefinitionsBuild } from '@segue/core/engine/definitions-build.ts';
import type { Message } from '@segue/core/model/message.ts';

import type { EventRow } from '../history/event-rows.ts';
import type { Position } from '../log/entry.ts';
import type { Log, ScannedRecord } from '../log/log.ts';
import type { MessageIndex } from './message-index.ts';
import { type NoPast, PastEvents } from './past-events.ts';

const nobody = 0xffff_ffff;
/** Profiles of the index between two looks at the clock. */
const profilesPerLook = 64;
/** Events of the store, and of a record of the log, between two looks at the clock. */
const eventsPerLook = 16;

/** Where what is loaded comes from: what is kept already (nothing is loaded), the history store, or the log. */
export type LoadedFrom = 'kept' | 'history' | 'log';

export class DefinitionsLoader {
  readonly build: DefinitionsBuild;
  readonly #log: Log;
  readonly #wholeIndex: MessageIndex;
  /** Whose the message at each position from `#ownersFrom` on is; `nobody` for entries that are nobody's message. */
  #owners: Uint32Array;
  #ownersFrom: Position = 0;
  /** What of the index has not been read yet; undefined when all has, or none is needed. */
  #index: Generator<readonly [number, readonly Position[]], void> | undefined;
  /** What has come from the history store; undefined where nothing has. */
  #past: PastEvents | undefined;
  #isPastDone = false;
  #whyLog: NoPast | undefined;
  #position: Position = 0;
  /** The log from the position on. */
  #scan: Iterator<ScannedRecord> | undefined = undefined;
  /** What it gave last, and how many messages of that have been passed. */
  #record: ScannedRecord | undefined = undefined;
  #passed = 0;

  /** `past`: from the store, or why not; undefined where there is none. */
  constructor(build: DefinitionsBuild, log: Log, index: MessageIndex, past?: PastEvents | NoPast) {
    this.build = build;
    this.#log = log;
    this.#wholeIndex = index;
    this.#owners = new Uint32Array(0);
    if (past instanceof PastEvents) {
      this.#past = past;
      this.#beginBehind(past);
      return;
    }
    this.#whyLog = past;
    this.#index = build.isLoading ? index.all() : undefined;
    this.#owners = new Uint32Array(build.isLoading ? log.next + 1024 : 0).fill(nobody);
  }

  /** Position up to which messages have been loaded; while they come from the store, an estimate. */
  get position(): Position {
    return this.#position;
  }

  get from(): LoadedFrom {
    if (!this.build.isLoading) return 'kept';
    return this.#past !== undefined && this.#past.failure === undefined ? 'history' : 'log';
  }

  /** Why the history store is not what it comes from, where there is one. */
  get whyLog(): NoPast | undefined {
    return this.#past?.failure ?? this.#whyLog;
  }

  /** Nobody waits for the rest. */
  close(): void {
    this.#past?.close();
  }

  /** A message has been taken for a profile. */
  note(profile: number, position: Position): void {
    const place = position - this.#ownersFrom;
    if (!this.build.isLoading || place < 0) return;
    if (place >= this.#owners.length) {
      const grown = new Uint32Array(Math.max(place + 1, 2 * this.#owners.length)).fill(nobody);
      grown.set(this.#owners);
      this.#owners = grown;
    }
    this.#owners[place] = profile;
  }

  /** Loads what lies before `end`, for as long as `isTime` says; true when all is loaded. */
  load(end: Position, isTime: () => boolean): boolean {
    if (!this.build.isLoading) {
      this.#position = end;
      return true;
    }
    if (!this.#loadPast(isTime)) return false;
    if (!this.#readIndex(isTime)) return false;
    if (this.#position >= end) return true;
    for (;;) {
      const record = (this.#record ??= this.#nextRecord());
      if (record === undefined || !this.#loadRecord(record, end, isTime)) return false;
      if (this.#position >= end) return true;
      if (!isTime()) return false;
    }
  }

  /** A scan reads ahead, so it is gone on with; at its end there may be more by now. */
  #nextRecord(): ScannedRecord | undefined {
    this.#passed = 0;
    const next = this.#scan?.next();
    if (next !== undefined && next.done !== true) return next.value;
    this.#scan = this.#log.scan(this.#position, this.#reads)[Symbol.iterator]();
    const first = this.#scan.next();
    if (first.done !== true) return first.value;
    this.#scan = undefined;
    return undefined;
  }

  /** True when nothing more comes from the store. */
  #loadPast(isTime: () => boolean): boolean {
    const past = this.#past;
    if (past === undefined || this.#isPastDone) return true;
    for (let n = 1; !past.isBroken; n++) {
      const row = past.next();
      if (row === undefined) break;
      this.#loadRow(row, past);
      if (n % eventsPerLook === 0 && !isTime()) return false;
    }
    if (!past.isBroken && !past.isDone) return false;
    this.#isPastDone = true;
    if (past.isBroken) this.#turnToLog(past);
    else this.#position = past.before;
    return true;
  }

  #loadRow(row: EventRow, past: PastEvents): void {
    const message = row.isDoubtful ? this.#messageAt(row.position) : messageOf(row);
    if (message !== undefined) this.build.load(past.survivorOf(row.profile), message);
    // They come by customer, so that their number says how far it is.
    const { count } = this.build.engine[0].registry;
    this.#position = Math.min(past.before, Math.floor((past.before * row.profile) / Math.max(1, count)));
  }

  #messageAt(position: Position): Message | undefined {
    const entry = this.#log.entryAt(position);
    return entry?.kind === 'message' ? entry.message : undefined;
  }

  /** What lies behind what the store has is the log's from the start. */
  #beginBehind({ before, tail }: PastEvents): void {
    this.#ownersFrom = before;
    // What is nobody's (−1) is `nobody` in 32 bits without a sign.
    this.#owners = new Uint32Array(tail.whose);
  }

  /** All that has not come is read from the log. */
  #turnToLog({ before }: PastEvents): void {
    const owners = new Uint32Array(before + this.#owners.length + 1024).fill(nobody);
    owners.set(this.#owners, before);
    this.#owners = owners;
    this.#ownersFrom = 0;
    this.#position = 0;
    this.#index = this.#wholeIndex.all();
  }

  /** False where there is no time for the rest of it. */
  #loadRecord({ position, count, messages }: ScannedRecord, end: Position, isTime: () => boolean): boolean {
    while (this.#passed < messages.length) {
      const { at, message } = messages[this.#passed++] as ScannedRecord['messages'][number];
      if (at < this.#position || at >= end || this.#past?.has(at) === true) continue;
      const owner = this.#owners[at - this.#ownersFrom] ?? nobody;
      if (owner !== nobody) this.build.load(this.#past?.survivorOf(owner) ?? owner, message);
      this.#position = at + 1;
      if (this.#passed % eventsPerLook === 0 && !isTime()) return false;
    }
    this.#position = Math.min(position + count, end);
    this.#record = undefined;
    // The rest of the record is wanted later.
    if (position + count > end) this.#scan = undefined;
    return true;
  }

  readonly #reads: DefinitionsBuild['reads'] = (kind, name) => this.build.reads(kind, name);

  /** What was noted while the index was read is newer than what stands in it. */
  #readIndex(isTime: () => boolean): boolean {
    if (this.#index === undefined) return true;
    for (let n = 1; ; n++) {
      const next = this.#index.next();
      if (next.done === true) break;
      const [profile, positions] = next.value;
      for (const position of positions) this.note(profile, position);
      if (n % profilesPerLook === 0 && !isTime()) return false;
    }
    this.#index = undefined;
    return true;
  }
}

function messageOf({ kind, name, time, messageId, properties }: EventRow): Message {
  return { kind, name, time, messageId, properties, identifiers: [], traits: {} };
}
