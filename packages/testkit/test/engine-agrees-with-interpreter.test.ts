/**
 * Incremental ≡ interpreter on stories at random. SEGUE_CASES sets how many, SEGUE_SEED which. A case that fails is
 * written, once it is as small as it gets, to the folder of regressions, whose cases are tried in every run.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  arbitraryCase,
  arbitraryDefinitions,
  type DifferentialCase,
  findDifference,
  findRestartDifference,
} from '../src/differential.ts';
import { fileNameOf, readCase, writeCase } from '../src/saved-case.ts';

const numRuns = Number(process.env['SEGUE_CASES'] ?? 2500);
const seed = process.env['SEGUE_SEED'] === undefined ? {} : { seed: Number(process.env['SEGUE_SEED']) };
const folder = new URL('./regressions/', import.meta.url);

/** Tries cases at random; the smallest that fails is saved before the test fails. */
function tryCases(find: (testCase: DifferentialCase) => string | undefined, runs: number): void {
  const property = fc.property(arbitraryCase(arbitraryDefinitions), (testCase) => {
    expect(find(testCase) ?? '').toBe('');
  });
  const details = fc.check(property, { numRuns: runs, ...seed });
  if (!details.failed) return;
  const report = fc.defaultReportMessage(details) ?? 'failed without a report';
  if (details.counterexample === null) throw new Error(report);
  const [smallest] = details.counterexample;
  const file = new URL(fileNameOf(smallest), folder);
  writeFileSync(file, writeCase(smallest, 'Found at random.'));
  throw new Error(`Saved as ${fileURLToPath(file)}\n${report}`);
}

test(`the engine and the plain interpreter agree at every instant on ${numRuns} stories`, () => {
  tryCases(findDifference, numRuns);
});

test('an engine that is stopped and restored before every input does the same, to the byte', () => {
  tryCases(findRestartDifference, Math.ceil(numRuns / 5));
});

describe('cases once found, or worth keeping, stay right', () => {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  test.each(names)('%s', (name) => {
    const testCase = readCase(readFileSync(new URL(name, folder), 'utf8'));
    expect(findDifference(testCase) ?? '').toBe('');
    expect(findRestartDifference(testCase) ?? '').toBe('');
  });
});

describe('a saved case', () => {
  test('reads back as the case that it was', () => {
    fc.assert(
      fc.property(arbitraryCase(arbitraryDefinitions), (testCase) => {
        const text = writeCase(testCase, 'any');
        expect(writeCase(readCase(text), 'any')).toBe(text);
        expect(fileNameOf(readCase(text))).toBe(fileNameOf(testCase));
      }),
      { numRuns: 100 },
    );
  });

  test.each([
    ['{}', 'expected timeZone, a text; start, a text; definitions; steps, a list; tailMs, a number'],
    [
      '{"timeZone":"UTC","start":"soon","definitions":{},"steps":[],"tailMs":1}',
      'start is soon, expected ISO 8601',
    ],
  ])('that is none is refused with what is missing: %s', (text, message) => {
    expect(() => readCase(text)).toThrow(message);
  });
});
