/**
 * Rules and reasons as the person reads them: by the writers of core, in their language, with figures and dates as their
 * country has them and the time zone of the workspace. A writer is loaded when the first sentence is wanted.
 */

import type { Finding, NamedFinding, PlainValue } from '@segue/core/engine/explain-findings.ts';
import type { Explanation } from '@segue/core/engine/explain.ts';
import type { Language as Writer, ReasonNotation } from '@segue/core/engine/language.ts';
import { datePartsOf } from '@segue/core/rules/notation.ts';
import { parseRule, parseValue } from '@segue/core/rules/parse.ts';
import type { DateLiteral } from '@segue/core/rules/tree.ts';
import type { IntlShape } from 'react-intl';

import type { Language } from './languages.ts';

/** What the service says in English is shown where a text is none that is understood. */
export interface Speech {
  /** “Customers who have …” of the text of a rule. */
  readonly rule: (text: string, english: string) => string;
  /** “The customer’s number of …” of an expression, without the full stop. */
  readonly finding: (finding: Pick<Finding, 'of' | 'english'>) => string;
  readonly verdict: (explanation: Explanation) => readonly string[];
  readonly found: (value: PlainValue) => string;
}

const writers: Readonly<Record<Language, () => Promise<new (notation: ReasonNotation) => Writer>>> = {
  en: async () => (await import('@segue/core/engine/explain-english.ts')).English,
  hi: async () => (await import('@segue/core/engine/explain-hindi.ts')).Hindi,
};

/** @param intl - of the locale and time zone that are to be written. */
export async function loadSpeech(language: Language, intl: IntlShape): Promise<Speech> {
  const Spoken = await writers[language]();
  return speechOf(new Spoken(notationOf(intl)));
}

/** Rules are understood once each. */
function speechOf(writer: Writer): Speech {
  const rules = new Map<string, string>();
  const findings = new Map<string, string>();
  return {
    rule: (text, english) =>
      remembered(rules, text, () => {
        const { tree } = parseRule(text);
        return tree === undefined ? english : writer.rule(tree);
      }),
    finding: ({ of, english }) =>
      remembered(findings, of, () => {
        const value = isNamed(of) ? of : parseValue(of).tree;
        return withoutStop(value === undefined ? english : writer.value(value));
      }),
    verdict: (explanation) => writer.verdict(explanation),
    found: (value) => writer.found(value),
  };
}

/** Sentences that are kept; beyond, all are forgotten. */
const rememberedMax = 5_000;

function remembered(known: Map<string, string>, key: string, say: () => string): string {
  const before = known.get(key);
  if (before !== undefined) return before;
  if (known.size >= rememberedMax) known.clear();
  const said = say();
  known.set(key, said);
  return said;
}

function isNamed(of: string): of is NamedFinding {
  return of === 'completions' || of === 'place';
}

/** A sentence as part of another. */
function withoutStop(sentence: string): string {
  return sentence.replace(/[.।]$/, '');
}

/** Of a double, so that a threshold is shown as it is. */
const digitsMax = 17;

export function notationOf(intl: IntlShape): ReasonNotation {
  return {
    number: (n) => intl.formatNumber(n, { maximumSignificantDigits: digitsMax }),
    date: (date) => dateText(intl, date),
    instant: (t) =>
      intl.formatDate(t, {
        year: 'numeric',
        month: 'short',
        day: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        fractionalSecondDigits: 3,
      }),
  };
}

/** With an offset it is an instant, shown on the workspace’s clocks; without, it is what these show. */
function dateText(intl: IntlShape, date: DateLiteral): string {
  const { year, month, day, time, offset } = datePartsOf(date);
  if (time === undefined) {
    const noon = new Date(0);
    noon.setUTCFullYear(year, month - 1, day);
    noon.setUTCHours(12);
    return intl.formatDate(noon, { dateStyle: 'long', timeZone: 'UTC' });
  }
  const [, clock = time] = /^(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)/.exec(time) ?? [];
  const local = new Date(`${date.text.slice(0, 10)}T${clock}${offset ?? 'Z'}`);
  const zone = offset === undefined ? { timeZone: 'UTC' } : {};
  return intl.formatDate(local, {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    ...(clock.length > 5 ? { second: '2-digit' } : {}),
    ...(clock.length > 8 ? { fractionalSecondDigits: 3 } : {}),
    ...zone,
  });
}
