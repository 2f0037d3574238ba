/** What a backtest found, as the API gives it: plain data, instants as texts. */

import type { Zone } from '@segue/core/base/zone.ts';
import type { Explanation } from '@segue/core/engine/explain.ts';
import type { Cause } from '@segue/core/model/change.ts';
import type { Instant } from '@segue/core/model/message.ts';

import type { BacktestRun, Difference, KeyedTrack } from './backtest-run.ts';
import {
  meanInterval,
  newcombe,
  welch,
  wilson,
  type Estimate,
  type Sample,
  type Share,
} from './intervals.ts';
import type { CauseCounts, SampledEntry, Track } from './track.ts';

export type DayRow = { day: string; entered: number; exited: number; size: number };

/** A customer who entered, and why. */
export type EntryRow = {
  customer: string;
  at: string;
  cause: Cause;
  messageId?: string;
  /** Lines for people. Missing where the answer rests on all customers, whose values of then are not kept. */
  why?: string[];
  /** The same as data. Missing where it would be too long to be kept. */
  explanation?: Explanation;
};

/** Of those who entered, or of those outside at the same instants. */
export type GroupFigures = {
  customers: number;
  /** The share of them that did it at least once. */
  rate?: Estimate;
  /** Of the sums of the value, per customer. */
  mean?: Estimate;
};

export type MeasureFigures = {
  measure: string;
  entered: GroupFigures;
  others: GroupFigures;
  /** Of those who entered less that of the others. */
  rateDifference?: Estimate;
  meanDifference?: Estimate;
};

export type Afterwards = {
  /** First entries that could be followed to the end, and those that could not: too little was known after them. */
  followed: number;
  notFollowed: number;
  measures: MeasureFigures[];
};

export type TrackFigures = {
  title: string;
  /** Members when the period ended. */
  size: number;
  entered: number;
  exited: number;
  customersEntered: number;
  enteredBy: CauseCounts;
  exitedBy: CauseCounts;
  days: DayRow[];
  afterwards: Afterwards;
  sample: EntryRow[];
};

/** Customers of the one side and the other. */
export type Overlap = { both: number; onlyDraft: number; onlyAgainst: number };

export type SideBySide = {
  /** In the segment, or the stage, when the period ended. */
  members: Overlap & { onlyDraftSample: string[]; onlyAgainstSample: string[] };
  /** Who entered during the period. */
  entered: Overlap;
  /** What those did who entered the one alone, within the same time after their own entry. */
  onlyDraft: OnlyFigures[];
  onlyAgainst: OnlyFigures[];
};

export type OnlyFigures = { measure: string } & GroupFigures;

export type BacktestPart = {
  /** Of a lifecycle. */
  stage?: string;
  draft?: TrackFigures;
  against?: TrackFigures;
  sideBySide?: SideBySide;
};

export type BacktestResult = {
  from: string;
  /** The end of the period, or of what is known where that came first. */
  to: string;
  /** People were followed up to here. */
  until: string;
  withinMs: number;
  /** Who existed at the end. */
  customers: number;
  parts: BacktestPart[];
};

/** Why somebody entered, in lines for people and as data. */
export type EntryReason = {
  readonly lines: readonly string[];
  readonly explanation: Explanation | undefined;
};

/** Undefined: it is not known why. */
export type Explainer = (key: KeyedTrack, entry: SampledEntry) => EntryReason | undefined;

export function resultOf(run: BacktestRun, why: Explainer): BacktestResult {
  const { from, to, withinMs } = run.question;
  const until = run.now;
  return {
    from: iso(from),
    to: iso(Math.max(from, Math.min(to, until))),
    until: iso(until),
    withinMs,
    customers: run.existing,
    parts: stagesOf(run).map((stage) => partOf(run, stage, why)),
  };
}

/** In order of the draft's stages, then those that only the other has. */
function stagesOf({ tracks }: BacktestRun): readonly (string | undefined)[] {
  return [...new Set(tracks.map(({ stage }) => stage))];
}

function partOf(run: BacktestRun, stage: string | undefined, why: Explainer): BacktestPart {
  const find = (side: KeyedTrack['side']): KeyedTrack | undefined =>
    run.tracks.find((key) => key.side === side && key.stage === stage);
  const [draft, against] = [find('draft'), find('against')];
  const difference = run.differences?.find((each) => each.stage === stage);
  return {
    ...(stage === undefined ? {} : { stage }),
    ...(draft === undefined ? {} : { draft: figuresOf(run, draft, why) }),
    ...(against === undefined ? {} : { against: figuresOf(run, against, why) }),
    ...(draft === undefined || against === undefined || difference === undefined
      ? {}
      : { sideBySide: compared(run, draft.track, against.track, difference) }),
  };
}

function figuresOf(run: BacktestRun, key: KeyedTrack, why: Explainer): TrackFigures {
  const { track, side } = key;
  const { draft, against, from } = run.question;
  const days = track.days.map((day, i) => ({ day: dayText(run.zone, from, i), ...day }));
  const sum = (of: 'entered' | 'exited'): number => days.reduce((n, day) => n + day[of], 0);
  return {
    title: side === 'draft' ? draft.title : (against?.title ?? ''),
    size: days.at(-1)?.size ?? 0,
    entered: sum('entered'),
    exited: sum('exited'),
    customersEntered: entriesOf(track).length,
    enteredBy: track.entered,
    exitedBy: track.exited,
    days,
    afterwards: afterwardsOf(run, track),
    sample: sampleOf(run, key, why),
  };
}

/** Followed entries, those of people who turned out to be somebody else left out. */
function entriesOf(track: Track): readonly number[] {
  const entries: number[] = [];
  for (let i = 0; i < track.ats.length; i++) if (track.dropped.get(i) === 0) entries.push(i);
  return entries;
}

