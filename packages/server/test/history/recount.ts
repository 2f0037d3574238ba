/** What history has, held against what the engine, the feed and the log say. */

import { expect } from 'vitest';

import { storedJson } from '@segue/core/sql/stored-json.ts';

import type { Rig } from './rig.ts';

/** Every table that can be counted another way. */
export async function expectHistory(rig: Rig): Promise<void> {
  await expectMessages(rig);
  await expectChanges(rig);
  await expectMembers(rig);
  await expectNames(rig);
}

async function expectMessages(rig: Rig): Promise<void> {
  const { index, engine } = rig.runtime.customers;
  const expected: unknown[] = [];
  const traits: unknown[] = [];
  for (const profile of engine.profileIds()) {
    for (const position of index.positions(profile)) {
      const message = index.messageAt(position);
      if (message === undefined) continue;
      const { messageId, time, kind, name, properties } = message;
      if (kind === 'track') {
        expected.push([position, profile, messageId, time, kind, name, storedJson(properties)]);
      }
      for (const [trait, value] of Object.entries(message.traits)) {
        traits.push([profile, trait, storedJson(value), time, messageId]);
      }
    }
  }
  expected.sort((a, b) => (a as number[])[0]! - (b as number[])[0]!);
  const rows = await rig.rows(
    'SELECT position, profile, message_id, time, kind, name, properties FROM events ORDER BY position',
  );
  expect(rows).toEqual(expected);
  const facts = await rig.rows('SELECT profile, name, value, time, message_id FROM traits');
  const sorted = (list: readonly unknown[]): string[] => list.map((row) => JSON.stringify(row)).sort();
  expect(sorted(facts)).toEqual(sorted(traits));
}

async function expectChanges(rig: Rig): Promise<void> {
  const expected = [...rig.runtime.feed.read(0)].map((event) => [
    event.seq,
    event.customer.profile,
    event.at,
    event.kind,
    event.kind === 'segment' ? event.segment : event.lifecycle,
    event.kind === 'segment' ? event.change === 'entered' : event.to !== undefined,
    event.kind === 'stage' ? (event.to ?? '') : '',
    event.cause,
    event.messageId ?? '',
  ]);
  const rows = await rig.rows(
    "SELECT seq, profile, at, kind, name, entered, to_stage, cause, message_id FROM membership_changes WHERE cause != 'gone' ORDER BY seq",
  );
  expect(rows).toEqual(expected);
}

/** The last change of everybody says where they are now; whoever was merged away is nowhere. */
async function expectMembers(rig: Rig): Promise<void> {
  const { engine } = rig.runtime.customers;
  for (const segment of engine.definitions.segments.keys()) {
    const rows = await rig.rows(
      `SELECT profile FROM membership_changes WHERE name = '${segment}' GROUP BY profile HAVING argMax(entered, (at, seq)) ORDER BY profile`,
    );
    expect(rows.flat()).toEqual(engine.members(segment));
  }
}

async function expectNames(rig: Rig): Promise<void> {
  const { engine } = rig.runtime.customers;
  const expected = engine
    .profileIds()
    .flatMap((id) => engine.namesOf(id).identifiers.map(({ kind, value }) => `${id} ${kind} ${value}`));
  const rows = await rig.rows('SELECT DISTINCT profile, kind, value FROM identifiers');
  expect(rows.map((row) => row.join(' ')).sort()).toEqual([...expected].sort());
  const born = await rig.rows('SELECT profile, born_at FROM customers ORDER BY profile');
  expect(born).toEqual(engine.profileIds().map((id) => [id, engine.profile(id)?.bornAt]));
}
