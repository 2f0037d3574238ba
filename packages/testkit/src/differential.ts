/**
 * Incremental ≡ interpreter: an engine and an oracle are given the same inputs and asked the same questions at the
 * instants where they could part: after every input, when the engine says that something is due and the millisecond
 * before, and in between. The changes that the engine emits must add up to its memberships.
 */

import { Engine } from '@segue/core/engine/engine.ts';
import type { Change, SegmentChange } from '@segue/core/model/change.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Instant } from '@segue/core/model/message.ts';
import { formatRule } from '@segue/core/rules/format.ts';
import type { Condition } from '@segue/core/rules/tree.ts';
import fc from 'fast-check';

import {
  arbitraryHistory,
  type HistoryOptions,
  type HistoryStep,
  inputAt,
  startInstants,
  timeZones,
} from './arbitrary-history.ts';
import { arbitraryRule, type RulePools } from './arbitrary-rule.ts';
import { Oracle } from './oracle.ts';

export type DifferentialCase = {
  readonly timeZone: string;
  readonly start: Instant;
  readonly definitions: Definitions;
  readonly steps: readonly HistoryStep[];
  /** After the last input. */
  readonly tailMs: number;
};

/** How many due instants are looked at between two inputs. */
const DUE_CHECKS_MAX = 6;

export function segmentsOf(rules: Readonly<Record<string, Condition>>): Definitions {
  return {
    segments: new Map(Object.entries(rules).map(([name, rule]) => [name, { name, rule }])),
    lifecycles: new Map(),
    rfm: new Map(),
    lists: new Map(),
    channels: new Map([['sms', 'opt_out']]),
  };
}

const openPools: RulePools = { lists: ['vips'], scores: ['churn', 'value'] };

/** Definitions in which everything that the language can refer to occurs. */
export const arbitraryDefinitions: fc.Arbitrary<Definitions> = fc
  .tuple(
    arbitraryRule(openPools),
    arbitraryRule(openPools),
    arbitraryRule({
      ...openPools,
      segments: ['first'],
      lifecycles: { life: ['one', 'two', 'rest'] },
      rfm: ['default'],
    }),
    arbitraryRule({ ...openPools, segments: ['first', 'second'] }),
  )
  .map(([first, stage, second, third]) => ({
    ...segmentsOf({ first, second, third }),
    lifecycles: new Map([
      [
        'life',
        {
          name: 'life',
          stages: [
            { name: 'one', rule: stage },
            { name: 'two', rule: { kind: 'in_segment', segment: 'first' } },
            { name: 'rest' },
          ],
        },
      ],
    ]),
    rfm: new Map([
      [
        'default',
        {
          name: 'default',
          purchase: { source: { kind: 'track', name: 'A' } },
          value: ['x'],
          window: { kind: 'last', duration: '7d' },
        },
      ],
    ]),
  }));

export function arbitraryCase(
  definitions: fc.Arbitrary<Definitions>,
  history: HistoryOptions = {},
): fc.Arbitrary<DifferentialCase> {
  return fc.record({
    timeZone: fc.constantFrom(...timeZones),
    start: fc.constantFrom(...startInstants),
    definitions,
    steps: arbitraryHistory(history),
    tailMs: fc.constantFrom(1, 3_600_000, 86_400_000, 7 * 86_400_000, 30 * 86_400_000),
  });
}

/** The first difference between engine and oracle, told so that a person can follow it; undefined when there is none. */
export function findDifference(test: DifferentialCase): string | undefined {
  const emitted: SegmentChange[] = [];
  const { timeZone, start, definitions } = test;
  const engine = new Engine({
    timeZone,
    start,
    definitions,
    keepHistory: true,
    onChange: (change) => {
      if (change.kind === 'segment') emitted.push(change);
    },
  });
  const oracle = new Oracle({ timeZone, start, definitions });
  let now = start;
  const seen: string[] = [];
  for (const { afterMs, input: sketch } of test.steps) {
    const difference = passTime(engine, oracle, now, now + afterMs);
    if (difference !== undefined) return tell(test, seen, difference);
    now += afterMs;
    const input = inputAt(sketch, now);
    seen.push(`${iso(now)} ${JSON.stringify(input)}`);
    engine.apply(input, now);
    oracle.apply(input, now);
    const found = compare(engine, oracle) ?? compareEmitted(engine, emitted);
    if (found !== undefined) return tell(test, seen, found);
  }
  const difference = passTime(engine, oracle, now, now + test.tailMs) ?? compareEmitted(engine, emitted);
  return difference === undefined ? undefined : tell(test, seen, difference);
}

/**
 * Law 7: an engine that is written down and taken up again before every input does the same, to the byte, as one that
 * was never stopped. Says how they differ; undefined when they do not.
 */
