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
