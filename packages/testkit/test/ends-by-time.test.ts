/** When time alone ends a membership, a copy of the customer that lives on says the same as the interpreter. */

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { Engine } from '@segue/core/engine/engine.ts';
import { changesByTime } from '@segue/core/engine/explain.ts';
import type { Change } from '@segue/core/model/change.ts';
import type { Message } from '@segue/core/model/message.ts';
import { parseDefinitions } from '@segue/core/model/parse-definitions.ts';

import { inputAt } from '../src/arbitrary-history.ts';
import { arbitraryCase, arbitraryDefinitions } from '../src/differential.ts';

/** With 0 everybody lies packed, else in working form. */
const workers = fc.constantFrom(0, 100);

/** Runs that keep values are objects beside the numbers, and values of properties too. */
const keyed = parseDefinitions({
  segments: {
    looked: { rule: 'seq("View", no "Order" within 2h on sku) last 1d' },
    twice: { rule: 'seq("View", "View" within 1d, no "Order" within 2h on sku) last 3d' },
    wide: { rule: 'distinct(sku of "View", last 2d) >= 2' },
    dear: { rule: 'sum(price of "View", last 2d) > 10' },
  },
}).definitions;

test.each([0, 100])('what is kept of values is copied, with %i in working form', (workingCustomersMax) => {
  const start = Date.UTC(2026, 10, 1);
  const told: Change[] = [];
  const onChange = (change: Change): void => void told.push(change);
  const engine = new Engine({ timeZone: 'UTC', start, definitions: keyed, workingCustomersMax, onChange });
  for (let i = 0; i < 40; i++) {
    const time = start + i * 900_000;
    const message: Message = {
      kind: 'track',
      messageId: `m${i}`,
      time,
      identifiers: [{ kind: 'user_id', value: `u${i % 3}` }],
      name: i % 13 === 5 ? 'Order' : 'View',
      properties: { sku: `s${i % 5}`, price: 0.1234567 * i },
      traits: {},
    };
    engine.apply({ kind: 'message', message }, time);
  }
  const until = engine.now + 5 * 86_400_000;
  const before = [...engine.serialize()].join('\n');
  const ids = engine.profileIds();
  const said = ids.map((id) => engine.comingChanges(id, until));
  // What one look found is there for the next.
  expect(ids.map((id) => engine.comingChanges(id, until))).toEqual(said);
  expect([...engine.serialize()].join('\n')).toBe(before);
  told.length = 0;
  engine.advanceTo(until);
  expect(said).toEqual(ids.map((id) => told.filter(({ profile }) => profile === id)));
  const names = new Set(said.flat().map((change) => (change.kind === 'segment' ? change.segment : '')));
  expect([...names].sort()).toEqual(['dear', 'looked', 'twice', 'wide']);
});

test('memberships end when the interpreter says that they will', () => {
  let found = 0;
  fc.assert(
    fc.property(arbitraryCase(arbitraryDefinitions), workers, (story, workingCustomersMax) => {
      const { timeZone, start, definitions, steps } = story;
      const onChange = (): void => undefined;
      const options = { timeZone, start, definitions, keepHistory: true, workingCustomersMax };
      const engine = new Engine({ ...options, onChange });
      let now = start;
      for (const { afterMs, input: sketch } of steps) {
        now += afterMs;
        engine.apply(inputAt(sketch, now), now);
      }
      const before = [...engine.serialize()].join('\n');
      for (const id of engine.profileIds()) {
        const history = engine.history(id);
        // Messages dated ahead are left out by the one and taken by the other.
        if (history.events.some(({ time }) => time > now)) continue;
        if (history.identifies.some(({ time }) => time > now)) continue;
        const names = (engine.profile(id)?.segments ?? []).map(({ segment }) => segment);
        const said = changesByTime(history, engine.world(), names, now);
        const ends = engine.endsByTime(id);
        found += ends.size;
        expect(Object.fromEntries(ends)).toEqual(Object.fromEntries(said));
      }
      expect([...engine.serialize()].join('\n')).toBe(before);
    }),
    { numRuns: Number(process.env['SEGUE_CASES'] ?? 400) },
  );
  // Few random rules hold and end; enough do.
  expect(found).toBeGreaterThan(0);
});

test('what time alone will bring is what it brings', () => {
  let found = 0;
  fc.assert(
    fc.property(arbitraryCase(arbitraryDefinitions), workers, (story, workingCustomersMax) => {
      const { timeZone, start, definitions, steps } = story;
      const told: Change[] = [];
      const onChange = (change: Change): void => void told.push(change);
      const options = { timeZone, start, definitions, keepHistory: true, workingCustomersMax };
      const engine = new Engine({ ...options, onChange });
      let now = start;
      let unseenAhead = start;
      for (const { afterMs, input: sketch } of steps) {
        now += afterMs;
        const input = inputAt(sketch, now);
        engine.apply(input, now);
        if (input.kind === 'message' && ['group', 'alias'].includes(input.message.kind)) {
          unseenAhead = Math.max(unseenAhead, input.message.time);
        }
      }
      // The history of a customer does not have these; dated ahead, somebody may come into being by them.
      if (unseenAhead > now) return;
      const before = [...engine.serialize()].join('\n');
      const ids = engine.profileIds().filter((id) => {
        const { events, identifies } = engine.history(id);
        return [...events, ...identifies].every(({ time }) => time <= now);
      });
      // At midnight populations are taken anew, which stand still for the one.
      const until = engine.zone.nextDay(now) - 1;
      const said = ids.map((id) => engine.comingChanges(id, until));
      expect([...engine.serialize()].join('\n')).toBe(before);
      told.length = 0;
      engine.advanceTo(until);
      ids.forEach((id, i) => {
        found += said[i]?.length ?? 0;
        expect(said[i]).toEqual(told.filter(({ profile }) => profile === id));
      });
    }),
    { numRuns: Number(process.env['SEGUE_CASES'] ?? 400) },
  );
  expect(found).toBeGreaterThan(0);
});
