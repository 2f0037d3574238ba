import fc from 'fast-check';
import { expect, test } from 'vitest';

import { KeptTexts, textWordsMax, wordsOf, writeText } from '../../src/engine/kept-texts.ts';

const texts = fc.array(
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom('', 'é', '\ud800', 'a\udfff', 'ж', '__proto__', 'x'.repeat(9_000), 'ж'.repeat(5_000)),
  ),
  { maxLength: 40 },
);

test('every text comes back as it was, half a surrogate pair too', () => {
  fc.assert(
    fc.property(texts, (all) => {
      const kept = new KeptTexts();
      const memory = wordsOf(new ArrayBuffer(4 * all.reduce((sum, text) => sum + textWordsMax(text), 1)));
      const ends: number[] = [];
      let at = 0;
      for (const text of all) ends.push((at = writeText(memory, at, text)));
      // One by one, and all in one piece.
      const places = all.map((_, i) => {
        const from = ends[i - 1] ?? 0;
        return kept.take(memory.words, from, (ends[i] as number) - from);
      });
      let together = kept.take(memory.words, 0, at);
      for (const [i, text] of all.entries()) {
        expect(kept.textAt(places[i] as number)).toBe(text);
        expect(kept.textAt(together)).toBe(text);
        together = kept.after(together);
      }
    }),
    { numRuns: 200 },
  );
});
