/**
 * An explanation as sentences, with times of the workspace's own clocks.
 *
 * @example
 * In high_intent since 2026-11-21 14:02:11.000.
 * Leaves on 2026-11-28 14:02:11.000 unless one more “Product Viewed” with category “shoes” happens before.
 * Because:
 *   yes  who have done “Product Viewed” with category “shoes” more than 3 times in the last 7 days
 *          it is 4, asked is more than 3; since 2026-11-21 14:02:11.000; until 2026-11-28 14:02:11.000
 */

import { assert } from '../base/assert.ts';
import type { Zone } from '../base/zone.ts';
import type { Instant } from '../model/message.ts';
import { durationText, eventName, list } from '../rules/english-values.ts';
import { pathText } from '../rules/format.ts';
import type { DecidingMessage } from './explain-deciding.ts';
import type { PlainValue, Threshold, ThresholdOperator } from './explain-findings.ts';
import type { Since } from './explain-interpreter.ts';
import type { EventAction, RemedyAction, ValueOperator } from './explain-plans.ts';
import type { Remedy } from './explain-remedy.ts';
import type { ExplainedCondition, Explanation } from './explain.ts';

/** Messages of one condition that are printed, the newest; the explanation itself has more. */
const messagesShown = 5;
const indentWidth = 2;

/** Lines without line ends; `zone` is the workspace's. */
export function explainText(explanation: Explanation, zone: Zone): readonly string[] {
  assert(zone.name === explanation.timeZone, 'an explanation is told in the zone it was made in');
  return [...verdictText(explanation, zone), 'Because:', ...conditionText(explanation.rule, zone)];
}

/** In or out, since when, until when, and what would change it: a sentence each. */
export function verdictText(explanation: Explanation, zone: Zone): readonly string[] {
  const { segment, member, bornAt, since, change, standing } = explanation;
  if (bornAt === undefined) {
    return [`Not in ${segment}: nothing is known of the customer by ${instantText(explanation.at, zone)}.`];
  }
  const lines = [
    `${member ? 'In' : 'Not in'} ${segment}${sinceText(since, zone, ' ')}.`,
    leavingText(explanation, zone),
  ];
  if (change !== undefined) {
    const then = member ? 'would take the customer out' : 'would bring the customer in';
    lines.push(`The smallest thing that ${then}: ${remedyText(change, zone)}.`);
  }
  if (standing === true) {
    lines.push('It rests on the standing among all customers, which is taken anew at local midnight.');
  }
  return lines;
}

function leavingText({ member, until, unless }: Explanation, zone: Zone): string {
  if (until === undefined) return `Time alone will not change that.`;
  const verb = member ? 'Leaves' : 'Enters';
  if (unless === undefined) return `${verb} on ${instantText(until, zone)} if nothing happens.`;
  const longer =
    unless.until === undefined
      ? ''
      : ` (if at once, then ${member ? 'in' : 'out'} until ${instantText(unless.until, zone)})`;
  return `${verb} on ${instantText(until, zone)} unless ${remedyText({ actions: unless.actions, from: unless.from, ...(unless.before === undefined ? {} : { before: unless.before }) }, zone)}${longer}.`;
}

/** `one more “Order Completed” with category “shoes” before 2026-11-28 14:02:11.000`. */
export function remedyText({ actions, from, before, effectAt }: Remedy, zone: Zone): string {
  const things = thingsText(actions, zone);
  const dated = things.includes('a time ') ? ', done' : '';
  const by = before === undefined ? '' : `${dated} before ${instantText(before, zone)}`;
  const lasting = effectAt === undefined ? 0 : effectAt - from;
  // A few milliseconds are only the order of several events.
  return lasting < 1_000 ? `${things}${by}` : `${things}${by}, with effect ${spanText(lasting)} later`;
}

/** Steps of a sequence come one after the other; other things in any order. */
function thingsText(actions: readonly RemedyAction[], zone: Zone): string {
  const texts = actions.map((action) => actionText(action, zone));
  const after = (action: RemedyAction): number =>
    action.kind === 'event' ? (action.examples[0]?.afterMs ?? 0) : 0;
  const inOrder = actions.every((action, i) => i === 0 || after(action) > after(actions[i - 1] ?? action));
  return inOrder ? texts.join(', then ') : list(texts, 'and');
}

