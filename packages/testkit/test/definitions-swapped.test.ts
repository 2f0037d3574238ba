/**
 * Definitions that have much in common with those in force: what is carried over is what would have been found by asking
 * everything anew, whenever and however often customers were brought up before.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { DefinitionsBuild } from '@segue/core/engine/definitions-build.ts';
import { Engine } from '@segue/core/engine/engine.ts';
import { MemoryHistory } from '@segue/core/engine/message-history.ts';
import type { Change } from '@segue/core/model/change.ts';
import { type Definitions, noDefinitions } from '@segue/core/model/definitions.ts';
import type { Message } from '@segue/core/model/message.ts';
import { parseDefinitions } from '@segue/core/model/parse-definitions.ts';

import { inputAt } from '../src/arbitrary-history.ts';
import { arbitraryCase, arbitraryDefinitions, type DifferentialCase } from '../src/differential.ts';

const numRuns = Number(process.env['SEGUE_CASES'] ?? 300);

type Choice = {
  readonly first: boolean;
  readonly second: boolean;
  readonly third: 'kept' | 'other' | 'gone' | 'renamed';
  readonly life: 'kept' | 'other' | 'gone';
  readonly rfm: boolean;
  readonly extra: 'none' | 'in front' | 'behind';
  /** A rule that asks of the same events as the first, with other numbers or further back. */
  readonly akin: 'none' | 'numbers' | 'durations';
  readonly channels: boolean;
  readonly listed: readonly string[];
};

const arbitraryChoice: fc.Arbitrary<Choice> = fc.record({
  first: fc.boolean(),
  second: fc.boolean(),
  third: fc.constantFrom('kept', 'kept', 'other', 'gone', 'renamed'),
  life: fc.constantFrom('kept', 'kept', 'other', 'gone'),
  rfm: fc.boolean(),
  extra: fc.constantFrom('none', 'in front', 'behind'),
  akin: fc.constantFrom('none', 'none', 'numbers', 'durations'),
  channels: fc.constantFrom(true, true, false),
  listed: fc.constantFrom<readonly string[]>(['u1'], ['u1', 'u2'], []),
});

/** Definitions that are partly those of the one, partly of the other. */
function mixed(one: Definitions, other: Definitions, choice: Choice): Definitions {
  const rule = (name: string, from: Definitions): NonNullable<ReturnType<Definitions['segments']['get']>> => {
    const segment = from.segments.get(name);
    if (segment === undefined) throw new Error(name);
    return segment;
  };
  const extra = { ...rule('first', other), name: 'extra' };
  const segments = [
    ...(choice.extra === 'in front' ? [extra] : []),
    rule('first', choice.first ? one : other),
    rule('second', choice.second ? one : other),
    ...(choice.third === 'gone' ? [] : [rule('third', choice.third === 'other' ? other : one)]),
    ...(choice.extra === 'behind' ? [extra] : []),
    ...(choice.akin === 'none' ? [] : [{ ...akin(rule('first', one), choice.akin), name: 'akin' }]),
  ].map((segment) =>
    choice.third === 'renamed' && segment.name === 'third' ? { ...segment, name: 'last' } : segment,
  );
  // The second segment refers to the lifecycle.
  const isNeeded = JSON.stringify(segments).includes('"lifecycle"');
  return {
    segments: new Map(segments.map((segment) => [segment.name, segment])),
    lifecycles:
      choice.life === 'gone' && !isNeeded ? new Map() : (choice.life === 'other' ? other : one).lifecycles,
    rfm: choice.rfm ? one.rfm : new Map([...one.rfm].map(([k, m]) => [k, { ...m, value: ['y'] }])),
    lists: new Map([['vips', { name: 'vips', members: choice.listed }]]),
    channels: choice.channels ? one.channels : new Map(),
  };
}

const further: Readonly<Record<string, string>> = { '500ms': '1h', '1s': '1d', '1m': '2d', '1h': '7d' };

function akin<T>(segment: T, how: 'numbers' | 'durations'): T {
  const text = JSON.stringify(segment);
  const other =
    how === 'numbers'
      ? text.replaceAll(
          /("right":\{"kind":"number","value":)(\d+)\}/g,
          (_, before, n) => `${before}${Number(n) + 1}}`,
        )
      : text.replaceAll(
          /("kind":"last","duration":)"(\w+)"/g,
          (_, before, duration) => `${before}"${further[String(duration)] ?? '1w'}"`,
        );
  return JSON.parse(other) as T;
}

