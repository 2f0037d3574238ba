/** Changes that are noted down in columns and read later are what they would have been if read at once. */

import fc from 'fast-check';
import { expect, it } from 'vitest';

import { Engine } from '@segue/core/engine/engine.ts';
import type { Change } from '@segue/core/model/change.ts';
import { inputAt } from '@segue/testkit/arbitrary-history.ts';
import { arbitraryCase, arbitraryDefinitions, type DifferentialCase } from '@segue/testkit/differential.ts';

import { ChangeColumns, ChangeSubjects } from '../../src/feeds/change-columns.ts';
import type { FeedEvent } from '../../src/feeds/feed.ts';
import { NamesThen } from '../../src/feeds/names-then.ts';

/** Every event twice: made when it happened, and made when it was read. */
type Twice = { readonly then: FeedEvent[]; readonly later: FeedEvent[] };

/** `keeps`: how many steps changes are kept before they are read and released; 0: to the end. */
function eventsOf(
  { timeZone, start, definitions, steps, tailMs }: DifferentialCase,
  partitions: number,
  keeps: number,
): Twice {
  const then: FeedEvent[] = [];
  const later: FeedEvent[] = [];
  const subjects = new ChangeSubjects();
  const names = new NamesThen((profile) => ({ profile, ...engine.namesOf(profile) }));
  let columns = new ChangeColumns(0, names, subjects);
  const kept: ChangeColumns[] = [];
  const onChange = (change: Change): void => {
    const { profile, ...rest } = change;
    const customer = { profile, ...engine.namesOf(profile) };
    then.push({ seq: then.length, customer, ...rest });
    columns.add(change);
  };
  const engine: Engine = new Engine({
    timeZone,
    start,
    definitions,
    partitions,
    keepHistory: true,
    onChange,
    onNames: (profile) => {
      names.changing(profile);
    },
  });
  const release = (oldest: ChangeColumns | undefined): void => {
    if (oldest === undefined) return;
    later.push(...oldest);
    oldest.release();
  };
  let now = start;
  for (const { afterMs, input } of steps) {
    now += afterMs;
    engine.apply(inputAt(input, now), now);
    kept.push(columns);
    columns = new ChangeColumns(then.length, names, subjects);
    if (keeps > 0 && kept.length > keeps) release(kept.shift());
  }
  engine.advanceTo(now + tailMs);
  for (const left of [...kept, columns]) release(left);
  return { then, later };
}

it('with the names that customers had then, whatever they are called when it is read', () => {
  fc.assert(
    fc.property(
      arbitraryCase(arbitraryDefinitions, { lengthMax: 24 }),
      fc.constantFrom(1, 3),
      fc.constantFrom(0, 1, 4),
      (story, partitions, keeps) => {
        const { then, later } = eventsOf(story, partitions, keeps);
        expect(later).toEqual(then);
      },
    ),
    { numRuns: Number(process.env['SEGUE_CASES'] ?? 300) },
  );
});

it('counts changes by kind, and makes each event once', () => {
  const names = new NamesThen((profile) => ({ profile, displayId: `u${profile}`, identifiers: [] }));
  const columns = new ChangeColumns(5, names, new ChangeSubjects());
  const at = 1_000;
  columns.add({
    kind: 'segment',
    profile: 1,
    segment: 'a',
    version: 1,
    change: 'entered',
    at,
    cause: 'event',
    messageId: 'm',
  });
  columns.add({ kind: 'stage', profile: 2, lifecycle: 'l', to: 'x', at, cause: 'time' });
  expect([columns.first, columns.length, columns.counts]).toEqual([
    5,
    2,
    { entered: 1, exited: 0, stage: 1 },
  ]);
  expect([...columns]).toEqual([
    {
      seq: 5,
      at,
      customer: { profile: 1, displayId: 'u1', identifiers: [] },
      cause: 'event',
      messageId: 'm',
      kind: 'segment',
      segment: 'a',
      version: 1,
      change: 'entered',
    },
    {
      seq: 6,
      at,
      customer: { profile: 2, displayId: 'u2', identifiers: [] },
      cause: 'time',
      kind: 'stage',
      lifecycle: 'l',
      to: 'x',
    },
  ]);
  expect(columns.at(0)).toBe(columns.at(0));
  expect(columns.at(2)).toBeUndefined();
});
