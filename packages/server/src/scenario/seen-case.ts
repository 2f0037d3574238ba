/**
 * Gathers what was seen of one customer: a change that was told, or how they are now. Refused is what does not rest on one
 * customer alone: standing among all others, a score or list given from outside.
 */

import { dependencies } from '@segue/core/rules/check-walk.ts';
import { fail, ok, type Result } from '@segue/core/base/result.ts';
import {
  type Definitions,
  type LifecycleDefinition,
  noDefinitions,
  type SegmentDefinition,
} from '@segue/core/model/definitions.ts';
import type { Identifier, Instant } from '@segue/core/model/message.ts';
import { populationNeeds } from '@segue/core/rules/population.ts';

import type { Refusal } from '../catalog/catalog.ts';
import type { FeedEvent } from '../feeds/feed.ts';
import type { CustomerJson } from '../reading/customer-reader.ts';
import type { Arrival, Expected, SeenCase } from './write-scenario.ts';

/** Messages of one scenario; a test is read by people. */
export const scenarioMessagesMax = 2_000;

type Names = { readonly segments: readonly string[]; readonly lifecycles: readonly string[] };

/** The case of a change that was told. `definitions`: those in force at it. */
export function caseOfChange(
  event: FeedEvent,
  definitions: Definitions,
  timeZone: string,
  arrivals: readonly Arrival[],
): Result<SeenCase, Refusal> {
  const { at, cause, customer } = event;
  if (cause === 'population' || cause === 'list' || cause === 'score' || cause === 'erasure') {
    return refuse(
      'scenarios/cause',
      `The change was made by ${cause}, which is not something that this customer did, so their messages alone do not tell it again.`,
    );
  }
  const wanted: Names =
    event.kind === 'segment'
      ? { segments: [event.segment], lifecycles: [] }
      : { segments: [], lifecycles: [event.lifecycle] };
  const needed = neededBy(wanted, definitions, customer.identifiers);
  if (!needed.ok) return needed;
  const [before, after] = expectedOf(event);
  // What time alone decides at an instant happens before a message that arrives at it.
  const until = cause === 'time' ? at - 1 : at;
  return ok({
    name: nameOf(event),
    timeZone,
    definitions: needed.value,
    isDefinedAtEnd: cause === 'definition',
    customer: customer.displayId,
    arrivals: arrivals.filter((arrival) => arrival.at <= until),
    at,
    before: cause === 'definition' ? [] : before,
    after,
  });
}

/** The case of a customer as they are now: all that can be told again, in one scenario. */
export function caseOfNow(
  customer: CustomerJson,
  definitions: Definitions,
  timeZone: string,
  arrivals: readonly Arrival[],
  now: Instant,
): SeenCase {
  const isTold = (wanted: Names): boolean => neededBy(wanted, definitions, customer.identifiers).ok;
  const segments = [...definitions.segments.keys()].filter((name) =>
    isTold({ segments: [name], lifecycles: [] }),
  );
  const lifecycles = [...definitions.lifecycles.keys()].filter((name) =>
    isTold({ segments: [], lifecycles: [name] }),
  );
  const needed = neededBy({ segments, lifecycles }, definitions, customer.identifiers);
  const isIn = new Set(customer.segments.map(({ segment }) => segment));
  const stages = new Map(customer.stages.map(({ lifecycle, stage }) => [lifecycle, stage]));
  return {
    name: `${customer.displayId} as of ${new Date(now).toISOString()}`,
    timeZone,
    definitions: needed.ok ? needed.value : noDefinitions,
    isDefinedAtEnd: false,
    customer: customer.displayId,
    arrivals,
    at: now,
    before: [],
    after: [
      ...segments.map((segment) => ({ kind: 'segment', segment, isIn: isIn.has(segment) }) as const),
      ...lifecycles.map((lifecycle) => ({ kind: 'stage', lifecycle, stage: stages.get(lifecycle) }) as const),
    ],
  };
}

function nameOf(event: FeedEvent): string {
  const who = event.customer.displayId;
  const at = new Date(event.at).toISOString();
  if (event.kind === 'segment') {
    return `${who} ${event.change === 'entered' ? 'enters' : 'leaves'} ${event.segment} at ${at}`;
  }
  return `${who} goes from ${event.from ?? 'nowhere'} to ${event.to ?? 'nowhere'} in ${event.lifecycle} at ${at}`;
}

function expectedOf(event: FeedEvent): readonly [before: readonly Expected[], after: readonly Expected[]] {
  if (event.kind === 'segment') {
    const { segment } = event;
    const isIn = event.change === 'entered';
    return [[{ kind: 'segment', segment, isIn: !isIn }], [{ kind: 'segment', segment, isIn }]];
  }
  const { lifecycle, from, to } = event;
  return [
    from === undefined ? [] : [{ kind: 'stage', lifecycle, stage: from }],
    [{ kind: 'stage', lifecycle, stage: to }],
  ];
}

/** What is wanted, and all that it names; lists with this customer alone. */
function neededBy(
  wanted: Names,
  all: Definitions,
  identifiers: readonly Identifier[],
): Result<Definitions, Refusal> {
  const segments = new Map<string, SegmentDefinition>();
  const lifecycles = new Map<string, LifecycleDefinition>();
  const lists = new Set<string>();
  const pending = [
    ...wanted.segments.map((name) => all.segments.get(name)),
    ...wanted.lifecycles.map((name) => all.lifecycles.get(name)),
  ];
  if (pending.includes(undefined)) {
    return refuse('scenarios/not-defined', 'It is not among the definitions that were in force then.');
  }
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const isKnown = 'rule' in next ? segments.has(next.name) : lifecycles.has(next.name);
    if (isKnown) continue;
    if ('rule' in next) segments.set(next.name, next);
    else lifecycles.set(next.name, next);
    const names = dependencies(next);
    if (names.scores.size > 0) {
      return refuse(
        'scenarios/score',
        `“${next.name}” asks for a score that is given from outside, which a scenario cannot say.`,
      );
    }
    for (const list of names.lists) lists.add(list);
    for (const name of names.segments) pending.push(all.segments.get(name));
    for (const name of names.lifecycles) pending.push(all.lifecycles.get(name));
  }
  const own = new Set(identifiers.flatMap(({ kind, value }) => [value, `${kind}:${value}`]));
  const needed: Definitions = {
    ...noDefinitions,
    segments,
    lifecycles,
    lists: new Map(
      [...all.lists]
        .filter(([name]) => lists.has(name))
        .map(([name, list]) => [name, { ...list, members: list.members.filter((one) => own.has(one)) }]),
    ),
    channels: all.channels,
  };
  const asksRfm = [...segments.values(), ...lifecycles.values()].some(
    (definition) => dependencies(definition).rfm.size > 0,
  );
  if (asksRfm || populationNeeds(needed).length > 0) {
    return refuse(
      'scenarios/population',
      'It rests on how the customer stands among all others (a percentile, quintile or RFM score), which the messages of one customer do not tell.',
    );
  }
  return ok(needed);
}

function refuse(code: string, message: string): Result<never, Refusal> {
  return fail({ code, message });
}
