/** A small shop: its definitions, and customers who buy, come under several names, merge, and are late. */

import { listDefinitions } from '@segue/core/model/listed-definitions.ts';
import { parseDefinitions } from '@segue/core/model/parse-definitions.ts';
import type { Identifier, Instant, Message } from '@segue/core/model/message.ts';

import type { LogEntry } from '../../src/log/entry.ts';

const parsed = parseDefinitions({
  segments: {
    buyers: { rule: 'did "Order Completed" last 30d' },
    big: { rule: 'sum(total of "Order Completed") >= 100' },
    top: { rule: 'percentile(sum(total of "Order Completed")) >= 50' },
  },
  lifecycles: {
    life: {
      stages: [
        { fresh: 'did "Order Completed" last 7d' },
        { active: 'did "Order Completed" last 30d' },
        'gone',
      ],
    },
  },
});
if (parsed.diagnostics.length > 0) throw new Error(JSON.stringify(parsed.diagnostics));

export const shop: LogEntry = {
  kind: 'definitions',
  definitions: listDefinitions(parsed.definitions),
  revision: 1,
  author: 'test',
  reason: '',
};

/** Numbers that look random and are the same each time. */
function mixed(n: number): number {
  let x = Math.imul(n ^ 0x9e37_79b9, 0x85eb_ca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2_ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** Messages n with first ≤ n < first + count, a minute after each other. */
export function buys(first: number, count: number, from: Instant): Message[] {
  return Array.from({ length: count }, (_, i) => message(first + i, from + i * 60_000));
}

function message(n: number, at: Instant): Message {
  const person = mixed(n) % 60;
  const identifiers: Identifier[] = [];
  const how = mixed(n + 7_000_000) % 6;
  if (how !== 0) identifiers.push({ kind: 'user_id', value: `u${person}` });
  if (how === 0) identifiers.push({ kind: 'anonymous_id', value: `a${person}` });
  // Sometimes a device of two people, sometimes the first word of who an anonymous one is.
  if (how === 1) identifiers.push({ kind: 'anonymous_id', value: `a${mixed(n) % 70}` });
  if (how === 2) identifiers.push({ kind: 'email', value: `p${person % 50}@example.com` });
  const isIdentify = n % 5 === 0;
  const isLate = n % 17 === 0;
  return {
    kind: isIdentify ? 'identify' : 'track',
    messageId: `m${n}`,
    time: isLate ? at - 3 * 86_400_000 : at - 60_000,
    identifiers,
    name: isIdentify ? '' : n % 3 === 0 ? 'Product Viewed' : 'Order Completed',
    properties: isIdentify ? {} : { total: (mixed(n + 3) % 5000) / 100, note: 'a "b"\n\\ c\u0001é' },
    traits: isIdentify ? { city: `city ${mixed(n) % 5}`, nested: { b: 1, a: [n] } } : {},
  };
}
