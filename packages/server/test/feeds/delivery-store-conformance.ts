/** What every store of deliveries must do. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  attemptsKept,
  type AttemptRecord,
  type Delivery,
  type DeliveryStore,
  type DeliveryWrite,
  withoutAnswer,
} from '../../src/feeds/delivery-store.ts';
import { MemoryDeliveryStore } from '../../src/feeds/memory-delivery-store.ts';
import { plainEvent, start } from './plain-events.ts';

const delivery = (seq: number, attempts = 0): Delivery => ({
  event: plainEvent(seq),
  replay: false,
  attempts,
  nextAt: start + attempts,
  ...(attempts === 0 ? {} : { failingSince: start }),
});
const attempt = (seq: number): AttemptRecord => ({
  kind: 'attempt',
  at: start + seq,
  reason: 'change',
  webhookId: `wh_${seq}`,
  type: 'segue.segment.entered',
  seq,
  attempt: 1,
  outcome: 'retrying',
  durationMs: 12,
  status: 500,
  answer: '“oops” \u0000 ✓',
  nextAt: start + 99,
});

const endpoint = fc.constantFrom('wh_a', 'wh_b', 'ü'.repeat(20));
const seq = fc.nat(5);
const anyWrite: fc.Arbitrary<DeliveryWrite> = fc.oneof(
  fc.record({
    kind: fc.constant('progress' as const),
    endpoint,
    progress: fc.record({ position: fc.nat(1e9), pausedUntil: fc.nat() }, { requiredKeys: ['position'] }),
  }),
  fc.record({
    kind: fc.constant('delivery' as const),
    endpoint,
    delivery: fc.tuple(seq, fc.nat(3)).map(([number, attempts]) => delivery(number, attempts)),
  }),
  fc.record({ kind: fc.constant('settled' as const), endpoint, seq }),
  fc.record({ kind: fc.constant('attempt' as const), endpoint, attempt: seq.map(attempt) }),
  fc.record({ kind: fc.constant('forget' as const), endpoint }),
);

/** `reopen` closes a store and opens it again. */
export function deliveryStoreConformance(
  name: string,
  open: () => Promise<DeliveryStore>,
  reopen: (store: DeliveryStore) => Promise<DeliveryStore>,
): void {
  describe(`a store of deliveries: ${name}`, () => {
    it('knows after any writes what a plain one in memory knows', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(anyWrite, { maxLength: 5 }), { maxLength: 12 }),
          async (batches) => {
            const plain = new MemoryDeliveryStore();
            let store = await open();
            // Not awaited one by one: they are durable in the order of the calls.
            await Promise.all(batches.map((writes) => store.write(writes)));
            for (const writes of batches) await plain.write(writes);
            store = await reopen(store);
            const byEndpoint = (a: { endpoint: string }, b: { endpoint: string }): number =>
              a.endpoint < b.endpoint ? -1 : 1;
            expect([...store.load()].sort(byEndpoint)).toEqual([...plain.load()].sort(byEndpoint));
            for (const id of ['wh_a', 'wh_b', 'ü'.repeat(20)]) {
              const all = plain.attempts(id, { limit: 100 }).map(({ id: _, ...rest }) => rest);
              expect(store.attempts(id, { limit: 100 }).map(({ id: _, ...rest }) => rest)).toEqual(all);
            }
            await store.close();
          },
        ),
        { numRuns: 40 },
      );
    });

    it('forgets what was answered to deliveries of some changes, and that alone', async () => {
      let store = await open();
      const attempts = [0, 1, 2, 1].map(attempt);
      void store.write(attempts.map((one) => ({ kind: 'attempt', endpoint: 'wh_a', attempt: one })));
      void store.write([{ kind: 'attempt', endpoint: 'wh_b', attempt: attempt(1) }]);
      await store.write([{ kind: 'forget_answers', endpoint: 'wh_a', seqs: new Set([1, 7]) }]);
      store = await reopen(store);
      const left = store.attempts('wh_a', { limit: 10 }).map(({ id: _, ...rest }) => rest);
      expect(left.reverse()).toEqual(attempts.map((one) => withoutAnswer(one, new Set([1]))));
      expect(JSON.stringify(left)).toMatch(/oops/u);
      expect(store.attempts('wh_b', { limit: 10 })).toMatchObject([{ answer: '“oops” \u0000 ✓' }]);
      await store.close();
    });

    it('gives attempts newest first, in parts, and those of one change', async () => {
      const store = await open();
      await store.write(
        [0, 1, 2, 3, 1].map((number) => ({ kind: 'attempt', endpoint: 'wh_a', attempt: attempt(number) })),
      );
      const seqs = (more: { limit: number; before?: number; seq?: number }): unknown[] =>
        store.attempts('wh_a', more).map((entry) => (entry.kind === 'attempt' ? entry.seq : entry.kind));
      expect(seqs({ limit: 3 })).toEqual([1, 3, 2]);
      const last = store.attempts('wh_a', { limit: 3 }).at(-1)!.id;
      expect(seqs({ limit: 3, before: last })).toEqual([1, 0]);
      expect(seqs({ limit: 9, seq: 1 })).toEqual([1, 1]);
      expect(seqs({ limit: 0 })).toEqual([]);
      expect(store.attempts('wh_b', { limit: 9 })).toEqual([]);
      await store.close();
    });

    it('keeps the latest attempts, across a restart too', async () => {
      let store = await open();
      const writes = (from: number, count: number): DeliveryWrite[] =>
        Array.from({ length: count }, (_, i) => ({
          kind: 'attempt',
          endpoint: 'wh_a',
          attempt: attempt(from + i),
        }));
      await store.write(writes(0, attemptsKept));
      store = await reopen(store);
      await store.write(writes(attemptsKept, 50));
      const kept = store.attempts('wh_a', { limit: 10_000 });
      expect(kept).toHaveLength(attemptsKept);
      expect([kept.at(0), kept.at(-1)]).toMatchObject([{ seq: attemptsKept + 49 }, { seq: 50 }]);
      await store.close();
    });
  });
}
