/**
 * What new definitions change: each customer's answers before and after, and the differences as changes. Whoever stays in
 * a segment, or a stage, has been there since they came.
 */

import type { Instant } from '../model/message.ts';
import type { EngineState } from './engine-state.ts';
import type { Plan } from './make-plan.ts';
import type { LifecycleUnit, SegmentUnit } from './plan.ts';
import { type Profile, sinceOf } from './profile.ts';
import { isMember, stageIndex } from './stored-answers.ts';

/** What one customer's answers would be instead of what they are. */
export type AnswerChange = {
  readonly profile: number;
  /** Segments entered and left. */
  readonly entered: readonly string[];
  readonly exited: readonly string[];
  /** Stages, by lifecycle; a side is missing where the lifecycle is. */
  readonly moved: readonly { readonly lifecycle: string; readonly from?: string; readonly to?: string }[];
};

/** A unit before and after; a side is missing where its name is. */
type Pair<T> = { readonly before: T | undefined; readonly after: T | undefined };

/** Units whose answers may differ, by name. */
export type Comparison = {
  /** In the order in which exits are told. */
  readonly left: readonly Pair<SegmentUnit>[];
  /** In the order in which entries are told. */
  readonly come: readonly Pair<SegmentUnit>[];
  readonly lifecycles: readonly Pair<LifecycleUnit>[];
};

/** Of all units before and after, or of those for which `isKept`, by id before, is negative. */
export function compare(before: Plan, after: Plan, kept?: Int32Array): Comparison {
  const stays = new Set(kept?.filter((id) => id >= 0));
  const isGone = ({ id }: { readonly id: number }): boolean => kept === undefined || (kept[id] as number) < 0;
  const left = [...before.segments.values()].filter(isGone);
  const come = [...after.segments.values()].filter(({ id }) => !stays.has(id));
  const cycles = [...after.lifecycles.values()].filter(({ id }) => !stays.has(id));
  const ended = [...before.lifecycles.values()].filter(({ name }) => !after.lifecycles.has(name));
  return {
    left: left.map((unit) => ({ before: unit, after: after.segments.get(unit.name) })),
    come: come.map((unit) => ({ before: before.segments.get(unit.name), after: unit })),
    lifecycles: [
      ...cycles.map((unit) => ({ before: before.lifecycles.get(unit.name), after: unit })),
      ...ended.map((unit) => ({ before: unit, after: undefined })),
    ],
  };
}

/** What differs between a customer as they are and as they will be, undefined for nothing. Where they stay, they stay since when. */
export function compareAnswers(
  { left, come, lifecycles }: Comparison,
  old: Profile,
  p: Profile,
): AnswerChange | undefined {
  const exited: string[] = [];
  const entered: string[] = [];
  const moved: { lifecycle: string; from?: string; to?: string }[] = [];
  for (const { before, after } of left) {
    if (before !== undefined && isMember(old, before) && (after === undefined || !isMember(p, after))) {
      exited.push(before.name);
    }
  }
  for (const { before, after } of come) {
    if (after === undefined) continue;
    const was = before !== undefined && isMember(old, before);
    if (isMember(p, after)) {
      if (was) staySince(p, after, sinceIn(old, before));
      else entered.push(after.name);
    } else if (p.membershipIndex(after.id) >= 0) p.setMembership(after.id, false, p.bornAt);
  }
  for (const { before, after } of lifecycles) {
    const move = moveBetween(old, before, p, after);
    if (move !== undefined) moved.push(move);
  }
  return exited.length + entered.length + moved.length === 0
    ? undefined
    : { profile: p.id, entered, exited, moved };
}

function sinceIn(p: Profile, unit: SegmentUnit): Instant {
  const i = p.membershipIndex(unit.id);
  return i < 0 ? p.bornAt : sinceOf(p.memberships.valueAt(i));
}

function staySince(p: Profile, unit: SegmentUnit, since: Instant): void {
  if (since !== p.bornAt || p.membershipIndex(unit.id) >= 0) p.setMembership(unit.id, true, since);
}

function moveBetween(
  old: Profile,
  before: LifecycleUnit | undefined,
  p: Profile,
  after: LifecycleUnit | undefined,
): { lifecycle: string; from?: string; to?: string } | undefined {
  const lifecycle = (after ?? before)?.name ?? '';
  const from = before?.stages[stageIndex(old, before.id)]?.name;
  const to = after?.stages[stageIndex(p, after.id)]?.name;
  if (from !== to) {
    return { lifecycle, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  }
  if (before !== undefined && after !== undefined) setStageSince(p, after.id, stageSince(old, before.id));
  return undefined;
}

function stageSince({ stages }: Profile, unit: number): Instant {
  let i = 0;
  while (i < stages.length && stages[i] !== unit) i += 3;
  return stages[i + 2] ?? 0;
}

function setStageSince({ stages }: Profile, unit: number, since: Instant): void {
  for (let i = 0; i < stages.length; i += 3) if (stages[i] === unit) stages[i + 2] = since;
}

/** Emits a customer's differences; they have come where they are now. */
export function reportChange(state: EngineState, p: Profile, change: AnswerChange, before: Plan): void {
  const { now: at, plan, report } = state;
  const profile = p.id;
  for (const segment of change.exited) {
    const version = (plan.segments.get(segment) ?? before.segments.get(segment))?.version ?? 1;
    report.emit({ kind: 'segment', profile, segment, version, change: 'exited', at, cause: 'definition' });
  }
  for (const segment of change.entered) {
    const unit = plan.segments.get(segment);
    if (unit === undefined) continue;
    if (p.membershipIndex(unit.id) >= 0) p.setMembership(unit.id, true, at);
    const { version } = unit;
    report.emit({ kind: 'segment', profile, segment, version, change: 'entered', at, cause: 'definition' });
  }
  for (const move of change.moved) {
    const unit = plan.lifecycles.get(move.lifecycle);
    // Of a lifecycle that is gone nothing is told.
    if (unit === undefined) continue;
    setStageSince(p, unit.id, at);
    const { lifecycle, from, to } = move;
    report.emit({
      kind: 'stage',
      profile,
      lifecycle,
      at,
      cause: 'definition',
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    });
  }
}
