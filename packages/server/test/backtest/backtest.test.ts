import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';

import type { BacktestResult } from '../../src/backtest/backtest-result.ts';
import { performBacktest } from '../../src/backtest/perform-backtest.ts';
import { sideBySide, type BacktestQuestion } from '../../src/backtest/question.ts';
import { countSlowly, dayMs, define, makeOrders, shopStart, silentFor, storyOf } from './small-shop.ts';

const folder = mkdtempSync(join(tmpdir(), 'segue-backtest-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const from = shopStart + 100 * dayMs;
const to = shopStart + 250 * dayMs;
const withinMs = 30 * dayMs;

function askedAbout(draftDays: number, inForceDays: number): BacktestQuestion {
  const inForce = define({ segments: { lapsed: { rule: silentFor(inForceDays) } } });
  const drafts = define({ segments: { lapsed: { rule: silentFor(draftDays) } } });
  return {
    timeZone: 'Europe/Berlin',
    ...sideBySide(
      inForce,
      { definitions: drafts, kind: 'segments', name: 'lapsed' },
      { kind: 'segments', name: 'lapsed' },
    ),
    from,
    to,
    withinMs,
    measures: [
      {
        title: 'Order Completed',
        events: { source: { kind: 'track', name: 'Order Completed' } },
        value: ['revenue'],
      },
    ],
    samples: 5,
    order: 'event_time',
  };
}

function done(result: BacktestResult | undefined): BacktestResult {
  if (result === undefined) throw new Error('it was stopped');
  return result;
}

describe('a backtest', () => {
  it('says what counting slowly says, of either side', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 5, max: 70 }),
        fc.integer({ min: 5, max: 70 }),
        fc.integer({ min: 240, max: 320 }),
        async (seed, draftDays, inForceDays, days) => {
          const orders = makeOrders(40, days, seed);
          const result = done(await performBacktest(askedAbout(draftDays, inForceDays), storyOf(orders)));
          for (const [side, silence] of [
            ['draft', draftDays],
            ['against', inForceDays],
          ] as const) {
            const slow = countSlowly(orders, silence, from, to, withinMs);
            const figures = result.parts[0]?.[side];
            const measure = figures?.afterwards.measures[0];
            expect(figures?.entered).toBe(slow.entered);
            expect(figures?.exited).toBe(slow.exited);
            expect(figures?.size).toBe(slow.size);
            expect(figures?.afterwards.followed).toBe(slow.followed);
            expect(measure?.others.customers).toBe(slow.outsiders);
            if (slow.followed === 0 || slow.outsiders < 2) continue;
            expect(measure?.entered.rate?.value).toBeCloseTo(slow.rate, 9);
            expect(measure?.others.rate?.value).toBeCloseTo(slow.othersRate, 9);
            expect(measure?.others.mean?.value).toBeCloseTo(slow.othersMean, 6);
            if (slow.followed > 1) expect(measure?.entered.mean?.value).toBeCloseTo(slow.mean, 6);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('stopped anywhere and taken up again says the same, to the byte', async () => {
    const orders = makeOrders(60, 320, 7);
    const question = askedAbout(20, 35);
    const whole = JSON.stringify(done(await performBacktest(question, storyOf(orders))));
    for (const every of [9, 37, 400]) {
      const checkpoint = join(folder, `every-${every}`);
      let result: BacktestResult | undefined;
      for (let round = 0; result === undefined && round < 5_000; round++) {
        let looks = 0;
        result = await performBacktest(question, storyOf(orders, 1 + (round % 90)), {
          checkpoint,
          checkpointEverySteps: every,
          isStopped: () => ++looks > 1 && round < 6,
        });
      }
      expect(JSON.stringify(result)).toBe(whole);
    }
  });

  it('begins anew where the story is not the one of its checkpoint', async () => {
    const question = askedAbout(20, 35);
    const checkpoint = join(folder, 'other');
    const stop = { checkpoint, checkpointEverySteps: 50, isStopped: () => true };
    expect(await performBacktest(question, storyOf(makeOrders(60, 320, 7)), stop)).toBeUndefined();
    const orders = makeOrders(50, 320, 8);
    const whole = await performBacktest(question, storyOf(orders));
    expect(await performBacktest(question, storyOf(orders), { checkpoint })).toEqual(whole);
  });

  it('says who entered and why, in words', async () => {
    const result = done(await performBacktest(askedAbout(20, 35), storyOf(makeOrders(60, 320, 7))));
    const sample = result.parts[0]?.draft?.sample ?? [];
    expect(sample).toHaveLength(5);
    for (const row of sample) {
      expect(row.cause).toBe('time');
      const text = row.why?.join('\n') ?? '';
      expect(text).toMatch(/^In lapsed since /);
      expect(text).toContain('no   who have done “Order Completed” in the last 20 days');
      // What came later was not known then.
      expect(text).not.toContain('if nothing happens');
    }
  });

  it('counts members of the one and not of the other', async () => {
    const orders = makeOrders(60, 320, 7);
    const result = done(await performBacktest(askedAbout(20, 35), storyOf(orders)));
    const part = result.parts[0];
    const { both, onlyDraft, onlyAgainst } = part?.sideBySide?.members ?? {
      both: 0,
      onlyDraft: 0,
      onlyAgainst: 0,
    };
    expect(both + onlyDraft).toBe(part?.draft?.size);
    expect(both + onlyAgainst).toBe(part?.against?.size);
    // Who has been silent for 35 days has been for 20.
    expect(onlyAgainst).toBe(0);
    expect(onlyDraft).toBeGreaterThan(0);
    expect(part?.sideBySide?.members.onlyDraftSample).toHaveLength(Math.min(5, onlyDraft));
  });

  it('of a story without an end in the period goes as far as is known', async () => {
    const orders = makeOrders(20, 150, 3);
    const result = done(await performBacktest(askedAbout(20, 35), storyOf(orders)));
    expect(result.to).toBe(new Date(orders.at(-1)?.at ?? 0).toISOString());
    expect(result.parts[0]?.draft?.days.at(-1)?.size).toBe(result.parts[0]?.draft?.size);
  });

  it('of nothing finds nothing', async () => {
    const result = done(await performBacktest(askedAbout(20, 35), storyOf([])));
    expect(result.parts[0]?.draft?.entered).toBe(0);
    expect(result.parts[0]?.draft?.afterwards.measures[0]?.rateDifference).toBeUndefined();
  });
});
