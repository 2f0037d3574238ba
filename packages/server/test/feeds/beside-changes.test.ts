import { afterAll, expect, it } from 'vitest';

import { ChangeFeed } from '../../src/feeds/change-feed.ts';
import { LiveMessages, messagesPerLookMax } from '../../src/feeds/live-messages.ts';
import { difference, LiveSizes, type Sizes } from '../../src/feeds/live-sizes.ts';
import { MemoryFeedStore } from '../../src/feeds/memory-feed-store.ts';
import { streamRoutes } from '../../src/feeds/stream-routes.ts';
import type { LogEntry } from '../../src/log/entry.ts';
import { type Door, openDoor } from './door.ts';
import { plainEvent, start } from './plain-events.ts';
import { openSse } from './stream-clients.ts';

const sizes = (customers: number, vip: number, stages: Record<string, number> = { active: vip }): Sizes => ({
  customers,
  segments: new Map([
    ['vip', vip],
    ['__proto__', 1],
  ]),
  lifecycles: new Map([['default', new Map(Object.entries(stages))]]),
});

const open: Door[] = [];
afterAll(async () => {
  await Promise.all(open.map(({ app }) => app.close()));
});

/** A log of one message an entry, and sizes that a test sets. */
async function setting() {
  const world = { position: 0, sizes: sizes(2, 1), asked: 0 };
  const entries: LogEntry[] = [];
  const feed = new ChangeFeed({
    store: new MemoryFeedStore(),
    now: () => start,
    onFault: () => undefined,
    keepEventsMax: 1_000,
    writeAfterMs: 0,
  });
  const live = new LiveSizes(
    {
      ready: () => Promise.resolve(),
      atRest: (work) => {
        work();
      },
      position: () => world.position,
      sizes: () => {
        world.asked++;
        return world.sizes;
      },
    },
    5,
  );
  const messages = new LiveMessages(
    {
      position: () => entries.length,
      entryAt: (at) => entries[at],
      customerOf: ({ identifiers: [first] }) => first?.value,
    },
    5,
  );
  const door = await openDoor(
    streamRoutes({ feed, now: () => start, findProfile: () => 1, beside: { sizes: live, messages } }),
  );
  open.push(door);
  const send = (n: number): void => {
    entries.push({
      kind: 'message',
      source: 'shop',
      message: {
        kind: 'track',
        messageId: `m${n}`,
        time: start + n,
        identifiers: [{ kind: 'user_id', value: 'asha' }],
        name: 'Order Completed',
        properties: { n },
        traits: {},
      },
    });
  };
  return { ...door, feed, world, live, send };
}

it('tells how large everything is, then only what has become another', async () => {
  const { url, world, feed } = await setting();
  const client = await openSse(`${url}/v1/stream?sizes=true`);
  await client.until(1);
  world.sizes = sizes(3, 1);
  world.position++;
  await client.until(2);
  feed.publish([plainEvent(0)]);
  await client.until(3);
  world.sizes = sizes(3, 2, { active: 1, lapsed: 1 });
  world.position++;
  await client.until(4);
  const told = client.events.map(({ event, data, id }) => ({ event, id, ...(JSON.parse(data) as object) }));
  expect(told[0]).toMatchObject({
    event: 'sizes',
    customers: 2,
    lifecycles: { default: { active: 1 } },
  });
  expect(client.events[0]?.data).toContain('"segments":{"vip":1,"__proto__":1}');
  expect(told[1]).toEqual({ event: 'sizes', id: undefined, customers: 3 });
  // The change between them has its own number, which sizes do not touch.
  expect(told[2]).toMatchObject({ id: '0', seq: 0 });
  expect(told[3]).toEqual({
    event: 'sizes',
    id: undefined,
    segments: { vip: 2 },
    lifecycles: { default: { lapsed: 1 } },
  });
  client.close();
});

it('counts only when something was taken, and not at all when nobody listens', async () => {
  const { url, world } = await setting();
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(world.asked).toBe(0);
  const client = await openSse(`${url}/v1/stream?sizes=true`);
  await client.until(1);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(world.asked).toBe(1);
  client.close();
});

it('tells a reader who had no room the difference to what they were told last', () => {
  const world = { position: 0, sizes: sizes(1, 0) };
  const live = new LiveSizes({
    ready: () =>
      ({
        then: (go: () => void) => {
          go();
        },
      }) as unknown as Promise<void>,
    atRest: (work) => {
      work();
    },
    position: () => world.position,
    sizes: () => world.sizes,
  });
  const told: string[] = [];
  let hasRoom = true;
  const other: string[] = [];
  const stops = [
    live.listen((json) => {
      if (hasRoom) told.push(json);
      return hasRoom;
    }),
  ];
  const next = (customers: number): void => {
    world.sizes = sizes(customers, 0);
    world.position++;
    // Each who comes makes it look once.
    stops.push(live.listen((json) => other.push(json) > 0));
  };
  hasRoom = false;
  next(2);
  next(3);
  hasRoom = true;
  next(3);
  expect(told.slice(1)).toEqual(['{"customers":3}']);
  expect(other[0]).toContain('"customers":2');
  for (const stop of stops) stop();
});

it('says of what is gone that it is gone', () => {
  const after: Sizes = { customers: 2, segments: new Map([['vip', 1]]), lifecycles: new Map() };
  const changed = difference(sizes(2, 1), after);
  expect(JSON.stringify(changed)).toBe('{"segments":{"__proto__":null},"lifecycles":{"default":null}}');
  expect(difference(after, after)).toBeUndefined();
});

it('shows the newest messages as they are taken, and says how many it passed over', async () => {
  const { url, send } = await setting();
  send(0);
  const client = await openSse(`${url}/v1/stream?messages=true&segments=`);
  send(1);
  await client.until(1);
  expect(JSON.parse(client.events[0]?.data ?? '')).toEqual({
    skipped: 0,
    messages: [
      {
        position: 1,
        customer: 'asha',
        type: 'track',
        name: 'Order Completed',
        messageId: 'm1',
        timestamp: new Date(start + 1).toISOString(),
        source: 'shop',
        properties: { n: 1 },
      },
    ],
  });
  for (let n = 2; n < 102; n++) send(n);
  await client.until(2);
  const second = JSON.parse(client.events[1]?.data ?? '') as {
    skipped: number;
    messages: { messageId: string }[];
  };
  expect(second.skipped).toBe(100 - messagesPerLookMax);
  expect(second.messages.at(-1)?.messageId).toBe('m101');
  client.close();
});

it('refuses what is no yes or no', async () => {
  const { url } = await setting();
  const response = await fetch(`${url}/v1/stream?sizes=perhaps`, {
    headers: { authorization: 'Bearer viewer' },
  });
  expect(response.status).toBe(400);
});
