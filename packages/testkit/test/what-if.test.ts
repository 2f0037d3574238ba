/** What a copy of a customer says would happen is what then happens, and asking changes nothing. */

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { Engine } from '@segue/core/engine/engine.ts';
import { MemoryHistory } from '@segue/core/engine/message-history.ts';
import type { WhatIfInput } from '@segue/core/engine/what-if.ts';
import type { Change } from '@segue/core/model/change.ts';
import type { Identifier, Instant } from '@segue/core/model/message.ts';

import { type HistoryStep, inputAt } from '../src/arbitrary-history.ts';
import { arbitraryCase, arbitraryDefinitions, type DifferentialCase } from '../src/differential.ts';

const always = (): boolean => true;

type Told = { readonly at: Instant; readonly input: WhatIfInput };

/** The steps as things that one customer does, each message new; nothing that concerns anybody else. */
function toldOf(steps: readonly HistoryStep[], from: Instant, customer: Identifier): readonly Told[] {
  let at = from;
  return steps.flatMap(({ afterMs, input: sketch }, n): readonly Told[] => {
    at += afterMs;
    const input = inputAt(sketch, at);
    if (input.kind === 'score' || input.kind === 'consent') return [{ at, input: { ...input, customer } }];
    if (input.kind !== 'message' || input.message.kind === 'alias') return [];
    const message = { ...input.message, messageId: `what-if ${String(n)}`, identifiers: [customer] };
    return [{ at, input: { kind: 'message', message } }];
  });
}

/** Where the standing among all matters, it is taken anew at midnight, for which a copy of one customer cannot stand. */
function restsOnOthers({ definitions: { segments, lifecycles } }: DifferentialCase): boolean {
  return /"(rfm|percentile|quintile)"/.test(JSON.stringify([[...segments], [...lifecycles]]));
}

test('what is said of a copy is what happens when the same arrives, and nobody else hears of it', () => {
  let compared = 0;
  let changed = 0;
  const cases = fc.tuple(
    arbitraryCase(arbitraryDefinitions),
    fc.nat(12),
    fc.nat(3),
    fc.constantFrom(1, 3),
    fc.constantFrom(0, 1024),
  );
  fc.assert(
    fc.property(cases, ([story, split, who, partitions, workingCustomersMax]) => {
      const { timeZone, start, definitions, steps, tailMs } = story;
      const happened: Change[] = [];
      const engine = new Engine({
        timeZone,
        start,
        definitions,
        partitions,
        workingCustomersMax,
        history: new MemoryHistory(),
        onChange: (change) => void happened.push(change),
      });
      let now = start;
      for (const { afterMs, input } of steps.slice(0, split)) {
        now += afterMs;
        engine.apply(inputAt(input, now), now);
      }
      const ids = engine.profileIds();
      const id = ids[who % Math.max(ids.length, 1)];
      const name = id === undefined ? undefined : engine.namesOf(id).identifiers[0];
      if (id === undefined || name === undefined) return;
      const midnight = restsOnOthers(story) ? engine.zone.nextDay(now) : Infinity;
      const told = toldOf(steps.slice(split), now, name).filter(({ at }) => at < midnight);
      const end = Math.min((told.at(-1)?.at ?? now) + tailMs, midnight - 1);

      const before = [...engine.serialize()].join('\n');
      const copy = engine.whatIf(id);
      if (copy === undefined) throw new Error('a copy of somebody who is there');
      for (const { at, input } of told) {
        // In as many pieces as there are wakes.
        while (!copy.advanceTo(at, once()));
        copy.take(input);
      }
      copy.advanceTo(end, always);
      const foreseen = copy.history();
      expect([...engine.serialize()].join('\n')).toBe(before);

      happened.length = 0;
      for (const { at, input } of told) engine.apply(input, at);
      engine.advanceTo(end);
      const own = happened.filter(({ profile }) => profile === id);
      expect(copy.changes).toEqual(own);
      expect(copy.view()).toEqual(engine.profile(id));
      expect(foreseen).toEqual(engine.history(id));
      compared++;
      changed += own.length;
    }),
    { numRuns: Number(process.env['SEGUE_CASES'] ?? 500) },
  );
  expect(compared).toBeGreaterThan(100);
  expect(changed).toBeGreaterThan(100);
});

test('what the copy learns of a stream stays with it', () => {
  const rule = {
    kind: 'compare',
    op: '>=',
    left: {
      kind: 'aggregate',
      fn: 'sum',
      property: ['x'],
      events: { source: { kind: 'track', name: 'A' } },
      window: { kind: 'last', duration: '7d' },
    },
    right: { kind: 'number', value: 5 },
  } as const;
  const definitions = {
    segments: new Map([['big', { name: 'big', rule }]]),
    lifecycles: new Map(),
    rfm: new Map(),
    lists: new Map(),
    channels: new Map(),
  };
  const history = new MemoryHistory();
  const engine = new Engine({ timeZone: 'UTC', start: 0, definitions, history, onChange: () => undefined });
  const customer = { kind: 'user_id', value: 'ann' };
  const event = (messageId: string, time: Instant, x: number): WhatIfInput => ({
    kind: 'message',
    message: {
      kind: 'track',
      messageId,
      time,
      identifiers: [customer],
      name: 'A',
      properties: { x },
      traits: {},
    },
  });
  engine.apply(event('1', 1_000, 6), 1_000);
  const before = [...engine.serialize()].join('\n');
  const copy = engine.whatIf(0);
  copy?.advanceTo(2_000, always);
  copy?.take(event('2', 2_000, -3));
  expect(copy?.changes).toMatchObject([{ change: 'exited', at: 2_000 }]);
  // The negative number lets time raise the sum, which only the copy may know of.
  copy?.take(event('3', 2_000, 1));
  expect([...engine.serialize()].join('\n')).toBe(before);
  expect(engine.nextDueAt()).toBe(1_000 + 7 * 86_400_000);
  expect(engine.whatIf(7)).toBeUndefined();
});

/** Yes, then no: one wake at a time. */
function once(): () => boolean {
  let left = 1;
  return () => left-- > 0;
}
