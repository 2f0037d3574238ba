/**
 * A checkpoint written down row by row, while the engine goes on, is the state of the instant at which it began; and each
 * needs only the rows of those who were touched since the one before.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { CheckpointPart } from '@segue/core/engine/checkpoint-run.ts';
import { idsOfSheet } from '@segue/core/engine/checkpoint-sheet.ts';
import { Engine } from '@segue/core/engine/engine.ts';
import type { KeptSheet } from '@segue/core/engine/engine-checkpoint.ts';
import { MemoryHistory } from '@segue/core/engine/message-history.ts';
import { readSheetIndex, SheetIndex } from '@segue/core/engine/sheet-index.ts';

import { parseDefinitions } from '@segue/core/model/parse-definitions.ts';

import { inputAt } from '../src/arbitrary-history.ts';
import { arbitraryCase, arbitraryDefinitions } from '../src/differential.ts';

/** What a store holds after some checkpoints. */
class Store {
  header = '';
  readonly index = new SheetIndex();
  readonly sheets = new Map<number, Uint8Array>();
  readonly seen: Uint32Array[] = [];

  put(part: CheckpointPart | undefined): void {
    if (part === undefined) return;
    this.index.remove(part.gone);
    if (part.sheet !== undefined) this.sheets.set(this.index.add(part.sheet.ids), part.sheet.bytes);
  }

  *read(index: SheetIndex): Iterable<KeptSheet> {
    for (const sheet of readSheetIndex(this.index.write())) {
      const bytes = this.sheets.get(sheet.number) ?? new Uint8Array(0);
      index.restore(sheet, idsOfSheet(bytes));
      yield { bytes, counts: sheet.counts };
    }
  }

  open(partitions: number): Engine {
    for (const number of this.index.takeEmptied()) this.sheets.delete(number);
    const index = new SheetIndex();
    const engine = Engine.restoreSheets(this.header, this.seen, this.read(index), {
      history: new MemoryHistory(),
      onChange: () => undefined,
      partitions,
    });
    expect(index.write()).toEqual(this.index.write());
    expect(this.sheets.size).toBe(index.sheets);
    return engine;
  }
}

function bytesOf(engine: Engine): string {
  return [...engine.serialize()].join('\n');
}

test('rows written while the engine goes on are of the instant at which the checkpoint began', () => {
  fc.assert(
    fc.property(
      arbitraryCase(arbitraryDefinitions),
      arbitraryDefinitions,
      fc.array(fc.constantFrom('go on', 'begin', 'write one', 'look', 'define'), {
        minLength: 5,
        maxLength: 40,
      }),
      fc.constantFrom(0, 256),
      fc.constantFrom(1, 1, 2, 3),
      (story, other, acts, workingCustomersMax, partitions) => {
        const { timeZone, start, definitions } = story;
        const history = new MemoryHistory();
        const onChange = (): void => undefined;
        const options = { history, onChange, workingCustomersMax, partitions };
        let engine = new Engine({ timeZone, start, definitions, ...options });
        const store = new Store();
        let begun: { readonly header: string; readonly state: string } | undefined;
        const finish = (): void => {
          if (begun === undefined) return;
          for (let part = engine.checkpointPart(3); part !== undefined; part = engine.checkpointPart(3)) {
            store.put(part);
          }
          store.header = begun.header;
          expect(bytesOf(store.open(partitions))).toBe(begun.state);
          begun = undefined;
        };
        let now = start;
        let step = 0;
        // Somebody each time whether they were touched or not, as when their sheet is to be emptied.
        const moving = (): readonly number[] => engine.profileIds().filter((id) => (id + step) % 3 === 0);
        for (let i = 0; i < acts.length || step < story.steps.length; i++) {
          const act = acts[i % acts.length];
          if (act === 'begin') {
            finish();
            const state = bytesOf(engine);
            const { header, seen } = engine.startCheckpoint(moving());
            store.seen.push(seen);
            begun = { header, state };
          } else if (act === 'define') engine.apply({ kind: 'definitions', definitions: other }, now);
          else if (act === 'write one') store.put(engine.checkpointPart(1));
          else if (act === 'look') for (const id of engine.profileIds()) engine.profile(id);
          if (act !== 'go on' && i < acts.length) continue;
          const next = story.steps[step++];
          if (next === undefined) break;
          now += next.afterMs;
          engine.apply(inputAt(next.input, now), now);
        }
        finish();
        engine = store.header === '' ? engine : store.open(partitions);
        // Whoever takes it up goes on counting from there.
        if (store.header !== '') expect(engine.startCheckpoint().seen).toHaveLength(0);
      },
    ),
    { numRuns: Number(process.env['SEGUE_CASES'] ?? 400) },
  );
});

test('a customer who is too large to lie packed comes back from a checkpoint as they were', () => {
  const start = Date.UTC(2026, 0, 1);
  const { definitions } = parseDefinitions({
    segments: {
      often: 'count("Order", last 30d) >= 100',
      dear: 'sum(total of "Order", last 30d) > 1000',
      around: 'distinct(shop of "Order", last 30d) >= 3',
    },
  });
  expect(definitions.segments.size).toBe(3);
  const options = { history: new MemoryHistory(), onChange: (): void => undefined };
  const engine = new Engine({ timeZone: 'UTC', start, definitions, ...options });
  let now = start;
  const buy = (into: Engine, n: number): void => {
    now += 60_000;
    const message = {
      kind: 'track' as const,
      messageId: `m${n}`,
      time: now,
      identifiers: [{ kind: 'user_id', value: 'ann' }],
      name: 'Order',
      properties: { total: n / 100, shop: `shop-${n % 5}` },
      traits: {},
    };
    into.apply({ kind: 'message', message }, now);
  };
  for (let n = 0; n < 3_000; n++) buy(engine, n);
  const store = new Store();
  const { header, seen } = engine.startCheckpoint();
  store.header = header;
  store.seen.push(seen);
  for (let part = engine.checkpointPart(10); part !== undefined; part = engine.checkpointPart(10)) {
    store.put(part);
  }
  const restored = store.open(1);
  expect(bytesOf(restored)).toBe(bytesOf(engine));
  for (let n = 3_000; n < 3_100; n++) {
    buy(restored, n);
    now -= 60_000;
    buy(engine, n);
  }
  expect(bytesOf(restored)).toBe(bytesOf(engine));
});
