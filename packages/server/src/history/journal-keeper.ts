/**
 * Keeps the journal while the engine takes entries. On the path of every message, so it does little: a number an entry, and
 * more only where a customer comes under several identifiers, merges, or ends.
 */

import type { Engine } from '@segue/core/engine/engine.ts';
import type { Instant, Message } from '@segue/core/model/message.ts';

import type { LogEntry, Position } from '../log/entry.ts';
import type { EntryResult } from '../runtime/submissions.ts';
import type { Journal, JournalMark } from './journal.ts';

type Merged = Omit<JournalMark & { readonly kind: 'merged' }, 'position' | 'at'>;

export class JournalKeeper {
  readonly journal: Journal;
  /** Merges that the entry under way has brought. */
  #merged: Merged[] = [];
  /** Of each population, when the last was taken. */
  readonly #populations = new Map<string, Instant>();

  constructor(journal: Journal) {
    this.journal = journal;
  }

  /** Before the first entry: what is there already is in history already. */
  begin(engine: Engine): void {
    for (const [key, taken] of engine.world().populations) {
      this.#populations.set(key, taken.at(-1)?.at ?? -Infinity);
    }
  }

  /** `gone` becomes part of `survivor` now, and is still there as it was. `seq`: number of the next change. */
  merging(engine: Engine, survivor: number, gone: number, seq: number): void {
    const view = engine.profile(gone);
    this.#merged.push({
      kind: 'merged',
      profile: gone,
      survivor,
      segments: view?.segments.map(({ segment }) => segment) ?? [],
      stages: view?.stages.map(({ lifecycle, stage }) => [lifecycle, stage]) ?? [],
      seq,
    });
  }

  /** An entry was taken, with what became of it. */
  taken(engine: Engine, entry: LogEntry, result: EntryResult, position: Position, at: Instant): void {
    const { journal } = this;
    const outcome = result.ok && result.value.ignored === undefined ? result.value : undefined;
    const profile = outcome?.profile;
    journal.note(profile);
    if (this.#merged.length > 0) {
      for (const merged of this.#merged) journal.mark({ ...merged, position, at });
      this.#merged = [];
    }
    if (profile === undefined) return;
    if (entry.kind === 'erase') journal.mark({ kind: 'erased', profile, position, at });
    if (entry.kind === 'message') this.#noteNames(engine, entry.message, profile, position, at);
  }

  /** All entries of a record were taken; `seq`: number of the next change. */
  endRecord(engine: Engine, seq: number, position: Position, at: Instant): void {
    const { populations } = engine.world();
    if (populations.size > 0) this.#notePopulations(populations, position, at);
    this.journal.endRecord(seq);
  }

  /** Whose an identifier is, the message alone does not say where there are several: another may own one of them. */
  #noteNames(engine: Engine, message: Message, profile: number, position: Position, at: Instant): void {
    const { identifiers, previousId } = message;
    if (identifiers.length < 2 && previousId === undefined) return;
    const areAllTheirs =
      previousId === undefined && identifiers.every((one) => engine.findProfile(one) === profile);
    if (areAllTheirs) return;
    const names = engine.namesOf(profile).identifiers.map(({ kind, value }) => [kind, value] as const);
    this.journal.mark({ kind: 'names', profile, names, position, at });
  }

  #notePopulations(
    populations: ReturnType<Engine['world']>['populations'],
    position: Position,
    at: Instant,
  ): void {
    for (const [key, taken] of populations) {
      const last = taken.at(-1)?.at ?? -Infinity;
      const known = this.#populations.get(key) ?? -Infinity;
      if (last <= known) continue;
      this.#populations.set(key, last);
      taken.forEach((population, place) => {
        if (population.at <= known) return;
        const values = Array.from(population.values);
        this.journal.mark({ kind: 'population', key, place, takenAt: population.at, values, position, at });
      });
    }
  }
}
