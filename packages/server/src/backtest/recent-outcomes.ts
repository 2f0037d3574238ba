/**
 * What each customer did lately of one measure: when last and, where it has a value, each time within reach with its value.
 * Lists of those who did nothing since are let go when a checkpoint is written.
 */

import type { Instant, Message } from '@segue/core/model/message.ts';
import type { Zone } from '@segue/core/base/zone.ts';
import { numberOf } from '@segue/core/rules/population.ts';
import { eventMatches, readPath, whereHolds } from '@segue/core/rules/semantics.ts';

import { Column, type SavedColumn } from './column.ts';
import type { Measure } from './question.ts';

export type SavedOutcomes = {
  readonly last: SavedColumn;
  readonly recent: readonly (readonly [number, readonly number[]])[];
};

/** Instant and value by turns, ascending by instant. */
export type OutcomeList = readonly number[];

const nothing: OutcomeList = [];

export class RecentOutcomes {
  readonly measure: Measure;
  readonly #withinMs: number;
  /** By customer: when last. */
  readonly #last: Column;
  readonly #recent: Map<number, number[]>;

  constructor(measure: Measure, withinMs: number, saved?: SavedOutcomes) {
    this.measure = measure;
    this.#withinMs = withinMs;
    this.#last = new Column('double', -Infinity, saved?.last);
    this.#recent = new Map((saved?.recent ?? []).map(([profile, list]) => [profile, [...list]]));
  }

  /** The value of the event; undefined where the measure does not count it. A value that is no number counts as 0. */
  valueOf({ kind, name, properties }: Message, zone: Zone): number | undefined {
    const { events, value } = this.measure;
    if (!eventMatches(events.source, kind, name)) return undefined;
    if (events.where !== undefined && !whereHolds(events.where, properties, zone)) return undefined;
    return value === undefined ? 0 : (numberOf(readPath(properties, value)) ?? 0);
  }

  lastOf(profile: number): Instant {
    return this.#last.get(profile);
  }

  /** Those with a value, within reach of the last one noted. */
  listOf(profile: number): OutcomeList {
    return this.#recent.get(profile) ?? nothing;
  }

  note(profile: number, at: Instant, value: number): void {
    this.#last.set(profile, at);
    if (this.measure.value === undefined) return;
    const list = this.#recent.get(profile);
    if (list === undefined) this.#recent.set(profile, [at, value]);
    else {
      list.push(at, value);
      cut(list, at - this.#withinMs);
    }
  }

  merge(survivor: number, gone: number): void {
    this.#last.set(survivor, Math.max(this.#last.get(survivor), this.#last.get(gone)));
    const theirs = this.#recent.get(gone);
    if (theirs === undefined) return;
    this.#recent.delete(gone);
    const both = pairs([...(this.#recent.get(survivor) ?? []), ...theirs]).sort(([a], [b]) => a - b);
    this.#recent.set(survivor, both.flat());
  }

  save(now: Instant): SavedOutcomes {
    for (const [profile, list] of this.#recent) {
      if ((list.at(-2) ?? -Infinity) < now - this.#withinMs) this.#recent.delete(profile);
    }
    return { last: this.#last.save(), recent: [...this.#recent] };
  }
}

/** Takes away what is before an instant. */
function cut(list: number[], before: Instant): void {
  let n = 0;
  while (n < list.length && (list[n] as number) < before) n += 2;
  // Moving what stays costs as much as it is long, so it waits until it is worth it.
  if (n > 16 || n * 2 >= list.length) list.splice(0, n);
}

function pairs(list: readonly number[]): [number, number][] {
  return Array.from({ length: list.length / 2 }, (_, i) => [
    list[2 * i] as number,
    list[2 * i + 1] as number,
  ]);
}
