import fc from 'fast-check';
import { expect, test } from 'vitest';

import { readSheetIndex, SheetIndex } from '../../src/engine/sheet-index.ts';

/** Sheets as a store has them. */
class Sheets {
  index = new SheetIndex();
  readonly ids = new Map<number, readonly number[]>();

  add(ids: readonly number[]): void {
    this.ids.set(this.index.add(ids), ids);
  }

  /** Who counts where, and nothing of sheets that are gone. */
  reopened(): readonly (readonly [number, readonly number[]])[] {
    for (const number of this.index.takeEmptied()) this.ids.delete(number);
    const index = new SheetIndex();
    const counting: (readonly [number, readonly number[]])[] = [];
    for (const sheet of readSheetIndex(this.index.write())) {
      const ids = this.ids.get(sheet.number) ?? [];
      expect(ids).toHaveLength(sheet.customers);
      index.restore(sheet, Uint32Array.from(ids));
      counting.push([sheet.number, ids.filter((_, place) => sheet.counts(place))]);
    }
    expect(counting).toHaveLength(this.ids.size);
    this.index = index;
    return counting;
  }
}

const steps = fc.array(
  fc.oneof(
    fc.record({ adds: fc.uniqueArray(fc.nat(60), { minLength: 1, maxLength: 40 }) }),
    fc.record({ removes: fc.uniqueArray(fc.nat(60), { maxLength: 10 }) }),
    fc.constant('reopen' as const),
  ),
  { maxLength: 40 },
);

test('a customer counts in the sheet that was last to have them, until they are gone, also after it is opened again', () => {
  fc.assert(
    fc.property(steps, (story) => {
      const sheets = new Sheets();
      const last = new Map<number, number>();
      let number = 0;
      for (const step of story) {
        if (step === 'reopen') sheets.reopened();
        else if ('adds' in step) {
          sheets.add(step.adds);
          number = Math.max(...sheets.ids.keys());
          for (const id of step.adds) last.set(id, number);
        } else {
          sheets.index.remove(step.removes);
          for (const id of step.removes) last.delete(id);
        }
      }
      const counting = new Map(sheets.reopened().flatMap(([of, ids]) => ids.map((id) => [id, of] as const)));
      expect([...counting].sort((a, b) => a[0] - b[0])).toEqual([...last].sort((a, b) => a[0] - b[0]));
    }),
    { numRuns: 300 },
  );
});

test('however customers are touched, sheets have few gaps, and few are written who were not touched', () => {
  const customers = 60_000;
  const sheets = new Sheets();
  const write = (ids: readonly number[]): void => {
    for (let from = 0; from < ids.length; from += 256) sheets.add(ids.slice(from, from + 256));
  };
  write(Array.from({ length: customers }, (_, id) => id));
  let seed = 1;
  const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
  let touched = 0;
  let moved = 0;
  for (let checkpoint = 0; checkpoint < 120; checkpoint++) {
    // Some come often, and most seldom; and at times hardly anybody.
    const many = checkpoint % 10 === 9 ? 5 : 2_000;
    const ids = new Set(Array.from({ length: many }, () => random(random(3) === 0 ? customers : 6_000)));
    touched += ids.size;
    const moving = sheets.index.crowdedOut().filter((id) => !ids.has(id));
    moved += moving.length;
    write([...ids, ...moving]);
    for (const number of sheets.index.takeEmptied()) sheets.ids.delete(number);
    const written = [...sheets.ids.values()].reduce((sum, { length }) => sum + length, 0);
    expect(written).toBeLessThan(customers * 1.5 + 10_500);
  }
  expect(moved).toBeLessThan(touched);
  expect(sheets.index.sheets).toBeLessThan((customers / 256) * 3);
});
