/**
 * The laws of the rule language, each over rules and histories at random. SEGUE_LAW_CASES sets how many of each,
 * SEGUE_SEED which.
 */

import { Engine } from '@segue/core/engine/engine.ts';
import type { Change, SegmentChange } from '@segue/core/model/change.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Instant } from '@segue/core/model/message.ts';
import { parseDefinitions } from '@segue/core/model/parse-definitions.ts';
import { checkDefinitions } from '@segue/core/rules/check-definitions.ts';
import { holds } from '@segue/core/rules/interpreter.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { arbitraryHistory } from '../src/arbitrary-history.ts';
import { arbitraryRule } from '../src/arbitrary-rule.ts';
import {
  arbitraryCase,
  arbitraryDefinitions,
  findDifference,
  findRestartDifference,
  segmentsOf,
} from '../src/differential.ts';
import { answersOf, type Arrival, arrivalsOf, nameOf, passTime, tellChanges } from '../src/law-answers.ts';
import { oppositeOf } from '../src/law-opposite.ts';
import {
  arbitraryEditStory,
  arbitraryMergeStory,
  arbitraryOrderStory,
  arbitraryReferences,
  type MergeStory,
  type OrderStory,
  referringLifecycle,
  referringNames,
  unknownNames,
} from '../src/law-stories.ts';

const numRuns = Number(process.env['SEGUE_LAW_CASES'] ?? 400);
const seed = Number(process.env['SEGUE_SEED'] ?? 20_260_101);

function forAll<T>(arbitrary: fc.Arbitrary<T>, check: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, check), { numRuns, seed });
}

type World = { readonly timeZone: string; readonly start: Instant; readonly definitions: Definitions };

/** An engine, and the changes it has emitted. */
function begin({ timeZone, start, definitions }: World) {
  const changes: Change[] = [];
  const onChange = (change: Change): void => void changes.push(change);
  const engine = new Engine({ timeZone, start, definitions, keepHistory: true, onChange });
  return { engine, changes };
}

type Begun = ReturnType<typeof begin>;

/** Applies the arrivals; `look` is called with what each did, after time has passed up to it. */
function play({ engine, changes }: Begun, arrivals: readonly Arrival[], look?: Look): void {
  for (const arrival of arrivals) {
    engine.advanceTo(arrival.at);
    const [emitted, before] = [changes.length, look === undefined ? {} : answersOf(engine)];
    const applied = engine.apply(arrival.input, arrival.at);
    expect(applied.ok).toBe(true);
    look?.(arrival, changes.slice(emitted), before);
  }
}

type Look = (arrival: Arrival, emitted: readonly Change[], before: Readonly<Record<string, string>>) => void;

const stories = arbitraryCase(arbitraryDefinitions);

/** The emitted changes of one input say what became different, each thing once. */
function expectNetChanges(
  engine: Engine,
  emitted: readonly Change[],
  before: Readonly<Record<string, string>>,
): void {
  const seen = new Set<string>();
  for (const change of emitted) {
    const name = nameOf(engine, change.profile);
    const subject = change.kind === 'segment' ? `in ${change.segment}` : `stage of ${change.lifecycle}`;
    expect([subject, seen.has(`${name} ${subject}`)]).toEqual([subject, false]);
    seen.add(`${name} ${subject}`);
  }
  const after = answersOf(engine);
  for (const [question, answer] of Object.entries(after)) {
    const was = before[question];
    if (was === undefined || question.endsWith(' born')) continue;
    expect([question, seen.has(question)]).toEqual([question, was !== answer]);
  }
}

