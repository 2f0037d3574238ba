import { expect, test } from 'vitest';

import { retainStatement } from '../../src/history/store-tables.ts';
import { readRetention } from '../../src/runtime/open-history.ts';

const dayMs = 86_400_000;

test('how long events are kept is read by name, with all others under a star', () => {
  expect(readRetention('Product Viewed: 90d, *: 730d')).toEqual([
    ['Product Viewed', 90 * dayMs],
    ['*', 730 * dayMs],
  ]);
  expect(readRetention('Stage: final: 1h')).toEqual([['Stage: final', 3_600_000]]);
});

test.each(['', 'Product Viewed', 'Product Viewed: ', ': 90d', 'a: 90', 'a: 0d', 'a: -1d', 'a: 90d,'])(
  'what cannot be meant is refused: %j',
  (text) => {
    expect(() => readRetention(text)).toThrow(
      expect.objectContaining({ code: 'history/retention' }) as Error,
    );
  },
);

test('a name is quoted where it becomes SQL, and identifies are not let go of', () => {
  const statement = retainStatement({ kind: 'only', names: ["it's \\"] }, 5);
  expect(statement).toContain("name IN ('it\\'s \\\\')");
  expect(statement).toContain("kind IN ('track', 'page', 'screen')");
});
