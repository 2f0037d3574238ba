import { expect, test } from 'vitest';

import type { Change } from '../src/data/live-changes.ts';
import type { OverviewNow } from '../src/data/live-overview.ts';
import type { Moves } from '../src/data/workspace-queries.ts';
import { mattersOf } from '../src/features/overview/attention.ts';
import { hasHole, movesSoFar } from '../src/features/overview/moves-so-far.ts';

const day = Date.UTC(2026, 2, 10);

const moves: Moves = {
  period: { from: new Date(day).toISOString(), to: new Date(day + 1).toISOString() },
  segments: [
    { segment: 'vip', entered: 3, exited: 1, causes: { event: 3, time: 1 } },
    { segment: 'lapsed', entered: 1, exited: 0, causes: { time: 1 } },
  ],
  stages: [],
  seq: 10,
  asOf: { position: 5, behind: 0 },
};

function change(
  seq: number,
  segment: string | undefined,
  what: Change['change'],
  cause: Change['cause'],
): Change {
  return {
    seq,
    customer: { id: 1, displayId: 'ann', identifiers: [] },
    ...(segment === undefined ? { lifecycle: 'customer', to: 'new' } : { segment }),
    change: what,
    at: new Date(day + seq).toISOString(),
    atMs: day + seq,
    cause,
  };
}

test('what moved is what history counts and what streamed in after it, once', () => {
  const streamed = [
    change(13, 'fresh', 'entered', 'event'),
    change(12, undefined, 'stage_changed', 'event'),
    change(11, 'lapsed', 'exited', 'event'),
    change(10, 'vip', 'entered', 'event'),
  ];
  const soFar = movesSoFar(moves, streamed, day);
  expect(soFar).toEqual({
    entered: 5,
    exited: 2,
    causes: [
      ['event', 5],
      ['time', 2],
    ],
    segments: [
      { segment: 'vip', entered: 3, exited: 1, causes: { event: 3, time: 1 } },
      { segment: 'lapsed', entered: 1, exited: 1, causes: { time: 1, event: 1 } },
      { segment: 'fresh', entered: 1, exited: 0, causes: { event: 1 } },
    ],
  });
  expect(moves.segments[1]?.causes).toEqual({ time: 1 });
});

test('without history it is what streamed in since the day began', () => {
  const streamed = [
    change(5, 'vip', 'entered', 'time'),
    { ...change(4, 'vip', 'entered', 'time'), atMs: day - 1 },
  ];
  expect(movesSoFar(undefined, streamed, day)).toMatchObject({ entered: 1, exited: 0 });
});

test('a hole between the answer and the changes that are kept is seen', () => {
  const kept = [change(14, 'vip', 'entered', 'event'), change(12, 'vip', 'exited', 'event')];
  expect(hasHole(moves, kept, 2)).toBe(true);
  expect(hasHole(moves, kept, 3)).toBe(false);
  expect(hasHole({ ...moves, seq: 11 }, kept, 2)).toBe(false);
  expect(hasHole(undefined, kept, 2)).toBe(false);
});

const calm: OverviewNow = {
  at: new Date(day).toISOString(),
  customers: 1,
  segments: 1,
  events: { day: new Date(day).toISOString(), today: 1, from: new Date(day).toISOString(), minutes: [1] },
  sources: [{ name: 'web', today: 1, lastAt: new Date(day).toISOString(), silent: false }],
  refused: { counts: { 'message/shape': 3 }, lastAt: new Date(day - 25 * 3_600_000).toISOString() },
  history: { state: 'running', lagMs: 400, behind: 2 },
  webhooks: [{ id: 'a', url: 'https://a.example', reason: 'by_hand', since: new Date(day).toISOString() }],
};

test('nothing needs attention where all is as it should be', () => {
  expect(mattersOf(calm)).toEqual([]);
  expect(mattersOf({ ...calm, history: { state: 'off', lagMs: 0, behind: 0 } })).toEqual([]);
});

test('what needs attention is said, the gravest first', () => {
  const since = new Date(day - 60_000).toISOString();
  const troubled: OverviewNow = {
    ...calm,
    intake: { code: 'intake/disk-low', message: 'The disk is nearly full.' },
    sources: [{ name: 'till', today: 0, lastAt: since, silent: true }],
    webhooks: [{ id: 'b', url: 'https://b.example', reason: 'failing', since }],
    refused: { counts: { 'message/shape': 3, 'message/time': 2 }, lastAt: since },
    history: { state: 'running', lagMs: 61_000, behind: 900 },
    building: { revision: 4, done: 1, total: 4 },
  };
  expect(mattersOf(troubled)).toEqual([
    { kind: 'intake', code: 'intake/disk-low', message: 'The disk is nearly full.' },
    { kind: 'silent', source: 'till', since },
    { kind: 'webhook', id: 'b', url: 'https://b.example', reason: 'failing', since },
    { kind: 'refused', messages: 5, since },
    { kind: 'behind', seconds: 61, entries: 900 },
    { kind: 'building', revision: 4, share: 0.25 },
  ]);
  expect(mattersOf({ ...calm, history: { state: 'down', lagMs: 0, behind: 0 } })).toEqual([
    { kind: 'history', state: 'away' },
  ]);
});
