/**
 * Brings the messages of the log to a build of definitions: those that it reads, in order, a piece at a time, while the
 * engine goes on. Messages that arrive meanwhile lie in the log too, so it is done when it has caught up with the engine.
 *
 * Whose each message is stands in the index of messages, which is read first. A build that has nothing to load needs neither.
 */

import type { DefinitionsBuild } from '@segue/core/engine/definitions-build.ts';

import type { Position } from '../log/entry.ts';
import type { Log, ScannedRecord } from '../log/log.ts';
import type { MessageIndex } from './message-index.ts';

const nobody = 0xffff_ffff;
/** Profiles of the index between two looks at the clock. */
const profilesPerLook = 64;

export class DefinitionsLoader {
  readonly build: DefinitionsBuild;
  readonly #log: Log;
  /** Whose the message at each position is; `nobody` for entries that are nobody's message. */
  #owners: Uint32Array;
  /** What of the index has not been read yet; undefined when all has. */
  #index: Generator<readonly [number, readonly Position[]], void> | undefined;
  #position: Position = 0;
  /** The log from the position on. */
  #scan: Iterator<ScannedRecord> | undefined = undefined;

  constructor(build: DefinitionsBuild, log: Log, index: MessageIndex) {
    this.build = build;
    this.#log = log;
    this.#index = build.isLoading ? index.all() : undefined;
    this.#owners = new Uint32Array(build.isLoading ? log.next + 1024 : 0).fill(nobody);
  }

  /** Position up to which messages have been loaded. */
  get position(): Position {
    return this.#position;
  }

  /** A message has been taken for a profile. */
  note(profile: number, position: Position): void {
    if (!this.build.isLoading) return;
    if (position >= this.#owners.length) {
      const grown = new Uint32Array(Math.max(position + 1, 2 * this.#owners.length)).fill(nobody);
      grown.set(this.#owners);
      this.#owners = grown;
    }
    this.#owners[position] = profile;
  }

  /** Loads what lies before `end`, for as long as `isTime` says; true when all is loaded. */
  load(end: Position, isTime: () => boolean): boolean {
    if (!this.build.isLoading) {
      this.#position = end;
      return true;
    }
    if (!this.#readIndex(isTime)) return false;
    if (this.#position >= end) return true;
    for (;;) {
      // A scan reads ahead, so it is gone on with; at its end there may be more by now.
      const isNew = this.#scan === undefined;
      this.#scan ??= this.#log.scan(this.#position, this.#reads)[Symbol.iterator]();
      const next = this.#scan.next();
      if (next.done === true) {
        this.#scan = undefined;
        if (isNew) return false;
        continue;
      }
      this.#loadRecord(next.value, end);
      if (this.#position >= end) return true;
      if (!isTime()) return false;
    }
  }

  #loadRecord({ position, count, messages }: ScannedRecord, end: Position): void {
    for (const { at, message } of messages) {
      if (at < this.#position || at >= end) continue;
      const owner = this.#owners[at] ?? nobody;
      if (owner !== nobody) this.build.load(owner, message);
    }
    this.#position = Math.min(position + count, end);
    // The rest of the record is wanted later.
    if (position + count > end) this.#scan = undefined;
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
