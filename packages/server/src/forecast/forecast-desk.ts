/**
 * What time alone will bring to everybody over the next days, while the service goes on.
 *
 * Idea. The queue knows who has something due by then; a copy of each of them lives through those days, a few milliseconds at
 * a time between what arrives. All segments are told of at once, so whoever asks for another one, or asks again soon, has
 * the same answer; who asks while it is made waits for it. Where nobody waits any more it is stopped.
 *
 * Each customer counts as they were when it came to them; the answer names the first and last of these instants. What depends
 * on how others do stands still, and messages dated ahead are left out.
 */

import type { Zone } from '@segue/core/base/zone.ts';
import type { Engine } from '@segue/core/engine/engine.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Instant } from '@segue/core/model/message.ts';

import { Turns } from '../preview/turns.ts';

export type ComingChange = {
  readonly profile: number;
  readonly change: 'entered' | 'exited';
  readonly at: Instant;
};

export type ComingDay = { readonly date: string; entered: number; exited: number };

export type ComingSegment = {
  readonly days: readonly ComingDay[];
  /** The soonest. */
  readonly changes: readonly ComingChange[];
};

export type Coming = {
  readonly from: Instant;
  /** Included. */
  readonly until: Instant;
  /** When the last customer was looked at. */
  readonly at: Instant;
  readonly customers: number;
  readonly tookMs: number;
  readonly segments: ReadonlyMap<string, ComingSegment>;
};

export type ForecastDeskOptions = {
  readonly engine: Engine;
  readonly zone: Zone;
  readonly now: () => Instant;
  /** How long it may take, in milliseconds. */
  readonly timeMaxMs?: number;
};

/** Changes of a segment that are named. */
export const comingChangesMax = 500;
const dayMs = 86_400_000;
/** How long is worked before others have their turn, in milliseconds. */
const sliceMs = 4;
/** An answer is given again for so long, and so many times what it took. */
const freshMs = 5_000;
const freshFactor = 10;
/** Answers kept, each of another number of days. */
const keptMax = 4;
const timeMaxDefaultMs = 300_000;

type Run = {
  readonly definitions: Definitions;
  readonly stop: AbortController;
  readonly done: Promise<Coming>;
  waiting: number;
};

export class ForecastDesk {
  readonly #options: ForecastDeskOptions;
  /** By days. */
  readonly #runs = new Map<number, Run>();
  readonly #kept = new Map<number, { readonly definitions: Definitions; readonly coming: Coming }>();
  /** Settles when the run before is over: one at a time, so that what arrives waits for one slice at most. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(options: ForecastDeskOptions) {
    this.#options = options;
  }

  /** @throws PreviewStopped where nobody waits any more, or it took too long */
  async forecast(days: number, signal: AbortSignal): Promise<Coming> {
    const { engine, now } = this.#options;
    const kept = this.#kept.get(days);
    if (kept?.definitions === engine.definitions) {
      const { at, tookMs } = kept.coming;
      if (now() - at < Math.max(freshMs, freshFactor * tookMs)) return kept.coming;
    }
    const run = this.#runOf(days);
    run.waiting++;
    const leave = (): void => {
      if (--run.waiting === 0) run.stop.abort();
    };
    signal.addEventListener('abort', leave, { once: true });
    try {
      return await run.done;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  /** Stops what is under way. */
  close(): void {
    for (const { stop } of this.#runs.values()) stop.abort();
  }

  #runOf(days: number): Run {
    const { definitions } = this.#options.engine;
    const running = this.#runs.get(days);
    if (running?.definitions === definitions && !running.stop.signal.aborted) return running;
    const stop = new AbortController();
    const turn = this.#before.then(() => this.#run(days, stop.signal));
    this.#before = turn.catch(() => undefined);
    const done = turn.finally(() => {
      if (this.#runs.get(days) === run) this.#runs.delete(days);
    });
    const run: Run = { definitions, stop, done, waiting: 0 };
    this.#runs.set(days, run);
    return run;
  }

  async #run(days: number, signal: AbortSignal): Promise<Coming> {
    const { engine, zone, now, timeMaxMs = timeMaxDefaultMs } = this.#options;
    const began = performance.now();
    const turns = new Turns(signal, timeMaxMs);
    turns.check();
    const { definitions } = engine;
    const from = now();
    const until = from + days * dayMs;
    const tally = new Tally(zone, definitions, from, until);
    let sliceEnds = performance.now() + sliceMs;
    for (let id = 0; id < engine.numbersGiven; id++) {
      // One customer may cost a tenth of a millisecond and more, so the clock is looked at before each.
      if (performance.now() >= sliceEnds) {
        await turns.pause();
        sliceEnds = performance.now() + sliceMs;
        // Names may mean something else by now: those who wait begin again.
        if (engine.definitions !== definitions) return this.#run(days, signal);
      }
      for (const change of engine.comingChanges(id, until)) {
        if (change.kind === 'segment') tally.add(change.segment, change);
      }
    }
    const coming: Coming = {
      from,
      until,
      at: now(),
      customers: engine.profileCount(),
      tookMs: Math.round(performance.now() - began),
      segments: tally.segments(),
    };
    this.#kept.delete(days);
    this.#kept.set(days, { definitions, coming });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= keptMax) break;
      this.#kept.delete(oldest);
    }
    return coming;
  }
}

/** Entries and exits by segment and local day. */
class Tally {
  /** Where the days begin, with the one after the last. */
  readonly #starts: Instant[] = [];
  readonly #dates: string[] = [];
  readonly #segments = new Map<string, { days: ComingDay[]; changes: ComingChange[] }>();

  constructor(zone: Zone, { segments }: Definitions, from: Instant, until: Instant) {
    for (let start = from; start <= until; start = zone.nextDay(start)) {
      this.#starts.push(start);
      this.#dates.push(zone.format(start).slice(0, 10));
    }
    for (const name of segments.keys()) {
      const days = this.#dates.map((date) => ({ date, entered: 0, exited: 0 }));
      this.#segments.set(name, { days, changes: [] });
    }
  }

  add(segment: string, { profile, change, at }: ComingChange): void {
    const of = this.#segments.get(segment);
    if (of === undefined) return;
    let day = this.#starts.length - 1;
    while (day > 0 && (this.#starts[day] as Instant) > at) day--;
    (of.days[day] as ComingDay)[change]++;
    of.changes.push({ profile, change, at });
    if (of.changes.length >= 4 * comingChangesMax) keepSoonest(of.changes);
  }

  segments(): ReadonlyMap<string, ComingSegment> {
    for (const { changes } of this.#segments.values()) keepSoonest(changes);
    return this.#segments;
  }
}

function keepSoonest(changes: ComingChange[]): void {
  changes.sort((a, b) => a.at - b.at || a.profile - b.profile);
  changes.length = Math.min(changes.length, comingChangesMax);
}
