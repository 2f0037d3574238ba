import { describe, expect, it } from 'vitest';

import { Engine } from '../../src/engine/engine.ts';
import { forecast } from '../../src/engine/forecast.ts';
import type { SegmentChange } from '../../src/model/change.ts';
import type { Message } from '../../src/model/message.ts';
import { at, world } from '../rules/given.ts';

const timeZone = 'Asia/Kolkata';
const { definitions } = world({
  segments: {
    recent: 'did "Order" last 7d',
    abandoned: 'seq("Added", no "Order" within 2h) last 3d',
    top: 'percentile(count("Order", last 7d)) >= 50 and did "Order"',
  },
});

let nextId = 0;
const message = (user: string, name: string, time: string): Message => ({
  kind: 'track',
  messageId: `f${String((nextId += 1))}`,
  time: at(time),
  identifiers: [{ kind: 'user_id', value: user }],
  name,
  properties: {},
  traits: {},
});

function open(changes: SegmentChange[] = []): Engine {
  const onChange = (change: unknown): void => void changes.push(change as SegmentChange);
  const engine = new Engine({ timeZone, start: at('2026-11-01T00:00:00Z'), definitions, onChange });
  for (const one of [
    message('asha', 'Order', '2026-11-01T10:00:00Z'),
    message('asha', 'Order', '2026-11-02T10:00:00Z'),
    message('bo', 'Order', '2026-11-02T20:00:00Z'),
    message('chen', 'Added', '2026-11-03T11:30:00Z'),
  ]) {
    engine.apply({ kind: 'message', message: one }, one.time);
  }
  engine.advanceTo(at('2026-11-03T12:00:00Z'));
  return engine;
}

describe('a forecast', () => {
  it('gives the entries and exits that time brings, at their instants, by local day', () => {
    const { segments, from, until } = forecast(open(), ['recent', 'abandoned'], 7);
    expect([from, until]).toEqual([at('2026-11-03T12:00:00Z'), at('2026-11-10T12:00:00Z')]);
    const [recent, abandoned] = segments;
    expect(recent?.membersNow).toBe(2);
    const days = ['03', '04', '05', '06', '07', '08', '09', '10'].map((day) => `2026-11-${day}`);
    expect(recent?.days.map(({ date }) => date)).toEqual(days);
    // 20:00 UTC is on the next day in India.
    expect(recent?.days.map(({ membersAfter }) => membersAfter)).toEqual([2, 2, 2, 2, 2, 2, 1, 0]);
    expect(recent?.days.flatMap(({ changes }) => changes)).toMatchObject([
      { customer: 'asha', change: 'exited', at: at('2026-11-09T10:00:00Z'), cause: 'time' },
      { customer: 'bo', change: 'exited', at: at('2026-11-09T20:00:00Z'), cause: 'time' },
    ]);
    expect(abandoned?.days.flatMap(({ changes }) => changes)).toMatchObject([
      { customer: 'chen', change: 'entered', at: at('2026-11-03T13:30:00Z') },
      { customer: 'chen', change: 'exited', at: at('2026-11-06T13:30:00Z') },
    ]);
  });

  it('marks what the standing among all customers brings at midnight', () => {
    const { segments } = forecast(open(), ['top'], 7);
    const changes = segments[0]?.days.flatMap((day) => day.changes) ?? [];
    const midnights = changes.filter(({ cause }) => cause === 'population');
    expect(midnights.length).toBeGreaterThan(0);
    for (const change of midnights) expect(new Date(change.at).toISOString()).toMatch(/T18:30:00\.000Z$/);
  });

  it('comes true where nothing happens', () => {
    const changes: SegmentChange[] = [];
    const engine = open(changes);
    const names = ['recent', 'abandoned', 'top'];
    const told = forecast(engine, names, 30).segments;
    changes.length = 0;
    engine.advanceTo(engine.now + 30 * 86_400_000);
    for (const { segment, days } of told) {
      const came = changes.filter((change) => change.segment === segment);
      const said = days.flatMap((day) => day.changes);
      expect(said.map(({ profile, change, at: t, cause }) => [profile, change, t, cause])).toEqual(
        came.map(({ profile, change, at: t, cause }) => [profile, change, t, cause]),
      );
      expect(days.at(-1)?.membersAfter).toBe(engine.size(segment));
    }
  });

  it('leaves the engine as it was, to the byte, and emits nothing', () => {
    const changes: SegmentChange[] = [];
    const engine = open(changes);
    const before = [...engine.serialize()];
    const emitted = changes.length;
    forecast(engine, ['recent', 'abandoned', 'top'], 400);
    expect([...engine.serialize()]).toEqual(before);
    expect(changes).toHaveLength(emitted);
    expect(engine.now).toBe(at('2026-11-03T12:00:00Z'));
  });

  it('refuses a segment that there is not, and days without end', () => {
    expect(() => forecast(open(), ['nobody'], 7)).toThrow('segment nobody exists');
    expect(() => forecast(open(), ['recent'], 1e6)).toThrow('a forecast of 0 to 3660 days');
  });
});
