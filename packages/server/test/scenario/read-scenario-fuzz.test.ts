import fc from 'fast-check';
import { expect, it } from 'vitest';

import { readScenarios } from '../../src/scenario/read-scenario.ts';

const whole = `name: A browser becomes high intent
timezone: Asia/Kolkata
start: 2026-11-01T09:00:00Z
definitions:
  segments:
    intent: count("Product Viewed" where category = "shoes", last 7d) > 3
    other: { rule: 'in intent', description: x }
  lifecycles:
    default:
      stages:
        - loyal: count("Order Completed", last 365d) >= 3
        - visitor:
  rfm: { default: { purchase: '"Order Completed"', value: revenue, window: last 365d } }
  lists: { staff: [a, b] }
  channels: { sms: opt_out }
steps:
  - track: { userId: asha, event: Product Added, properties: { product_id: p1 }, timestamp: -3d }
  - at: +1h59m59.999s
    expect: { intent: [], default: { loyal: [asha] } }
  - batch: [ { page: { anonymousId: a } }, { alias: { userId: a, previousId: b } } ]
  - define: { segments: { x: in y } }
    rejected: y
  - erase: { userId: asha }
    value: [ { customer: asha, of: 'age(last "A")', is: 2h } ]
    size: { intent: 1..2 }
    changes:
      - { customer: asha, segment: intent, change: entered, cause: time, at: -1h }
`;
const lines = whole.split('\n');
const pieces = [
  '[',
  ']',
  '{',
  '}',
  ':',
  '- ',
  '|',
  '>',
  '&a',
  '*a',
  '"',
  "'",
  '\t',
  '\n',
  '---',
  'null',
  '+1h',
  '🙂',
  '\u0000',
  '? ',
  '!!str ',
];

const mutation = fc.oneof(
  fc.record({ at: fc.nat(whole.length), cut: fc.nat(12), put: fc.constantFrom('', ...pieces) }),
  fc.record({ line: fc.nat(lines.length - 1), to: fc.nat(lines.length - 1) }),
);

function mutate(text: string, change: typeof mutation extends fc.Arbitrary<infer M> ? M : never): string {
  if ('at' in change) return text.slice(0, change.at) + change.put + text.slice(change.at + change.cut);
  const all = text.split('\n');
  const [moved = ''] = all.splice(change.line, 1);
  all.splice(change.to, 0, moved);
  return all.join('\n');
}

it('a file that is broken anywhere is read or refused with places, never a crash', () => {
  expect(readScenarios('s', whole).ok).toBe(true);
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (changes) => {
      const text = changes.reduce(mutate, whole);
      const read = readScenarios('s', text);
      if (read.ok) return;
      expect(read.error.length).toBeGreaterThan(0);
      const count = text.split('\n').length;
      for (const { line = 0, column = 0, message } of read.error) {
        expect(message).not.toBe('');
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(count);
        expect(column).toBeGreaterThanOrEqual(1);
      }
    }),
    { numRuns: 1500 },
  );
});
