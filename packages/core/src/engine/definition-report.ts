/** What new definitions change: each customer's answers before and after, and the differences as changes. */

import type { Instant } from '../model/message.ts';
import type { EngineState } from './engine-state.ts';
import type { Plan } from './make-plan.ts';
import type { Profile } from './profile.ts';
import { isMember } from './stored-answers.ts';
import { isIn, segmentsOf, stageOf, stagesOf } from './views.ts';

/** Names of segments, and of lifecycles with their stage, since when each. */
export function answersOf(state: Pick<EngineState, 'plan' | 'now'>, p: Profile): Map<string, Instant> {
  const answers = new Map<string, Instant>();
  if (p.bornAt > state.now) return answers;
  for (const { segment, since } of segmentsOf(state, p)) answers.set(segment, since);
  for (const { lifecycle, stage, since } of stagesOf(state, p)) answers.set(`${lifecycle} ${stage}`, since);
  return answers;
}

/** Emits the differences that new definitions made; who stayed in keeps the date of entry. */
export function reportDefinition(
  state: EngineState,
  p: Profile,
  was: ReadonlyMap<string, Instant>,
  before: Plan,
): void {
  const at = state.now;
  for (const [name, { version }] of before.segments) {
    if (!was.has(name) || isIn(state, p, name)) continue;
    const versionNow = state.plan.segments.get(name)?.version ?? version;
    const change = { segment: name, version: versionNow, change: 'exited', at, cause: 'definition' } as const;
    state.report.emit({ kind: 'segment', profile: p.id, ...change });
  }
  for (const unit of state.plan.segments.values()) {
    if (!isMember(p, unit)) continue;
    const since = was.get(unit.name);
    if (since !== undefined) {
      if (since !== p.bornAt || p.membershipIndex(unit.id) >= 0) p.setMembership(unit.id, true, since);
      continue;
    }
    const { name: segment, version } = unit;
    state.report.emit({
      kind: 'segment',
      profile: p.id,
      segment,
      version,
      change: 'entered',
      at,
      cause: 'definition',
    });
  }
  for (const unit of state.plan.lifecycles.values()) reportStage(state, p, unit.name, was, before);
}

function reportStage(
  state: EngineState,
  p: Profile,
  lifecycle: string,
  was: ReadonlyMap<string, Instant>,
  before: Plan,
): void {
  const from = before.lifecycles
    .get(lifecycle)
    ?.stages.find(({ name }) => was.has(`${lifecycle} ${name}`))?.name;
  const to = stageOf(state, p, lifecycle);
  if (from === to) {
    const since = was.get(`${lifecycle} ${to ?? ''}`);
    const unit = state.plan.lifecycles.get(lifecycle)?.id;
    for (let i = 0; i < p.stages.length; i += 3) {
      if (p.stages[i] === unit && since !== undefined) p.stages[i + 2] = since;
    }
    return;
  }
  state.report.emit({
    kind: 'stage',
    profile: p.id,
    lifecycle,
    at: state.now,
    cause: 'definition',
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  });
}
