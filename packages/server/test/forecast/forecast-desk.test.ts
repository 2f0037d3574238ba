/** What time alone will bring to everybody: the same as what it brings, in slices, shared by those who ask. */

import { describe, expect, test } from 'vitest';

import { Engine } from '@segue/core/engine/engine.ts';
import type { Change } from '@segue/core/model/change.ts';
import type { Message } from '@segue/core/model/message.ts';
import { parseDefinitions } from '@segue/core/model/parse-definitions.ts';

import { comingChangesMax, ForecastDesk } from '../../src/forecast/forecast-desk.ts';

const start = Date.UTC(2026, 10, 1);
const dayMs = 86_400_000;
const { definitions } = parseDefinitions({
  segments: {
    recent: { rule: 'did "Order" last 7d' },
    quiet: { rule: 'did "Order" and not did "Order" last 10d' },
    ever: { rule: 'did "Order"' },
  },
});

/** Customers who ordered over the last three weeks, at odd times. */
function shop(count: number): { readonly engine: Engine; readonly told: Change[] } {
  const told: Change[] = [];
  const onChange = (change: Change): void => void told.push(change);
  const engine = new Engine({ timeZone: 'Asia/Kolkata', start, definitions, onChange });
  for (let i = 0; i < count; i++) {
    const time = start + Math.floor((i * 21 * dayMs) / count);
    const message: Message = {
      kind: 'track',
      messageId: `f${i}`,
      time,
      identifiers: [{ kind: 'user_id', value: `u${(i * 7) % count}` }],
      name: 'Order',
      properties: {},
      traits: {},
    };
    engine.apply({ kind: 'message', message }, time);
  }
  engine.advanceTo(start + 21 * dayMs);
  told.length = 0;
  return { engine, told };
}

describe('a forecast of everybody', () => {
  test('is what time then brings, by local day', async () => {
    const { engine, told } = shop(3_000);
    const desk = new ForecastDesk({ engine, zone: engine.zone, now: () => engine.now });
    const before = [...engine.serialize()].join('\n');
    const coming = await desk.forecast(7, new AbortController().signal);
    expect([...engine.serialize()].join('\n')).toBe(before);
    expect(coming.customers).toBe(3_000);
    engine.advanceTo(coming.until);
    for (const name of ['recent', 'quiet', 'ever']) {
      const found = coming.segments.get(name);
      const brought = told.filter((change) => change.kind === 'segment' && change.segment === name);
      const byDay = new Map<string, { entered: number; exited: number }>();
      for (const change of brought) {
        if (change.kind !== 'segment') continue;
        const date = engine.zone.format(change.at).slice(0, 10);
        const day = byDay.get(date) ?? { entered: 0, exited: 0 };
        day[change.change]++;
        byDay.set(date, day);
      }
      const said = found?.days.filter(({ entered, exited }) => entered + exited > 0) ?? [];
      expect(Object.fromEntries(said.map(({ date, ...day }) => [date, day]))).toEqual(
        Object.fromEntries(byDay),
      );
      expect(found?.days).toHaveLength(8);
      expect(found?.changes).toHaveLength(Math.min(brought.length, comingChangesMax));
      expect(found?.changes.map(({ at }) => at)).toEqual(
        brought.map(({ at }) => at).slice(0, comingChangesMax),
      );
    }
    expect(coming.segments.get('quiet')?.changes).toHaveLength(comingChangesMax);
  });

  test('is made once for all who ask, and stopped when nobody waits any more', async () => {
    const { engine } = shop(3_000);
    let asked = 0;
    const counted: Engine = Object.create(engine, {
      comingChanges: {
        value: (id: number, until: number) => {
          asked++;
          return engine.comingChanges(id, until);
        },
      },
      numbersGiven: { get: () => engine.numbersGiven },
      definitions: { get: () => engine.definitions },
      profileCount: { value: () => engine.profileCount() },
    }) as Engine;
    const desk = new ForecastDesk({ engine: counted, zone: engine.zone, now: () => engine.now });
    const signal = new AbortController().signal;
    const [one, other] = await Promise.all([desk.forecast(7, signal), desk.forecast(7, signal)]);
    expect(one).toBe(other);
    expect(await desk.forecast(7, signal)).toBe(one);
    expect(asked).toBe(3_000);
    const gone = new AbortController();
    const stays = new AbortController();
    const left = desk.forecast(14, gone.signal);
    const waits = desk.forecast(14, stays.signal);
    gone.abort();
    // Somebody still waits.
    expect((await waits).segments.size).toBe(3);
    expect((await left).segments.size).toBe(3);
    const nobody = new AbortController();
    const stopped = desk.forecast(30, nobody.signal);
    nobody.abort();
    await expect(stopped).rejects.toThrow('stopped');
    expect((await desk.forecast(30, signal)).segments.size).toBe(3);
  });
});
