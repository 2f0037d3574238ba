/**
 * What was seen of one customer, written as a scenario: their messages as they arrived, the definitions that were in force,
 * and as checks what came of it. So a case that somebody doubts becomes a test that runs on a virtual clock.
 *
 * Every message arrives at the instant at which it did, so that what happened late is late again. Where a change is what is
 * doubted, the scenario ends with it: the millisecond before it was not so, at it, it was. What is expected is what was
 * seen, not what the rule would say: `reproduces` tells whether the engine, living through the scenario, agrees.
 */

import { stringify } from 'yaml';

import { Engine } from '@segue/core/engine/engine.ts';
import { type Definitions, noDefinitions } from '@segue/core/model/definitions.ts';
import type { Instant, JsonObject, Message } from '@segue/core/model/message.ts';

import { toPlain } from '../catalog/plain-definitions.ts';
import { callOf } from '../ingest/tracking/write-call.ts';

/** A message and when it took effect. */
export type Arrival = { readonly at: Instant; readonly message: Message };

/** What is expected of one segment or lifecycle. */
export type Expected =
  | { readonly kind: 'segment'; readonly segment: string; readonly isIn: boolean }
  /** `stage` undefined: in none. */
  | { readonly kind: 'stage'; readonly lifecycle: string; readonly stage: string | undefined };

export type SeenCase = {
  readonly name: string;
  readonly timeZone: string;
  /** Only what is needed. */
  readonly definitions: Definitions;
  /** In force only from the end on: they are what changed it. */
  readonly isDefinedAtEnd: boolean;
  /** By what people knew them then. */
  readonly customer: string;
  /** In order, none after `at`. */
  readonly arrivals: readonly Arrival[];
  /** Where the scenario ends. */
  readonly at: Instant;
  /** How it was one millisecond before; none where nothing changed. */
  readonly before: readonly Expected[];
  readonly after: readonly Expected[];
};

export type WrittenScenario = {
  readonly yaml: string;
  readonly messages: number;
  /** Whether the engine finds what was seen. */
  readonly reproduces: boolean;
};

/** Messages of one step. */
const stepMessagesMax = 500;
const lineWidth = 110;

type Step = { readonly at: Instant; readonly messages: readonly Message[] };

/** `pause` is awaited now and then, so that others have their turn. */
export async function writeScenario(
  seen: SeenCase,
  pause: () => Promise<void> = () => Promise.resolve(),
): Promise<WrittenScenario> {
  const steps = stepsOf(seen.arrivals);
  const found = await liveThrough(seen, steps, pause);
  const start = Math.min(seen.at, steps[0]?.at ?? seen.at) - 60_000;
  const document = {
    name: seen.name,
    timezone: seen.timeZone,
    start: iso(start),
    ...(seen.isDefinedAtEnd ? {} : { definitions: plainOf(seen.definitions) }),
    steps: [
      ...steps.filter(({ at }) => at < seen.at).map((step) => ({ at: iso(step.at), ...actOf(step) })),
      ...(seen.before.length === 0
        ? []
        : [{ at: iso(seen.at - 1), expect: checksOf(seen.before, seen.customer, found.before) }]),
      ...lastSteps(seen, steps, found.after),
    ],
  };
  return {
    yaml: stringify(document, { lineWidth, aliasDuplicateObjects: false }),
    messages: seen.arrivals.length,
    reproduces: found.reproduces,
  };
}

/** What happens at the end itself, then what was so. */
function lastSteps(
  seen: SeenCase,
  steps: readonly Step[],
  others: Others,
): readonly Record<string, unknown>[] {
  const expect = checksOf(seen.after, seen.customer, others);
  const last = steps.filter(({ at }) => at >= seen.at).map((step) => ({ at: iso(step.at), ...actOf(step) }));
  if (seen.isDefinedAtEnd) {
    return [...last, { at: iso(seen.at), define: plainOf(seen.definitions), expect }];
  }
  const [end] = last.splice(-1);
  return [...last, { ...(end ?? { at: iso(seen.at) }), expect }];
}

