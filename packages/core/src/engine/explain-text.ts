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
import { englishNotation, list } from '../rules/english-values.ts';
import type { DecidingMessage } from './explain-deciding.ts';
import { English } from './explain-english.ts';
import type { Threshold, ThresholdOperator } from './explain-findings.ts';
import type { ExplainedCondition, Explanation } from './explain.ts';
import { spanText } from './language.ts';

/** Messages of one condition that are printed, the newest; the explanation itself has more. */
const messagesShown = 5;
const indentWidth = 2;

/** Lines without line ends; `zone` is the workspace's. */
export function explainText(explanation: Explanation, zone: Zone): readonly string[] {
  assert(zone.name === explanation.timeZone, 'an explanation is told in the zone it was made in');
  const english = englishIn(zone);
  return [...english.verdict(explanation), 'Because:', ...conditionText(explanation.rule, english)];
}

/** As files, logs and the API have it: instants as ISO 8601 in local time, lengths as rules write them. */
export function englishIn(zone: Zone): English {
  return new English({ ...englishNotation, instant: (t) => instantText(t, zone), span: spanText });
}

// --- The tree

function conditionText(condition: ExplainedCondition, english: English, depth = 1): readonly string[] {
  const indent = ' '.repeat(indentWidth * depth);
  const beneath = `${indent}       `;
  const name =
    condition.definition === undefined ? '' : `${condition.definition.kind} ${condition.definition.name}: `;
  const spell = [
    condition.since === undefined ? '' : english.since(condition.since),
    condition.until === undefined ? '' : `until ${english.instant(condition.until)}`,
  ].filter((fact) => fact !== '');
  const finding = findingText(condition, english);
  const parts = condition.items.length === 0 ? '' : spell.map((fact) => ` ${fact}`).join(';');
  const facts = condition.items.length === 0 ? [finding, ...spell] : [finding];
  const told = facts.filter((fact) => fact !== '').join('; ');
  return [
    `${indent}${condition.holds ? 'yes' : 'no '}  ${name}${titleOf(condition, english)}${parts}`,
    ...(told === '' ? [] : [`${beneath}${told}`]),
    ...messagesText(condition, english).map((line) => `${beneath}${line}`),
    ...(condition.cut === true ? [`${beneath}… too long to be told`] : []),
    ...condition.items.flatMap((item) => conditionText(item, english, depth + 1)),
  ];
}

function titleOf({ kind, english: sentence, items, duration }: ExplainedCondition, english: English): string {
  if (items.length === 0) return clause(sentence);
  switch (kind) {
    case 'and':
      return 'all of these:';
    case 'or':
      return 'any of these:';
    case 'not':
      return 'not this:';
    case 'for':
      return `for at least ${english.duration(duration ?? '')} without a break:`;
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
      return `${clause(sentence)}:`;
  }
}

/** “Customers who have done …” → “who have done …”. */
function clause(sentence: string): string {
  return sentence.replace(/^Customers /, '').replace(/\.$/, '');
}

function findingText(
  { kind, found, threshold, progress, until }: ExplainedCondition,
  english: English,
): string {
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
      : `done ${english.found(first.is)} times`;
  }
  const other = second === undefined ? '' : `, ${second.of} is ${english.found(second.is)}`;
  const asked = threshold === undefined ? '' : `, asked is ${thresholdText(threshold, english)}`;
  return `it is ${english.found(first.is)}${asked}${other}`;
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

function thresholdText({ op, values }: Threshold, english: English): string {
  const shown = list(
    values.map((value) => english.found(value)),
    'or',
  );
  return `${thresholdWords[op]} ${shown}`.trim();
}

function messagesText({ messages, messagesTotal }: ExplainedCondition, english: English): readonly string[] {
  const shown = messages.slice(-messagesShown);
  const hidden = messagesTotal - shown.length;
  return [
    ...(hidden > 0 ? [`… ${hidden} earlier`] : []),
    ...shown.map((message) => messageText(message, english)),
  ];
}

function messageText({ kind, name, time, messageId, read }: DecidingMessage, english: English): string {
  const what = kind === 'identify' ? 'identify' : kind === 'track' ? `“${name}”` : `${kind} “${name}”`;
  const values = read.map(({ path, value }) => `${path} ${english.found(value)}`);
  return [`${english.instant(time)}  ${what}`, ...values, `message ${messageId}`].join(', ');
}

/** `2026-11-28 14:02:11.000`, local time. */
export function instantText(t: Instant, zone: Zone): string {
  return zone.format(t).slice(0, 23).replace('T', ' ');
}
