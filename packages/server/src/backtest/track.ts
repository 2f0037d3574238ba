/**
 * What happened to one segment, or one stage of a lifecycle, during a backtest: who entered and left on which day and why,
 * and what they did afterwards against those who stood outside.
 *
 * Only the first entry of a customer in the period is followed, so that customers count once and are independent. Whoever
 * did something at an entry's own instant did not do it after it; whatever changed at that instant had changed.
 */

import { murmur3 } from '@segue/core/base/murmur.ts';
import type { Cause } from '@segue/core/model/change.ts';
import type { Instant } from '@segue/core/model/message.ts';

import { Column, type SavedColumn } from './column.ts';
import { eachSpent, FollowedMeasure, type SavedMeasure } from './followed-measure.ts';
import type { RecentOutcomes } from './recent-outcomes.ts';

export type SampledEntry = {
  readonly entry: number;
  /** Those with the least are kept. */
  readonly lot: number;
  readonly profile: number;
  readonly at: Instant;
  readonly cause: Cause;
  readonly messageId?: string;
};

export type DayCounts = { entered: number; exited: number; size: number };
export type CauseCounts = Partial<Record<Cause, number>>;

type Columns = Readonly<
  Record<
    'member' | 'born' | 'since' | 'compared' | 'entryOf' | 'profiles' | 'ats' | 'others' | 'dropped',
    SavedColumn
  >
>;

export type SavedTrack = Columns & {
  readonly size: number;
  readonly flips: readonly (readonly [number, readonly number[]])[];
  readonly days: readonly DayCounts[];
  readonly entered: CauseCounts;
  readonly exited: CauseCounts;
  readonly sample: readonly SampledEntry[];
  readonly measures: readonly SavedMeasure[];
};

export type TrackOptions = {
  /** How long people are followed. */
  readonly withinMs: number;
  readonly samplesMax: number;
  /** How many. */
  readonly measures: number;
};

/** Changes of membership kept of one customer before those out of reach are looked for. */
const flipsMin = 32;
/** An entry that is never reached. */
const never = 2 ** 31 - 1;

export class Track {
  /** Members now. */
  size: number;
  readonly days: DayCounts[];
  readonly entered: CauseCounts;
  readonly exited: CauseCounts;
  readonly measures: readonly FollowedMeasure[];
  // By entry.
  readonly profiles: Column;
  readonly ats: Column;
  /** How many stood outside. */
  readonly others: Column;
  /** 1: two who entered turned out to be one, and this was the later entry. */
  readonly dropped: Column;
  // By customer.
  readonly #member: Column;
  /** The first entry at which they existed. */
  readonly #born: Column;
  /** The first entry since which they have been in, or out. */
  readonly #since: Column;
  /** The first entry at which they stood outside; -1: none yet. */
  readonly #compared: Column;
  readonly #entryOf: Column;
  /** The entries at which they came in and went out by turns, lately. */
  readonly #flips: Map<number, number[]>;
  #sample: SampledEntry[];
  readonly #withinMs: number;
  readonly #samplesMax: number;

  constructor({ withinMs, samplesMax, measures }: TrackOptions, saved?: SavedTrack) {
    this.#withinMs = withinMs;
    this.#samplesMax = samplesMax;
    this.size = saved?.size ?? 0;
    this.days = [...(saved?.days ?? [])].map((day) => ({ ...day }));
    this.entered = { ...saved?.entered };
    this.exited = { ...saved?.exited };
    this.measures = Array.from({ length: measures }, (_, i) => new FollowedMeasure(saved?.measures[i]));
    this.profiles = new Column('integer', -1, saved?.profiles);
    this.ats = new Column('double', Infinity, saved?.ats);
    this.others = new Column('integer', 0, saved?.others);
    this.dropped = new Column('byte', 0, saved?.dropped);
    this.#member = new Column('byte', 0, saved?.member);
    this.#born = new Column('integer', never, saved?.born);
    this.#since = new Column('integer', never, saved?.since);
    this.#compared = new Column('integer', -1, saved?.compared);
    this.#entryOf = new Column('integer', -1, saved?.entryOf);
    this.#flips = new Map((saved?.flips ?? []).map(([profile, list]) => [profile, [...list]]));
    this.#sample = [...(saved?.sample ?? [])];
  }

