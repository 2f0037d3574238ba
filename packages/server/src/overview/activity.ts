/**
 * What has been arriving: messages by minute and by source, today and lately, and which sources have fallen silent.
 *
 * A projection of the log, counted as records are taken: a look at each entry and no more. It is written to a small file now
 * and then, with the position that it is of, so that a start counts only what came since. The file may be deleted; then what
 * the end of the log says is counted anew.
 *
 * A source is silent when it has sent nothing for twice as long as the longest pause of its last seven days, a quarter of an
 * hour at least; one that has been sending for less than a day, after a day. So a shop's night, and tills that report once
 * a day, are no alarm. Nor is the end of a file: what has only ever brought the past, days after it happened, is not waited for.
 */

import type { Zone } from '@segue/core/base/zone.ts';
import type { Instant } from '@segue/core/model/message.ts';

import type { LogRecord, Position } from '../log/entry.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Minutes that are kept: an hour to show, and the one that is running. */
const minutesKept = 61;
const pauseDaysKept = 7;
const silentMsMin = 15 * minuteMs;
/** What came later than this after it happened was the past when it came. */
const liveMsMax = 2 * dayMs;
/** Sources that are kept; the ones that were silent longest go. */
const sourcesMax = 1_000;

type Seen = {
  firstAt: Instant;
  lastAt: Instant;
  /** Something came as it happened, not as the past. */
  isLive: boolean;
  /** Where the day begins that `today` is of. */
  day: Instant;
  today: number;
  /** The longest pause that ended on each of the last days with messages, newest last. */
  pauses: { readonly day: Instant; ms: number }[];
};

export type SourceActivity = {
  readonly name: string;
  readonly today: number;
  readonly lastAt: Instant;
  /** Nothing has come for longer than is usual. */
  readonly isSilent: boolean;
};

export type ActivityNow = {
  /** Where today begins. */
  readonly day: Instant;
  readonly today: number;
  /** Of the last sixty whole minutes and the one that is running, oldest first. */
  readonly minutes: readonly number[];
  /** Where the first of `minutes` begins. */
  readonly from: Instant;
  /** By name. */
  readonly sources: readonly SourceActivity[];
};

/** As it is kept. */
export type KeptActivity = {
  readonly format: 2;
  readonly position: Position;
  readonly minutes: readonly (readonly [minute: Instant, count: number])[];
  readonly sources: readonly (Seen & { readonly name: string })[];
};

export class Activity {
  readonly #zone: Zone;
  readonly #sources = new Map<string, Seen>();
  /** By the instant at which they begin. */
  readonly #minutes = new Map<Instant, number>();
  /** Today, as of the last record. */
  #day: Instant = -Infinity;
  #dayEnds: Instant = -Infinity;

  constructor(zone: Zone, kept?: KeptActivity) {
    this.#zone = zone;
    if (kept === undefined) return;
    for (const [minute, count] of kept.minutes) this.#minutes.set(minute, count);
    for (const { name, ...seen } of kept.sources) {
      this.#sources.set(name, { ...seen, pauses: seen.pauses.map((pause) => ({ ...pause })) });
    }
  }

