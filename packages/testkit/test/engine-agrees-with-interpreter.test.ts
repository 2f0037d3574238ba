import fc from 'fast-check';
import { expect, test } from 'vitest';

import {
  arbitraryCase,
  arbitraryDefinitions,
  findDifference,
  findRestartDifference,
} from '../src/differential.ts';

const runs = Number(process.env['SEGUE_CASES'] ?? 1500);

test('the engine and the plain interpreter agree at every instant on any rules and history', () => {
  fc.assert(
    fc.property(arbitraryCase(arbitraryDefinitions), (testCase) => {
      const difference = findDifference(testCase);
      expect(difference ?? '').toBe('');
    }),
    {
      numRuns: runs,
      ...(process.env['SEGUE_SEED'] === undefined ? {} : { seed: Number(process.env['SEGUE_SEED']) }),
    },
  );
});

test('an engine that is stopped and restored before every input does the same, to the byte', () => {
  fc.assert(
    fc.property(arbitraryCase(arbitraryDefinitions), (testCase) => {
      expect(findRestartDifference(testCase) ?? '').toBe('');
    }),
    { numRuns: Math.ceil(runs / 4) },
  );
});