  isMember(profile: number): boolean {
    return this.#member.get(profile) === 1;
  }

  /** The followed entry of a customer; -1 where there is none. */
  entryOf(profile: number): number {
    return this.#entryOf.get(profile);
  }

  get sample(): readonly SampledEntry[] {
    return this.#sample;
  }

  /** What changed at an instant has changed: those outside at its entries are counted. */
  closeInstant(at: Instant, existing: number): void {
    for (let i = this.ats.length - 1; i >= 0 && this.ats.get(i) === at; i--) {
      this.others.set(i, existing - this.size);
    }
  }

  born(profile: number, at: Instant): void {
    const place = this.#placeOf(at);
    this.#born.set(profile, place);
    this.#since.set(profile, place);
  }

  /** `day`: which day of the period; undefined outside of it. */
  enter(
    profile: number,
    at: Instant,
    why: { cause: Cause; messageId?: string },
    day: number | undefined,
  ): void {
    if (this.isMember(profile)) return;
    const place = this.#flip(profile, at);
    this.#noteCompared(profile, place);
    this.#member.set(profile, 1);
    this.#since.set(profile, place);
    this.size += 1;
    if (day === undefined) return;
    this.#dayAt(day).entered += 1;
    this.entered[why.cause] = (this.entered[why.cause] ?? 0) + 1;
    if (this.#entryOf.get(profile) >= 0) return;
    const entry = this.ats.length;
    this.#entryOf.set(profile, entry);
    this.profiles.push(profile);
    this.ats.push(at);
    this.#draw({ entry, lot: murmur3(String(entry)), profile, at, ...why });
  }

  exit(profile: number, at: Instant, cause: Cause, day: number | undefined): void {
    if (!this.isMember(profile)) return;
    const place = this.#flip(profile, at);
    this.#member.set(profile, 0);
    this.#since.set(profile, place);
    this.size -= 1;
    if (day === undefined) return;
    this.#dayAt(day).exited += 1;
    this.exited[cause] = (this.exited[cause] ?? 0) + 1;
  }

  /** A day of the period has ended. */
  endDay(day: number): void {
    this.#dayAt(day).size = this.size;
  }

  /** Something that a measure counts. */
  did(profile: number, at: Instant, value: number, m: number, outcomes: RecentOutcomes): void {
    const withinMs = this.#withinMs;
    const measure = this.measures[m] as FollowedMeasure;
    const entry = this.#entryOf.get(profile);
    if (entry >= 0) {
      const enteredAt = this.ats.get(entry);
      if (at > enteredAt && at <= enteredAt + withinMs) measure.enteredDid(entry, value);
    }
    const high = this.#placeOf(at);
    const low = Math.max(this.#placeOf(at - withinMs), this.#born.get(profile));
    if (low >= high) return;
    const first = Math.max(low, this.#placeOf(outcomes.lastOf(profile)));
    this.#eachOutside(profile, first, high, (from, to) => {
      measure.outsiderDid(from, to);
    });
    if (outcomes.measure.value === undefined || value === 0) return;
    const list = outcomes.listOf(profile);
    const place = (then: Instant): number => this.#placeOf(then);
    this.#eachOutside(profile, low, high, (from, to) => {
      eachSpent(list, from, to, place, (start, end, sum) => {
        measure.outsiderSpent(start, end, sum, value);
      });
    });
  }

  /** Two customers are one from now on. */
  merge(survivor: number, gone: number, at: Instant): void {
    const theirs = this.#entryOf.get(gone);
    const own = this.#entryOf.get(survivor);
    this.#entryOf.set(gone, -1);
    if (theirs >= 0) {
      const kept = own < 0 ? theirs : Math.min(own, theirs);
      if (own >= 0) this.dropped.set(Math.max(own, theirs), 1);
      this.#entryOf.set(survivor, kept);
      this.profiles.set(kept, survivor);
    }
    this.#sample = this.#sample.map((entry) =>
      entry.profile === gone ? { ...entry, profile: survivor } : entry,
    );
    this.forget(gone, at);
  }

  /** A customer ceases to exist. */
  forget(profile: number, at: Instant): void {
    if (this.isMember(profile)) this.size -= 1;
    else this.#noteCompared(profile, this.#placeOf(at));
    this.#member.set(profile, 0);
    this.#born.set(profile, never);
    this.#since.set(profile, never);
    this.#flips.delete(profile);
  }

  /** How many different customers stood outside at one of the first entries or another. */
  outsiders(entries: number): number {
    let n = 0;
    for (let profile = 0; profile < this.#since.length; profile++) {
      const compared = this.#compared.get(profile);
      const since = this.isMember(profile) ? never : this.#since.get(profile);
      if ((compared >= 0 && compared < entries) || since < entries) n += 1;
    }
    return n;
  }

  save(now: Instant): SavedTrack {
    const from = this.#placeOf(now - this.#withinMs);
    for (const [profile, list] of this.#flips) if ((list.at(-1) ?? 0) < from) this.#flips.delete(profile);
    const { size, days, entered, exited, measures } = this;
    return {
      size,
      days,
      entered,
      exited,
      measures: measures.map((measure) => measure.save()),
      profiles: this.profiles.save(),
      ats: this.ats.save(),
      others: this.others.save(),
      dropped: this.dropped.save(),
      member: this.#member.save(),
      born: this.#born.save(),
      since: this.#since.save(),
      compared: this.#compared.save(),
      entryOf: this.#entryOf.save(),
      flips: [...this.#flips],
      sample: this.#sample,
    };
  }

  /** The first entry at or after an instant. */
  #placeOf(at: Instant): number {
    // Mostly asked about now, after the last entry.
    const { length } = this.ats;
    if (length === 0 || at > this.ats.get(length - 1)) return length;
    return this.ats.lowerBound(at);
  }

  #flip(profile: number, at: Instant): number {
    const place = this.#placeOf(at);
    const list = this.#flips.get(profile);
    if (list === undefined) this.#flips.set(profile, [place]);
    else {
      if (list.length >= flipsMin) forgetBefore(list, this.#placeOf(at - this.#withinMs));
      list.push(place);
    }
    return place;
  }

  #noteCompared(profile: number, until: number): void {
    const since = this.#since.get(profile);
    if (since < until && this.#compared.get(profile) < 0) this.#compared.set(profile, since);
  }

  /** The parts of [low, high) at which a customer stood outside, the last first. */
  #eachOutside(profile: number, low: number, high: number, see: (low: number, high: number) => void): void {
    let isIn = this.isMember(profile);
    let end = high;
    const list = this.#flips.get(profile);
    for (let i = (list?.length ?? 0) - 1; i >= 0 && end > low; i--) {
      const flip = Math.max(low, list?.[i] as number);
      if (!isIn && flip < end) see(flip, end);
      end = Math.min(end, flip);
      isIn = !isIn;
    }
    if (!isIn && low < end) see(low, end);
  }

  #dayAt(day: number): DayCounts {
    while (this.days.length <= day) {
      const size = this.days.at(-1)?.size ?? 0;
      this.days.push({ entered: 0, exited: 0, size });
    }
    return this.days[day] as DayCounts;
  }

  /** Keeps those with the least lots: a sample of all entries so far, the same whenever it is drawn. */
  #draw(entry: SampledEntry): void {
    const sample = this.#sample;
    if (sample.length >= this.#samplesMax && entry.lot >= (sample.at(-1)?.lot ?? 0)) return;
    const place = sample.findIndex(({ lot }) => lot > entry.lot);
    sample.splice(place < 0 ? sample.length : place, 0, entry);
    if (sample.length > this.#samplesMax) sample.pop();
  }
}

/** Of ascending places, lets those go that are before one. */
function forgetBefore(list: number[], place: number): void {
  let n = 0;
  while (n < list.length && (list[n] as number) < place) n += 1;
  list.splice(0, n);
}
