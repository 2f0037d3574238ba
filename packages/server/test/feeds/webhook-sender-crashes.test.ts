import fc from 'fast-check';
import { expect, it } from 'vitest';

import { systemActor } from '../../src/catalog/catalog.ts';
import type { DeliveryStore } from '../../src/feeds/delivery-store.ts';
import { openLmdbDeliveryStore } from '../../src/feeds/lmdb-delivery-store.ts';
import { MemoryDeliveryStore } from '../../src/feeds/memory-delivery-store.ts';
import { temporaryFolders } from './folders.ts';
import { endpoint } from './plain-endpoint.ts';
import { plainEvents, start } from './plain-events.ts';
import { attemptsOf, settle, startSender, world, type World } from './sender-world.ts';

const newFolder = temporaryFolders();

/** A store of which a crash leaves the first so many writes. */
class CrashingStore extends MemoryDeliveryStore {
  readonly #writes: Parameters<DeliveryStore['write']>[0][] = [];

  override write(writes: Parameters<DeliveryStore['write']>[0]): Promise<void> {
    this.#writes.push(writes);
    return super.write(writes);
  }

  /** `lost`: how many of the last writes had not reached the disk. */
  async afterCrash(lost: number): Promise<CrashingStore> {
    const left = new CrashingStore();
    for (const writes of this.#writes.slice(0, Math.max(this.#writes.length - lost, 0))) {
      await left.write(writes);
    }
    return left;
  }
}

const anyReply = fc.oneof(
  { weight: 5, arbitrary: fc.constant(200) },
  { weight: 2, arbitrary: fc.constantFrom(500, 404, 'timeout' as const) },
  { weight: 1, arbitrary: fc.constant({ status: 503, retryAfter: '20' }) },
  { weight: 1, arbitrary: fc.constant('never' as const) },
);

it('across crashes anywhere every change arrives, in the order of its customer, and no id ever stands for other bytes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          publish: fc.nat(40),
          replies: fc.array(anyReply, { maxLength: 20 }),
          turns: fc.nat(12),
          seconds: fc.constantFrom(0, 1, 6, 40),
          lost: fc.constantFrom(0, 0, 1, 3, 20),
        }),
        { minLength: 1, maxLength: 8 },
      ),
      fc.constantFrom({}, { segments: ['a'] }),
      async (steps, filter) => {
        let store = new CrashingStore();
        let made: World = world(store);
        await made.endpoints.create(endpoint('wh_a', { filter }), systemActor);
        let published = 0;
        let now = start;
        let repeatsMax = 0;
        for (const { publish, replies, turns, seconds, lost } of steps) {
          const sender = await startSender(made, { limits: { parallelMax: 3, waitingMax: 25 } });
          made.receiver.replies = [...replies];
          made.feed.publish(plainEvents(published, published + publish));
          published += publish;
          for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
          now += seconds * 1000;
          made.clock.set(now);
          for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
          // A crash: nothing is written any more, and the answers of what is under way reach nobody.
          store = await store.afterCrash(lost);
          // What was under way, and what was settled without its getting to the disk.
          repeatsMax += 3 + lost;
          void sender.stop(0);
          made = { ...made, store };
        }
        made.receiver.replies = [];
        const last = await startSender(made, { limits: { parallelMax: 3, waitingMax: 25 } });
        for (
          let hour = 0;
          last.waiting > 0 || (last.standing('wh_a')?.behind ?? 0) > 0 || hour === 0;
          hour++
        ) {
          now += 3_600_000;
          made.clock.set(now);
          await settle();
          expect(hour).toBeLessThan(48);
        }
        await last.stop(0);
        const wanted = plainEvents(0, published).filter(
          ({ seq }) => !('segments' in filter) || seq % 2 === 0,
        );
        const arrived = made.receiver.received;
        expect([...new Set(arrived.map(({ seq }) => seq))].sort((a, b) => a - b)).toEqual(
          wanted.map(({ seq }) => seq),
        );
        const bytes = new Map<string, string>();
        const idOf = new Map<number, string>();
        for (const { id, seq, body } of arrived) {
          expect(bytes.get(id) ?? body).toBe(body);
          expect(idOf.get(seq) ?? id).toBe(id);
          bytes.set(id, body);
          idOf.set(seq, id);
        }
        const accepted = arrived.filter(({ isAccepted }) => isAccepted).length;
        expect(accepted - wanted.length).toBeLessThanOrEqual(repeatsMax);
        for (let profile = 0; profile < 7; profile++) {
          // The first time that each arrives.
          const own = [...new Set(arrived.filter(({ seq }) => seq % 7 === profile).map(({ seq }) => seq))];
          expect(own).toEqual([...own].sort((a, b) => a - b));
        }
      },
    ),
    { numRuns: 60 },
  );
});

it('goes on from LMDB after a restart with what waits, how often it was tried, and the past', async () => {
  const folder = await newFolder();
  const open = (): Promise<DeliveryStore> => openLmdbDeliveryStore(folder, { mapBytes: 2 ** 24 });
  let made = world(await open());
  await made.endpoints.create(endpoint('wh_a'), systemActor);
  made.receiver.otherwise = 500;
  const first = await startSender(made);
  made.feed.publish(plainEvents(0, 5));
  const attempts = (): number[] => plainEvents(0, 5).map(({ seq }) => attemptsOf(first, seq).length);
  await expect.poll(attempts).toEqual([1, 1, 1, 1, 1]);
  made.clock.set(start + 5_000);
  await expect.poll(attempts).toEqual([2, 2, 2, 2, 2]);
  await first.stop(0);
  await made.store.close();
  made = { ...made, store: await open() };
  const second = await startSender(made);
  expect(second.standing('wh_a')).toMatchObject({ position: 5, waiting: 5, behind: 0 });
  made.receiver.otherwise = 200;
  made.clock.set(start + 35_000);
  await expect.poll(() => second.waiting).toBe(0);
  await second.stop(0);
  expect(attemptsOf(second, 2).map(({ attempt, outcome }) => [attempt, outcome])).toEqual([
    [1, 'retrying'],
    [2, 'retrying'],
    [3, 'delivered'],
  ]);
  await made.store.close();
});
