/** The journal says of every entry what it was told, wherever it is kept and however often the process starts again. */

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { decodePart, encodePart, Journal, type JournalMark, nobody } from '../../src/history/journal.ts';
import type { CheckpointStore } from '../../src/log/checkpoint-store.ts';
import { createMemoryCheckpointStore } from '../../src/log/memory-checkpoint-store.ts';

/** Everything from a position on. */
function readAll(journal: Journal, from: number): { whose: number[]; marks: JournalMark[]; toSeq: number } {
  const whose: number[] = [];
  const marks: JournalMark[] = [];
  let toSeq = -1;
  let at = from;
  for (;;) {
    const part = journal.read(at);
    if (part === undefined) return { whose, marks, toSeq };
    whose.push(...part.whose.subarray(at - part.from));
    marks.push(...part.marks.filter(({ position }) => position >= at));
    at = part.from + part.whose.length;
    toSeq = part.toSeq;
  }
}

async function checkpoint(journal: Journal, store: CheckpointStore): Promise<void> {
  await store.write(journal.beginCheckpoint(), Buffer.from('head'));
  journal.endCheckpoint();
}

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('entry' as const), profile: fc.integer({ min: -1, max: 50 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('end' as const), changes: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('checkpoint' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('sure' as const),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('read' as const) }) },
);

test('what the store is not sure of is there, after any number of checkpoints and restarts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const store = createMemoryCheckpointStore();
      const told: number[] = [];
      let marks: JournalMark[] = [];
      let seq = 0;
      let sure = 0;
      let kept = { entries: 0, seq: 0 };
      let ended = 0;
      let journal = new Journal(0, 0, store);
      for (const one of steps) {
        switch (one.kind) {
          case 'entry':
            if (one.profile >= 0 && one.profile % 7 === 0) {
              const mark: JournalMark = {
                kind: 'erased',
                profile: one.profile,
                position: told.length,
                at: 5,
              };
              marks.push(mark);
              journal.mark(mark);
            }
            told.push(one.profile);
            journal.note(one.profile === nobody ? undefined : one.profile);
            break;
          case 'end':
            if (told.length === ended) break;
            seq += one.changes;
            ended = told.length;
            journal.endRecord(seq);
            break;
          case 'checkpoint':
            if (told.length !== ended) break;
            await checkpoint(journal, store);
            kept = { entries: ended, seq };
            break;
          case 'restart':
            // What came after the checkpoint is told again by the log.
            journal = new Journal(kept.entries, kept.seq, store);
            told.length = kept.entries;
            ended = kept.entries;
            marks = marks.filter(({ position }) => position < kept.entries);
            seq = kept.seq;
            sure = Math.min(sure, kept.entries);
            break;
          case 'sure':
            sure = Math.max(sure, Math.floor(one.share * ended));
            journal.forget(sure);
            break;
          case 'read':
            // Never more than whole records, whatever has been noted of the one under way.
            expect(readAll(journal, sure).whose).toEqual(told.slice(sure, ended));
            expect(journal.next).toBe(ended);
            break;
        }
      }
      if (told.length !== ended) journal.endRecord(seq);
      expect(journal.first).toBeLessThanOrEqual(sure);
      const read = readAll(journal, sure);
      expect(read.whose).toEqual(told.slice(sure));
      expect(read.marks).toEqual(marks.filter(({ position }) => position >= sure));
      if (told.length > sure) expect(read.toSeq).toBe(seq);
    }),
    { numRuns: 300 },
  );
});

test('a part is the same after it was packed', () => {
  const part = {
    from: 7,
    fromSeq: 3,
    toSeq: 9,
    whose: Int32Array.of(1, nobody, 5),
    marks: [{ kind: 'erased', profile: 5, position: 9, at: 1 }] as const,
  };
  expect(decodePart(7, encodePart(part))).toEqual(part);
});
