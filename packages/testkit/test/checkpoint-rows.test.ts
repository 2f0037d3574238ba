/**
 * A checkpoint written down row by row, while the engine goes on, is the state of the instant at which it began; and each
 * needs only the rows of those who were touched since the one before.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { CustomerRow, KeptRow } from '@segue/core/engine/checkpoint-run.ts';
import { Engine } from '@segue/core/engine/engine.ts';
import { MemoryHistory } from '@segue/core/engine/message-history.ts';

import { inputAt } from '../src/arbitrary-history.ts';
import { arbitraryCase, arbitraryDefinitions } from '../src/differential.ts';

/** What a store holds after some checkpoints. */
class Store {
  header = '';
  readonly rows = new Map<number, KeptRow>();
  readonly seen: Uint32Array[] = [];

  put(rows: readonly CustomerRow[]): void {
    for (const { id, text, packed } of rows) {
      if (text === undefined) this.rows.delete(id);
      else this.rows.set(id, { id, text, packed });
    }
  }

  open(partitions: number): Engine {
    return Engine.restoreRows(this.header, this.seen, this.rows.values(), {
      history: new MemoryHistory(),
      onChange: () => undefined,
      partitions,
    });
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
          for (let rows = engine.checkpointRows(3); rows.length > 0; rows = engine.checkpointRows(3)) {
            store.put(rows);
          }
          store.header = begun.header;
          expect(bytesOf(store.open(partitions))).toBe(begun.state);
          begun = undefined;
        };
        let now = start;
        let step = 0;
        for (let i = 0; i < acts.length || step < story.steps.length; i++) {
          const act = acts[i % acts.length];
          if (act === 'begin') {
            finish();
            const state = bytesOf(engine);
            const { header, seen } = engine.startCheckpoint();
            store.seen.push(seen);
            begun = { header, state };
          } else if (act === 'define') engine.apply({ kind: 'definitions', definitions: other }, now);
          else if (act === 'write one') store.put(engine.checkpointRows(1));
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