  /** Counts the messages of a record. */
  take({ at, entries }: Pick<LogRecord, 'at' | 'entries'>): void {
    let count = 0;
    let source: string | undefined = undefined;
    let ofSource = 0;
    let isLive = false;
    for (const entry of entries) {
      if (entry.kind !== 'message') continue;
      count += 1;
      if (entry.source !== source) {
        if (source !== undefined) this.#note(source, at, ofSource, isLive);
        ({ source } = entry);
        ofSource = 0;
        isLive = false;
      }
      ofSource += 1;
      isLive ||= at - entry.message.time <= liveMsMax;
    }
    if (source === undefined) return;
    this.#note(source, at, ofSource, isLive);
    const minute = at - (at % minuteMs);
    this.#minutes.set(minute, (this.#minutes.get(minute) ?? 0) + count);
    if (this.#minutes.size > 2 * minutesKept) this.#forgetMinutes(at);
  }

  at(now: Instant): ActivityNow {
    const day = this.#zone.startOfDay(now);
    const running = now - (now % minuteMs);
    const from = running - (minutesKept - 1) * minuteMs;
    const minutes = Array.from(
      { length: minutesKept },
      (_, i) => this.#minutes.get(from + i * minuteMs) ?? 0,
    );
    let today = 0;
    const sources: SourceActivity[] = [];
    for (const [name, seen] of this.#sources) {
      const ofToday = seen.day === day ? seen.today : 0;
      today += ofToday;
      sources.push({ name, today: ofToday, lastAt: seen.lastAt, isSilent: isSilent(seen, now) });
    }
    sources.sort((a, b) => (a.name < b.name ? -1 : 1));
    return { day, today, minutes, from, sources };
  }

  kept(position: Position): KeptActivity {
    return {
      format: 2,
      position,
      minutes: [...this.#minutes],
      sources: [...this.#sources].map(([name, seen]) => ({ name, ...seen })),
    };
  }

  #note(source: string, at: Instant, count: number, isLive: boolean): void {
    const day = this.#startOfDay(at);
    const seen = this.#sources.get(source);
    if (seen === undefined) {
      if (this.#sources.size >= sourcesMax) this.#forgetOldest();
      this.#sources.set(source, { firstAt: at, lastAt: at, isLive, day, today: count, pauses: [] });
      return;
    }
    seen.isLive ||= isLive;
    notePause(seen.pauses, day, at - seen.lastAt);
    seen.lastAt = Math.max(seen.lastAt, at);
    seen.today = seen.day === day ? seen.today + count : count;
    seen.day = day;
  }

  #startOfDay(at: Instant): Instant {
    if (at < this.#day || at >= this.#dayEnds) {
      this.#day = this.#zone.startOfDay(at);
      // No day is shorter than this; the rest of a longer one is asked for again.
      this.#dayEnds = Math.max(this.#day + 20 * 3_600_000, at + 1);
    }
    return this.#day;
  }

  #forgetMinutes(now: Instant): void {
    for (const minute of this.#minutes.keys()) {
      if (minute < now - minutesKept * minuteMs) this.#minutes.delete(minute);
    }
  }

  #forgetOldest(): void {
    let oldest: readonly [string, Instant] | undefined = undefined;
    for (const [name, { lastAt }] of this.#sources) {
      if (oldest === undefined || lastAt < oldest[1]) oldest = [name, lastAt];
    }
    if (oldest !== undefined) this.#sources.delete(oldest[0]);
  }
}

function notePause(pauses: Seen['pauses'], day: Instant, ms: number): void {
  const last = pauses.at(-1);
  if (last?.day === day) {
    last.ms = Math.max(last.ms, ms);
    return;
  }
  pauses.push({ day, ms });
  if (pauses.length > pauseDaysKept) pauses.shift();
}

function isSilent({ firstAt, lastAt, isLive, pauses }: Seen, now: Instant): boolean {
  if (!isLive) return false;
  const silentMs = now - lastAt;
  if (lastAt - firstAt < dayMs) return silentMs >= dayMs;
  const longest = pauses.reduce((most, { ms }) => Math.max(most, ms), 0);
  return silentMs >= Math.max(silentMsMin, 2 * longest);
}

/** What was kept; undefined where it is not of this form. */
export function readKept(text: string): KeptActivity | undefined {
  try {
    const kept = JSON.parse(text) as Partial<KeptActivity> | null;
    const isWhole =
      kept?.format === 2 &&
      Number.isSafeInteger(kept.position) &&
      Array.isArray(kept.minutes) &&
      Array.isArray(kept.sources) &&
      kept.sources.every(isKeptSource);
    return isWhole ? (kept as KeptActivity) : undefined;
  } catch {
    return undefined;
  }
}

function isKeptSource(seen: unknown): boolean {
  if (typeof seen !== 'object' || seen === null) return false;
  const { name, pauses, isLive } = seen as Readonly<Record<string, unknown>>;
  return typeof name === 'string' && typeof isLive === 'boolean' && Array.isArray(pauses);
}
