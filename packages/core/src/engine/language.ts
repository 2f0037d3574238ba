/**
 * What a language has to be able to say of rules and of reasons.
 *
 * Rules are trees and reasons are plain data, so a language is a writer over them and may put its words in its own
 * order. One module a language; the API and the command speak English, the web app whatever its reader does.
 */

import type { Instant } from '../model/message.ts';
import type { Notation } from '../rules/notation.ts';
import type { Condition, Value } from '../rules/tree.ts';
import type { NamedFinding, PlainValue } from './explain-findings.ts';
import type { RemedyAction } from './explain-plans.ts';
import type { Remedy } from './explain-remedy.ts';
import type { Explanation } from './explain.ts';

/** How everything that is not a word is written. */
export interface ReasonNotation extends Notation {
  /** In the time zone of the workspace. */
  readonly instant: (t: Instant) => string;
  /** How long, in milliseconds; left out: in the language's words, `1 day 12 hours`. */
  readonly span?: (ms: number) => string;
}

export interface Language {
  /** “Customers who have done “Order Completed” in the last 30 days.” */
  rule(condition: Condition): string;
  /** “The customer’s number of “Order Completed” events.” */
  value(value: Value | NamedFinding): string;
  /** In or out, since when, until when, and what would change it: a sentence each. */
  verdict(explanation: Explanation): readonly string[];
  /** A value that was found, within a sentence or beside one. */
  found(value: PlainValue): string;
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

/** How long after its last step a remedy has its effect, in milliseconds; a few are only the order of several events: 0. */
export function lastingMs({ from, effectAt = from }: Remedy): number {
  const lasting = effectAt - from;
  return lasting < 1_000 ? 0 : lasting;
}

/** Whether actions are steps of a sequence, one after the other, and not things in any order. */
export function isInOrder(actions: readonly RemedyAction[]): boolean {
  const after = (action: RemedyAction): number =>
    action.kind === 'event' ? (action.examples[0]?.afterMs ?? 0) : 0;
  return actions.every((action, i) => i === 0 || after(action) > after(actions[i - 1] ?? action));
}
