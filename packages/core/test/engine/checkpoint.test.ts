/** What is written down of a customer is a matter of what happened, not of when somebody looked or stopped. */

import { expect, test } from 'vitest';

import { Engine } from '../../src/engine/engine.ts';
import { MemoryHistory } from '../../src/engine/message-history.ts';
import { parseDefinitions } from '../../src/model/parse-definitions.ts';

const start = Date.UTC(2026, 0, 1);
const day = 86_400_000;
const history = new MemoryHistory();
const onChange = (): void => undefined;

function shop(total: string): Engine {
  const { definitions, diagnostics } = parseDefinitions({
    segments: {
      quiet: { rule: 'count(any event, after last "Order") >= 3' },
      buyers: { rule: `sum(revenue of "Order"${total}) >= 100` },
    },
  });
  expect(diagnostics).toEqual([]);
  return new Engine({ timeZone: 'UTC', start, definitions, history, onChange });
}

function order(engine: Engine, messageId: string, revenue: number): void {
  const identifiers = [{ kind: 'user_id', value: 'u' }] as const;
  const message = { kind: 'track', messageId, time: start, identifiers, name: 'Order', traits: {} } as const;
  engine.apply({ kind: 'message', message: { ...message, properties: { revenue } } }, start);
}

test.each([
  ['a window', ', last 7d'],
  ['all time', ''],
])(
  'of two orders at one instant, the one that stays for its time is no matter of restarts: %s',
  (_, total) => {
    const never = shop(total);
    let restarted = shop(total);
    for (const engine of [never, restarted]) {
      order(engine, 'm1', 30.25);
      order(engine, 'm2', 0.0000001);
    }
    restarted = Engine.restore([...restarted.serialize()], { history, onChange });
    for (const engine of [never, restarted]) engine.advanceTo(start + 30 * day);
    expect([...restarted.serialize()]).toEqual([...never.serialize()]);
    const again = Engine.restore([...never.serialize()], { history, onChange });
    expect([...again.serialize()]).toEqual([...never.serialize()]);
    // What is in the totals stays in them.
    for (const engine of [never, restarted, again]) {
      const one = engine.profileIds()[0] ?? -1;
      expect(engine.profile(one)?.segments).toEqual([]);
      order(engine, 'm3', 69.75);
      expect(engine.profile(one)?.segments.map(({ segment }) => segment)).toEqual(
        total === '' ? ['buyers'] : [],
      );
    }
  },
);