describe('1. a rule and its negation split the customers with nobody in between', () => {
  const pools = { lists: ['vips'], scores: ['churn', 'value'] };
  const rules = arbitraryRule(pools).map((rule) =>
    segmentsOf({ rule, negation: { kind: 'not', item: rule }, opposite: oppositeOf(rule) }),
  );

  test('`not`, and the other of `=` and `!=`, `in` and `not in`, `did` and `did not`, are the same', () => {
    forAll(arbitraryCase(rules), (story) => {
      const { engine, changes } = begin(story);
      const look = (): void => {
        const existing = engine
          .profileIds()
          .filter((id) => (engine.profile(id)?.bornAt ?? Infinity) <= engine.now);
        const inside = new Set(engine.members('rule'));
        const outside = existing.filter((id) => !inside.has(id));
        expect(engine.members('negation')).toEqual(outside);
        expect(engine.members('opposite')).toEqual(outside);
        expect(existing).toEqual(expect.arrayContaining([...inside]));
      };
      for (const arrival of arrivalsOf(story)) {
        passTime([engine], arrival.at, look);
        play({ engine, changes }, [arrival]);
        look();
      }
      passTime([engine], engine.now + story.tailMs, look);
    });
  });
});

describe('2. membership changes at the instant the answer changes, to the millisecond', () => {
  test('by time: nothing changes before an instant is due, and what changes then was otherwise a millisecond before', () => {
    forAll(stories, (story) => {
      const begun = begin(story);
      const { engine, changes } = begun;
      const wait = (until: Instant): void => {
        let answers = answersOf(engine);
        let due = engine.nextDueAt();
        passTime([engine], until, (now) => {
          const emitted = changes.splice(0);
          if (due === undefined || now < due) {
            expect([now, emitted]).toEqual([now, []]);
            expect(answersOf(engine)).toEqual(answers);
          } else expectExact(engine, emitted);
          answers = answersOf(engine);
          due = engine.nextDueAt();
        });
      };
      for (const arrival of arrivalsOf(story)) {
        wait(arrival.at);
        play(begun, [arrival]);
        changes.length = 0;
      }
      wait(engine.now + story.tailMs);
    });
  });

  /** What the interpreter says of each change by time, just before and at its instant. */
  function expectExact(engine: Engine, emitted: readonly Change[]): void {
    for (const change of emitted) {
      if (change.kind !== 'segment' || change.cause !== 'time') continue;
      const { profile, segment, at } = change;
      const rule = engine.definitions.segments.get(segment)!.rule;
      const holdsAt = (t: Instant): boolean => holds(rule, engine.history(profile), t, engine.world());
      expect([segment, at, holdsAt(at - 1)]).toEqual([segment, at, change.change === 'exited']);
    }
  }

  test('what is due at an instant by time alone happens before an event that arrives then', () => {
    forAll(fc.tuple(stories, arbitraryHistory({ facts: false })), ([story, others]) => {
      const begun = begin(story);
      const { engine, changes } = begun;
      play(begun, arrivalsOf(story));
      const due = engine.nextDueAt();
      if (due === undefined) return;
      const byTime: Change[] = [];
      engine.fork((change) => byTime.push(change)).advanceTo(due);
      changes.length = 0;
      const steps = others.slice(0, 1).map(({ input }) => ({ afterMs: 0, input }));
      for (const { input } of arrivalsOf({ start: due, steps })) engine.apply(input, due);
      expect(changes.slice(0, byTime.length)).toEqual(byTime);
      const rest = changes.slice(byTime.length);
      expect(rest.filter(({ cause }) => cause === 'time')).toEqual([]);
      expect(rest.filter(({ at }) => at !== due)).toEqual([]);
    });
  });
});

describe('3. the answer depends on the set of events known, not on the order in which they arrived', () => {
  /** From the instant on by which all have arrived: the same answers, and the same changes. */
  function expectShuffledAlike(story: OrderStory): void {
    const [ordered, shuffled] = [begin(story), begin(story)];
    play(ordered, story.inOrder);
    play(shuffled, story.shuffled);
    const engines = [ordered.engine, shuffled.engine];
    for (const engine of engines) engine.advanceTo(story.until);
    for (const { changes } of [ordered, shuffled]) changes.length = 0;
    const compare = (): void => {
      expect(answersOf(shuffled.engine, story.values)).toEqual(answersOf(ordered.engine, story.values));
      const emitted = [ordered, shuffled].map(({ engine, changes }) =>
        tellChanges(engine, changes.splice(0)),
      );
      expect(emitted[1]).toEqual(emitted[0]);
    };
    compare();
    passTime(engines, story.until + 30 * 86_400_000, compare);
  }

  test('customers with one identifier', () => {
    forAll(arbitraryOrderStory(false), expectShuffledAlike);
  });

  test('customers who become known under several identifiers', () => {
    forAll(arbitraryOrderStory(true), expectShuffledAlike);
  });

  test('what a message of more than five minutes ago changes says that it was late, and nothing else does', () => {
    forAll(stories, (story) => {
      play(begin(story), arrivalsOf(story), ({ at, input }, emitted) => {
        const late = input.kind === 'message' && input.message.time < at - 300_000;
        for (const { cause } of emitted) expect(cause === 'late_event').toBe(late);
      });
    });
  });
});

