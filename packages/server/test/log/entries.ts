import type { Message } from '@segue/core/model/message.ts';
import type { LogEntry } from '../../src/log/entry.ts';

/** A track message; `n` tells it from others. */
export function message(n: number, fields: Partial<Message> = {}): LogEntry {
  return {
    kind: 'message',
    source: 'shop',
    message: {
      kind: 'track',
      messageId: `message-${n}`,
      time: 1_760_000_000_000 + n,
      identifiers: [{ kind: 'user_id', value: `user-${n % 100}` }],
      name: 'Order Completed',
      properties: { order_id: `o-${n}`, total: n / 4, products: [{ sku: 'a', quantity: 1 }, { sku: 'b' }] },
      traits: {},
      ...fields,
    },
  };
}

export function messages(from: number, count: number): LogEntry[] {
  return Array.from({ length: count }, (_, i) => message(from + i));
}
