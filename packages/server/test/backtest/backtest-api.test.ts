import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fail, ok } from '@segue/core/base/result.ts';

import { backtestRoutes } from '../../src/api/backtest-routes.ts';
import { jobStreams } from '../../src/api/job-streams.ts';
import type { Job, JobDesk, JobTask } from '../../src/backtest/job.ts';
import { performBacktest } from '../../src/backtest/perform-backtest.ts';
import { performLifecycle } from '../../src/suggest/perform-lifecycle.ts';
import { performThreshold } from '../../src/suggest/perform-threshold.ts';
import { openDoor, type Door } from '../api/api-door.ts';
import { define, makeOrders, silentFor, storyOf } from './small-shop.ts';

/** Jobs that are done at once, in memory. */
class JobsAtOnce implements JobDesk {
  readonly #jobs = new Map<string, Job>();
  readonly #results = new Map<string, unknown>();
  readonly #story = storyOf(makeOrders(40, 320, 5));

  async create(task: JobTask, title: string, by: string): ReturnType<JobDesk['create']> {
    const id = `bt_${this.#jobs.size}`;
    const job: Job = {
      id,
      task,
      title,
      createdAt: 0,
      createdBy: by,
      until: 10,
      state: 'done',
      startedAt: 1,
      endedAt: 2,
    };
    this.#jobs.set(id, job);
    this.#results.set(id, await this.#perform(task));
    return ok(job);
  }

