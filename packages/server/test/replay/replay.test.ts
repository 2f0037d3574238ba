import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noDefinitions, type Definitions } from '@segue/core/model/definitions.ts';
import type { Change } from '@segue/core/model/change.ts';
import { parseRule } from '@segue/core/rules/parse.ts';
import type { Condition } from '@segue/core/rules/tree.ts';
import { Replay, type ReplayOptions } from '../../src/replay/replay.ts';
import type { ReplayReport } from '../../src/replay/replay-report.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'segue-test-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function rule(text: string): Condition {
  const { tree, diagnostics } = parseRule(text);
  if (tree === undefined) throw new Error(JSON.stringify(diagnostics));
  return tree;
}

const definitions: Definitions = {
  ...noDefinitions,
  segments: new Map([
    [
      'recent',
      {
        name: 'recent',
        description: 'Bought in the last ten days',
        rule: rule('did "Order Completed" last 10d'),
      },
    ],
    ['seen', { name: 'seen', rule: rule('did page "Home"') }],
  ]),
  lifecycles: new Map([
    [
      'default',
      {
        name: 'default',
        stages: [
          { name: 'dormant', rule: rule('did "Order Completed" and not did "Order Completed" last 20d') },
          { name: 'buyer', rule: rule('did "Order Completed"') },
          { name: 'visitor' },
        ],
      },
    ],
  ]),
};

let files = 0;
function shop(lines: readonly Record<string, unknown>[]): string {
  files += 1;
  const path = join(folder, `${files}.ndjson`);
  writeFileSync(path, lines.map((line) => JSON.stringify(line)).join('\n'));
  return path;
}
const order = (userId: string, timestamp: string): Record<string, unknown> => ({
  type: 'track',
  userId,
  event: 'Order Completed',
  timestamp,
  properties: { revenue: 10 },
});
const visit = (anonymousId: string, timestamp: string): Record<string, unknown> => ({
  type: 'page',
  anonymousId,
  name: 'Home',
  timestamp,
});

async function run(
  lines: readonly Record<string, unknown>[],
  options: Partial<ReplayOptions> = {},
): Promise<ReplayReport> {
  return new Replay({ files: [shop(lines)], mappings: [], definitions, timeZone: 'UTC', ...options }).run();
}
const segment = (report: ReplayReport, name: string): unknown =>
  report.segments.find((found) => found.segment === name);

