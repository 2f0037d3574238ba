/** One customer, for people: what names them, what is known of them, where they are. */

import type { Identifier, Instant, JsonObject, JsonValue } from '../model/message.ts';
import type { EngineState } from './engine-state.ts';
import { channelOfKey, nameOfKey, topicOfKey } from './facts.ts';
import type { Plan } from './make-plan.ts';
import { answerOf, NEVER, type Profile, sinceOf } from './profile.ts';
import { isMember, stageIndex } from './stored-answers.ts';

/** One customer, for people: what names it, what is true of it. */
export type ProfileView = {
  readonly id: number;
  readonly identifiers: readonly Identifier[];
  /** User id if there is one, else the first identifier. */
  readonly displayId: string;
  readonly bornAt: Instant | undefined;
  readonly traits: JsonObject;
  readonly segments: readonly { readonly segment: string; readonly since: Instant }[];
  readonly stages: readonly { readonly lifecycle: string; readonly stage: string; readonly since: Instant }[];
  readonly scores: readonly { readonly name: string; readonly value: number }[];
  readonly consents: readonly {
    readonly channel: string;
    readonly topic?: string;
    readonly status: 'subscribed' | 'unsubscribed';
  }[];
};

/** The definitions and the clock by which a customer is looked at. */
type Asked = Pick<EngineState, 'plan' | 'now'>;

export function viewOf(state: EngineState, p: Profile): ProfileView {
  const identifiers = state.identity.identifiersOf(p.id);
  const user = identifiers.find(({ kind }) => kind === 'user_id') ?? identifiers[0];
  return {
    id: p.id,
    identifiers,
    displayId: user?.value ?? p.sampleId,
    bornAt: p.bornAt === NEVER ? undefined : p.bornAt,
    traits: traitsOf(state, p),
    segments: segmentsOf(state, p),
    stages: stagesOf(state, p),
    scores: scoresOf(state, p),
    consents: consentsOf(state, p),
  };
}

function scoresOf(state: EngineState, p: Profile): ProfileView['scores'] {
  return [...(p.facts ?? [])].flatMap(([key, fact]) => {
    const name = nameOfKey(key, 'score');
    const value = name === undefined ? undefined : fact.at(state.now);
    return name !== undefined && typeof value === 'number' ? [{ name, value }] : [];
  });
}

/** What was said of each channel and topic last. */
function consentsOf(state: EngineState, p: Profile): ProfileView['consents'] {
  return [...(p.facts ?? [])].flatMap(([key, fact]) => {
    const channel = channelOfKey(key);
    const value = channel === undefined ? undefined : fact.at(state.now);
    if (channel === undefined || value === undefined) return [];
    const topic = topicOfKey(key);
    const status = value === true ? 'subscribed' : 'unsubscribed';
    return [{ channel, ...(topic === undefined ? {} : { topic }), status }];
  });
}

function traitsOf(state: EngineState, p: Profile): JsonObject {
  const traits: [string, JsonValue][] = [];
  for (const [key, fact] of p.facts ?? []) {
    const root = nameOfKey(key, 'trait');
    const value = root === undefined ? undefined : fact.at(state.now);
    if (root !== undefined && value !== undefined) traits.push([root, value]);
  }
  return Object.fromEntries(traits);
}

/** The segments of a customer who exists, in the order of their definition. */
export function segmentsOf(state: Asked, p: Profile): readonly { segment: string; since: Instant }[] {
  if (p.bornAt > state.now) return [];
  const segments: { segment: string; since: Instant }[] = [];
  for (const unit of state.plan.segments.values()) {
    if (!isMember(p, unit)) continue;
    const i = p.membershipIndex(unit.id);
    segments.push({
      segment: unit.name,
      since: i < 0 ? p.bornAt : sinceOf(p.memberships.valueAt(i)),
    });
  }
  return segments;
}