test('4. a second message with the same messageId changes nothing, whatever it says', () => {
  forAll(fc.tuple(stories, arbitraryHistory({ facts: false })), ([story, others]) => {
    const { engine, changes } = begin(story);
    const sent: string[] = [];
    /** Sends the ids again with the content of other messages. */
    const sendAgain = (ids: readonly string[]): void => {
      const [emitted, state] = [changes.length, [...engine.serialize()]];
      for (const [index, messageId] of ids.entries()) {
        const sketch = others[index % others.length]!.input;
        if (sketch.kind !== 'message') continue;
        const message = { ...sketch.message, messageId, time: engine.now + sketch.aheadMs };
        const applied = engine.apply({ kind: 'message', message }, engine.now);
        const ignored = applied.ok ? applied.value.ignored : undefined;
        expect(['duplicate', 'erased']).toContain(ignored);
      }
      expect(changes.slice(emitted)).toEqual([]);
      expect([...engine.serialize()]).toEqual(state);
    };
    for (const { at, input } of arrivalsOf(story)) {
      const applied = engine.apply(input, at);
      // What an erasure keeps out has never been taken; its id is free.
      if (input.kind !== 'message' || !applied.ok || applied.value.ignored === 'erased') continue;
      sent.push(input.message.messageId);
      sendAgain([input.message.messageId]);
    }
    engine.advanceTo(engine.now + story.tailMs);
    sendAgain(sent);
  });
});

describe('5. after two profiles are found to be one person, the answer is as if all had arrived under one', () => {
  /** The story in which who is who comes out in its middle. */
  function playMerge(story: MergeStory): Begun {
    const begun = begin(story);
    play(begun, story.known);
    play(begun, story.arrivals.slice(0, story.linkedBefore));
    const at = begun.engine.now;
    play(
      begun,
      story.links.map((message) => ({ at, input: { kind: 'message', message } })),
    );
    return begun;
  }

  test('all answers, and all that is emitted from then on', () => {
    forAll(arbitraryMergeStory, (story) => {
      const merged = playMerge(story);
      const always = begin(story);
      play(always, story.known);
      play(
        always,
        story.links.map((message) => ({ at: story.start, input: { kind: 'message', message } })),
      );
      play(always, story.arrivals.slice(0, story.linkedBefore));
      const both = [merged, always];
      for (const { changes } of both) changes.length = 0;
      const engines = both.map(({ engine }) => engine);
      const compare = (): void => {
        const [one, other] = engines.map((engine) => answersOf(engine, story.values));
        expect(one).toEqual(other);
        const emitted = both.map(({ engine, changes }) => tellChanges(engine, changes.splice(0)));
        expect(emitted[0]).toEqual(emitted[1]);
      };
      compare();
      for (const arrival of story.arrivals.slice(story.linkedBefore)) {
        passTime(engines, arrival.at, compare);
        for (const begun of both) play(begun, [arrival]);
        compare();
      }
      passTime(engines, story.until, compare);
    });
  });

  test('what is emitted at the merge is what became different for the survivor', () => {
    forAll(arbitraryMergeStory, (story) => {
      const begun = begin(story);
      const { engine } = begun;
      play(begun, story.known);
      play(begun, story.arrivals.slice(0, story.linkedBefore));
      const at = engine.now;
      for (const message of story.links) {
        const stateOf = (id: number): readonly unknown[] => [
          [...engine.definitions.segments.keys()].filter((segment) => engine.isMember(id, segment)),
          engine.stageOf(id, 'life'),
        ];
        const before = new Map(engine.profileIds().map((id) => [id, stateOf(id)]));
        const emitted = begun.changes.length;
        play(begun, [{ at, input: { kind: 'message', message: { ...message, time: at } } }]);
        const changes = begun.changes.slice(emitted);
        const subjects = changes.map((change) =>
          JSON.stringify([change.profile, change.kind === 'segment' ? change.segment : null]),
        );
        expect(new Set(subjects).size).toBe(subjects.length);
        for (const id of engine.profileIds()) {
          const [segments] = stateOf(id) as [string[]];
          const [had] = before.get(id) as [string[]];
          const differ = [...new Set([...segments, ...had])].filter(
            (name) => segments.includes(name) !== had.includes(name),
          );
          const told = changes
            .filter((change) => change.kind === 'segment' && change.profile === id)
            .map((change) => (change as SegmentChange).segment);
          expect(told.sort()).toEqual(differ.sort());
        }
        expect(changes.filter(({ profile }) => engine.profile(profile) === undefined)).toEqual([]);
      }
    });
  });
});

