/** What was seen, written as a scenario, passes when it is run; and what cannot be told again is refused in words. */

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Message } from '@segue/core/model/message.ts';

import { scenarioRoutes } from '../../src/api/scenario-routes.ts';
import type { FeedEvent } from '../../src/feeds/feed.ts';
import { fromPlain } from '../../src/catalog/plain-definitions.ts';
import { bearer, type Door, openDoor } from '../feeds/door.ts';
import { type MemoryService, memoryService } from '../preview/memory-service.ts';
import { failuresOf } from './run.ts';

const start = Date.UTC(2026, 2, 20);
const hourMs = 3_600_000;

function read(raw: object): Definitions {
  const made = fromPlain({ segments: {}, lifecycles: {}, rfm: {}, lists: {}, channels: {}, ...raw });
  if (!made.ok) throw new Error(made.error.map(({ message }) => message).join('\n'));
  return made.value.definitions;
}

const definitions = read({
  segments: {
    buyers: { rule: 'did "Order Completed" last 3d' },
    big: { rule: 'sum(revenue of "Order Completed", last 10d) >= 100', description: 'Much' },
    cart: { rule: 'seq("Product Added", no "Order Completed" within 2h) last 3d' },
    steady: { rule: 'in buyers for 1d and trait.city = "Pune"' },
    chosen: { rule: 'in list friends and did "Order Completed" last 30d' },
    best: { rule: 'quintile(sum(revenue of "Order Completed")) = 5' },
  },
  lifecycles: {
    default: {
      stages: [
        { lost: 'did "Order Completed" and not did any event last 4d' },
        { active: 'did "Order Completed"' },
        'visitor',
      ],
    },
  },
  lists: { friends: ['u1', 'someone@else.com'] },
});

const stepArb = fc.record({
  who: fc.integer({ min: 0, max: 2 }),
  kind: fc.constantFrom('add', 'order', 'order', 'identify', 'browse'),
  revenue: fc.integer({ min: 1, max: 90 }),
  afterMs: fc.constantFrom(0, 1, 20 * 60_000, 2 * hourMs, 19 * hourMs, 50 * hourMs),
  lateMs: fc.constantFrom(0, 0, 0, 30 * hourMs),
});
type StoryStep = typeof stepArb extends fc.Arbitrary<infer T> ? T : never;

function messageOf({ who, kind, revenue, lateMs }: StoryStep, n: number, now: number): Message {
  const user = { kind: 'user_id', value: `u${who}` };
  const visitor = { kind: 'anonymous_id', value: `v${who}` };
  const base = { messageId: `m${n}`, time: now - lateMs, properties: {}, traits: {}, name: '' };
  switch (kind) {
    case 'identify': {
      const traits = {
        city: who === 1 ? 'Pune' : 'Goa',
        email: `U${who}@Example.com`,
        loyalty_id: `l${who}`,
      };
      const named = [
        { kind: 'email', value: `u${who}@example.com` },
        { kind: 'loyalty_id', value: `l${who}` },
      ];
      return { ...base, kind: 'identify', identifiers: [user, ...named, visitor], traits };
    }
    case 'browse':
      return { ...base, kind: 'page', name: 'Home', identifiers: [visitor] };
    case 'add':
      return { ...base, kind: 'track', name: 'Product Added', identifiers: [visitor] };
    case 'order':
      return {
        ...base,
        kind: 'track',
        name: 'Order Completed',
        identifiers: [user],
        properties: { revenue },
      };
  }
}

async function live(steps: readonly StoryStep[]): Promise<{ service: MemoryService; door: Door }> {
  const service = await memoryService('Asia/Kolkata', start);
  await service.define(definitions);
  let now = start;
  for (const [n, step] of steps.entries()) {
    now += step.afterMs;
    await service.pass(now);
    await service.take({ kind: 'message', message: messageOf(step, n, now) });
  }
  await service.pass(now + 5 * 24 * hourMs);
  const { runtime, log, catalog } = service;
  const door = await openDoor(
    scenarioRoutes({
      directory: runtime.customers,
      log,
      feed: runtime.feed,
      history: catalog.definitions,
      timeZone: 'Asia/Kolkata',
    }),
  );
  return { service, door };
}

type Written = { file: string; yaml: string; messages: number; reproduces: boolean; code?: string };

async function ask({ url }: Door, path: string, key = 'viewer'): Promise<{ status: number; body: Written }> {
  const response = await fetch(`${url}/v1/profiles/${path}`, { headers: bearer(key) });
  return { status: response.status, body: (await response.json()) as Written };
}

const nameOf = (event: FeedEvent): string => (event.kind === 'segment' ? event.segment : event.lifecycle);

it('every change that one customer’s messages or time made is told again by its scenario', async () => {
  const causes = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(stepArb, { minLength: 6, maxLength: 14 }), async (steps) => {
      const { service, door } = await live(steps);
      const changes = [...service.runtime.feed.read(0)].filter((event) => nameOf(event) !== 'best');
      for (const event of changes.filter((_, i) => i % 5 === steps.length % 5)) {
        const { body, status } = await ask(door, `${event.customer.displayId}/scenario?change=${event.seq}`);
        expect([status, body.reproduces, event.seq]).toEqual([200, true, event.seq]);
        expect([body.yaml, await failuresOf(body.yaml)]).toEqual([body.yaml, []]);
        causes.add(event.cause);
      }
      await door.app.close();
      await service.runtime.stop();
    }),
    { numRuns: 12, seed: 7 },
  );
  for (const cause of ['event', 'time', 'late_event']) expect(causes).toContain(cause);
});