export function stagesOf(
  state: Asked,
  p: Profile,
): readonly { lifecycle: string; stage: string; since: Instant }[] {
  const stages: { lifecycle: string; stage: string; since: Instant }[] = [];
  for (let i = 0; i < p.stages.length; i += 3) {
    const unit = state.plan.units[p.stages[i] as number];
    if (unit?.kind !== 'lifecycle') continue;
    const stage = unit.stages[p.stages[i + 1] as number]?.name;
    if (stage !== undefined) stages.push({ lifecycle: unit.name, stage, since: p.stages[i + 2] as number });
  }
  return stages;
}

/** Of a number: nobody has it any more, or somebody who does not exist yet, or somebody who does. */
export type Standing = 'nobody' | 'unborn' | 'here';

export function standingOf({ profiles, now }: EngineState, id: number): Standing {
  const p = profiles.glance(id, { rest: false });
  if (p === undefined) return 'nobody';
  return p.bornAt > now ? 'unborn' : 'here';
}

/** Told of what a customer is in. */
export type AnswerVisitor = {
  readonly segment: (segment: string) => void;
  readonly stage: (lifecycle: string, stage: string) => void;
};

/** As `standingOf`; of one who is here, each segment and stage is told, in no particular order. */
export function visitAnswers(
  { profiles, plan, now }: EngineState,
  id: number,
  visitor: AnswerVisitor,
): Standing {
  const p = profiles.glance(id, { rest: false });
  if (p === undefined) return 'nobody';
  if (p.bornAt > now) return 'unborn';
  tellAnswers(plan, p, visitor);
  return 'here';
}

function tellAnswers(plan: Plan, { memberships, stages }: Profile, visitor: AnswerVisitor): void {
  for (let i = 0; i < memberships.size; i++) {
    const unit = plan.units[memberships.keyAt(i)];
    if (unit?.kind === 'segment' && answerOf(memberships.valueAt(i))) visitor.segment(unit.name);
  }
  for (const id of plan.defaultUnits) {
    const unit = plan.units[id];
    if (unit?.kind === 'segment' && memberships.find(id) < 0) visitor.segment(unit.name);
  }
  for (let i = 0; i < stages.length; i += 3) {
    const unit = plan.units[stages[i] as number];
    const stage = unit?.kind === 'lifecycle' ? unit.stages[stages[i + 1] as number] : undefined;
    if (unit?.kind === 'lifecycle' && stage !== undefined) visitor.stage(unit.name, stage.name);
  }
}

/** What a customer can be found by. */
export type Glimpse = Pick<ProfileView, 'identifiers' | 'displayId' | 'traits'> & {
  readonly bornAt: Instant;
};

/** Of one who is here; nobody is packed to make room, so everybody can be glanced at while others are worked on. */
export function glimpseOf(state: EngineState, id: number): Glimpse | undefined {
  const p = state.profiles.glance(id);
  if (p === undefined || p.bornAt > state.now) return undefined;
  const identifiers = state.identity.identifiersOf(id);
  const user = identifiers.find(({ kind }) => kind === 'user_id') ?? identifiers[0];
  return { identifiers, displayId: user?.value ?? p.sampleId, traits: traitsOf(state, p), bornAt: p.bornAt };
}

/** Since when a customer who is here is in a segment; undefined where they are not. */
export function memberSince(
  { profiles, plan, now }: EngineState,
  id: number,
  segment: string,
): Instant | undefined {
  const unit = plan.segments.get(segment);
  const p = unit === undefined ? undefined : profiles.glance(id, { rest: false });
  if (unit === undefined || p === undefined || p.bornAt > now || !isMember(p, unit)) return undefined;
  const i = p.membershipIndex(unit.id);
  return i < 0 ? p.bornAt : sinceOf(p.memberships.valueAt(i));
}

/** Whether a customer exists and is in a segment. */
export function isIn(state: EngineState, p: Profile | undefined, segment: string): boolean {
  const unit = state.plan.segments.get(segment);
  return p !== undefined && unit !== undefined && p.bornAt <= state.now && isMember(p, unit);
}

/** The stage of a customer who exists. */
export function stageOf(state: EngineState, p: Profile | undefined, lifecycle: string): string | undefined {
  const unit = state.plan.lifecycles.get(lifecycle);
  if (p === undefined || unit === undefined || p.bornAt > state.now) return undefined;
  return unit.stages[stageIndex(p, unit.id)]?.name;
}
