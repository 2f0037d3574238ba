/** What people ask of a backtest, in words, made into a question that can be run; and what is wrong with it, with the remedy. */

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import { fail, ok, type Result } from '@segue/core/base/result.ts';
import { Zone } from '@segue/core/base/zone.ts';
import { mergeDefinitions } from '@segue/core/model/definition-changes.ts';
import { noDefinitions, type Definitions } from '@segue/core/model/definitions.ts';
import type { Instant } from '@segue/core/model/message.ts';
import { parseDefinitions } from '@segue/core/model/parse-definitions.ts';
import { checkDefinitions } from '@segue/core/rules/check-definitions.ts';
import { checkEventPattern, checkRule } from '@segue/core/rules/check.ts';
import { didYouMean } from '@segue/core/rules/names.ts';
import { parseEventPattern, parseLiteral, parsePropertyPath, parseRule } from '@segue/core/rules/parse.ts';
import { durationMs } from '@segue/core/rules/semantics.ts';
import type { EventPattern, Path } from '@segue/core/rules/tree.ts';

import { periodDaysMax, samplesMax, withinMsMax } from './limits.ts';
import {
  sideBySide,
  type BacktestQuestion,
  type Draft,
  type Measure,
  type Named,
  type StoryOrder,
} from './question.ts';

/** Something that people do after they entered: the name of an event, or a pattern. */
export type WantedOutcome = { readonly event: string; readonly value?: string };

export type WantedBacktest = {
  /** A rule: of a draft, or with `segment`, a change of that segment. */
  readonly rule?: string;
  /** Definitions, as a file has them, on top of those in force. */
  readonly definitions?: unknown;
  /** Which of them, or of those in force. */
  readonly segment?: string;
  readonly lifecycle?: string;
  /** The segment in force to compare with; what is in force under the same name where it is left out. */
  readonly against?: string;
  /** Dates, or instants; `to` is excluded, now where it is left out, and at most the end of today, which is now. */
  readonly from: string;
  readonly to?: string;
  readonly outcomes?: readonly WantedOutcome[];
  /** Such as `30d`. */
  readonly within?: string;
  readonly samples?: number;
  readonly order?: StoryOrder;
};

type Read<T> = Result<T, readonly Diagnostic[]>;

export const outcomesDefault: readonly WantedOutcome[] = [{ event: 'Order Completed', value: 'revenue' }];
const withinDefault = '30d';
const samplesDefault = 20;
const dayMs = 86_400_000;

export function askBacktest(
  inForce: Definitions,
  wanted: WantedBacktest,
  { timeZone, now }: { readonly timeZone: string; readonly now: Instant },
): Read<BacktestQuestion> {
  const zone = new Zone(timeZone);
  const draft = readDraft(inForce, wanted);
  const period = readPeriod(wanted, zone, now);
  const withinMs = readWithin(wanted.within ?? withinDefault);
  const measures = readOutcomes(wanted.outcomes ?? outcomesDefault);
  const { samples = samplesDefault, order = 'event_time' } = wanted;
  if (!draft.ok || !period.ok || !withinMs.ok || !measures.ok) {
    return fail([draft, period, withinMs, measures].flatMap((read) => (read.ok ? [] : [...read.error])));
  }
  const against = readAgainst(inForce, wanted.against, draft.value);
  if (!against.ok) return against;
  return ok({
    timeZone,
    ...sideBySide(inForce, draft.value, against.value),
    ...period.value,
    withinMs: withinMs.value,
    measures: withReturn(measures.value),
    samples: Math.min(samplesMax, Math.max(0, samples)),
    order,
  });
}

