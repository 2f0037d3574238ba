/** What a refresh would move is what it moves, in any story; and refreshes come when they should. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Engine } from '@segue/core/engine/engine.ts';
import type { Change } from '@segue/core/model/change.ts';
import { inputAt } from '@segue/testkit/arbitrary-history.ts';
import { arbitraryCase, arbitraryDefinitions, type DifferentialCase } from '@segue/testkit/differential.ts';

import { PopulationDesk } from '../../src/preview/population-desk.ts';
import { RefreshSchedule } from '../../src/preview/refresh-schedule.ts';
import { ManualClock } from '../../src/runtime/clock.ts';
import { MembershipSets } from '../../src/sets/membership-sets.ts';

const numRuns = Number(process.env['SEGUE_CASES'] ?? 300);

/** Net moves of changes, as the preview of a refresh tells them. */
function movesOf(changes: readonly Change[]): Record<string, number> {
  const moves: Record<string, number> = {};
  for (const change of changes) {
    const what =
      change.kind === 'segment'
        ? `${change.segment} ${change.change}`
        : `${change.lifecycle} ${change.from ?? ''} ${change.to ?? ''}`;
    moves[what] = (moves[what] ?? 0) + 1;
  }
  return moves;
}

/** A story lived through, then a refresh: what its preview said, and what it told. */
async function refreshed(
  story: DifferentialCase,
  partitions: number,
): Promise<{ readonly foreseen: Record<string, number>; readonly told: readonly Change[] }> {
  const late: { sets?: MembershipSets } = {};
  let told: Change[] = [];
  const { timeZone, start, definitions } = story;
  const engine = new Engine({
    timeZone,
    start,
    definitions,
    partitions,
    keepHistory: true,
    onChange: (change) => {
      told.push(change);
      late.sets?.note(change);
    },
    onMerge: (_, gone) => {
      late.sets?.forget(gone);
    },
  });
  late.sets = new MembershipSets(engine);
  let now = start;
  for (const { afterMs, input } of story.steps) {
    now += afterMs;
    if (input.kind !== 'definitions' && input.kind !== 'erase') {
      engine.apply(inputAt(input, now), now);
    }
  }
  const desk = new PopulationDesk({
    engine,
    sets: late.sets,
    now: () => engine.now,
    atRest: (work) => Promise.resolve(work()),
    closed: () => undefined,
    submit: () => Promise.resolve(engine.apply({ kind: 'refresh' }, engine.now)),
  });
  const { segments, stages } = await desk.preview(new AbortController().signal);
  told = [];
  await desk.refresh();
  const foreseen: Record<string, number> = {};
  for (const { segment, entering, leaving } of segments) {
    if (entering > 0) foreseen[`${segment} entered`] = entering;
    if (leaving > 0) foreseen[`${segment} exited`] = leaving;
  }
  for (const { lifecycle, from = '', to, size } of stages) {
    foreseen[`${lifecycle} ${from} ${to}`] = size;
  }
  return { foreseen, told };
}

describe('the preview of a refresh', () => {
  const stories = arbitraryCase(arbitraryDefinitions);

  it('tells what the refresh then does', async () => {
    await fc.assert(
      fc.asyncProperty(stories, fc.constantFrom(1, 3), async (story, partitions) => {
        const { foreseen, told } = await refreshed(story, partitions);
        expect(foreseen).toEqual(movesOf(told));
      }),
      { numRuns },
    );
  });

  it('tells of moves where there are some, as there are in one of many stories', async () => {
    // Few stories move anybody, so these are always the same ones.
    for (const story of fc.sample(stories, { seed: 1, numRuns: 2000 })) {
      const { foreseen, told } = await refreshed(story, 1);
      if (told.length === 0) continue;
      expect(foreseen).toEqual(movesOf(told));
      return;
    }
    expect.fail('nobody moved in any story');
  });
});

describe('a schedule of refreshes', () => {
  it('refreshes at multiples of its period while it is wanted, until it is stopped', async () => {
    const clock = new ManualClock(1_500);
    const refreshed: number[] = [];
    let isWanted = true;
    const schedule = new RefreshSchedule({
      everyMs: 1_000,
      clock,
      isWanted: () => isWanted,
      refresh: () => {
        refreshed.push(clock.now());
        return Promise.reject(new Error('the log is closed'));
      },
    });
    clock.set(1_999);
    clock.set(2_000);
    clock.set(2_500);
    isWanted = false;
    clock.set(3_000);
    isWanted = true;
    clock.set(6_700);
    clock.set(7_000);
    schedule.stop();
    clock.set(9_000);
    await Promise.resolve();
    expect(refreshed).toEqual([2_000, 6_700, 7_000]);
  });
});
