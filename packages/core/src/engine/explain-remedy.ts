/**
 * The smallest thing that would change an answer, or keep it when time would change it.
 *
 * Plans are guessed from the rule and tried, the smallest first, with the plain interpreter on the customer's history
 * with the plan carried out; the first that proves right is made smaller as long as it stays right. So what is stated
 * is true; that there is nothing smaller is true as far as the guesses go.
 */

import type { Instant } from '../model/message.ts';
import type { History, World } from '../rules/interpreter-history.ts';
import { conditionInstants } from '../rules/interpreter-instants.ts';
import { durationMs } from '../rules/semantics.ts';
import type { Condition } from '../rules/tree.ts';
import { type ExplainingInterpreter, openInterpreter } from './explain-interpreter.ts';
import { carriedOut, costOf, type Plan, type RemedyAction, smallerPlans, spanMs } from './explain-plans.ts';
import { Wishes } from './explain-wishes.ts';

export type Remedy = {
  /** All of them together. */
  readonly actions: readonly RemedyAction[];
  /** The first instant at which they could begin and have this effect; usually the next millisecond. */
  readonly from: Instant;
  /** The latest: they have it up to the millisecond before; undefined: as far as is known at any time later. */
  readonly before?: Instant;
  /** When the answer is the other one, having begun at `from`; later than `from` where something has to last. */
  readonly effectAt?: Instant;
  /** For what keeps an answer: until when, having begun at `from`; undefined: for good. */
  readonly until?: Instant;
};

/** How much longer an answer is to be kept, in milliseconds; what puts a change off by less is no remedy. */
const keptMin = 1_000;
/** Plans that are tried for one remedy. */
const triesMax = 60;
/** Instants that are tried to find how long a remedy works. */
const deadlineTriesMax = 48;
/** How far ahead the end of a remedy's use is looked for, in milliseconds: 400 days. */
const deadlineAheadMax = 400 * 86_400_000;
/** Newest events from which the ends of `within` are counted. */
const eventsCounted = 50;

/** One rule about one customer at t. */
export type Case = {
  readonly rule: Condition;
  readonly history: History;
  readonly world: World;
  readonly at: Instant;
  /** When the answer will change if nothing happens. */
  readonly until: Instant | undefined;
};

/** The smallest thing that changes the answer before time does; undefined where none was found. */
export function findChange(about: Case, asked: ExplainingInterpreter): Remedy | undefined {
  const { rule, at, until } = about;
  const from = at + 1;
  if (until !== undefined && until <= from) return undefined;
  const holds = asked.holds(rule, at);
  const works = (plan: Plan, start: Instant): boolean => {
    const judged = start + spanMs(plan) + plan.waitMs;
    if (until !== undefined && judged >= until) return false;
    return tried(about, plan, start).holds(rule, judged) !== holds;
  };
  const plans = new Wishes(asked, from, from).plans(rule, !holds);
  const plan = smallestThatWorks(plans, (one) => works(one, from));
  if (plan === undefined) return undefined;
  const before = deadline(about, asked, from, (start) => works(plan, start));
  const effectAt = tried(about, plan, from).nextChange(rule, at, from + spanMs(plan) + plan.waitMs);
  return {
    actions: plan.actions,
    from,
    ...(before === undefined ? {} : { before }),
    ...(effectAt === undefined ? {} : { effectAt }),
  };
}

/** The smallest thing that keeps the answer over the instant at which time would change it. */
export function findKeeping(about: Case, asked: ExplainingInterpreter): Remedy | undefined {
  const { rule, at, until } = about;
  if (until === undefined || until <= at + 1) return undefined;
  const holds = asked.holds(rule, at);
  const keeps = (plan: Plan, start: Instant): boolean => {
    if (start <= at || start + spanMs(plan) >= until) return false;
    return tried(about, plan, start).nextChange(rule, at, until + keptMin) === undefined;
  };
  const last = (plan: Plan): Instant => until - 1 - spanMs(plan);
  const plans = new Wishes(asked, until, until - 1).plans(rule, holds);
  const atOnce = (plan: Plan): boolean => keeps(plan, at + 1);
  const plan =
    smallestThatWorks(plans, (one) => atOnce(one) && keeps(one, last(one))) ??
    smallestThatWorks(plans, (one) => atOnce(one) || keeps(one, last(one)));
  if (plan === undefined) return undefined;
  const from = atOnce(plan) ? at + 1 : last(plan);
  const keptUntil = tried(about, plan, from).until(rule, until);
  return {
    actions: plan.actions,
    from,
    before: lastStart(from, last(plan), (start) => keeps(plan, start)) + 1,
    ...(keptUntil === undefined ? {} : { until: keptUntil }),
  };
}

/** A start from which on the plan works no longer, `low` being one at which it does; the last one where it always does. */
function lastStart(low: Instant, high: Instant, works: (start: Instant) => boolean): Instant {
  if (works(high)) return high;
  let [worksAt, failsAt] = [low, high];
  while (failsAt - worksAt > 1) {
    const middle = Math.floor((worksAt + failsAt) / 2);
    if (works(middle)) worksAt = middle;
    else failsAt = middle;
  }
  return worksAt;
}

function tried({ history, world }: Case, plan: Plan, start: Instant): ExplainingInterpreter {
  return openInterpreter(carriedOut(plan, history, start), world);
}

function smallestThatWorks(plans: readonly Plan[], works: (plan: Plan) => boolean): Plan | undefined {
  let plan = plans
    .filter(({ actions }) => actions.length > 0)
    .slice(0, triesMax)
    .find(works);
  for (let smaller = plan; smaller !== undefined;) {
    plan = smaller;
    smaller = smallerPlans(plan)
      .toSorted((a, b) => costOf(a) - costOf(b))
      .find(works);
  }
  return plan;
}

/** The instant from which on the plan no longer works; undefined where none was found, or where it comes and goes. */
function deadline(
  { rule, until, at }: Case,
  asked: ExplainingInterpreter,
  from: Instant,
  works: (start: Instant) => boolean,
): Instant | undefined {
  const horizon = Math.min(until ?? Infinity, from + deadlineAheadMax);
  const instants = new Set(
    conditionInstants(rule, asked, Math.max(from, asked.history.bornAt ?? from), horizon),
  );
  const times = asked.history.events
    .map(({ time }) => time)
    .filter((time) => time <= at)
    .sort((a, b) => a - b);
  for (const ms of withinsOf(rule, asked)) {
    for (const time of times.slice(-eventsCounted)) instants.add(time + ms);
  }
  if (until !== undefined) instants.add(until);
  const ahead = [...instants].filter((t) => t > from && t <= horizon).sort((a, b) => a - b);
  const end = ahead.slice(0, deadlineTriesMax).find((start) => !works(start));
  return end !== undefined && works(end - 1) ? end : undefined;
}

/** The times within which steps of sequences have to follow, in this rule and those it rests on. */
function withinsOf(rule: Condition, asked: ExplainingInterpreter): readonly number[] {
  switch (rule.kind) {
    case 'and':
    case 'or':
      return rule.items.flatMap((item) => withinsOf(item, asked));
    case 'not':
    case 'for':
      return withinsOf(rule.item, asked);
    case 'in_segment':
      return withinsOf(asked.segmentRule(rule.segment), asked);
    case 'sequence':
      return [...rule.steps.map(({ within }) => within), rule.absent?.within]
        .filter((within) => within !== undefined)
        .map(durationMs);
    case 'literal':
    case 'compare':
    case 'one_of':
    case 'text':
    case 'presence':
    case 'did':
    case 'in_list':
    case 'subscribed':
    case 'sample':
      return [];
  }
}
