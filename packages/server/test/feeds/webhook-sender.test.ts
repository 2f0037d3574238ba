import { describe, expect, it } from 'vitest';

import { systemActor } from '../../src/catalog/catalog.ts';
import type { FeedEvent } from '../../src/feeds/feed.ts';
import { MemoryDeliveryStore } from '../../src/feeds/memory-delivery-store.ts';
import { retryDelaysMs } from '../../src/feeds/retry-schedule.ts';
import type { WebhookEndpoint } from '../../src/feeds/webhook-endpoints.ts';
import type { WebhookSenderOptions } from '../../src/feeds/webhook-sender.ts';
import { endpoint } from './plain-endpoint.ts';
import { plainEvent, plainEvents, start } from './plain-events.ts';
import { attemptsOf, settle, startSender, world } from './sender-world.ts';

async function oneEndpoint(more: Partial<WebhookEndpoint> = {}, sender: Partial<WebhookSenderOptions> = {}) {
  const made = world();
  await made.endpoints.create(endpoint('wh_a', more), systemActor);
  return { ...made, sender: await startSender(made, sender) };
}

describe('delivering', () => {
  it('sends what the filter lets through, from the first change that concerns the endpoint', async () => {
    const { feed, receiver, sender } = await oneEndpoint({ filter: { segments: ['a'] }, from: 4 });
    feed.publish(plainEvents(0, 10));
    await settle();
    expect(receiver.seqs().sort()).toEqual([4, 6, 8]);
    expect(sender.standing('wh_a')).toEqual({ position: 10, behind: 0, waiting: 0, deliveredAt: start });
    expect(attemptsOf(sender, 4)).toMatchObject([
      {
        seq: 4,
        attempt: 1,
        outcome: 'delivered',
        status: 200,
        answer: 'ok',
        reason: 'change',
        durationMs: 3,
      },
    ]);
    await sender.stop(0);
    expect(receiver.closed).toBe(true);
  });

  it('sends the changes of one customer in order, those of several side by side, never too many', async () => {
    const { feed, receiver, sender } = await oneEndpoint({}, { limits: { parallelMax: 4 } });
    feed.publish(plainEvents(0, 200));
    await expect.poll(() => sender.standing('wh_a')).toMatchObject({ position: 200, waiting: 0 });
    expect(receiver.received).toHaveLength(200);
    expect(receiver.openMost).toBe(4);
    for (let profile = 0; profile < 7; profile++) {
      const own = receiver.seqs().filter((seq) => seq % 7 === profile);
      expect(own).toEqual([...own].sort((a, b) => a - b));
    }
    await sender.stop(0);
  });

  it('drops what waits of somebody who was erased, but tells that they have left', async () => {
    const { feed, receiver, clock, sender } = await oneEndpoint();
    receiver.replies = [500, 500];
    feed.publish([0, 1, 2].map((seq) => plainEvent(seq, { profile: seq === 1 ? 2 : 1 })));
    await settle();
    const exit = { ...plainEvent(3, { profile: 1 }), cause: 'erasure', change: 'exited' } as const;
    feed.publish([exit]);
    await settle();
    const ofOne = { isOf: ({ customer }: FeedEvent): boolean => customer.profile === 1, seqs: [0, 2] };
    await feed.takeNamesOut(ofOne.seqs);
    expect(await sender.forgetCustomer(ofOne.isOf, ofOne.seqs)).toBe(2);
    expect(attemptsOf(sender, 0)).toMatchObject([{ outcome: 'retrying', status: 500 }]);
    expect(attemptsOf(sender, 0)[0]).not.toHaveProperty('answer');
    receiver.received.length = 0;
    clock.set(start + 86_400_000);
    await settle();
    expect(receiver.seqs().sort()).toEqual([1, 3]);
    expect(receiver.received.map(({ body }) => body).join()).toContain('"u1"');
    // Nor are they sent by whoever comes to them later.
    receiver.received.length = 0;
    sender.replayFrom('wh_a', 0);
    await settle();
    expect(receiver.seqs().sort()).toEqual([1, 3]);
    await sender.stop(0);
  });

  it('holds back a customer’s later changes while an earlier one fails, and nobody else’s', async () => {
    const { feed, receiver, clock, sender } = await oneEndpoint();
    receiver.replies = [500];
    feed.publish([0, 1].map((seq) => plainEvent(seq, { profile: 1 })));
    feed.publish([plainEvent(2, { profile: 2 })]);
    await settle();
    expect(receiver.seqs().sort()).toEqual([0, 2]);
    clock.set(start + 5_000);
    await settle();
    expect(receiver.seqs()).toEqual([0, 2, 0, 1]);
    await sender.stop(0);
  });
});