test('6. incremental evaluation and a plain interpreter over the list of events agree', () => {
  // In volume in engine-agrees-with-interpreter.test.ts and oracle-agreement.test.ts.
  forAll(stories, (story) => {
    expect(findDifference(story) ?? '').toBe('');
  });
});

describe('7. stopping, losing power or replaying changes no answer and emits no change twice', () => {
  test('stopped and restored before every input', () => {
    forAll(stories, (story) => {
      expect(findRestartDifference(story) ?? '').toBe('');
    });
  });

  test('replayed from the beginning: the same changes in the same order, the same bytes', () => {
    forAll(stories, (story) => {
      const runs = [begin(story), begin(story)];
      for (const run of runs) {
        play(run, arrivalsOf(story));
        run.engine.advanceTo(run.engine.now + story.tailMs);
      }
      const [first, second] = runs.map(({ engine, changes }) => [changes, [...engine.serialize()]]);
      expect(second).toEqual(first);
    });
  });

  test('lost with all inputs since a checkpoint, which are then sent again: nothing is emitted a second time', () => {
    forAll(fc.tuple(stories, fc.nat({ max: 14 }), fc.nat({ max: 14 })), ([story, one, other]) => {
      const arrivals = arrivalsOf(story);
      const [written, lost] = [Math.min(one, other), Math.max(one, other)];
      const straight = begin(story);
      play(straight, arrivals.slice(0, written));
      const emittedBefore = straight.changes.length;
      const checkpoint = [...straight.engine.serialize()];
      play(straight, arrivals.slice(written, lost));
      const emittedAfter = straight.changes.slice(emittedBefore);
      const changes: Change[] = [];
      const engine = Engine.restore(checkpoint, {
        keepHistory: true,
        onChange: (change) => changes.push(change),
      });
      play({ engine, changes }, arrivals.slice(written, lost));
      // Emission follows from position in the log, so what was out before the stop is known by its place.
      expect(changes).toEqual(emittedAfter);
      expect([...engine.serialize()]).toEqual([...straight.engine.serialize()]);
    });
  });
});

