/**
 * A backtest as it goes: an engine that has nothing but the draft and what is in force, and a tally of what they say.
 *
 * Pure but for its own state: the same steps give the same tally, whether it was written down and taken up in between or not.
 */

import { Zone } from '@segue/core/base/zone.ts';
import { defined } from '@segue/core/base/assert.ts';
import { Engine, type Applied } from '@segue/core/engine/engine.ts';
import type { Change } from '@segue/core/model/change.ts';
import { readListed } from '@segue/core/model/listed-definitions.ts';
import type { Instant, Message } from '@segue/core/model/message.ts';

import { Column, type SavedColumn } from './column.ts';
import type { BacktestQuestion, Subject } from './question.ts';
import { RecentOutcomes, type SavedOutcomes } from './recent-outcomes.ts';
import type { Listener, Step } from './story.ts';
import { Track, type SavedTrack } from './track.ts';

export type Side = 'draft' | 'against';

/** A segment, or a stage of a lifecycle, of one of the two sides. */
export type TrackKey = { readonly side: Side; readonly stage?: string };
export type KeyedTrack = TrackKey & { readonly track: Track };

/** Members of the one side and not of the other when the period ended. */
export type Difference = {
  readonly stage?: string;
  both: number;
  onlyDraft: number;
  onlyAgainst: number;
  readonly onlyDraftSample: number[];
  readonly onlyAgainstSample: number[];
};

type SavedTally = {
  readonly instant: Instant | null;
  readonly existing: number;
  readonly known: SavedColumn;
  readonly day: number;
  readonly existingByDay: readonly number[];
  readonly differences: readonly Difference[] | null;
};

/** Of what was saved: the tally in a line, each track and each measure's outcomes in one, then the engine's lines. */
type Saved = {
  readonly tally: SavedTally;
  readonly tracks: readonly SavedTrack[];
  readonly outcomes: readonly SavedOutcomes[];
  readonly engine: Iterable<string>;
};

export class BacktestRun implements Listener {
  readonly question: BacktestQuestion;
  readonly engine: Engine;
  readonly zone: Zone;
  readonly tracks: readonly KeyedTrack[];
  /** Customers who existed at the end of each day of the period. */
  readonly existingByDay: number[];
  differences: readonly Difference[] | undefined;
  /** The instant whose changes are being made; undefined before the first. */
  #instant: Instant | undefined;
  #existing: number;
  /** 1: exists. */
  readonly #known: Column;
  /** The day of the period that goes on. */
  #day: number;
  #dayEndsAt: Instant;
  readonly #outcomes: readonly RecentOutcomes[];

  constructor(question: BacktestQuestion, start: Instant, saved?: Saved) {
    const { timeZone, withinMs, measures, samples } = question;
    const tally = saved?.tally;
    this.question = question;
    this.zone = new Zone(timeZone);
    const options = { withinMs, samplesMax: samples, measures: measures.length };
    this.tracks = keysOf(question).map((key, i) => ({ ...key, track: new Track(options, saved?.tracks[i]) }));
    this.#outcomes = measures.map((measure, i) => new RecentOutcomes(measure, withinMs, saved?.outcomes[i]));
    this.existingByDay = [...(tally?.existingByDay ?? [])];
    this.differences = tally?.differences ?? undefined;
    this.#instant = tally?.instant ?? undefined;
    this.#existing = tally?.existing ?? 0;
    this.#known = new Column('byte', 0, tally?.known);
    this.#day = tally?.day ?? 0;
    this.#dayEndsAt = this.#endOfDay(this.#day);
    const listeners = {
      onChange: (change: Change): void => {
        this.#hear(change);
      },
      onMerge: (survivor: number, gone: number): void => {
        this.#merge(survivor, gone);
      },
    };
    this.engine =
      saved === undefined
        ? new Engine({ ...listeners, timeZone, start, definitions: readListed(question.definitions) })
        : Engine.restore(saved.engine, listeners);
  }