describe('failing', () => {
  it('is tried again by the schedule for a day, with the same id and bytes, then given up and the endpoint disabled', async () => {
    const { feed, receiver, clock, sender, endpoints } = await oneEndpoint();
    receiver.otherwise = 500;
    feed.publish([plainEvent(0)]);
    await settle();
    let now = start;
    for (const delay of retryDelaysMs) {
      clock.set(now + delay - 1);
      await settle();
      const before = receiver.received.length;
      now += delay;
      clock.set(now);
      await settle();
      expect(receiver.received).toHaveLength(before + 1);
    }
    expect(receiver.received).toHaveLength(11);
    expect(new Set(receiver.received.map(({ id, body }) => `${id} ${body}`)).size).toBe(1);
    const attempts = attemptsOf(sender);
    expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(attempts.map(({ outcome }) => outcome)).toEqual([
      ...Array<string>(10).fill('retrying'),
      'given_up',
    ]);
    expect(attempts[0]).toMatchObject({ nextAt: start + 5_000, status: 500 });
    expect((await endpoints.get('wh_a'))?.state).toEqual({ kind: 'disabled', reason: 'failing', since: now });
    await sender.stop(0);
  });

  it('of one change alone does not disable an endpoint that takes others', async () => {
    const { feed, receiver, clock, sender, endpoints } = await oneEndpoint();
    receiver.otherwise = 400;
    feed.publish([plainEvent(0, { profile: 1 })]);
    await settle();
    let now = start;
    for (const [i, delay] of retryDelaysMs.entries()) {
      if (i === 3) {
        receiver.replies = [200];
        feed.publish([plainEvent(1, { profile: 2 })]);
        await settle();
      }
      now += delay;
      clock.set(now);
      await settle();
    }
    expect(attemptsOf(sender, 0).at(-1)).toMatchObject({ outcome: 'given_up', attempt: 11 });
    expect(sender.waiting).toBe(0);
    expect((await endpoints.get('wh_a'))?.state.kind).toBe('active');
    await sender.stop(0);
  });

  it.each([[301], [302], [307], [400], [401], [404], [422], [500], [502], ['timeout' as const]])(
    'is whatever is not 2xx: %s',
    async (reply) => {
      const { feed, receiver, clock, sender } = await oneEndpoint();
      receiver.replies = [reply];
      feed.publish([plainEvent(0)]);
      await settle();
      expect(sender.waiting).toBe(1);
      clock.set(start + 5_000);
      await settle();
      expect(sender.waiting).toBe(0);
      expect(attemptsOf(sender).map(({ outcome }) => outcome)).toEqual(['retrying', 'delivered']);
      await sender.stop(0);
    },
  );

  it.each([[200], [201], [202], [204], [299]])('is not: %s', async (reply) => {
    const { feed, receiver, sender } = await oneEndpoint();
    receiver.replies = [reply];
    feed.publish([plainEvent(0)]);
    await settle();
    expect(sender.waiting).toBe(0);
    await sender.stop(0);
  });

  it('with 410 disables the endpoint at once; enabled again it gets everything', async () => {
    const { feed, receiver, sender, endpoints } = await oneEndpoint({}, { limits: { parallelMax: 1 } });
    receiver.replies = [200, 410];
    feed.publish(plainEvents(0, 30));
    await settle();
    expect(receiver.seqs()).toEqual([0, 1]);
    expect(attemptsOf(sender).map(({ outcome }) => outcome)).toEqual(['delivered', 'gone']);
    expect((await endpoints.get('wh_a'))?.state).toMatchObject({ kind: 'disabled', reason: 'gone' });
    feed.publish(plainEvents(30, 40));
    await settle();
    expect(receiver.seqs()).toEqual([0, 1]);
    await endpoints.update('wh_a', { state: { kind: 'active' } }, systemActor);
    await expect.poll(() => sender.standing('wh_a')).toMatchObject({ position: 40, waiting: 0 });
    expect(receiver.seqs()).toEqual([0, 1, ...plainEvents(1, 40).map(({ seq }) => seq)]);
    await sender.stop(0);
  });

  it.each([[429], [503]])('with %s and Retry-After pauses the whole endpoint so long', async (status) => {
    const { feed, receiver, clock, sender } = await oneEndpoint({}, { limits: { parallelMax: 1 } });
    receiver.replies = [{ status, retryAfter: '90' }];
    feed.publish(plainEvents(0, 3));
    await settle();
    expect(sender.standing('wh_a')).toMatchObject({ pausedUntil: start + 90_000, waiting: 3 });
    clock.set(start + 89_999);
    await settle();
    expect(receiver.seqs()).toEqual([0]);
    clock.set(start + 90_000);
    await settle();
    expect(receiver.seqs().sort()).toEqual([0, 0, 1, 2]);
    expect(sender.standing('wh_a')).not.toHaveProperty('pausedUntil');
    await sender.stop(0);
  });

  it('many times in a row is tried one at a time; with the first that gets through, all at once', async () => {
    const { feed, receiver, clock, sender } = await oneEndpoint(
      {},
      { limits: { failuresInRowMax: 8, parallelMax: 8 } },
    );
    receiver.otherwise = 'timeout';
    feed.publish(Array.from({ length: 50 }, (_, seq) => plainEvent(seq, { profile: seq })));
    await settle();
    expect(receiver.openMost).toBe(8);
    receiver.openMost = 0;
    clock.set(start + 5_000);
    await settle();
    expect(receiver.openMost).toBe(1);
    receiver.otherwise = 200;
    clock.set(start + 35_000);
    await expect.poll(() => sender.waiting).toBe(0);
    await sender.stop(0);
  });

  it('of one endpoint holds up neither others nor the feed', async () => {
    const made = world();
    await made.endpoints.create(endpoint('wh_dead', { url: 'https://dead.example/' }), systemActor);
    await made.endpoints.create(endpoint('wh_stuck', { url: 'https://stuck.example/' }), systemActor);
    await made.endpoints.create(endpoint('wh_a'), systemActor);
    made.receiver.at.set('https://dead.example/', 'timeout').set('https://stuck.example/', 'never');
    const sender = await startSender(made, { limits: { waitingMax: 50 } });
    made.feed.publish(plainEvents(0, 500));
    await expect.poll(() => sender.standing('wh_a')).toMatchObject({ position: 500, waiting: 0 });
    for (const id of ['wh_dead', 'wh_stuck']) {
      expect(sender.standing(id)).toMatchObject({ position: 50, waiting: 50 });
    }
    await sender.stop(0);
  });
});

