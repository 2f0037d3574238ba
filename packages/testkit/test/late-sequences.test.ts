/**
 * Sequences of a customer who does much within little time, of which much arrives late and in any order: what is run again
 * from an event on is what would have been found had everything come in time.
 */

import { parseRule } from '@segue/core/rules/parse.ts';
import type { Condition } from '@segue/core/rules/tree.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { HistoryStep } from '../src/arbitrary-history.ts';
import { findDifference, findRestartDifference, segmentsOf } from '../src/differential.ts';

const rules = [
  'seq("A", "B" within 1s) last 1m',
  'seq("A", "B" within 1s)',
  'seq("A", "A" within 700ms) last 10s',
  'seq("A", no "B" within 500ms) last 10s',
  'seq("A", no "A" within 500ms) last 10s',
  'seq("A", "B" within 1s, no "C" within 800ms) last 1m',
  'seq("A", "B", no "A" within 800ms) last 1m',
  'seq("A", "B" within 1s, "C" within 1s) last 1m',
  'seq("A", "B" within 1s on shop) last 1m',
];

const definitions = segmentsOf(
  Object.fromEntries(
    rules.map((text, i): [string, Condition] => {
      const { tree, diagnostics } = parseRule(text);
      if (tree === undefined) throw new Error(`${text}: ${JSON.stringify(diagnostics)}`);
      return [`rule${i}`, tree];
    }),
  ),
);

const event: fc.Arbitrary<HistoryStep> = fc
  .record({
    afterMs: fc.constantFrom(0, 0, 0, 1, 100, 400),
    aheadMs: fc.constantFrom(0, 0, -1, -100, -100, -400, -500, -1_000, -3_000),
    name: fc.constantFrom('A', 'A', 'B', 'B', 'C'),
    shop: fc.constantFrom('x', 'y'),
    messageId: fc.uuid(),
  })
  .map(({ afterMs, aheadMs, name, shop, messageId }) => ({
    afterMs,
    input: {
      kind: 'message',
      aheadMs,
      message: {
        kind: 'track',
        messageId,
        name,
        identifiers: [{ kind: 'user_id', value: 'u1' }],
        properties: { shop },
        traits: {},
      },
    },
  }));

test('late events of sequences are as good as those that came in time', () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 3, maxLength: 24 }), (steps) => {
      const story = { timeZone: 'UTC', start: 1_767_225_600_000, definitions, steps, tailMs: 5_000 };
      expect(findDifference(story) ?? '').toBe('');
      expect(findRestartDifference(story) ?? '').toBe('');
    }),
    { numRuns: Number(process.env['SEGUE_CASES'] ?? 300) },
  );
});