  /** Takes up what `save` wrote down. */
  static restore(question: BacktestQuestion, lines: Iterable<string>): BacktestRun {
    const iterator = lines[Symbol.iterator]();
    const read = (): unknown => JSON.parse(defined(iterator.next().value as string | undefined, 'a line'));
    const tally = read() as SavedTally;
    const tracks = keysOf(question).map(() => read() as SavedTrack);
    const outcomes = question.measures.map(() => read() as SavedOutcomes);
    const engine = { [Symbol.iterator]: () => iterator };
    return new BacktestRun(question, 0, { tally, tracks, outcomes, engine });
  }

  get now(): Instant {
    return this.engine.now;
  }

  /** When the last of those who entered has been followed to the end. */
  get endsAt(): Instant {
    return this.question.to + this.question.withinMs;
  }

  take({ at, input }: Step): void {
    this.engine.advanceTo(at);
    if (input === undefined) return;
    const erased = input.kind === 'erase' ? this.engine.findProfile(input.customer) : undefined;
    const applied = this.engine.apply(input, at);
    if (erased !== undefined) this.#forget(erased);
    if (input.kind === 'message' && applied.ok) this.#count(input.message, applied.value);
  }

  /** Lets time pass to the end of what is known; nothing is taken after it. */
  finish(at: Instant): void {
    this.engine.advanceTo(at);
    this.#reach(at);
    for (const { track } of this.tracks) track.closeInstant(at, this.#existing);
    const { to } = this.question;
    this.differences ??= this.#compare();
    this.#endDays(Math.min(at, to));
    if (at < to && this.#day >= 0) this.#endDay();
  }

  /** Customers who exist now. */
  get existing(): number {
    return this.#existing;
  }

  *save(): Iterable<string> {
    const { now } = this;
    const tally: SavedTally = {
      instant: this.#instant ?? null,
      existing: this.#existing,
      known: this.#known.save(),
      day: this.#day,
      existingByDay: this.existingByDay,
      differences: this.differences ?? null,
    };
    yield JSON.stringify(tally);
    for (const { track } of this.tracks) yield JSON.stringify(track.save(now));
    for (const outcomes of this.#outcomes) yield JSON.stringify(outcomes.save(now));
    yield* this.engine.serialize();
  }

  #count(message: Message, { profile, ignored }: Applied): void {
    if (profile === undefined || ignored !== undefined) return;
    const at = this.engine.now;
    this.#reach(at);
    this.#know(profile, at);
    for (const [m, outcomes] of this.#outcomes.entries()) {
      const value = outcomes.valueOf(message, this.zone);
      if (value === undefined) continue;
      for (const { track } of this.tracks) track.did(profile, at, value, m, outcomes);
      outcomes.note(profile, at, value);
    }
  }

  #hear(change: Change): void {
    const { at, profile, cause, messageId } = change;
    this.#reach(at);
    this.#know(profile, at);
    const why = messageId === undefined ? { cause } : { cause, messageId };
    const day = this.#dayOf(at);
    for (const key of this.tracks) {
      const subject = this.#subjectOf(key.side);
      switch (change.kind) {
        case 'segment':
          if (subject.kind !== 'segments' || change.segment !== subject.name) break;
          if (change.change === 'entered') key.track.enter(profile, at, why, day);
          else key.track.exit(profile, at, cause, day);
          break;
        case 'stage':
          if (subject.kind !== 'lifecycles' || change.lifecycle !== subject.name) break;
          if (change.from === key.stage) key.track.exit(profile, at, cause, day);
          if (change.to === key.stage) key.track.enter(profile, at, why, day);
      }
    }
  }

  #subjectOf(side: Side): Subject {
    const { draft, against } = this.question;
    return side === 'draft' ? draft : (against ?? draft);
  }

