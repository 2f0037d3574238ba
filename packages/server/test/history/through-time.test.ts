/** Figures through time, held against a plain recount of the same changes and messages. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { Zone } from '@segue/core/base/zone.ts';
import type { Instant } from '@segue/core/model/message.ts';

import { everyUnits, startsOf } from '../../src/history/calendar.ts';
import { cohortsOf } from '../../src/history/cohorts.ts';
import { conversionsOf } from '../../src/history/conversions.ts';
import { flowMembers, flowsOf } from '../../src/history/flows.ts';
import type { Subject } from '../../src/history/moves.ts';
import { sizesOfAll } from '../../src/history/sizes-of-all.ts';
import {
  type Ask,
  lifeTable,
  membersAt,
  returnsOf,
  sizeThroughTime,
  stayOf,
} from '../../src/history/through-time.ts';
import { ownedDirectory } from './owned-directory.ts';
import { Rig, start } from './rig.ts';
import { buys, shop } from './shop.ts';
import { whyNoChdb } from './why-no-chdb.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const zone = new Zone('Europe/Berlin');
const subjects: readonly Subject[] = [
  { kind: 'segment', name: 'buyers' },
  { kind: 'segment', name: 'top' },
  { kind: 'stage', lifecycle: 'life', stage: 'active' },
  { kind: 'stage', lifecycle: 'life', stage: 'gone' },
];
const period = { from: start + 20 * dayMs + 12_345, to: start + 130 * dayMs };

type Move = {
  readonly profile: number;
  readonly at: Instant;
  readonly comes: boolean;
  readonly cause: string;
};
type Spell = {
  readonly profile: number;
  readonly from: Instant;
  readonly until: Instant | undefined;
  readonly why: string;
};

describe.skipIf(whyNoChdb !== undefined)(
  `through time${whyNoChdb === undefined ? '' : ` (skipped: ${whyNoChdb})`}`,
  () => {
    const directory = ownedDirectory();
    let rig: Rig;
    let ask: Ask;
    let gone: ReadonlyMap<number, Instant>;

    beforeAll(async () => {
      rig = await Rig.open(directory.path);
      ask = { history: rig.history };
      await rig.submit([shop]);
      for (let i = 0; i < 16; i++) {
        await rig.passTime(rig.clock.now() + 9 * dayMs);
        const now = rig.clock.now();
        await rig.take(buys(60 * i, 60, now - hourMs));
        await rig.passTime(now + 2 * hourMs);
        await rig.submit([{ kind: 'tick' }]);
      }
      await rig.submit([{ kind: 'erase', customer: { kind: 'user_id', value: 'u9' } }]);
      await rig.caughtUp();
      gone = new Map(
        (await rig.rows('SELECT gone, min(at) FROM merges GROUP BY gone')) as [number, number][],
      );
    });

    afterAll(async () => {
      await rig.close();
      directory.remove();
    });

    /** In the order in which they happened; an erased customer's are gone. */
    function movesOf(subject: Subject): Move[] {
      const moves: Move[] = [];
      const inside = new Set<number>();
      const erased = new Set(
        [...rig.runtime.feed.read(0)]
          .filter(({ cause }) => cause === 'erasure')
          .map((e) => e.customer.profile),
      );
      for (const event of rig.runtime.feed.read(0)) {
        const { profile } = event.customer;
        if (erased.has(profile)) continue;
        let comes: boolean | undefined;
        if (subject.kind === 'segment' && event.kind === 'segment' && event.segment === subject.name) {
          comes = event.change === 'entered';
        }
        if (subject.kind === 'stage' && event.kind === 'stage' && event.lifecycle === subject.lifecycle) {
          if (event.to === subject.stage && event.from !== subject.stage) comes = true;
          if (event.from === subject.stage && event.to !== subject.stage) comes = false;
        }
        if (comes === undefined) continue;
        if (comes) inside.add(profile);
        else inside.delete(profile);
        moves.push({ profile, at: event.at, comes, cause: event.cause });
      }
      for (const profile of inside) {
        const at = gone.get(profile);
        if (at !== undefined) moves.push({ profile, at, comes: false, cause: 'gone' });
      }
      return moves;
    }

    function spellsOf(subject: Subject): Spell[] {
      const spells: Spell[] = [];
      const open = new Map<number, Instant>();
      for (const { profile, at, comes, cause } of movesOf(subject)) {
        if (comes) open.set(profile, at);
        else {
          spells.push({ profile, from: open.get(profile)!, until: at, why: cause });
          open.delete(profile);
        }
      }
      for (const [profile, from] of open) spells.push({ profile, from, until: undefined, why: '' });
      return spells;
    }

    test('the data has what can go wrong: merges, late events, moves by time, returns, an erasure', () => {
      const causes = new Set([...rig.runtime.feed.read(0)].map(({ cause }) => cause));
      for (const cause of ['event', 'late_event', 'time', 'population', 'erasure']) {
        expect(causes).toContain(cause);
      }
      expect(gone.size).toBeGreaterThan(3);
      expect(movesOf(subjects[0]!).filter(({ cause }) => cause === 'gone').length).toBeGreaterThan(0);
    });

    test('the size at the end of every hour, day, week and month, with entries and exits by cause', async () => {
      for (const subject of subjects) {
        const moves = movesOf(subject);
        for (const every of everyUnits) {
          const starts = startsOf(zone, period, every)!;
          const pieces = await sizeThroughTime(ask, subject, period, starts);
          const expected = starts.map((from, i) => {
            const end = starts[i + 1] ?? period.to;
            const count = (comes: boolean) => {
              const causes: Record<string, number> = {};
              for (const move of moves) {
                if (move.comes !== comes || move.at < from || move.at >= end) continue;
                causes[move.cause] = (causes[move.cause] ?? 0) + 1;
              }
              return causes;
            };
            const causes = { entered: count(true), exited: count(false) };
            const sum = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0);
            const size = moves.filter(({ at }) => at < end).reduce((n, { comes }) => n + (comes ? 1 : -1), 0);
            return { from, size, entered: sum(causes.entered), exited: sum(causes.exited), causes };
          });
          expect(JSON.parse(JSON.stringify(pieces))).toEqual(expected);
        }
      }
    });

    test('who was in it at any instant, page by page', async () => {
      for (const subject of subjects) {
        for (const at of [start, start + 9 * dayMs, start + 47 * dayMs + 11 * hourMs, start + 150 * dayMs]) {
          const inside = new Map<number, Instant>();
          for (const move of movesOf(subject).sort((a, b) => a.at - b.at)) {
            if (move.at > at) continue;
            if (move.comes) inside.set(move.profile, move.at);
            else inside.delete(move.profile);
          }
          const expected = [...inside]
            .map(([profile, since]) => ({ profile, since }))
            .sort((a, b) => a.profile - b.profile);
          const members = [];
          for (let after = -1; ;) {
            const page = await membersAt(ask, subject, at, { after, limit: 7 });
            expect(page.size).toBe(expected.length);
            members.push(...page.members);
            if (page.members.length < 7) break;
            after = page.members.at(-1)!.profile;
          }
          expect(members).toEqual(expected);
        }
      }
    });

    test('how long people stay', async () => {
      const now = start + 140 * dayMs;
      for (const subject of subjects) {
        const spells = spellsOf(subject).filter(
          ({ from }) => from >= period.from && from < period.to && from <= now,
        );
        const ended = spells.filter(({ until }) => until !== undefined && until <= now);
        const stay = await stayOf(ask, subject, period, dayMs, now);
        expect(stay).toMatchObject({
          spells: spells.length,
          ended: ended.length,
          ongoing: spells.length - ended.length,
        });
        const lengths = ended.map(({ from, until }) => until! - from).sort((a, b) => a - b);
        if (lengths.length > 0) {
          expect(stay.endedMs!.mean).toBeCloseTo(lengths.reduce((a, b) => a + b, 0) / lengths.length, 3);
          const place = 0.5 * (lengths.length - 1);
          const median =
            lengths[Math.floor(place)]! +
            (place % 1) * (lengths[Math.ceil(place)]! - lengths[Math.floor(place)]!);
          expect(stay.endedMs!.p50).toBeCloseTo(median, 0);
        }
        const rows = new Map<number, [number, number, number]>();
        for (const { from, until } of spells) {
          const isOpen = until === undefined || until > now;
          const units = Math.floor(((isOpen ? now : until) - from) / dayMs);
          const row = rows.get(units) ?? [units, 0, 0];
          row[isOpen ? 2 : 1]++;
          rows.set(units, row);
        }
        expect(stay.survival).toEqual(lifeTable([...rows.values()].sort((a, b) => a[0] - b[0])).survival);
      }
    });

    test('how many come back', async () => {
      const now = start + 145 * dayMs;
      const days = [1, 7, 30, 60];
      for (const subject of subjects) {
        const spells = spellsOf(subject);
        const expected = days.map((n) => {
          const left = spells.filter(
            ({ until, why }) =>
              until !== undefined &&
              until >= period.from &&
              until < period.to &&
              why !== 'gone' &&
              until + n * dayMs <= now,
          );
          const returned = left.filter((one) => {
            const { profile, until } = one;
            const again = spells.filter(
              (other) => other !== one && other.profile === profile && other.from >= until!,
            );
            return again.some(({ from }) => from <= until! + n * dayMs);
          });
          return { days: n, exits: left.length, returned: returned.length };
        });
        expect(await returnsOf(ask, subject, period, days, now)).toEqual(expected);
      }
    });

    test('the flows between stages', async () => {
      const { nodes, links, moves } = await flowsOf(ask, 'life', period);
      const stages = ['fresh', 'active', 'gone'];
      const stageAt = (stage: string, t: Instant) =>
        movesOf({ kind: 'stage', lifecycle: 'life', stage })
          .filter(({ at }) => at < t)
          .reduce((n, { comes }) => n + (comes ? 1 : -1), 0);
      for (const stage of stages) {
        const node = nodes.find((one) => one.stage === stage) ?? { before: 0, after: 0 };
        expect([stage, node.before, node.after]).toEqual([
          stage,
          stageAt(stage, period.from),
          stageAt(stage, period.to),
        ]);
        const out = links.filter(({ from }) => from === stage).reduce((n, { customers }) => n + customers, 0);
        expect(out).toBe(node.before);
      }
      for (const { from, to, customers } of links) {
        const found: number[] = [];
        for (let after = -1; ; after = found.at(-1)!) {
          const page = await flowMembers(ask, 'life', period, { from, to }, { after, limit: 7 });
          expect(page.size).toBe(customers);
          found.push(...page.members);
          if (page.members.length < 7) break;
        }
        expect(new Set(found).size).toBe(customers);
      }
      const expected = new Map<string, number>();
      const erased = new Set(
        [...rig.runtime.feed.read(0)]
          .filter(({ cause }) => cause === 'erasure')
          .map((e) => e.customer.profile),
      );
      for (const event of rig.runtime.feed.read(0)) {
        if (event.kind !== 'stage' || event.at < period.from || event.at >= period.to) continue;
        if (erased.has(event.customer.profile)) continue;
        const key = `${event.from ?? ''} → ${event.to ?? ''}`;
        expected.set(key, (expected.get(key) ?? 0) + 1);
      }
      const said = moves
        .filter(({ to }) => to !== '')
        .map(({ from, to, moves: n }) => [`${from} → ${to}`, n]);
      expect(new Map(said as [string, number][])).toEqual(expected);
    });

    test('the sizes of all segments at once are those of each', async () => {
      const starts = startsOf(zone, period, 'day')!;
      const sizes = await sizesOfAll(ask, starts, period.to);
      expect([...sizes.keys()].sort()).toEqual([...rig.runtime.engine.definitions.segments.keys()].sort());
      for (const [name, found] of sizes) {
        const pieces = await sizeThroughTime(ask, { kind: 'segment', name }, period, starts);
        expect(found).toEqual(pieces.map(({ size }) => size));
      }
    });

    test('where those go who enter a stage, within the period', async () => {
      // Of each, in the order in which it was said: when and to which stage. Two moves may be of one instant.
      const walks = new Map<number, { readonly at: Instant; readonly to: string }[]>();
      const erased = new Set<number>();
      for (const event of rig.runtime.feed.read(0)) {
        const { profile } = event.customer;
        if (event.cause === 'erasure') erased.add(profile);
        if (event.kind !== 'stage' || event.at >= period.to) continue;
        const step = { at: event.at, to: event.to ?? '' };
        walks.set(profile, [...(walks.get(profile) ?? []), step]);
      }
      for (const [profile, at] of gone) if (at < period.to) walks.get(profile)?.push({ at, to: '' });
      const entries = new Map<string, { open: number; readonly next: Map<string, number[]> }>();
      for (const [profile, walk] of walks) {
        if (erased.has(profile)) continue;
        walk.forEach(({ at, to }, i) => {
          if (at < period.from || to === '') return;
          const of = entries.get(to) ?? { open: 0, next: new Map<string, number[]>() };
          entries.set(to, of);
          const after = walk[i + 1];
          if (after === undefined) of.open++;
          else of.next.set(after.to, [...(of.next.get(after.to) ?? []), after.at - at]);
        });
      }
      const expected = [...entries].map(([stage, { open, next }]) => {
        const went = [...next.values()].flat();
        return {
          stage,
          entered: open + went.length,
          ongoing: open,
          medianMs: went.length === 0 ? null : middleOf(went),
          next: [...next]
            .map(([to, stayed]) => ({ stage: to, entries: stayed.length, medianMs: middleOf(stayed) }))
            .sort((a, b) => b.entries - a.entries || (a.stage < b.stage ? -1 : 1)),
        };
      });
      expected.sort((a, b) => b.entered - a.entered || (a.stage < b.stage ? -1 : 1));
      expect(expected.flatMap(({ next }) => next).length).toBeGreaterThan(2);
      expect(await conversionsOf(ask, 'life', period)).toEqual(expected);
    });

    test('retention cohorts by week and month', async () => {
      const { engine, index } = rig.runtime.customers;
      const bought = new Map<number, Instant[]>();
      const viewed = new Map<number, Instant[]>();
      for (const profile of engine.profileIds()) {
        const messages = index.positions(profile).flatMap((position) => index.messageAt(position) ?? []);
        const timesOf = (name: string) => messages.filter((one) => one.name === name).map(({ time }) => time);
        bought.set(profile, timesOf('Order Completed'));
        viewed.set(profile, timesOf('Product Viewed'));
      }
      for (const every of ['week', 'month'] as const) {
        for (const [then, times] of [
          ['Order Completed', bought],
          ['Product Viewed', viewed],
        ] as const) {
          const starts = startsOf(zone, { from: start, to: period.to }, every)!;
          const pieceOf = (t: Instant) => starts.findLastIndex((one) => one <= t);
          const expected = starts.map((from, i) => {
            const members = [...bought].filter(
              ([, all]) => all.length > 0 && pieceOf(Math.min(...all)) === i && Math.min(...all) < period.to,
            );
            const active = starts
              .slice(i)
              .map(
                (_, later) =>
                  members.filter(([profile, all]) =>
                    times
                      .get(profile)!
                      .some((t) => t >= Math.min(...all) && t < period.to && pieceOf(t) === i + later),
                  ).length,
              );
            return { from, customers: members.length, active };
          });
          const cohorts = await cohortsOf(ask, { first: 'Order Completed', then }, starts, period.to);
          expect(cohorts).toEqual(expected);
          expect(cohorts.reduce((n, { customers }) => n + customers, 0)).toBeGreaterThan(10);
        }
      }
    });
  },
);

function middleOf(lengths: readonly number[]): number {
  const sorted = lengths.toSorted((a, b) => a - b);
  const place = 0.5 * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return low + (place % 1) * (high - low);
}

test('a life table counts the ongoing as long as they are known', () => {
  // Of four, one leaves in the first unit; two are known for less than the second.
  const { survival } = lifeTable([
    [0, 1, 0],
    [1, 0, 2],
    [2, 1, 0],
  ]);
  expect(survival).toEqual([
    { after: 0, share: 1, atRisk: 4 },
    { after: 1, share: 0.75, atRisk: 3 },
    { after: 2, share: 0.75, atRisk: 1 },
    { after: 3, share: 0, atRisk: 0 },
  ]);
  expect(lifeTable([])).toEqual({ spells: 0, survival: [] });
});
