import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Message } from '@segue/core/model/message.ts';

import { LogStory, type LogStoryOptions } from '../../src/backtest/log-story.ts';
import type { Step } from '../../src/backtest/story.ts';
import type { LogEntry } from '../../src/log/entry.ts';
import type { Log } from '../../src/log/log.ts';
import { createMemoryLog } from '../../src/log/memory-log.ts';
import { orderMessage } from './small-shop.ts';

function message(id: number, time: number, customer = 'ann'): Message {
  return { ...orderMessage({ customer, at: time, revenue: 1 }, id), time };
}

function entry(id: number, time: number, customer?: string): LogEntry {
  return { kind: 'message', source: 'till', message: message(id, time, customer) };
}

async function logOf(
  records: readonly (readonly [at: number, entries: readonly LogEntry[]])[],
): Promise<Log> {
  const log = createMemoryLog();
  for (const [at, entries] of records) await log.append(entries, at);
  return log;
}

async function told(
  log: Log,
  options: Omit<LogStoryOptions, 'until'> & { until?: number },
  from = 0,
): Promise<readonly Step[]> {
  const steps: Step[] = [];
  const story = new LogStory(log, { until: log.next, ...options });
  for await (const batch of story.steps(from)) steps.push(...batch);
  expect(story.total).toBe(from + steps.length);
  return steps;
}

function idsOf(steps: readonly Step[]): readonly (string | undefined)[] {
  return steps.map(({ input }) => (input?.kind === 'message' ? input.message.messageId : input?.kind));
}

describe('the log as a story', () => {
  it('as it arrived has a step for each entry, at the instant of its record', async () => {
    const log = await logOf([
      [100, [entry(1, 50), { kind: 'tick' }]],
      [200, [entry(2, 10), { kind: 'refresh' }]],
    ]);
    const steps = await told(log, { order: 'arrival' });
    expect(steps.map(({ at }) => at)).toEqual([100, 100, 200, 200]);
    expect(idsOf(steps)).toEqual(['m1', undefined, 'm2', 'refresh']);
    expect(idsOf(await told(log, { order: 'arrival' }, 3))).toEqual(['refresh']);
  });

  it('as it happened is in order of event time, whatever arrived when, and takes up anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 5 }), {
          maxLength: 20,
        }),
        fc.nat(30),
        fc.constantFrom(1, 1_000, undefined),
        fc.constantFrom(1, 3, 20, undefined),
        async (records, from, memoryBytes, held) => {
          let id = 0;
          const log = await logOf(
            records.map((times, i) => [500 + i, times.map((time) => entry(id++, time))]),
          );
          const options = {
            order: 'event_time' as const,
            ...(memoryBytes === undefined ? {} : { memoryBytes }),
            ...(held === undefined ? {} : { held }),
          };
          const steps = await told(log, options);
          const expected = records
            .flat()
            .map((time, i) => ({ time, name: `m${i}` }))
            .sort((a, b) => a.time - b.time);
          expect(steps.map(({ at }) => at)).toEqual(expected.map(({ time }) => time));
          expect(idsOf(steps)).toEqual(expected.map(({ name }) => name));
          if (from <= steps.length) {
            expect(idsOf(await told(log, options, from))).toEqual(idsOf(steps).slice(from));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('of some customers is what the whole story says of them, in its order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.constantFrom('ann', 'bob', 'cid', '')), {
            minLength: 1,
            maxLength: 6,
          }),
          { maxLength: 12 },
        ),
        fc.constantFrom('arrival' as const, 'event_time' as const),
        fc.constantFrom(1, 4, undefined),
        async (records, order, held) => {
          let id = 0;
          const log = await logOf(
            records.map((entries, i) => [
              300 + i,
              entries.map(([time, who]): LogEntry =>
                who === ''
                  ? { kind: 'erase', customer: { kind: 'user_id', value: 'bob' } }
                  : entry(id++, time, who),
              ),
            ]),
          );
          const options = { order, until: log.next, ...(held === undefined ? {} : { held }) };
          const isOfThem = ({ input }: Step): boolean =>
            input?.kind !== 'message' || input.message.identifiers.some(({ value }) => value !== 'cid');
          const all: Step[] = [];
          for await (const batch of new LogStory(log, options).steps(0)) all.push(...batch);
          const some: Step[] = [];
          const names = new Set(['user_id ann', 'user_id bob']);
          for await (const batch of new LogStory(log, options).steps(0, names)) some.push(...batch);
          expect(some.map(({ at, input }) => [at, input])).toEqual(
            all.filter(isOfThem).map(({ at, input }) => [at, input]),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it('ends before a position, also in the middle of a record', async () => {
    const log = await logOf([[100, [entry(1, 50), entry(2, 60), entry(3, 40)]]]);
    expect(idsOf(await told(log, { order: 'event_time', until: 2 }))).toEqual(['m1', 'm2']);
  });

  it('tells nothing of somebody who was erased, and all of whoever comes under the id after that', async () => {
    const ann = { kind: 'user_id', value: 'ann' };
    const log = await logOf([
      [100, [entry(1, 50, 'ann'), entry(2, 60, 'bob')]],
      [
        200,
        [
          { kind: 'erase', customer: ann },
          { kind: 'erased', stand: { kind: 'tick' } },
        ],
      ],
      [300, [entry(3, 250, 'ann'), { kind: 'skipped', entry: { kind: 'tick' }, reason: '' }]],
    ]);
    expect(idsOf(await told(log, { order: 'event_time' }))).toEqual(['m2', 'm3']);
    expect(idsOf(await told(log, { order: 'arrival' }))).toEqual([
      'm1',
      'm2',
      'erase',
      undefined,
      'm3',
      undefined,
    ]);
  });
});