describe('a replay', () => {
  const history = [
    order('b', '2026-01-20T00:00:00Z'),
    order('a', '2026-01-01T12:00:00Z'),
    visit('x', '2026-01-02T00:00:00Z'),
    {
      type: 'identify',
      userId: 'c',
      anonymousId: 'x',
      traits: { email: 'c@x.org' },
      timestamp: '2026-01-03T00:00:00Z',
    },
    order('c', '2026-01-05T00:00:00Z'),
    order('a', '2026-02-25T00:00:00Z'),
  ];

  it('counts members, entries, exits, peaks and monthly moves, by time alone too', async () => {
    const report = await run(history);
    expect(report).toMatchObject({
      complete: true,
      customers: 3,
      first: Date.UTC(2026, 0, 1, 12),
      last: Date.UTC(2026, 1, 25),
    });
    expect(segment(report, 'recent')).toEqual({
      segment: 'recent',
      description: 'Bought in the last ten days',
      members: 1,
      entered: 4,
      exited: 3,
      peak: 2,
      peakAt: Date.UTC(2026, 0, 5),
    });
    const [lifecycle] = report.lifecycles;
    expect(lifecycle?.stages.map(({ stage, customers }) => [stage, customers])).toEqual([
      ['dormant', 2],
      ['buyer', 1],
      ['visitor', 0],
    ]);
    expect(lifecycle?.flows).toEqual([
      { month: '2026-01', from: '', to: 'buyer', count: 2 },
      { month: '2026-01', from: 'buyer', to: 'dormant', count: 2 },
      { month: '2026-01', from: '', to: 'visitor', count: 1 },
      { month: '2026-01', from: 'visitor', to: 'buyer', count: 1 },
      { month: '2026-02', from: 'buyer', to: 'dormant', count: 1 },
      { month: '2026-02', from: 'dormant', to: 'buyer', count: 1 },
    ]);
  });

  it('months are those of the workspace', async () => {
    const report = await run([order('a', '2026-01-31T20:00:00Z')], { timeZone: 'Asia/Kolkata' });
    expect(report.lifecycles[0]?.flows).toEqual([{ month: '2026-02', from: '', to: 'buyer', count: 1 }]);
  });

  it('counts from an instant on, with what was before as history, and stops at another', async () => {
    const changes: Change[] = [];
    const report = await run(history, {
      from: Date.UTC(2026, 0, 10),
      until: Date.UTC(2026, 1, 1),
      onChange: (change) => changes.push(change),
    });
    expect(segment(report, 'recent')).toMatchObject({ members: 0, entered: 1, exited: 3, peak: 2 });
    expect(report).toMatchObject({
      now: Date.UTC(2026, 1, 1),
      last: Date.UTC(2026, 0, 20),
      input: { messages: 5 },
    });
    expect(changes.every(({ at }) => at >= Date.UTC(2026, 0, 10))).toBe(true);
    expect(report.changes).toBe(changes.length);
  });

  it('follows a customer by any identifier, back to before it was known', async () => {
    const { customer } = await run(history, { customer: ' C@X.org ' });
    expect(customer?.found).toBe(true);
    expect(customer?.profile?.identifiers).toEqual(
      expect.arrayContaining([
        { kind: 'user_id', value: 'c' },
        { kind: 'anonymous_id', value: 'x' },
        { kind: 'email', value: 'c@x.org' },
      ]),
    );
    expect(customer?.messages.map(({ kind }) => kind)).toEqual(['page', 'identify', 'track']);
    expect(
      customer?.changes.map((change) =>
        change.kind === 'segment'
          ? `${change.change} ${change.segment}`
          : `${change.from ?? ''}>${change.to ?? ''}`,
      ),
    ).toEqual(
      expect.arrayContaining([
        'entered seen',
        '>visitor',
        'visitor>buyer',
        'entered recent',
        'exited recent',
        'buyer>dormant',
      ]),
    );
    expect((await run(history, { customer: 'nobody' })).customer).toMatchObject({
      found: false,
      changes: [],
    });
  });

  it('keeps sizes right when two customers turn out to be one', async () => {
    const report = await run([
      order('a', '2026-01-01T00:00:00Z'),
      order('b', '2026-01-02T00:00:00Z'),
      { type: 'alias', userId: 'a', previousId: 'b', timestamp: '2026-01-03T00:00:00Z' },
      order('c', '2026-01-04T00:00:00Z'),
    ]);
    expect(segment(report, 'recent')).toMatchObject({ members: 2, peak: 2 });
    expect(report.lifecycles[0]?.flows).toContainEqual({ month: '2026-01', from: 'buyer', to: '', count: 1 });
    expect(report.customers).toBe(2);
  });

  it('counts a message that comes twice as ignored', async () => {
    const twice = { ...order('a', '2026-01-01T00:00:00Z'), messageId: 'm' };
    expect((await run([twice, twice])).input).toMatchObject({ messages: 2, ignored: { duplicate: 1 } });
  });

  it('that is stopped reports what there is', async () => {
    const lines = Array.from({ length: 5_000 }, (_, n) =>
      order(`u${n}`, new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString()),
    );
    const replay: Replay = new Replay({
      files: [shop(lines)],
      mappings: [],
      definitions,
      timeZone: 'UTC',
      onChange: ({ profile }) => {
        if (profile === 100) replay.stop();
      },
    });
    const report = await replay.run();
    expect(report.complete).toBe(false);
    expect(report.input.messages).toBe(101);
    expect(report.now).toBe(Date.UTC(2026, 0, 1, 1, 40));
  });

  it('of nothing says so', async () => {
    const report = await new Replay({
      files: [join(folder, 'none')],
      mappings: [],
      definitions,
      timeZone: 'UTC',
    }).run();
    expect(report.input.messages).toBe(0);
    expect(report.input.fileErrors[0]).toMatch(/no such file/);
    expect(report.first).toBeUndefined();
  });
});