/** The draft, in a complete set that has been checked. */
export function readDraft(
  inForce: Definitions,
  {
    rule,
    definitions,
    segment,
    lifecycle,
  }: Pick<WantedBacktest, 'rule' | 'definitions' | 'segment' | 'lifecycle'>,
): Read<Draft> {
  if (rule !== undefined && (definitions !== undefined || lifecycle !== undefined)) {
    return refuse('backtest/draft', 'A rule is given and definitions or a lifecycle too; give one of them.');
  }
  if (rule !== undefined) return readRule(inForce, rule, segment);
  const base =
    definitions === undefined ? ok({ all: inForce, own: noDefinitions }) : readSet(inForce, definitions);
  if (!base.ok) return base;
  const { all, own } = base.value;
  const named = nameOf(own, segment, lifecycle);
  if (!named.ok) return named;
  const { kind, name } = named.value;
  if (!all[kind].has(name)) return unknownName(kind, name, all);
  return ok({ kind, name, definitions: all });
}

function readRule(inForce: Definitions, text: string, segment: string | undefined): Read<Draft> {
  const parsed = parseRule(text);
  if (parsed.tree === undefined) return fail(parsed.diagnostics);
  // A name in the rule means what is in force, also where the rule is to take its place.
  const faults = checkRule(parsed.tree, { definitions: inForce }, parsed.positions);
  if (faults.some(isError)) return fail(faults);
  const name = segment ?? freeName(inForce);
  const segments = new Map([...inForce.segments, [name, { name, rule: parsed.tree }]]);
  const definitions = { ...inForce, segments };
  const cycles = segment === undefined ? [] : checkDefinitions(definitions).filter(isError);
  if (cycles.length > 0) return fail(cycles);
  return ok({ kind: 'segments', name, definitions, ...(segment === undefined ? { title: 'draft' } : {}) });
}

function freeName(inForce: Definitions): string {
  let name = 'draft';
  while (inForce.segments.has(name)) name += '_';
  return name;
}

function readSet(
  inForce: Definitions,
  raw: unknown,
): Read<{ readonly all: Definitions; readonly own: Definitions }> {
  const { definitions: own, diagnostics, positions, broken } = parseDefinitions(raw);
  const all = mergeDefinitions(inForce, own);
  const faults = [...diagnostics, ...checkDefinitions(all, { positions, broken })];
  return faults.some(isError) ? fail(faults) : ok({ all, own });
}

/** The one that is meant: named, or the only one there is. */
function nameOf(own: Definitions, segment: string | undefined, lifecycle: string | undefined): Read<Named> {
  if (segment !== undefined && lifecycle !== undefined) {
    return refuse('backtest/draft', 'A segment and a lifecycle are named; a backtest is of one of them.');
  }
  if (segment !== undefined) return ok({ kind: 'segments', name: segment });
  if (lifecycle !== undefined) return ok({ kind: 'lifecycles', name: lifecycle });
  const all: Named[] = [
    ...[...own.segments.keys()].map((name): Named => ({ kind: 'segments', name })),
    ...[...own.lifecycles.keys()].map((name): Named => ({ kind: 'lifecycles', name })),
  ];
  const [only] = all;
  if (only !== undefined && all.length === 1) return ok(only);
  const names = all
    .slice(0, 5)
    .map(({ name }) => name)
    .join(', ');
  const found = all.length === 0 ? 'There is nothing to look at' : `There are ${all.length} (${names})`;
  return refuse(
    'backtest/draft',
    `${found}; give a rule, or name the segment or the lifecycle that is meant.`,
  );
}

function readAgainst(
  inForce: Definitions,
  against: string | undefined,
  draft: Draft,
): Read<Named | undefined> {
  const { kind } = draft;
  if (against === undefined) {
    const before = inForce[kind].get(draft.name);
    // What is in force already is compared with nothing.
    const isOther = before !== undefined && before !== draft.definitions[kind].get(draft.name);
    return ok(isOther ? { kind, name: draft.name } : undefined);
  }
  return inForce[kind].has(against) ? ok({ kind, name: against }) : unknownName(kind, against, inForce);
}