  #merge(survivor: number, gone: number): void {
    const at = this.engine.now;
    this.#reach(at);
    if (this.#known.get(gone) === 0) return;
    this.#know(survivor, at);
    for (const { track } of this.tracks) track.merge(survivor, gone, at);
    for (const outcomes of this.#outcomes) outcomes.merge(survivor, gone);
    this.#known.set(gone, 0);
    this.#existing -= 1;
  }

  #forget(profile: number): void {
    if (this.#known.get(profile) === 0) return;
    const at = this.engine.now;
    this.#reach(at);
    for (const { track } of this.tracks) track.forget(profile, at);
    this.#known.set(profile, 0);
    this.#existing -= 1;
  }

  #know(profile: number, at: Instant): void {
    if (this.#known.get(profile) === 1) return;
    this.#known.set(profile, 1);
    this.#existing += 1;
    for (const { track } of this.tracks) track.born(profile, at);
  }

  /** Something changes at an instant: whatever ended before it is counted as it was. */
  #reach(at: Instant): void {
    const before = this.#instant;
    if (before !== undefined && at <= before) return;
    if (before !== undefined) for (const { track } of this.tracks) track.closeInstant(before, this.#existing);
    this.#endDays(at);
    if (at >= this.question.to) this.differences ??= this.#compare();
    this.#instant = at;
  }

  /** The day of the period; undefined outside of it. */
  #dayOf(at: Instant): number | undefined {
    return at >= this.question.from && at < this.question.to ? this.#day : undefined;
  }

  #endDays(at: Instant): void {
    while (at >= this.#dayEndsAt && this.#day >= 0) this.#endDay();
  }

  #endDay(): void {
    for (const { track } of this.tracks) track.endDay(this.#day);
    this.existingByDay[this.#day] = this.#existing;
    // The last day ends with the period, and there is none after it.
    this.#day = this.#dayEndsAt >= this.question.to ? -1 : this.#day + 1;
    this.#dayEndsAt = this.#day < 0 ? Infinity : this.#endOfDay(this.#day);
  }

  #endOfDay(day: number): Instant {
    if (day < 0) return Infinity;
    const { from, to } = this.question;
    return Math.min(to, this.zone.startOfDayNumber(this.zone.dayNumber(from) + day + 1));
  }

  /** Who is in the one and not in the other. */
  #compare(): readonly Difference[] {
    const { samples } = this.question;
    return this.tracks.flatMap(({ side, stage, track }) => {
      if (side === 'against') return [];
      const other = this.tracks.find((key) => key.side === 'against' && key.stage === stage)?.track;
      if (other === undefined) return [];
      const difference: Difference = {
        ...(stage === undefined ? {} : { stage }),
        both: 0,
        onlyDraft: 0,
        onlyAgainst: 0,
        onlyDraftSample: [],
        onlyAgainstSample: [],
      };
      for (let profile = 0; profile < this.#known.length; profile++) {
        const [inDraft, inOther] = [track.isMember(profile), other.isMember(profile)];
        if (inDraft && inOther) difference.both += 1;
        else if (inDraft) {
          difference.onlyDraft += 1;
          if (difference.onlyDraft <= samples) difference.onlyDraftSample.push(profile);
        } else if (inOther) {
          difference.onlyAgainst += 1;
          if (difference.onlyAgainst <= samples) difference.onlyAgainstSample.push(profile);
        }
      }
      return [difference];
    });
  }
}

/** A track for a segment, one for each stage of a lifecycle. */
function keysOf({ draft, against, definitions }: BacktestQuestion): readonly TrackKey[] {
  const keys = (side: Side, subject: Subject | undefined): readonly TrackKey[] => {
    if (subject === undefined) return [];
    if (subject.kind === 'segments') return [{ side }];
    const lifecycle = definitions.lifecycles.find(({ name }) => name === subject.name);
    return (lifecycle?.stages ?? []).map(({ name }) => ({ side, stage: name }));
  };
  return [...keys('draft', draft), ...keys('against', against)];
}
