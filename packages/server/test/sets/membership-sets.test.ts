/** Live sets are what the engine answers, after every input of any story, whenever they were first asked for. */

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { Engine } from '@segue/core/engine/engine.ts';
import { MemoryHistory } from '@segue/core/engine/message-history.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import { parseDefinitions } from '@segue/core/model/parse-definitions.ts';
import { inputAt } from '@segue/testkit/arbitrary-history.ts';
import { arbitraryCase, arbitraryDefinitions, type DifferentialCase } from '@segue/testkit/differential.ts';

import { MembershipSets } from '../../src/sets/membership-sets.ts';

const numRuns = Number(process.env['SEGUE_CASES'] ?? 300);

/** An engine and its sets, wired as the service does. */
function withSets(story: DifferentialCase, partitions: number): { engine: Engine; sets: MembershipSets } {
  const late: { sets?: MembershipSets } = {};
  const { timeZone, start, definitions } = story;
  const engine = new Engine({
    timeZone,
    start,
    definitions,
    partitions,
    history: new MemoryHistory(),
    onChange: (change) => {
      late.sets?.note(change);
    },
    onMerge: (_, gone) => {
      late.sets?.forget(gone);
    },
  });
  late.sets = new MembershipSets(engine);
  return { engine, sets: late.sets };
}

/** What the engine answers, by looking at everybody. */
function answers(engine: Engine): Record<string, readonly number[]> {
  const { segments, lifecycles } = engine.definitions;
  const all: Record<string, readonly number[]> = {};
  for (const name of segments.keys()) all[name] = engine.members(name);
  for (const { name, stages } of lifecycles.values()) {
    for (const stage of stages) all[`${name}.${stage.name}`] = engine.stageMembers(name, stage.name);
  }
  all[''] = engine.profileIds().filter((id) => (engine.profile(id)?.bornAt ?? Infinity) <= engine.now);
  return all;
}

function kept(engine: Engine, sets: MembershipSets): Record<string, readonly number[]> {
  const { segments, lifecycles } = engine.definitions;
  const all: Record<string, readonly number[]> = {};
  for (const name of segments.keys()) all[name] = sets.segment(name)?.toArray() ?? [];
  for (const { name, stages } of lifecycles.values()) {
    for (const stage of stages) {
      all[`${name}.${stage.name}`] = sets.stage(name, stage.name)?.toArray() ?? [];
    }
  }
  all[''] = sets.everybody().toArray();
  return all;
}

function play(story: DifferentialCase, other: Definitions, asked: number, partitions: number): void {
  const { engine, sets } = withSets(story, partitions);
  let now = story.start;
  for (const [i, { afterMs, input: sketch }] of story.steps.entries()) {
    now += afterMs;
    if (i === 9) {
      engine.apply({ kind: 'definitions', definitions: other }, now);
      sets.redefined();
    }
    if (i === asked) sets.readyNow();
    const input = inputAt(sketch, now);
    const applied = engine.apply(input, now);
    const erased = input.kind === 'erase' && applied.ok ? applied.value.profile : undefined;
    if (erased !== undefined) sets.forget(erased);
    if (input.kind === 'definitions') sets.redefined();
    if (i >= asked) expect(kept(engine, sets)).toEqual(answers(engine));
  }
  engine.advanceTo(now + story.tailMs);
  sets.readyNow();
  expect(kept(engine, sets)).toEqual(answers(engine));
  sets.dispose();
}

test('sets are what the engine answers, after every input', () => {
  fc.assert(
    fc.property(
      arbitraryCase(arbitraryDefinitions, { lengthMax: 24 }),
      arbitraryDefinitions,
      fc.nat(20),
      fc.constantFrom(1, 3),
      play,
    ),
    { numRuns },
  );
});

test('sets that are made while more arrives are what the engine answers', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryCase(arbitraryDefinitions), async (story) => {
      const { engine, sets } = withSets(story, 1);
      let now = story.start;
      let ready: Promise<void> | undefined = undefined;
      for (const [i, { afterMs, input }] of story.steps.entries()) {
        now += afterMs;
        engine.apply(inputAt(input, now), now);
        if (i === 3) ready = sets.ready();
      }
      await (ready ?? sets.ready());
      for (const [name, size] of sets.sizes()) expect(size).toBe(engine.size(name));
      sets.dispose();
    }),
    { numRuns: Math.ceil(numRuns / 3) },
  );
});

test('very many changes are taken in at once, whoever comes and goes meanwhile', () => {
  const { definitions } = parseDefinitions({ segments: { a: 'did "A"', b: 'did "B"' } });
  const customers = 50_000;
  const sets = new MembershipSets({
    definitions,
    numbersGiven: customers,
    standingOf: () => 'here',
    visitAnswers: () => 'here',
  });
  sets.readyNow();
  const note = (segment: string, profile: number, change: 'entered' | 'exited'): void => {
    sets.note({ kind: 'segment', profile, segment, version: 1, change, at: 0, cause: 'time' });
  };
  for (let id = 0; id < customers; id++) {
    note('a', id, 'entered');
    if (id % 3 === 0) note('b', id, 'entered');
  }
  for (let id = customers - 1; id >= 0; id--) if (id % 2 === 0) note('a', id, 'exited');
  for (let id = 0; id < customers; id += 4) note('a', id, 'entered');
  expect(Object.fromEntries(sets.sizes())).toEqual({ a: 37_500, b: 16_667 });
  expect([0, 1, 2, 3, 4, 6].map((id) => sets.segment('a')?.has(id))).toEqual([
    true,
    true,
    false,
    true,
    true,
    false,
  ]);
  for (let id = 0; id < customers; id++) note('a', id, 'exited');
  expect(Object.fromEntries(sets.sizes())).toEqual({ a: 0, b: 16_667 });
  sets.dispose();
});
