/**
 * Brings the messages of the log to a build of definitions: all of them in order, a piece at a time, while the engine
 * goes on. Messages that arrive meanwhile lie in the log too, so it is done when it has caught up with the engine.
 */

import type { DefinitionsBuild } from '@segue/core/engine/definitions-build.ts';

import type { Position } from '../log/entry.ts';
import type { Log } from '../log/log.ts';

const nobody = 0xffff_ffff;

export class DefinitionsLoader {
  readonly build: DefinitionsBuild;
  readonly #log: Log;
  /** Whose the message at each position is; `nobody` for entries that are nobody's message. */
  #owners: Uint32Array;
  #position: Position = 0;

  /** `owners` holds pairs (profile, positions) of all messages taken so far. */
  constructor(build: DefinitionsBuild, log: Log, owners: Iterable<readonly [number, readonly Position[]]>) {
    this.build = build;
    this.#log = log;
    this.#owners = new Uint32Array(log.next + 1024).fill(nobody);
    for (const [profile, positions] of owners) {
      for (const position of positions) this.#owners[position] = profile;
    }
  }

  /** Position up to which messages have been loaded. */
  get position(): Position {
    return this.#position;
  }

  /** A message has been taken for a profile. */
  note(profile: number, position: Position): void {
    if (position >= this.#owners.length) {
      const grown = new Uint32Array(Math.max(position + 1, 2 * this.#owners.length)).fill(nobody);
      grown.set(this.#owners);
      this.#owners = grown;
    }
    this.#owners[position] = profile;
  }

  /** Loads what lies before `end`, for as long as `isTime` says; true when all is loaded. */
  load(end: Position, isTime: () => boolean): boolean {
    if (this.#position >= end) return true;
    for (const { position, entries } of this.#log.read(this.#position)) {
      for (let i = Math.max(0, this.#position - position); i < entries.length && position + i < end; i++) {
        const entry = entries[i];
        const owner = this.#owners[position + i] ?? nobody;
        if (entry?.kind === 'message' && owner !== nobody) this.build.load(owner, entry.message);
      }
      this.#position = Math.min(position + entries.length, end);
      if (this.#position >= end) return true;
      if (!isTime()) return false;
    }
    return this.#position >= end;
  }
}