function actionText(action: RemedyAction, zone: Zone): string {
  switch (action.kind) {
    case 'event':
      return eventText(action, zone);
    case 'trait': {
      const trait = `trait.${pathText(action.path)}`;
      if (action.value === null) return `${trait} cleared`;
      if (action.than.type === 'missing') return `${trait} set to any value`;
      return `${trait} set to ${amountText(action.op, action.than, zone)}`;
    }
    case 'list':
      return action.put === 'on'
        ? `being put on the list ${action.list}`
        : `being taken off the list ${action.list}`;
    case 'consent': {
      const to = action.topic === undefined ? action.channel : `“${action.topic}” on ${action.channel}`;
      return action.status === 'subscribed' ? `subscribing to ${to}` : `unsubscribing from ${to}`;
    }
    case 'score':
      return `a score “${action.name}” of ${amountText(action.op, action.than, zone)}`;
  }
}

function eventText(action: EventAction, zone: Zone): string {
  const { pattern, examples, amount, again, newValuesOf, sameOf, onDays } = action;
  const count = examples.length;
  const more = again === true ? ' more' : '';
  const what = `${count === 1 ? 'one' : String(count)}${more} ${eventName(pattern)}`;
  const details = [
    ...(amount === undefined ? [] : [propertyText(amount, count, zone)]),
    ...(newValuesOf === undefined ? [] : [`a new ${pathText(newValuesOf)}`]),
    ...(sameOf === undefined ? [] : [`the same ${pathText(sameOf)}`]),
  ];
  const joint = pattern.where === undefined ? 'with' : 'and';
  const each = count > 1 && amount?.total !== true ? ', each ' : ' ';
  const with_ = details.length === 0 ? '' : `${each}${joint} ${list(details, 'and')}`;
  const days = onDays === true ? (count === 1 ? ' on another day' : ', each on another day') : '';
  return `${what}${with_}${days}`;
}

function propertyText(
  { property, op, than, total }: NonNullable<EventAction['amount']>,
  count: number,
  zone: Zone,
): string {
  const name = `${total && count > 1 ? 'a total ' : ''}${pathText(property)}`;
  return op === '=' ? `${name} ${valueText(than, zone)}` : `${name} of ${amountText(op, than, zone)}`;
}

const amountWords: Readonly<Record<ValueOperator, string>> = {
  '=': '',
  '!=': 'anything but',
  '<': 'less than',
  '<=': 'at most',
  '>': 'more than',
  '>=': 'at least',
  contains: 'a value that contains',
  starts_with: 'a value that starts with',
  ends_with: 'a value that ends with',
  matches: 'a value that matches',
};

const instantWords: Readonly<Partial<Record<ValueOperator, string>>> = {
  '<': 'a time before',
  '<=': 'a time at or before',
  '>': 'a time after',
  '>=': 'a time at or after',
};

function amountText(op: ValueOperator, than: PlainValue, zone: Zone): string {
  const words = than.type === 'instant' ? (instantWords[op] ?? amountWords[op]) : amountWords[op];
  return `${words} ${valueText(than, zone)}`.trim();
}

// --- The tree

function conditionText(condition: ExplainedCondition, zone: Zone, depth = 1): readonly string[] {
  const indent = ' '.repeat(indentWidth * depth);
  const beneath = `${indent}       `;
  const name =
    condition.definition === undefined ? '' : `${condition.definition.kind} ${condition.definition.name}: `;
  const spell = [
    sinceText(condition.since, zone, ''),
    condition.until === undefined ? '' : `until ${instantText(condition.until, zone)}`,
  ].filter((fact) => fact !== '');
  const finding = findingText(condition, zone);
  const parts = condition.items.length === 0 ? '' : spell.map((fact) => ` ${fact}`).join(';');
  const facts = condition.items.length === 0 ? [finding, ...spell] : [finding];
  const told = facts.filter((fact) => fact !== '').join('; ');
  return [
    `${indent}${condition.holds ? 'yes' : 'no '}  ${name}${titleOf(condition)}${parts}`,
    ...(told === '' ? [] : [`${beneath}${told}`]),
    ...messagesText(condition, zone).map((line) => `${beneath}${line}`),
    ...(condition.cut === true ? [`${beneath}… too long to be told`] : []),
    ...condition.items.flatMap((item) => conditionText(item, zone, depth + 1)),
  ];
}

