/** What people ask of a suggestion, in words, made into a question that can be run; and what is wrong with it. */

import { defined } from '@segue/core/base/assert.ts';
import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import { fail, ok, type Result } from '@segue/core/base/result.ts';
import { Zone } from '@segue/core/base/zone.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Instant } from '@segue/core/model/message.ts';
import { nameProblem } from '@segue/core/rules/names.ts';

import {
  readDraft,
  readEvents,
  readOutcomes,
  readPeriod,
  readWithin,
  refuse,
  type WantedBacktest,
} from '../backtest/ask-backtest.ts';
import { sideBySide } from '../backtest/question.ts';
import type { LifecycleQuestion, ThresholdQuestion } from './question.ts';
import { thresholdNumbers } from './thresholds.ts';

export type WantedThreshold = Pick<
  WantedBacktest,
  'rule' | 'definitions' | 'segment' | 'from' | 'to' | 'within'
> & {
  /** Which number of the rule, from 1 in the order in which they stand; the first where it is left out. */
  readonly number?: number;
  /** What members are to do, or not to do, within the time after. */
  readonly outcome?: string;
  readonly expects?: 'does' | 'does_not';
};

export type WantedLifecycle = {
  readonly purchase?: string;
  readonly name?: string;
  /** Such as `90d`. */
  readonly returnWithin?: string;
  /** Lost is who comes back with less than this chance, in per cent. */
  readonly lostBelowPercent?: number;
};

type Read<T> = Result<T, readonly Diagnostic[]>;
type Where = { readonly timeZone: string; readonly now: Instant };

const withinDefault = '60d';
const outcomeDefault = 'Order Completed';
const numbersShown = 10;

export function askThreshold(
  inForce: Definitions,
  wanted: WantedThreshold,
  { timeZone, now }: Where,
): Read<ThresholdQuestion> {
  const { number = 1, outcome = outcomeDefault, expects = 'does_not', within = withinDefault } = wanted;
  const draft = readDraft(inForce, wanted);
  const period = readPeriod(wanted, new Zone(timeZone), now);
  const withinMs = readWithin(within);
  const measures = readOutcomes([{ event: outcome }]);
  if (!draft.ok || !period.ok || !withinMs.ok || !measures.ok) {
    return fail([draft, period, withinMs, measures].flatMap((read) => (read.ok ? [] : [...read.error])));
  }
  const { kind, name, definitions, title = name } = draft.value;
  const segment = kind === 'segments' ? definitions.segments.get(name) : undefined;
  if (segment === undefined) {
    return refuse('suggest/segment', 'Numbers are suggested for segments; name one, or give a rule.');
  }
  const numbers = thresholdNumbers(segment.rule);
  if (number < 1 || number > numbers.length) {
    const all = numbers
      .slice(0, numbersShown)
      .map(({ text, condition }, i) => `${i + 1}: ${text} in ${condition}`);
    const found = all.length === 0 ? 'it has none that could be another' : `it has ${all.join('; ')}`;
    return refuse('suggest/number', `The rule has no number ${number}: ${found}.`);
  }
  const together = sideBySide(inForce, draft.value, undefined);
  return ok({
    timeZone,
    definitions: together.definitions,
    segment: together.draft.name,
    title,
    number: number - 1,
    ...period.value,
    withinMs: withinMs.value,
    outcome: defined(measures.value[0], 'the outcome'),
    expects,
  });
}

export function askLifecycle(
  {
    purchase = outcomeDefault,
    name = 'suggested',
    returnWithin = '90d',
    lostBelowPercent = 10,
  }: WantedLifecycle,
  { timeZone }: Pick<Where, 'timeZone'>,
): Read<LifecycleQuestion> {
  const events = readEvents(purchase);
  const returnMs = readWithin(returnWithin);
  if (!events.ok || !returnMs.ok) {
    return fail([events, returnMs].flatMap((read) => (read.ok ? [] : [...read.error])));
  }
  const problem = nameProblem(name);
  if (problem !== undefined) {
    return refuse('suggest/name', `“${name}” is no name for a lifecycle: it ${problem}.`);
  }
  if (!(lostBelowPercent > 0 && lostBelowPercent < 100)) {
    return refuse(
      'suggest/lost-below',
      `${lostBelowPercent} % is no chance to come back with; expected a number between 0 and 100, such as 10.`,
    );
  }
  return ok({
    timeZone,
    purchase: events.value,
    title: purchase,
    name,
    returnMs: returnMs.value,
    lostBelow: lostBelowPercent / 100,
  });
}