export function findRestartDifference(test: DifferentialCase): string | undefined {
  const { timeZone, start, definitions } = test;
  const straight: Change[] = [];
  const stopped: Change[] = [];
  const keep = (into: Change[]) => ({
    keepHistory: true,
    onChange: (change: Change): void => void into.push(change),
  });
  const engine = new Engine({ timeZone, start, definitions, ...keep(straight) });
  let other = new Engine({ timeZone, start, definitions, ...keep(stopped) });
  let now = start;
  for (const { afterMs, input: sketch } of test.steps) {
    const middle = now + Math.floor(afterMs / 2);
    now += afterMs;
    const input = inputAt(sketch, now);
    engine.advanceTo(middle);
    other.advanceTo(middle);
    const written = [...other.serialize()];
    other = Engine.restore(written, keep(stopped));
    const again = [...other.serialize()];
    if (written.join('\n') !== again.join('\n')) return tell(test, written, `restored: ${again.join('\n')}`);
    engine.apply(input, now);
    other.apply(input, now);
  }
  now += test.tailMs;
  engine.advanceTo(now);
  other.advanceTo(now);
  const a = [...engine.serialize()].join('\n');
  const b = [...other.serialize()].join('\n');
  if (a !== b) return tell(test, [a], b);
  const emitted = straight
    .map((change) => JSON.stringify(change))
    .sort()
    .join('\n');
  const emittedStopped = stopped
    .map((change) => JSON.stringify(change))
    .sort()
    .join('\n');
  return emitted === emittedStopped ? undefined : tell(test, [emitted], emittedStopped);
}

/** Lets time pass on both, looking at what is due on the way and at some instants where nothing should be. */
function passTime(engine: Engine, oracle: Oracle, from: Instant, to: Instant): string | undefined {
  const middle = from + Math.floor((to - from) / 2);
  for (let i = 0; i < DUE_CHECKS_MAX; i++) {
    const due = engine.nextDueAt();
    if (due === undefined || due > to) break;
    for (const at of [due - 1, due]) {
      if (at < engine.now) continue;
      const found = advance(engine, oracle, at);
      if (found !== undefined) return found;
    }
  }
  for (const at of [middle, to]) {
    if (at < engine.now) continue;
    const found = advance(engine, oracle, at);
    if (found !== undefined) return found;
  }
  return undefined;
}

function advance(engine: Engine, oracle: Oracle, at: Instant): string | undefined {
  engine.advanceTo(at);
  oracle.advanceTo(at);
  return compare(engine, oracle);
}

function compare(engine: Engine, oracle: Oracle): string | undefined {
  for (const segment of engine.definitions.segments.keys()) {
    const mine = engine
      .members(segment)
      .map((id) => namesOf(engine, id))
      .sort()
      .join(' | ');
    const theirs = oracle
      .members(segment)
      .map((id) => identifiersText(oracle.identifiers(id)))
      .sort()
      .join(' | ');
    if (mine !== theirs) return `${iso(engine.now)} ${segment}: engine {${mine}}, oracle {${theirs}}`;
  }
  for (const [lifecycle, { stages }] of engine.definitions.lifecycles) {
    for (const { name } of stages) {
      const mine = engine
        .stageMembers(lifecycle, name)
        .map((id) => namesOf(engine, id))
        .sort()
        .join(' | ');
      const theirs = oracle
        .stageMembers(lifecycle, name)
        .map((id) => identifiersText(oracle.identifiers(id)))
        .sort()
        .join(' | ');
      if (mine !== theirs) {
        return `${iso(engine.now)} ${lifecycle}.${name}: engine {${mine}}, oracle {${theirs}}`;
      }
    }
  }
  return undefined;
}

function compareEmitted(engine: Engine, emitted: readonly SegmentChange[]): string | undefined {
  const members = new Map<string, string>();
  let last = -Infinity;
  for (const { profile, segment, change, at } of emitted) {
    if (at < last) return `changes out of order at ${iso(at)}`;
    last = at;
    const key = `${segment} ${profile}`;
    if (change === (members.get(key) ?? 'exited')) return `${key} ${change} twice, at ${iso(at)}`;
    members.set(key, change);
  }
  for (const segment of engine.definitions.segments.keys()) {
    for (const id of engine.profileIds()) {
      const is = members.get(`${segment} ${id}`) === 'entered';
      if (is !== engine.isMember(id, segment)) {
        return `${iso(engine.now)} ${segment} ${namesOf(engine, id)}: emitted ${String(is)}`;
      }
    }
  }
  return undefined;
}

function namesOf(engine: Engine, id: number): string {
  return identifiersText(engine.profile(id)?.identifiers ?? []);
}

function identifiersText(identifiers: readonly { readonly kind: string; readonly value: string }[]): string {
  return identifiers
    .map(({ kind, value }) => `${kind}:${value}`)
    .sort()
    .join(',');
}

function iso(t: Instant): string {
  return new Date(t).toISOString();
}

function tell(test: DifferentialCase, seen: readonly string[], difference: string): string {
  const rules = [...test.definitions.segments.values()].map(
    ({ name, rule }) => `${name}: ${formatRule(rule)}`,
  );
  const stages = [...test.definitions.lifecycles.values()].flatMap((lifecycle) =>
    lifecycle.stages.map(
      ({ name, rule }) => `${lifecycle.name}.${name}: ${rule === undefined ? '' : formatRule(rule)}`,
    ),
  );
  return [`${test.timeZone} from ${iso(test.start)}`, ...rules, ...stages, ...seen, difference].join('\n');
}
