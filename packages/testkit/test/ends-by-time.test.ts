/** When time alone ends a membership, a copy of the customer that lives on says the same as the interpreter. */

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { Engine } from '@segue/core/engine/engine.ts';
import { changesByTime } from '@segue/core/engine/explain.ts';
import type { Change } from '@segue/core/model/change.ts';

import { inputAt } from '../src/arbitrary-history.ts';
import { arbitraryCase, arbitraryDefinitions } from '../src/differential.ts';

test('memberships end when the interpreter says that they will', () => {
  let found = 0;
  fc.assert(
    fc.property(arbitraryCase(arbitraryDefinitions), ({ timeZone, start, definitions, steps }) => {
      const onChange = (): void => undefined;
      const engine = new Engine({ timeZone, start, definitions, keepHistory: true, onChange });
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
    fc.property(arbitraryCase(arbitraryDefinitions), ({ timeZone, start, definitions, steps }) => {
      const told: Change[] = [];
      const onChange = (change: Change): void => void told.push(change);
      const engine = new Engine({ timeZone, start, definitions, keepHistory: true, onChange });
      let now = start;
      for (const { afterMs, input: sketch } of steps) {
        now += afterMs;
        engine.apply(inputAt(sketch, now), now);
      }
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
