/** A suggestion for a number of a rule: other numbers tried over history, with what each would have given. */

import { defined } from '@segue/core/base/assert.ts';
import type { SegmentDefinition } from '@segue/core/model/definitions.ts';
import { readListed } from '@segue/core/model/listed-definitions.ts';
import { formatRule } from '@segue/core/rules/format.ts';

import { iso } from '../backtest/backtest-result.ts';
import type { Story } from '../backtest/story.ts';
import { tell, type TellOptions } from '../backtest/tell.ts';
import { gridOf } from './grid.ts';
import { kneeOf } from './knee.ts';
import { NumberLook } from './number-look.ts';
import type { ThresholdQuestion } from './question.ts';
import { SweepRun } from './sweep-run.ts';
import { durationText, thresholdNumbers, withNumber, type ThresholdNumber } from './thresholds.ts';

export type ThresholdVersion = {
  /** As the rule would have it. */
  number: string;
  rule: string;
  /** It is the number that stands there. */
  current: boolean;
  /** Members per instant looked at, and as a share of the customers. */
  size: number;
  share: number;
  /** Members whose outcome was as expected, as a share of the members. Missing without members. */
  precision?: number;
  /** Of those whose outcome was as expected, the share that were members. */
  recall?: number;
};

export type ThresholdResult = {
  segment: string;
  /** The condition, and the number in it. */
  condition: string;
  number: string;
  outcome: string;
  expects: 'does' | 'does_not';
  withinMs: number;
  /** The instants at which members were looked at. */
  looks: string[];
  /** Customers looked at, over all instants; of them with the expected outcome. */
  customers: number;
  expected: number;
  versions: ThresholdVersion[];
  /** The version from which on recall costs most precision; missing where no version stands out. */
  knee?: ThresholdVersion;
};

/** Undefined where it was stopped. */
export async function performThreshold(
  question: ThresholdQuestion,
  story: Story,
  options: TellOptions = {},
): Promise<ThresholdResult | undefined> {
  const isStopped = (): boolean => options.isStopped?.() === true;
  const definitions = readListed(question.definitions);
  const segment = defined(definitions.segments.get(question.segment), 'the segment');
  const number = defined(thresholdNumbers(segment.rule)[question.number], 'the number');
  const { checkpoint: _, ...rest } = options;
  const look = await tell(
    story,
    { begin: (start) => new NumberLook(question, number, start), restore: neverRestored },
    rest,
  );
  if (isStopped()) return undefined;
  const grid = gridOf(number, look?.values() ?? []);
  const versions = grid.map((n, i): SegmentDefinition => ({
    name: `version_${i}_of`,
    rule: withNumber(segment.rule, number, n),
  }));
  const all = {
    ...definitions,
    segments: new Map([...definitions.segments, ...versions.map((v) => [v.name, v] as const)]),
  };
  const names = versions.map(({ name }) => name);
  const begin = (start: number): SweepRun =>
    new SweepRun(question, { definitions: all, versions: names }, start);
  const sweep = await tell(story, { begin, restore: neverRestored }, rest);
  if (isStopped()) return undefined;
  return resultOf(question, number, grid, versions, sweep ?? begin(question.from));
}

function neverRestored(): never {
  throw new Error('Invariant broken: a sweep is begun anew');
}

function resultOf(
  { title, outcome, expects, withinMs }: ThresholdQuestion,
  number: ThresholdNumber,
  grid: readonly number[],
  rules: readonly SegmentDefinition[],
  sweep: SweepRun,
): ThresholdResult {
  const { looks, customers, expected, counts } = sweep;
  const versions = grid.map((n, i): ThresholdVersion => {
    const { members, right } = counts[i] ?? { members: 0, right: 0 };
    return {
      number: numberText(number, n),
      rule: formatRule((rules[i] as SegmentDefinition).rule, { width: Infinity }),
      current: n === number.now,
      size: looks.length === 0 ? 0 : members / looks.length,
      share: customers === 0 ? 0 : members / customers,
      ...(members === 0 ? {} : { precision: right / members }),
      ...(expected === 0 ? {} : { recall: right / expected }),
    };
  });
  const found = kneeIn(versions);
  return {
    segment: title,
    condition: number.condition,
    number: number.text,
    outcome: outcome.title,
    expects,
    withinMs,
    looks: looks.map(iso),
    customers,
    expected,
    versions,
    ...(found === undefined ? {} : { knee: found }),
  };
}

/** On the curve of precision over recall. */
function kneeIn(versions: readonly ThresholdVersion[]): ThresholdVersion | undefined {
  const placed = versions.flatMap((version) =>
    version.precision === undefined || version.recall === undefined
      ? []
      : [{ version, x: version.recall, y: version.precision }],
  );
  const knee = kneeOf(placed);
  return knee === undefined ? undefined : placed[knee]?.version;
}

function numberText({ kind, unit = 'day' }: ThresholdNumber, n: number): string {
  switch (kind) {
    case 'duration':
      return durationText(n);
    case 'units':
      return `${n} calendar ${unit}s`;
    case 'number':
      return String(n);
  }
}