/** Messages of one instant are one step, or some where they are many. */
function stepsOf(arrivals: readonly Arrival[]): readonly Step[] {
  const steps: { at: Instant; messages: Message[] }[] = [];
  for (const { at, message } of arrivals) {
    const last = steps.at(-1);
    if (last?.at === at && last.messages.length < stepMessagesMax) last.messages.push(message);
    else steps.push({ at, messages: [message] });
  }
  return steps;
}

/** Who else is expected: by segment, or by lifecycle and stage. Somebody who became the same customer only later. */
type Others = ReadonlyMap<string, readonly string[]>;

async function liveThrough(
  seen: SeenCase,
  steps: readonly Step[],
  pause: () => Promise<void>,
): Promise<{ readonly before: Others; readonly after: Others; readonly reproduces: boolean }> {
  const engine = new Engine({
    timeZone: seen.timeZone,
    start: Math.min(seen.at, steps[0]?.at ?? seen.at) - 60_000,
    definitions: seen.isDefinedAtEnd ? noDefinitions : seen.definitions,
    keepHistory: true,
    onChange: () => undefined,
  });
  let reproduces = true;
  let before: Others = new Map();
  const look = (expected: readonly Expected[]): Others => {
    const answers = expected.map((each) => [keyOf(each), membersOf(engine, each)] as const);
    reproduces &&= expected.every((each, i) => {
      const isIn = answers[i]?.[1].includes(seen.customer) === true;
      return each.kind === 'segment' ? each.isIn === isIn : each.stage === undefined ? !isIn : isIn;
    });
    return new Map(answers.map(([key, names]) => [key, names.filter((name) => name !== seen.customer)]));
  };
  const lookBefore = (): void => {
    if (seen.before.length === 0) return;
    engine.advanceTo(seen.at - 1);
    before = seen.isDefinedAtEnd ? new Map() : look(seen.before);
  };
  let hasLooked = false;
  for (const { at, messages } of steps) {
    if (at >= seen.at && !hasLooked) {
      lookBefore();
      hasLooked = true;
    }
    for (const message of messages) {
      engine.apply({ kind: 'message', message }, at);
      await pause();
    }
  }
  if (!hasLooked) lookBefore();
  engine.advanceTo(seen.at);
  if (seen.isDefinedAtEnd) engine.apply({ kind: 'definitions', definitions: seen.definitions }, seen.at);
  return { before, after: look(seen.after), reproduces };
}

function membersOf(engine: Engine, expected: Expected): readonly string[] {
  const ids =
    expected.kind === 'segment'
      ? engine.members(expected.segment)
      : expected.stage === undefined
        ? []
        : engine.stageMembers(expected.lifecycle, expected.stage);
  return ids.map((id) => engine.namesOf(id).displayId);
}

function keyOf(expected: Expected): string {
  return expected.kind === 'segment' ? expected.segment : `${expected.lifecycle}.${expected.stage ?? ''}`;
}

/** As `expect` has it: the complete members. What is expected of nobody known cannot be written, and is left out. */
function checksOf(
  expected: readonly Expected[],
  customer: string,
  others: Others,
): Readonly<Record<string, unknown>> {
  const entries = expected.flatMap((each): [string, unknown][] => {
    const rest = others.get(keyOf(each)) ?? [];
    if (each.kind === 'segment') return [[each.segment, each.isIn ? [customer, ...rest] : [...rest]]];
    if (each.stage === undefined) return [];
    return [[each.lifecycle, { [each.stage]: [customer, ...rest] }]];
  });
  return Object.fromEntries(entries);
}

/** Kinds without any are left out, as people write it. */
function plainOf(definitions: Definitions): JsonObject {
  const kinds = Object.entries(toPlain(definitions)).filter(([, all]) => Object.keys(all).length > 0);
  return Object.fromEntries(kinds);
}

function actOf({ at, messages }: Step): Record<string, unknown> {
  const calls = messages.map((message) => ({ [message.kind]: callOf(message, at) }));
  const [first] = calls;
  return calls.length === 1 && first !== undefined ? first : { batch: calls };
}

function iso(at: Instant): string {
  return new Date(at).toISOString();
}