class WatchedHistory extends MemoryHistory {
  build: DefinitionsBuild | undefined = undefined;
  readonly #mergedInto = new Map<number, number>();

  ownerNow(profile: number): number {
    const survivor = this.#mergedInto.get(profile);
    return survivor === undefined ? profile : this.ownerNow(survivor);
  }

  override merge(survivor: number, gone: number): void {
    super.merge(survivor, gone);
    this.#mergedInto.set(gone, survivor);
    this.build?.merge(survivor, gone);
  }
}

function isEvent({ kind }: Message): boolean {
  return kind === 'track' || kind === 'page' || kind === 'screen';
}

type Swap = { readonly begin: number; readonly at: number; readonly to: Definitions };

type Way = {
  /** How new definitions come into force. */
  readonly by: 'build' | 'at once' | 'way of none';
  readonly partitions: number;
  /** How many customers are brought up after a step. */
  readonly pace: number;
  /** Steps before which the engine is written down and taken up again. */
  readonly restarts: ReadonlySet<number>;
};

type Told = {
  readonly state: readonly string[];
  readonly answers: readonly string[];
  readonly changes: readonly string[];
};

/** Which columns have ever held a negative number decides how a threshold is looked for, never what is found. */
function stateOf(engine: Engine): readonly string[] {
  return [...engine.serialize()].map((line) => line.replace(/"negatives":\[.*?\],"seen"/, '"seen"'));
}

function tell(story: DifferentialCase, swaps: readonly Swap[], way: Way): Told {
  const { timeZone, start, definitions, steps } = story;
  const history = new WatchedHistory();
  const changes: string[] = [];
  const state: string[] = [];
  const answers: string[] = [];
  /** Where everybody is, going by what was told. */
  const told = new Map<number, Set<string>>();
  const onChange = (change: Change): void => {
    changes.push(JSON.stringify(change));
    if (change.kind !== 'segment') return;
    const segments = told.get(change.profile) ?? new Set<string>();
    if (change.change === 'entered') segments.add(change.segment);
    else segments.delete(change.segment);
    told.set(change.profile, segments);
  };
  const { partitions } = way;
  let engine = new Engine({ timeZone, start, definitions, history, partitions, onChange });
  const taken: { readonly profile: number; readonly message: Message }[] = [];
  let now = start;
  const note = (): void => {
    state.push(...stateOf(engine));
    const ids = engine.profileIds();
    answers.push(JSON.stringify(ids.map((id) => answersOf(engine, id))));
    for (const id of ids) {
      const segments = engine.profile(id)?.segments.map(({ segment }) => segment) ?? [];
      expect([...(told.get(id) ?? [])].sort()).toEqual(segments.sort());
    }
  };
  steps.forEach(({ afterMs, input: sketch }, i) => {
    now += afterMs;
    if (way.restarts.has(i)) {
      engine = Engine.restore([...engine.serialize()], { history, partitions, onChange });
      history.build = undefined;
    }
    for (const { begin, at, to } of swaps) {
      if (i === begin && way.by === 'build') {
        const build = engine.build(to);
        history.build = build;
        for (const { profile, message } of [...taken].reverse()) {
          build.load(history.ownerNow(profile), message);
        }
      }
      if (i === at) {
        engine.advanceTo(now);
        if (way.by === 'way of none') {
          const { lists, channels } = engine.definitions;
          engine.apply({ kind: 'definitions', definitions: { ...noDefinitions, lists, channels } }, now);
        }
        if (history.build === undefined) engine.apply({ kind: 'definitions', definitions: to }, now);
        else putInForce(engine, history.build, now);
        history.build = undefined;
        note();
      }
    }
    const input = inputAt(sketch, now);
    const result = engine.apply(input, now);
    let turns = way.pace;
    history.build?.bringUp(() => (turns -= 8) > 0);
    if (input.kind !== 'message' || !isEvent(input.message)) return;
    if (!result.ok || result.value.ignored !== undefined || result.value.profile === undefined) return;
    taken.push({ profile: result.value.profile, message: input.message });
    history.build?.load(result.value.profile, input.message);
  });
  note();
  engine.advanceTo(now + story.tailMs);
  note();
  return { state, answers, changes };
}