/** How many of the first entries can be followed to the end. */
function followedOf(run: BacktestRun, track: Track): number {
  return track.ats.lowerBound(run.now - run.question.withinMs + 1);
}

function afterwardsOf(run: BacktestRun, track: Track): Afterwards {
  const until = followedOf(run, track);
  const entries = entriesOf(track);
  const followed = entries.filter((entry) => entry < until);
  const outsiders = track.outsiders(until);
  const measures = run.question.measures.map(({ title, value }, m): MeasureFigures => {
    const hasValue = value !== undefined;
    const entered = groupOf(track, m, followed);
    const others = othersOf(track, m, until, outsiders);
    const rateDifference = newcombe(entered.share, others.share);
    const meanDifference = hasValue ? welch(entered.sample, others.sample) : undefined;
    return {
      measure: title,
      entered: wireGroup(entered, hasValue),
      others: wireGroup(others, hasValue),
      ...(rateDifference === undefined ? {} : { rateDifference }),
      ...(meanDifference === undefined ? {} : { meanDifference }),
    };
  });
  return { followed: followed.length, notFollowed: entries.length - followed.length, measures };
}

type Group = { readonly share: Share; readonly sample: Sample };

function groupOf(track: Track, m: number, entries: readonly number[]): Group {
  const measure = track.measures[m];
  const n = entries.length;
  const values = entries.map((entry) => measure?.values.get(entry) ?? 0);
  const hits = entries.reduce((sum, entry) => sum + (measure?.hits.get(entry) ?? 0), 0);
  const mean = n === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { share: { share: n === 0 ? 0 : hits / n, n }, sample: { mean, variance: squares / (n - 1), n } };
}

/**
 * The mean over entries of what those outside did after each. Most of them stand outside at many entries, so they count
 * as no more people than there are.
 */
function othersOf(track: Track, m: number, until: number, outsiders: number): Group {
  let entries = 0;
  let share = 0;
  let mean = 0;
  let squares = 0;
  track.measures[m]?.eachOutside(until, (entry, did, sum, squared) => {
    const others = track.others.get(entry);
    if (others <= 0 || track.dropped.get(entry) === 1) return;
    entries += 1;
    share += did / others;
    mean += sum / others;
    squares += squared / others;
  });
  if (entries === 0) return { share: { share: 0, n: 0 }, sample: { mean: 0, variance: 0, n: 0 } };
  const n = outsiders;
  mean /= entries;
  const spread = Math.max(0, squares / entries - mean * mean);
  const clamped = Math.min(1, Math.max(0, share / entries));
  return { share: { share: clamped, n }, sample: { mean, variance: (spread * n) / (n - 1), n } };
}

function wireGroup({ share, sample }: Group, hasValue: boolean): GroupFigures {
  const rate = wilson(share);
  const mean = hasValue ? meanInterval(sample) : undefined;
  return {
    customers: share.n,
    ...(rate === undefined ? {} : { rate }),
    ...(mean === undefined ? {} : { mean }),
  };
}

function compared(run: BacktestRun, draft: Track, against: Track, difference: Difference): SideBySide {
  const only = (one: Track, other: Track): readonly number[] =>
    entriesOf(one).filter((entry) => other.entryOf(one.profiles.get(entry)) < 0);
  const [onlyDraft, onlyAgainst] = [only(draft, against), only(against, draft)];
  const { both, onlyDraft: draftMembers, onlyAgainst: againstMembers } = difference;
  const names = (profiles: readonly number[]): string[] => profiles.map((id) => nameOf(run, id));
  return {
    members: {
      both,
      onlyDraft: draftMembers,
      onlyAgainst: againstMembers,
      onlyDraftSample: names(difference.onlyDraftSample),
      onlyAgainstSample: names(difference.onlyAgainstSample),
    },
    entered: {
      both: entriesOf(draft).length - onlyDraft.length,
      onlyDraft: onlyDraft.length,
      onlyAgainst: onlyAgainst.length,
    },
    onlyDraft: onlyFigures(run, draft, onlyDraft),
    onlyAgainst: onlyFigures(run, against, onlyAgainst),
  };
}

function onlyFigures(run: BacktestRun, track: Track, entries: readonly number[]): OnlyFigures[] {
  const until = followedOf(run, track);
  const followed = entries.filter((entry) => entry < until);
  return run.question.measures.map(({ title, value }, m) => ({
    measure: title,
    ...wireGroup(groupOf(track, m, followed), value !== undefined),
  }));
}

function sampleOf(run: BacktestRun, key: KeyedTrack, why: Explainer): EntryRow[] {
  return key.track.sample.flatMap((entry): EntryRow[] => {
    // Who was erased is not named.
    if (run.engine.profile(entry.profile) === undefined) return [];
    const reason = why(key, entry);
    const { at, cause, messageId } = entry;
    return [
      {
        customer: nameOf(run, entry.profile),
        at: iso(at),
        cause,
        ...(messageId === undefined ? {} : { messageId }),
        ...(reason === undefined ? {} : { why: [...reason.lines] }),
        ...(reason?.explanation === undefined ? {} : { explanation: reason.explanation }),
      },
    ];
  });
}

function nameOf({ engine }: BacktestRun, profile: number): string {
  return engine.profile(profile) === undefined ? '(gone)' : engine.namesOf(profile).displayId;
}

function dayText(zone: Zone, from: Instant, day: number): string {
  return zone.format(zone.startOfDayNumber(zone.dayNumber(from) + day)).slice(0, 10);
}

export function iso(at: Instant): string {
  return new Date(at).toISOString();
}
