/** Whose each message is: read again from the rows of checkpoints and from what came since, whatever happened between. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createMemoryCheckpointStore } from '../../src/log/memory-checkpoint-store.ts';
import { createMemoryLog } from '../../src/log/memory-log.ts';
import { MessageIndex } from '../../src/runtime/message-index.ts';

/** More than are read at once. */
const profiles = 700;

const step = fc.oneof(
  { weight: 20, arbitrary: fc.record({ note: fc.nat(profiles - 1) }) },
  { weight: 2, arbitrary: fc.record({ merge: fc.tuple(fc.nat(profiles - 1), fc.nat(profiles - 1)) }) },
  { weight: 1, arbitrary: fc.record({ forget: fc.nat(profiles - 1) }) },
  { weight: 2, arbitrary: fc.constant({ checkpoint: true as const }) },
  // Its rows are written, and what is noted meanwhile belongs to the next.
  { weight: 1, arbitrary: fc.constant({ begin: true as const }) },
);

describe('the last message of everybody', () => {
  it('is the last of all that each has', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const store = createMemoryCheckpointStore();
        const index = new MessageIndex(createMemoryLog(), store, 0, () => 0);
        let position = 0;
        const write = async (isWhole: boolean): Promise<void> => {
          await store.write(index.beginCheckpoint(), Uint8Array.of(1));
          if (isWhole) index.endCheckpoint();
        };
        for (let id = 0; id < profiles; id += 2) index.note(id, position++);
        await write(true);
        for (const one of steps) {
          if ('note' in one) index.note(one.note, position++);
          else if ('forget' in one) index.forget(one.forget);
          else if ('checkpoint' in one) await write(true);
          else if ('begin' in one) {
            await write(false);
            index.note(position % profiles, position++);
            index.endCheckpoint();
          } else if (one.merge[0] !== one.merge[1]) index.merge(...one.merge);
        }
        const latest = new Map<number, number>();
        for (const [id, last] of index.latest()) latest.set(id, Math.max(latest.get(id) ?? -1, last));
        const expected = new Map<number, number>();
        for (let id = 0; id < profiles; id++) {
          const all = index.positions(id);
          if (all.length > 0) expected.set(id, Math.max(...all));
        }
        expect(new Map([...latest].sort(([a], [b]) => a - b))).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});