describe('over HTTP', () => {
  let service: MemoryService;
  let door: Door;
  const change = (test: (event: FeedEvent) => boolean): FeedEvent => {
    const found = [...service.runtime.feed.read(0)].find(test);
    if (found === undefined) throw new Error('no such change');
    return found;
  };
  const step = (who: number, kind: StoryStep['kind'], afterMs: number, revenue = 60): StoryStep => ({
    who,
    kind,
    afterMs,
    revenue,
    lateMs: 0,
  });

  beforeAll(async () => {
    const story = [
      step(1, 'browse', 1),
      step(1, 'order', hourMs),
      step(1, 'identify', hourMs),
      step(0, 'order', 5),
      step(1, 'order', 7),
    ];
    ({ service, door } = await live(story));
  });
  afterAll(async () => {
    await door.app.close();
    await service.runtime.stop();
  });

  it('the millisecond before it was not so, and the file says so in few words', async () => {
    const { seq } = change((event) => event.kind === 'segment' && event.segment === 'big');
    const { body } = await ask(door, `u1/scenario?change=${seq}`);
    expect(body).toMatchObject({ file: 'u1-enters-big.yaml', messages: 4, reproduces: true });
    expect(body.yaml).toBe(`name: u1 enters big at 2026-03-20T02:00:00.013Z
timezone: Asia/Kolkata
start: 2026-03-19T23:59:00.001Z
definitions:
  segments:
    big:
      rule: sum(revenue of "Order Completed", last 10d) >= 100
      description: Much
steps:
  - at: 2026-03-20T00:00:00.001Z
    page:
      anonymousId: v1
      name: Home
      messageId: m0
  - at: 2026-03-20T01:00:00.001Z
    track:
      userId: u1
      event: Order Completed
      messageId: m1
      properties:
        revenue: 60
  - at: 2026-03-20T02:00:00.001Z
    identify:
      userId: u1
      anonymousId: v1
      messageId: m2
      traits:
        city: Pune
        email: U1@Example.com
        loyalty_id: l1
      context:
        externalIds:
          - type: email
            id: u1@example.com
  - at: 2026-03-20T02:00:00.012Z
    expect:
      big: []
  - at: 2026-03-20T02:00:00.013Z
    track:
      userId: u1
      event: Order Completed
      messageId: m4
      properties:
        revenue: 60
    expect:
      big:
        - u1
`);
    expect(await failuresOf(body.yaml.replace('>= 100', '>= 200'))).toHaveLength(1);
  });

  it('a customer as they are now: everything that can be told again, with their place on lists', async () => {
    const { body } = await ask(door, 'u1/scenario');
    expect(body.reproduces).toBe(true);
    expect(body.yaml).toContain('friends:\n      - u1\n');
    expect(body.yaml).not.toContain('someone@else.com');
    expect(body.yaml).not.toContain('quintile');
    expect(await failuresOf(body.yaml)).toEqual([]);
  });

  it('who enters because a rule came into force is told by the rule coming into force', async () => {
    const raw = { segments: { anybody: { rule: 'did "Order Completed"' } } };
    const { segments } = read(raw);
    await service.pass(service.clock.now() + 1_000);
    await service.define({ ...definitions, segments: new Map([...definitions.segments, ...segments]) });
    const { seq } = change((event) => event.cause === 'definition' && event.customer.displayId === 'u1');
    const { body } = await ask(door, `u1/scenario?change=${seq}`);
    expect(body.yaml).toContain('define:\n      segments:\n        anybody:');
    expect(body.reproduces).toBe(true);
    expect([body.yaml, await failuresOf(body.yaml)]).toEqual([body.yaml, []]);
  });

  it('what cannot be told again is refused in words, and nothing asked is an error of ours', async () => {
    const codes = async (path: string) => {
      const { status, body } = await ask(door, path);
      return [status, body.code];
    };
    const best = change((event) => nameOf(event) === 'best' || event.cause === 'population');
    const owner = encodeURIComponent(best.customer.displayId);
    const code = best.cause === 'population' ? 'scenarios/cause' : 'scenarios/population';
    expect(await codes(`${owner}/scenario?change=${best.seq}`)).toEqual([409, code]);
    const { seq } = change((event) => event.customer.displayId === 'u0');
    expect(await codes(`u1/scenario?change=${seq}`)).toEqual([404, 'scenarios/unknown-change']);
    expect(await codes('u1/scenario?change=999999')).toEqual([404, 'scenarios/unknown-change']);
    expect(await codes('nobody/scenario')).toEqual([404, 'profiles/unknown']);
    for (const change of ['-1', '9e99', 'x']) {
      const [status] = await codes(`u1/scenario?change=${change}`);
      expect([change, status]).toEqual([change, 400]);
    }
    expect((await ask(door, 'u1/scenario', 'writer')).status).toBe(403);
  });
});