  #perform(task: JobTask): Promise<unknown> {
    switch (task.kind) {
      case 'backtest':
        return performBacktest(task.question, this.#story);
      case 'threshold':
        return performThreshold(task.question, this.#story);
      case 'lifecycle':
        return performLifecycle(task.question, this.#story);
    }
  }

  list(kinds: readonly JobTask['kind'][]): readonly Job[] {
    return [...this.#jobs.values()].filter(({ task }) => kinds.includes(task.kind));
  }

  get(id: string): Job | undefined {
    return this.#jobs.get(id);
  }

  progress(): undefined {
    return undefined;
  }

  result(id: string): Promise<unknown> {
    return Promise.resolve(this.#results.get(id));
  }

  cancel(id: string): ReturnType<JobDesk['cancel']> {
    return Promise.resolve(fail({ code: 'backtests/state', message: `${id} is done.` }));
  }

  resume(id: string): ReturnType<JobDesk['resume']> {
    return this.cancel(id);
  }

  remove(id: string): ReturnType<JobDesk['remove']> {
    this.#jobs.delete(id);
    return Promise.resolve(ok(null));
  }
}

const inForce = define({
  segments: { lapsed: { rule: silentFor(60) } },
  lifecycles: {
    default: { stages: [{ lapsed: silentFor(60) }, { customer: 'did "Order Completed"' }, 'visitor'] },
  },
});

function openApi(): Promise<Door> {
  const jobs = new JobsAtOnce();
  return openDoor({
    add: (app) => {
      const audit = { record: () => Promise.resolve() } as never;
      const streams = jobStreams(jobs, { grants: { isCurrent: () => true }, onFault: () => undefined });
      const options = { jobs, streams, definitions: () => inForce, timeZone: 'UTC', now: Date.now, audit };
      app.register(async (scope) => backtestRoutes(options)(scope), { prefix: '/api' });
    },
  });
}

const period = { from: '2025-04-01', to: '2025-09-01' };

describe('the API of backtests', () => {
  it('runs drafts of every kind beside what is in force', async () => {
    const door = await openApi();
    const drafts: readonly (readonly [object, number, boolean])[] = [
      [{ rule: silentFor(30) }, 1, false],
      [{ rule: silentFor(30), against: 'lapsed' }, 1, true],
      [{ rule: silentFor(30), segment: 'lapsed' }, 1, true],
      [{ segment: 'lapsed' }, 1, false],
      [{ definitions: { segments: { lapsed: { rule: `${silentFor(30)} and true` } } } }, 1, true],
      [{ lifecycle: 'default' }, 3, false],
      [
        {
          definitions: {
            segments: { base: { rule: silentFor(20) } },
            lifecycles: {
              default: { stages: [{ lapsed: 'in base' }, { customer: 'did "Order Completed"' }, 'visitor'] },
            },
          },
          lifecycle: 'default',
        },
        3,
        true,
      ],
    ];
    for (const [draft, parts, hasSides] of drafts) {
      const made = await door.call('POST', '/backtests', { ...draft, ...period });
      expect(made.status, made.text).toBe(202);
      const { id } = made.body as { id: string };
      const { body, text } = await door.call('GET', `/backtests/${id}`);
      const { result } = body as {
        result: { parts: { draft?: { entered: number }; sideBySide?: unknown }[] };
      };
      expect(result.parts, text).toHaveLength(parts);
      expect(result.parts[0]?.draft?.entered).toBeGreaterThan(0);
      expect(result.parts[0]?.sideBySide !== undefined).toBe(hasSides);
    }
    const list = await door.call('GET', '/backtests', undefined, { key: door.keys.viewer });
    expect((list.body as { items: unknown[] }).items).toHaveLength(drafts.length);
    expect((await door.call('DELETE', '/backtests/bt_0')).status).toBe(204);
    expect((await door.call('GET', '/backtests/bt_0')).body).toMatchObject({ code: 'backtests/unknown' });
    await door.close();
  });

  it('suggests', async () => {
    const door = await openApi();
    const numbers = await door.call('POST', '/suggestions/numbers', { segment: 'lapsed' });
    expect(numbers.body).toEqual({
      numbers: [{ number: 1, text: '60d', condition: 'did "Order Completed" last 60d' }],
    });
    for (const [path, body] of [
      ['/suggestions/threshold', { segment: 'lapsed', ...period, within: '30d' }],
      ['/suggestions/lifecycle', {}],
    ] as const) {
      const made = await door.call('POST', path, body);
      expect(made.status, made.text).toBe(202);
      const { id } = made.body as { id: string };
      const got = await door.call('GET', `/suggestions/${id}`);
      expect(Object.keys((got.body as { result: object }).result).length).toBeGreaterThan(5);
      // A suggestion is no backtest.
      expect((await door.call('GET', `/backtests/${id}`)).status).toBe(404);
    }
    await door.close();
  });

  it('says what is wrong with what is asked', async () => {
    const door = await openApi();
    for (const [body, code] of [
      [{ ...period }, 'backtest/draft'],
      [{ rule: 'did', ...period }, 'rule/unexpected'],
      [{ rule: 'in lapzed', ...period }, 'rule/unknown-name'],
      [{ rule: 'in lapsed', segment: 'lapsed', ...period }, 'definitions/cycle'],
      [{ rule: 'true', lifecycle: 'default', ...period }, 'backtest/draft'],
      [{ segment: 'lapzed', ...period }, 'backtest/unknown'],
      [{ segment: 'lapsed', against: 'lapzed', ...period }, 'backtest/unknown'],
      [{ segment: 'lapsed', from: 'soon' }, 'backtest/period'],
      [{ segment: 'lapsed', from: '2025-05-01', to: '2025-04-01' }, 'backtest/period'],
      [{ segment: 'lapsed', from: '9999-01-01', to: '9999-12-31' }, 'backtest/period'],
      [{ segment: 'lapsed', from: '2025-05-01', to: '2030-01-01' }, 'backtest/period'],
      [{ segment: 'lapsed', from: '1990-05-01', to: '2025-04-01' }, 'backtest/period'],
      [{ segment: 'lapsed', within: 'long', ...period }, 'backtest/within'],
      [{ segment: 'lapsed', within: '-3d', ...period }, 'backtest/within'],
      [{ segment: 'lapsed', outcomes: [{ event: '"Order' }], ...period }, 'backtest/outcome'],
      [{ segment: 'lapsed', ...period, more: 1 }, 'request/invalid'],
    ] as const) {
      const { status, body: problem } = await door.call('POST', '/backtests', body);
      expect([status, (problem as { code: string }).code], JSON.stringify(body)).toEqual([400, code]);
    }
    const number = await door.call('POST', '/suggestions/threshold', {
      segment: 'lapsed',
      number: 2,
      ...period,
    });
    expect(number.body).toMatchObject({ code: 'suggest/number' });
    await door.close();
  });

  it('answers nothing that comes with an error of its own', async () => {
    const door = await openApi();
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom(
        '__proto__',
        'lapsed',
        'default',
        'true',
        '2025-04-01',
        '2025-05-01',
        '0001-01-01',
        '9999-12-31',
        '10d',
      ),
    );
    const body = fc.record(
      {
        rule: text,
        segment: text,
        lifecycle: text,
        against: text,
        from: text,
        to: text,
        within: text,
        definitions: fc.record({ segments: fc.dictionary(text, fc.jsonValue({ maxDepth: 2 })) }),
        outcomes: fc.array(fc.record({ event: text, value: text }), { maxLength: 3 }),
        samples: fc.integer({ min: -5, max: 200 }),
      },
      { requiredKeys: ['from'] },
    );
    await fc.assert(
      fc.asyncProperty(
        body,
        fc.constantFrom('/backtests', '/suggestions/threshold', '/suggestions/numbers'),
        async (sent, path) => {
          const { status } = await door.call('POST', path, sent);
          expect(status).toBeLessThan(500);
        },
      ),
      { numRuns: 80 },
    );
    await door.close();
  });
});