/** Of what has been: who asks until the end of today means now, and nobody can ask about tomorrow. */
export function readPeriod(
  { from: fromText, to: toText }: Pick<WantedBacktest, 'from' | 'to'>,
  zone: Zone,
  now: Instant,
): Read<{ readonly from: Instant; readonly to: Instant }> {
  const from = zone.parseInstant(fromText);
  const end = toText === undefined ? now : zone.parseInstant(toText);
  if (from === undefined || end === undefined) {
    const wrong = from === undefined ? fromText : (toText ?? '');
    return refuse(
      'backtest/period',
      `“${wrong}” is no time; expected a date such as 2026-01-31, or 2026-01-31T10:00:00Z.`,
    );
  }
  if (from > now) {
    return refuse(
      'backtest/period',
      `The period begins (${fromText}) in what lies ahead; give a beginning in the past.`,
    );
  }
  if (end > zone.nextDay(now)) {
    const today = zone.format(now).slice(0, 10);
    return refuse(
      'backtest/period',
      `The period ends (${toText ?? ''}) in what lies ahead, and today is ${today}; give an end up to now, or none.`,
    );
  }
  const to = Math.min(end, now);
  if (from >= to) {
    return refuse(
      'backtest/period',
      `The period ends (${toText ?? 'now'}) before it begins (${fromText}); give a later end or an earlier beginning.`,
    );
  }
  if (to - from > periodDaysMax * dayMs) {
    return refuse(
      'backtest/period',
      `The period is longer than ${periodDaysMax} days; ask about a part of it.`,
    );
  }
  return ok({ from, to });
}

export function readWithin(text: string): Read<number> {
  const { tree } = parseLiteral(text);
  const ms = tree?.kind === 'duration' && tree.negative !== true ? durationMs(tree.text) : 0;
  if (ms > 0 && ms <= withinMsMax) return ok(ms);
  return refuse(
    'backtest/within',
    `“${text}” is no time to follow people for; expected a duration up to ${withinMsMax / dayMs}d, such as 30d.`,
  );
}

export function readOutcomes(wanted: readonly WantedOutcome[]): Read<readonly Measure[]> {
  const faults: Diagnostic[] = [];
  const measures: Measure[] = [];
  for (const { event, value } of wanted) {
    const events = readEvents(event);
    const path = value === undefined ? ok(undefined) : readPath(value);
    if (!events.ok) faults.push(...events.error);
    if (!path.ok) faults.push(...path.error);
    if (!events.ok || !path.ok) continue;
    measures.push({
      title: event,
      events: events.value,
      ...(path.value === undefined ? {} : { value: path.value }),
    });
  }
  return faults.length > 0 ? fail(faults) : ok(measures);
}

/** A pattern as in rules, or the bare name of an event. */
export function readEvents(text: string): Read<EventPattern> {
  const { tree } = parseEventPattern(text);
  if (tree === undefined) {
    const looksLikePattern = text.includes('"') || text.trim() === '';
    if (!looksLikePattern) return ok({ source: { kind: 'track', name: text } });
    const expected =
      'the name of an event such as Order Completed, or a pattern such as "Order Completed" where total > 100';
    return refuse('backtest/outcome', `“${text}” is no event; expected ${expected}.`);
  }
  const faults = checkEventPattern(tree, { definitions: noDefinitions }).filter(isError);
  return faults.length > 0 ? fail(faults) : ok(tree);
}

function readPath(text: string): Read<Path> {
  const { tree, diagnostics } = parsePropertyPath(text);
  return tree === undefined ? fail(diagnostics) : ok(tree);
}

/** Whether people came back at all is always told. */
function withReturn(measures: readonly Measure[]): readonly Measure[] {
  if (measures.some(({ events: { source, where } }) => source.kind === 'any' && where === undefined)) {
    return measures;
  }
  return [...measures, { title: 'any event', events: { source: { kind: 'any' } } }];
}

function unknownName(kind: Named['kind'], name: string, { [kind]: known }: Definitions): Read<never> {
  const noun = kind === 'segments' ? 'segment' : 'lifecycle';
  return refuse('backtest/unknown', `There is no ${noun} “${name}”.${didYouMean(name, known.keys())}`);
}

function isError({ severity }: Diagnostic): boolean {
  return severity === 'error';
}

export function refuse(code: string, message: string): Read<never> {
  return fail([{ code, severity: 'error', message }]);
}
