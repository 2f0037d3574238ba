/** Any definitions over any history: merges, erasures, late messages, several things at one instant. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';

import { Engine } from '@segue/core/engine/engine.ts';
import { readListed } from '@segue/core/model/listed-definitions.ts';
import { inputAt } from '@segue/testkit/arbitrary-history.ts';
import { arbitraryCase, arbitraryDefinitions, type DifferentialCase } from '@segue/testkit/differential.ts';

import type { BacktestResult } from '../../src/backtest/backtest-result.ts';
import { BacktestRun } from '../../src/backtest/backtest-run.ts';
import { performBacktest } from '../../src/backtest/perform-backtest.ts';
import { sideBySide, type BacktestQuestion, type Measure, type Named } from '../../src/backtest/question.ts';
import type { Step, Story } from '../../src/backtest/story.ts';

const folder = mkdtempSync(join(tmpdir(), 'segue-any-backtest-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const dayMs = 86_400_000;

const subject: fc.Arbitrary<Named> = fc.constantFrom<Named>(
  { kind: 'segments', name: 'third' },
  { kind: 'segments', name: 'first' },
  { kind: 'lifecycles', name: 'life' },
);

type Asked = { readonly question: BacktestQuestion; readonly steps: readonly Step[] };

const measures: readonly Measure[] = [
  { title: 'any event', events: { source: { kind: 'any' } } },
  { title: 'prices', events: { source: { kind: 'any' } }, value: ['price'] },
];

function askedOf(
  story: DifferentialCase,
  drafts: DifferentialCase['definitions'],
  named: Named,
  fromShare: number,
  withinDays: number,
): Asked {
  const steps: Step[] = [];
  let now = story.start;
  for (const { afterMs, input } of story.steps) {
    now += afterMs;
    steps.push({ at: now, input: inputAt(input, now) });
  }
  steps.push({ at: now + story.tailMs });
  const from = story.start + Math.floor((now - story.start) * fromShare);
  const question: BacktestQuestion = {
    timeZone: story.timeZone,
    ...sideBySide(story.definitions, { ...named, definitions: drafts }, named),
    from,
    to: Math.max(from + 1, now + 1),
    withinMs: withinDays * dayMs,
    measures,
    samples: 3,
    order: 'arrival',
  };
  return { question, steps };
}

function storyOf(steps: readonly Step[], batch = 7): Story {
  return {
    total: steps.length,
    async *steps(from) {
      for (let i = from; i < steps.length; i += batch) {
        yield steps.slice(i, i + batch);
        await Promise.resolve();
      }
    },
  };
}

function arbitraryAsked(options: Parameters<typeof arbitraryCase>[1]): fc.Arbitrary<Asked> {
  return fc
    .tuple(
      arbitraryCase(arbitraryDefinitions, options),
      arbitraryDefinitions,
      subject,
      fc.constantFrom(0, 0.2, 0.6),
      fc.constantFrom(1, 7, 30),
    )
    .map(([story, drafts, named, fromShare, within]) => askedOf(story, drafts, named, fromShare, within));
}

function runOf({ question, steps }: Asked): BacktestRun {
  const run = new BacktestRun(question, steps[0]?.at ?? 0);
  for (const step of steps) if (step.at <= run.endsAt) run.take(step);
  run.finish(run.now);
  return run;
}

describe('any backtest', () => {
  it('ends with the members and customers that its engine has', () => {
    fc.assert(
      fc.property(arbitraryAsked({ lengthMax: 30 }), (asked) => {
        const run = runOf(asked);
        const { engine, question } = run;
        for (const { side, stage, track } of run.tracks) {
          const { kind, name } = side === 'draft' ? question.draft : (question.against ?? question.draft);
          const members = kind === 'segments' ? engine.members(name) : engine.stageMembers(name, stage ?? '');
          expect(track.size).toBe(members.length);
          for (const profile of members) expect(track.isMember(profile)).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('interrupted anywhere says the same, to the byte', async () => {
    let n = 0;
    await fc.assert(
      fc.asyncProperty(
        arbitraryAsked({ lengthMax: 25 }),
        fc.integer({ min: 1, max: 9 }),
        async ({ question, steps }, every) => {
          const whole = await performBacktest(question, storyOf(steps));
          const checkpoint = join(folder, `run-${n++}`);
          let result: BacktestResult | undefined;
          for (let round = 0; result === undefined; round++) {
            let looks = 0;
            const isStopped = (): boolean => ++looks > 1 && round < 3;
            result = await performBacktest(question, storyOf(steps, 1 + round), {
              checkpoint,
              checkpointEverySteps: every,
              isStopped,
            });
          }
          expect(JSON.stringify(result)).toBe(JSON.stringify(whole));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('follows those who entered and those outside as counting slowly does', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryAsked({ lengthMax: 40, identity: false }), async (asked) => {
        fc.pre(!asked.steps.some(({ input }) => input?.kind === 'erase'));
        const run = runOf(asked);
        const result = await performBacktest(asked.question, storyOf(asked.steps));
        for (const [i, key] of run.tracks.entries()) {
          const slow = followSlowly(asked, i, Date.parse(result?.until ?? ''));
          const part = result?.parts.find(({ stage }) => stage === key.stage)?.[key.side];
          expect(part?.afterwards.followed).toBe(slow.followed);
          for (const [m, figures] of (part?.afterwards.measures ?? []).entries()) {
            const { rate, mean, othersRate, othersMean } = slow.measures[m] ?? {};
            if (rate !== undefined) expect(figures.entered.rate?.value).toBeCloseTo(rate, 9);
            if (mean !== undefined && m === 1 && slow.followed > 1) {
              expect(figures.entered.mean?.value).toBeCloseTo(mean, 9);
            }
            if (othersRate !== undefined) expect(figures.others.rate?.value).toBeCloseTo(othersRate, 9);
            if (othersMean !== undefined && figures.others.mean !== undefined) {
              expect(figures.others.mean.value).toBeCloseTo(othersMean, 9);
            }
          }
        }
      }),
      { numRuns: 80 },
    );
  });
});

type Slow = {
  readonly followed: number;
  readonly measures: readonly { rate?: number; mean?: number; othersRate?: number; othersMean?: number }[];
};

/** Of one track: who was outside at each first entry is written down, then everything that anybody did is gone through. */
function followSlowly({ question, steps }: Asked, track: number, end: number): Slow {
  const { from, to, withinMs } = question;
  const { side, stage } = new BacktestRun(question, 0).tracks[track] ?? { side: 'draft' as const };
  const { kind, name } = side === 'draft' ? question.draft : (question.against ?? question.draft);
  const members = new Set<number>();
  const known = new Set<number>();
  const entered = new Set<number>();
  const entries: { profile: number; at: number; outside: number[] }[] = [];
  const did: { profile: number; at: number; value: number }[] = [];
  let instant = -Infinity;
  const close = (): void => {
    for (const entry of entries) {
      if (entry.at === instant) entry.outside = [...known].filter((id) => !members.has(id));
    }
  };
  const reach = (at: number): void => {
    if (at > instant) close();
    instant = Math.max(at, instant);
  };
  const engine = new Engine({
    timeZone: question.timeZone,
    start: steps[0]?.at ?? 0,
    definitions: readListed(question.definitions),
    onChange: (change) => {
      const { at, profile } = change;
      reach(at);
      known.add(profile);
      const isIn =
        change.kind === 'segment'
          ? kind === 'segments' && change.segment === name && change.change === 'entered'
          : kind === 'lifecycles' && change.lifecycle === name && change.to === stage;
      const isOut =
        change.kind === 'segment'
          ? kind === 'segments' && change.segment === name && change.change === 'exited'
          : kind === 'lifecycles' && change.lifecycle === name && change.from === stage;
      if (isOut) members.delete(profile);
      if (!isIn) return;
      members.add(profile);
      if (at < from || at >= to || entered.has(profile)) return;
      entered.add(profile);
      entries.push({ profile, at, outside: [] });
    },
  });
  for (const { at, input } of steps) {
    if (at > end) break;
    engine.advanceTo(at);
    if (input === undefined) continue;
    const applied = engine.apply(input, at);
    if (input.kind !== 'message' || !applied.ok || applied.value.ignored !== undefined) continue;
    const { profile } = applied.value;
    if (profile === undefined) continue;
    reach(at);
    known.add(profile);
    const price = input.message.properties['price'];
    const isEvent = ['track', 'page', 'screen'].includes(input.message.kind);
    if (isEvent) did.push({ profile, at, value: typeof price === 'number' ? price : 0 });
  }
  engine.advanceTo(end);
  close();
  const followed = entries.filter(({ at }) => at + withinMs <= end);
  const after = (profile: number, at: number): readonly number[] =>
    did
      .filter((one) => one.profile === profile && one.at > at && one.at <= at + withinMs)
      .map(({ value }) => value);
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const average = (values: readonly number[]): number | undefined =>
    values.length === 0 ? undefined : sum(values) / values.length;
  const withOthers = followed.filter(({ outside }) => outside.length > 0);
  const rate = average(followed.map(({ profile, at }) => (after(profile, at).length > 0 ? 1 : 0)));
  const othersRate = average(
    withOthers.map(
      ({ at, outside }) => average(outside.map((id) => (after(id, at).length > 0 ? 1 : 0))) ?? 0,
    ),
  );
  const mean = average(followed.map(({ profile, at }) => sum(after(profile, at))));
  const othersMean = average(
    withOthers.map(({ at, outside }) => average(outside.map((id) => sum(after(id, at)))) ?? 0),
  );
  const rates = {
    ...(rate === undefined ? {} : { rate }),
    ...(othersRate === undefined ? {} : { othersRate }),
  };
  const means = {
    ...(mean === undefined ? {} : { mean }),
    ...(othersMean === undefined ? {} : { othersMean }),
  };
  return { followed: followed.length, measures: [rates, { ...rates, ...means }] };
}