describe('what people do', () => {
  it('takes effect at once: disabling, another address, removing', async () => {
    const { feed, receiver, clock, sender, endpoints, store } = await oneEndpoint();
    await endpoints.update(
      'wh_a',
      { state: { kind: 'disabled', reason: 'by_hand', since: start } },
      systemActor,
    );
    feed.publish(plainEvents(0, 3));
    await settle();
    expect(receiver.received).toEqual([]);
    receiver.at.set('https://new.example/', 200);
    receiver.otherwise = 500;
    await endpoints.update('wh_a', { state: { kind: 'active' } }, systemActor);
    await settle();
    expect(sender.waiting).toBe(3);
    await endpoints.update('wh_a', { url: 'https://new.example/' }, systemActor);
    clock.set(start + 5_000);
    await settle();
    expect(sender.waiting).toBe(0);
    await endpoints.remove('wh_a', systemActor);
    await settle();
    expect([sender.standing('wh_a'), store.load(), sender.attempts('wh_a', { limit: 5 })]).toEqual([
      undefined,
      [],
      [],
    ]);
    await sender.stop(0);
  });

  it('sends one change again, with the same id and bytes, whatever the filter says', async () => {
    const { feed, receiver, sender, endpoints } = await oneEndpoint();
    feed.publish(plainEvents(0, 5));
    await settle();
    await endpoints.update('wh_a', { filter: { segments: ['none'] } }, systemActor);
    expect(sender.replay('wh_a', 3)).toMatchObject({ ok: true });
    await settle();
    const [first, again] = receiver.received.filter(({ seq }) => seq === 3);
    expect([again?.id, again?.body]).toEqual([first?.id, first?.body]);
    expect(attemptsOf(sender, 3).map(({ reason }) => reason)).toEqual(['change', 'replay']);
    expect(sender.replay('wh_a', 99)).toMatchObject({ ok: false, error: { code: 'webhooks/not-kept' } });
    await sender.stop(0);
  });

  it('sends everything again from a change on, and skips everything', async () => {
    const { feed, receiver, sender } = await oneEndpoint({ filter: { segments: ['a'] } });
    feed.publish(plainEvents(0, 10));
    await settle();
    receiver.received.length = 0;
    expect(sender.replayFrom('wh_a', 5)).toMatchObject({ ok: true });
    await settle();
    expect(receiver.seqs().sort()).toEqual([6, 8]);
    expect(sender.replayFrom('wh_a', 11)).toMatchObject({ ok: false, error: { code: 'webhooks/not-kept' } });

    receiver.otherwise = 500;
    feed.publish(plainEvents(10, 20));
    await settle();
    expect(sender.waiting).toBe(5);
    sender.skipToEnd('wh_a');
    expect(sender.standing('wh_a')).toMatchObject({ position: 20, waiting: 0, behind: 0 });
    await sender.stop(0);
  });

  it('sends a test that is kept in the past and not tried again', async () => {
    const { receiver, sender } = await oneEndpoint({ filter: { segments: ['vip'] } });
    receiver.replies = [500];
    const failed = await sender.test(endpoint('wh_a', { filter: { segments: ['vip'] } }));
    expect(failed).toMatchObject({
      reason: 'test',
      outcome: 'given_up',
      status: 500,
      type: 'segue.segment.entered',
    });
    const staged = await sender.test(endpoint('wh_a', { filter: { lifecycles: ['buyer'] } }));
    expect(staged).toMatchObject({ outcome: 'delivered', type: 'segue.stage.changed' });
    expect(receiver.received.map(({ id }) => id.slice(0, 10))).toEqual(['wh_a_test_', 'wh_a_test_']);
    expect(attemptsOf(sender)).toHaveLength(2);
    await sender.stop(0);
  });

  it('is told which changes were missed because the feed did not keep them', async () => {
    const { feed, receiver, sender } = await oneEndpoint({ from: 3 });
    feed.publish(plainEvents(50, 52));
    await settle();
    expect(receiver.seqs().sort()).toEqual([50, 51]);
    expect(sender.attempts('wh_a', { limit: 10 }).at(-1)).toMatchObject({ kind: 'missed', from: 3, to: 50 });
    await sender.stop(0);
  });
});

describe('stopping', () => {
  it('lets requests under way end, cuts off those that do not, and sends these again', async () => {
    const made = world();
    await made.endpoints.create(endpoint('wh_a'), systemActor);
    made.receiver.replies = [200, 'never', 200];
    const sender = await startSender(made);
    made.feed.publish(plainEvents(0, 3));
    await settle();
    expect(made.receiver.open).toBe(1);
    await sender.stop(1);
    expect(made.receiver.open).toBe(0);
    const again = await startSender(made);
    await settle();
    expect(made.receiver.seqs()).toEqual([0, 1, 2, 1]);
    expect(made.receiver.received[3]?.id).toBe(made.receiver.received[1]?.id);
    await again.stop(0);
  });

  it('says when its store has failed', async () => {
    class Broken extends MemoryDeliveryStore {
      override write(): Promise<void> {
        return Promise.reject(new Error('disk full'));
      }
    }
    const made = world(new Broken());
    await made.endpoints.create(endpoint('wh_a'), systemActor);
    const sender = await startSender(made);
    expect((await sender.failed).message).toBe('disk full');
    await sender.stop(0);
  });
});