/** In as many pieces as there can be. */
function putInForce(engine: Engine, build: DefinitionsBuild, now: number): void {
  while (engine.putInForce(build, now, () => false) === undefined);
}

function answersOf(engine: Engine, id: number): unknown {
  const { bornAt, segments, stages } = engine.profile(id) ?? {};
  return [id, bornAt, segments?.map(({ segment }) => segment), stages?.map((s) => [s.lifecycle, s.stage])];
}

const arbitraryStory = fc
  .record({
    story: arbitraryCase(arbitraryDefinitions),
    other: arbitraryDefinitions,
    choices: fc.array(arbitraryChoice, { minLength: 1, maxLength: 3 }),
    back: fc.boolean(),
    places: fc.array(fc.tuple(fc.nat(6), fc.nat(6)), { minLength: 4, maxLength: 4 }),
    pace: fc.constantFrom(8, 16, 1000),
    partitions: fc.constantFrom(1, 1, 2, 3),
    restart: fc.nat(14),
  })
  .map(({ story, other, choices, back, places, ...rest }) => {
    const steps = story.steps.filter(({ input }) => inputAt(input, 0).kind !== 'definitions');
    const given = { ...story, steps };
    const sets = choices.map((choice) => mixed(story.definitions, other, choice));
    if (back) sets.push(story.definitions);
    const swaps: Swap[] = [];
    let from = 0;
    sets.forEach((to, i) => {
      const [wait, length] = places[i] ?? [0, 0];
      const begin = from + wait;
      const at = begin + length;
      if (at < steps.length) swaps.push({ begin, at, to });
      from = at;
    });
    return { story: given, swaps, ...rest };
  });

const minute = 60_000;

/** What is told while events A of one customer happen at these minutes, and other rules come into force at minute 30. */
function toldOf(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
  minutes: readonly number[],
): readonly string[] {
  const told: string[] = [];
  const start = Date.UTC(2026, 0, 1);
  const engine = new Engine({
    timeZone: 'UTC',
    start,
    definitions: definitionsOf(before),
    keepHistory: true,
    onChange: (change) => {
      if (change.kind !== 'segment') return;
      const at = (change.at - start) / minute;
      told.push(`${at} ${change.change} ${change.segment} by ${change.cause}`);
    },
  });
  const did = (at: number): void => {
    const time = start + at * minute;
    const identifiers = [{ kind: 'user_id', value: 'u' }] as const;
    const message = { kind: 'track', messageId: `m${at}`, time, identifiers, name: 'A' } as const;
    engine.apply({ kind: 'message', message: { ...message, properties: {}, traits: {} } }, time);
  };
  for (const at of minutes) if (at < 30) did(at);
  const from = told.length;
  engine.apply({ kind: 'definitions', definitions: definitionsOf(after) }, start + 30 * minute);
  for (const at of minutes) if (at >= 30) did(at);
  engine.advanceTo(start + 600 * minute);
  return told.slice(from);
}

function definitionsOf(rules: Readonly<Record<string, string>>): Definitions {
  const entries = Object.entries(rules).map(([name, rule]) => [name, { rule }] as const);
  const { definitions, diagnostics } = parseDefinitions({ segments: Object.fromEntries(entries) });
  expect(diagnostics).toEqual([]);
  return definitions;
}

test('another number for the same count is crossed in its own time', () => {
  const twice = 'count("A", last 20m) >= 2';
  const thrice = 'count("A", last 20m) >= 3';
  expect(toldOf({ twice }, { twice, thrice }, [0, 15, 16, 17, 18])).toEqual([
    '30 entered thrice by definition',
    '36 exited thrice by time',
    '37 exited twice by time',
  ]);
});

test('a rule that refers to one that refers to a changed one is asked anew, and one that does not is left alone', () => {
  const rest = { b: 'in a', c: 'not in b', d: 'did "A" last 2h' };
  expect(toldOf({ a: 'did "B"', ...rest }, { a: 'did "A" last 1h', ...rest }, [20])).toEqual([
    '30 exited c by definition',
    '30 entered a by definition',
    '30 entered b by definition',
    '80 exited a by time',
    '80 exited b by time',
    '80 entered c by time',
    '140 exited d by time',
  ]);
});