describe('8. changing a rule gives, from that instant, the answers of the new rule over all history', () => {
  test('as if it had been the rule from the start; those whose answer stays neither leave nor enter', () => {
    forAll(arbitraryEditStory, ({ before, after, steps, editedBefore, values, tailMs, timeZone, start }) => {
      const edited = begin({ timeZone, start, definitions: before });
      const always = begin({ timeZone, start, definitions: after });
      const arrivals = arrivalsOf({ start, steps });
      for (const begun of [edited, always]) play(begun, arrivals.slice(0, editedBefore));
      const { engine, changes } = edited;
      changes.length = 0;
      const was = answersOf(engine);
      const edit: Arrival = { at: engine.now, input: { kind: 'definitions', definitions: after } };
      play(edited, [edit]);
      // A set of definitions puts its own lists into force, whatever has become of them meanwhile.
      for (const { name, members } of after.lists.values()) {
        play(always, [{ at: engine.now, input: { kind: 'list', name, members } }]);
      }
      for (const { cause, at } of changes) expect([cause, at]).toEqual(['definition', engine.now]);
      expectNetChanges(engine, changes, was);
      for (const name of before.segments.keys()) {
        if (after.segments.has(name)) continue;
        const left = changes.filter((change) => change.kind === 'segment' && change.segment === name);
        const members = Object.keys(was).filter((key) => key.endsWith(` in ${name}`) && was[key] === 'true');
        expect(left.map(({ profile }) => `${nameOf(engine, profile)} in ${name}`).sort()).toEqual(
          members.sort(),
        );
      }
      const engines = [engine, always.engine];
      const compare = (): void => {
        expect(answersOf(engine, values)).toEqual(answersOf(always.engine, values));
      };
      compare();
      for (const arrival of arrivals.slice(editedBefore)) {
        passTime(engines, arrival.at, compare);
        for (const begun of [edited, always]) play(begun, [arrival]);
        compare();
      }
      passTime(engines, engine.now + tailMs, compare);
    });
  });
});

describe('9. segments may refer to segments; a cycle or an unknown name is rejected with its place', () => {
  /** The definitions as people write them, each use in one of the ways in which a rule can name another definition. */
  function textsOf(uses: ReadonlyMap<string, readonly string[]>) {
    const use = (name: string, index: number): string => {
      if (name === referringLifecycle) return `stage(${name}) = "on"`;
      return [`in ${name}`, `age(entered ${name}) > 1d`, `not (did "A" or in ${name}) for 2d`][index % 3]!;
    };
    const ruleOf = (name: string): string =>
      ['true', ...(uses.get(name) ?? []).map((other, index) => use(other, index + name.length))].join(
        '\nand ',
      );
    return {
      segments: Object.fromEntries(referringNames.map((name) => [name, ruleOf(name)])),
      lifecycles: { [referringLifecycle]: { stages: [{ on: ruleOf(referringLifecycle) }, { off: null }] } },
    };
  }

  function isCyclic(uses: ReadonlyMap<string, readonly string[]>): boolean {
    const reaches = (from: string, to: string, seen: Set<string>): boolean =>
      (uses.get(from) ?? []).some((next) => {
        if (next === to) return true;
        if (seen.has(next)) return false;
        seen.add(next);
        return reaches(next, to, seen);
      });
    return [...uses.keys()].some((name) => reaches(name, name, new Set()));
  }

  test('exactly the cyclic are refused as such, and every unknown name is told with the nearest valid one', () => {
    forAll(arbitraryReferences, ({ uses }) => {
      const raw = textsOf(uses);
      const { definitions, diagnostics, positions, broken } = parseDefinitions(raw);
      expect(diagnostics).toEqual([]);
      const errors = checkDefinitions(definitions, { positions, broken }).filter(
        ({ severity }) => severity === 'error',
      );
      const cycles = errors.filter(({ code }) => code === 'definitions/cycle');
      expect(cycles.length > 0).toBe(isCyclic(uses));
      const unknown = errors.filter(({ code }) => code === 'rule/unknown-name');
      expect(errors.length).toBe(cycles.length + unknown.length);
      const given = [...uses.values()].flat().filter((name) => unknownNames.includes(name));
      expect(unknown.length).toBe(given.length);
      for (const error of errors) {
        const name = error.definition?.replace(/^segments\./, '') ?? '';
        const lifecycle = name.startsWith('lifecycles.');
        const text = lifecycle ? raw.lifecycles[referringLifecycle].stages[0]!.on! : raw.segments[name]!;
        const line = text.split('\n')[(error.line ?? 0) - 1] ?? '';
        const word = /^\w+/.exec(line.slice((error.column ?? 0) - 1))?.[0] ?? '';
        expect(uses.get(lifecycle ? referringLifecycle : name)).toContain(word);
        expect(error.message).toContain(word);
        expect(error.expected).toBeTruthy();
        if (error.code === 'definitions/cycle') continue;
        expect(unknownNames).toContain(word);
        expect(error.nearest).toBe(word === 'buyersx' ? 'buyers' : undefined);
      }
    });
  });
});