function titleOf({ kind, english, items, duration }: ExplainedCondition): string {
  if (items.length === 0) return clause(english);
  switch (kind) {
    case 'and':
      return 'all of these:';
    case 'or':
      return 'any of these:';
    case 'not':
      return 'not this:';
    case 'for':
      return `for at least ${durationText(duration ?? '')} without a break:`;
    case 'literal':
    case 'compare':
    case 'one_of':
    case 'text':
    case 'presence':
    case 'did':
    case 'sequence':
    case 'in_segment':
    case 'in_list':
    case 'subscribed':
    case 'sample':
      return `${clause(english)}:`;
  }
}

/** “Customers who have done …” → “who have done …”. */
function clause(english: string): string {
  return english.replace(/^Customers /, '').replace(/\.$/, '');
}

function findingText({ kind, found, threshold, progress, until }: ExplainedCondition, zone: Zone): string {
  if (progress !== undefined) {
    if (progress.steps < progress.of) return `${progress.steps} of ${progress.of} steps done so far`;
    return until === undefined
      ? 'all steps were done, but too long ago, or what must not follow did'
      : 'all steps are done; what must not follow still could';
  }
  const [first, second] = found;
  if (first === undefined) return '';
  if (kind === 'sequence') {
    return first.is.type === 'number' && first.is.value === 1
      ? 'done once'
      : `done ${valueText(first.is, zone)} times`;
  }
  const other = second === undefined ? '' : `, ${second.of} is ${valueText(second.is, zone)}`;
  const asked = threshold === undefined ? '' : `, asked is ${thresholdText(threshold, zone)}`;
  return `it is ${valueText(first.is, zone)}${asked}${other}`;
}

const thresholdWords: Readonly<Record<ThresholdOperator, string>> = {
  '=': '',
  '!=': 'anything but',
  '<': 'less than',
  '<=': 'at most',
  '>': 'more than',
  '>=': 'at least',
  contains: 'what contains',
  starts_with: 'what starts with',
  ends_with: 'what ends with',
  matches: 'what matches',
  in: 'one of',
  not_in: 'none of',
  exists: 'any value',
  is_missing: 'none',
};

function thresholdText({ op, values }: Threshold, zone: Zone): string {
  const shown = list(
    values.map((value) => valueText(value, zone)),
    'or',
  );
  return `${thresholdWords[op]} ${shown}`.trim();
}

function messagesText({ messages, messagesTotal }: ExplainedCondition, zone: Zone): readonly string[] {
  const shown = messages.slice(-messagesShown);
  const hidden = messagesTotal - shown.length;
  return [
    ...(hidden > 0 ? [`… ${hidden} earlier`] : []),
    ...shown.map((message) => messageText(message, zone)),
  ];
}

function messageText({ kind, name, time, messageId, read }: DecidingMessage, zone: Zone): string {
  const what = kind === 'identify' ? 'identify' : kind === 'track' ? `“${name}”` : `${kind} “${name}”`;
  const values = read.map(({ path, value }) => `${path} ${valueText(value, zone)}`);
  return [`${instantText(time, zone)}  ${what}`, ...values, `message ${messageId}`].join(', ');
}

// --- Values

function sinceText(since: Since | undefined, zone: Zone, before: string): string {
  if (since === undefined) return '';
  return `${before}since ${instantText(since.at, zone)}${since.orEarlier === true ? ' or earlier' : ''}`;
}

/** `2026-11-28 14:02:11.000`, local time. */
export function instantText(t: Instant, zone: Zone): string {
  return zone.format(t).slice(0, 23).replace('T', ' ');
}

const spanUnits: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
];

/** `36h` as `1d12h`, as rules write it. */
export function spanText(ms: number): string {
  let rest = Math.abs(ms);
  let text = '';
  for (const [unit, unitMs] of spanUnits) {
    const n = Math.floor(rest / unitMs);
    if (n > 0) text += `${n}${unit}`;
    rest -= n * unitMs;
  }
  if (rest > 0 || text === '') text += `${rest}ms`;
  return ms < 0 ? `-${text}` : text;
}

export function valueText(value: PlainValue, zone: Zone): string {
  switch (value.type) {
    case 'missing':
      return 'missing';
    case 'number':
    case 'boolean':
      return String(value.value);
    case 'text':
      return `“${value.value}”`;
    case 'duration':
      return spanText(value.ms);
    case 'instant':
      return instantText(value.ms, zone);
    case 'list':
      return `[${value.elements.map((element) => valueText(element, zone)).join(', ')}]`;
    case 'object':
      return JSON.stringify(value.value);
  }
}