test('a rule that is removed or renamed is left, and one that looks further back finds what nobody asked for', () => {
  const near = 'did "A" last 15m';
  expect(toldOf({ near, other: near }, { named: near, far: 'did "A" last 1h' }, [0, 20])).toEqual([
    '30 exited near by definition',
    '30 exited other by definition',
    '30 entered named by definition',
    '30 entered far by definition',
    '35 exited named by time',
    '80 exited far by time',
  ]);
});

test('a sequence goes on where it was, and another is found in the past', () => {
  const pair = 'seq("A", "A" within 20m) last 1h';
  const long = 'seq("A", "A" within 20m) last 2h';
  const silence = 'seq("A", no "A" within 25m)';
  const triple = 'seq("A", "A" within 20m, "A" within 20m) last 1h';
  expect(toldOf({ pair }, { pair, long, silence, triple }, [0, 15, 32])).toEqual([
    '30 entered long by definition',
    '32 entered triple by event',
    '57 entered silence by time',
    '92 exited pair by time',
    '92 exited triple by time',
    '152 exited long by time',
  ]);
});

test('brought up in pieces while more arrives is as if it had been done at once', () => {
  fc.assert(
    fc.property(arbitraryStory, ({ story, swaps, pace, partitions, restart }) => {
      const never = new Set<number>();
      const atOnce = tell(story, swaps, { by: 'at once', partitions: 1, pace: 0, restarts: never });
      const built = tell(story, swaps, { by: 'build', partitions, pace, restarts: never });
      expectSame(built.state, atOnce.state);
      expectSame([...built.changes].sort(), [...atOnce.changes].sort());
      const restarted = tell(story, swaps, {
        by: 'build',
        partitions,
        pace,
        restarts: new Set([restart, restart + 3]),
      });
      expectSame(restarted.state, atOnce.state);
    }),
    { numRuns },
  );
});

/** Changes that neither definitions nor their lists brought about; the way over none counts versions. */
function ofThemselves(changes: readonly string[]): readonly string[] {
  return changes
    .filter((change) => !/"cause":"(definition|list)"/.test(change))
    .map((change) => change.replace(/"version":\d+,/, ''));
}

function isOfCustomer(line: string): boolean {
  return line.startsWith('{"id"');
}

/** Only the lines that differ, so that a person can read them. */
function expectSame(one: readonly string[], other: readonly string[]): void {
  const differ = Array.from({ length: Math.max(one.length, other.length) }, (_, i) => i).filter(
    (i) => one[i] !== other[i],
  );
  expect(differ.slice(0, 2).map((i) => one[i])).toEqual(differ.slice(0, 2).map((i) => other[i]));
}

/** Populations are taken anew on the way over no definitions. */
function measures(story: DifferentialCase, swaps: readonly Swap[]): boolean {
  const rules = [story.definitions, ...swaps.map(({ to }) => to)].flatMap(({ segments, lifecycles }) => [
    ...segments.values(),
    ...lifecycles.values(),
  ]);
  return /"(percentile|quintile|rfm)"/.test(JSON.stringify(rules));
}

test('what is carried over is what is found by asking everything anew', () => {
  fc.assert(
    fc.property(arbitraryStory, ({ story, swaps }) => {
      if (measures(story, swaps)) return;
      const never = new Set<number>();
      const carried = tell(story, swaps, { by: 'at once', partitions: 1, pace: 0, restarts: never });
      const anew = tell(story, swaps, { by: 'way of none', partitions: 1, pace: 0, restarts: never });
      expectSame(carried.answers, anew.answers);
      expectSame(ofThemselves(carried.changes), ofThemselves(anew.changes));
      expectSame(
        carried.state.filter(isOfCustomer).map(withoutDates),
        anew.state.filter(isOfCustomer).map(withoutDates),
      );
    }),
    { numRuns },
  );
});

/** Without since when somebody has been where, which the way over no definitions forgets. */
function withoutDates(state: string): string {
  return state
    .replaceAll(/"memberships":\[.*?\]/g, '')
    .replaceAll(/"stages":\[.*?\]/g, '')
    .replaceAll(/"versions":\[.*?\]\]/g, '');
}
