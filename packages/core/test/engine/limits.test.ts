import { expect, test } from 'vitest';

import { Engine } from '../../src/engine/engine.ts';
import { parseDefinitions } from '../../src/model/parse-definitions.ts';

const start = Date.UTC(2026, 0, 1);

test('a customer of whom too much is kept is refused more, with a notice; others go on', () => {
  const { definitions } = parseDefinitions({ segments: { busy: 'count("A", last 1h) >= 100' } });
  const engine = new Engine({
    timeZone: 'UTC',
    start,
    definitions,
    onChange: () => undefined,
    customerNumbersMax: 60,
  });
  const send = (i: number, user: string, now: number): string =>
    JSON.stringify(
      engine.apply(
        {
          kind: 'message',
          message: {
            kind: 'track',
            messageId: `m${i}`,
            time: now,
            identifiers: [{ kind: 'user_id', value: user }],
            name: 'A',
            properties: {},
            traits: {},
          },
        },
        now,
      ),
    );
  const answers = Array.from({ length: 200 }, (_, i) => send(i, 'bot', start + i));
  expect(answers.filter((answer) => answer.includes('engine/customer-full')).length).toBeGreaterThan(0);
  expect(answers[0]).not.toContain('ignored');
  expect(answers[199]).toContain('"ignored":"limit"');
  expect(send(1000, 'ann', start + 200)).not.toContain('ignored');
});
