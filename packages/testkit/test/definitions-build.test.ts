/**
 * Definitions that are built beside the running ones, in pieces and while more arrives, come into force exactly as those
 * that are taken at once; and what a build says would change is what changes.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { DefinitionsBuild } from '@segue/core/engine/definitions-build.ts';
import { previewDefinitions } from '@segue/core/engine/definitions-preview.ts';
import { Engine } from '@segue/core/engine/engine.ts';
import { MemoryHistory } from '@segue/core/engine/message-history.ts';
import type { Change } from '@segue/core/model/change.ts';
import type { Message } from '@segue/core/model/message.ts';

import { inputAt } from '../src/arbitrary-history.ts';
import { arbitraryCase, arbitraryDefinitions, type DifferentialCase } from '../src/differential.ts';

/** History that tells a build, once there is one, of merges. */
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

type Ending = {
  readonly state: string;
  readonly changes: readonly string[];
  readonly foreseen: readonly string[];
};

/** The end of a story in which other definitions come into force after `change` of the steps. */
function live(
  test: DifferentialCase,
  after: DifferentialCase['definitions'],
  begin: number,
  change: number,
  way: 'built' | 'looked at' | 'at once',
  partitions = 1,
): Ending {
  const history = new WatchedHistory();
  const changes: Change[] = [];
  const { timeZone, start, definitions } = test;
  const onChange = (c: Change): void => void changes.push(c);
  const engine = new Engine({ timeZone, start, definitions, history, partitions, onChange });
  const taken: { readonly profile: number; readonly message: Message }[] = [];
  let now = start;
  let foreseen: readonly string[] = [];
  test.steps.forEach(({ afterMs, input: sketch }, i) => {
    now += afterMs;
    if (i === begin) {
      history.build = engine.build(after);
      // Newest first: in which order they are loaded makes no difference.
      for (const { profile, message } of [...taken].reverse()) {
        history.build.load(history.ownerNow(profile), message);
      }
    }
    if (i === change) {
      engine.advanceTo(now);
      const build = history.build;
      if (build === undefined || way === 'at once') {
        engine.apply({ kind: 'definitions', definitions: after }, now);
      } else if (way === 'built') engine.putInForce(build, now);
      else {
        foreseen = [...previewDefinitions(build)].flatMap((difference) => {
          if (difference === undefined) return [];
          const { profile, entered, exited } = difference;
          return [
            ...entered.map((segment) => `${profile} entered ${segment}`),
            ...exited.map((segment) => `${profile} exited ${segment}`),
          ];
        });
        build.release();
        engine.apply({ kind: 'definitions', definitions: after }, now);
      }
    }
    const input = inputAt(sketch, now);
    const result = engine.apply(input, now);
    if (input.kind !== 'message' || !isEvent(input.message)) return;
    if (!result.ok || result.value.ignored !== undefined || result.value.profile === undefined) return;
    taken.push({ profile: result.value.profile, message: input.message });
    if (i < change) history.build?.load(result.value.profile, input.message);
  });
  engine.advanceTo(now + test.tailMs);
  return {
    // Which columns have ever held a negative number decides how a threshold is looked for, never what is found.
    state: [...engine.serialize()].join('\n').replace(/"negatives":\[.*?\],"seen"/, ''),
    changes: changes.map((c) => JSON.stringify(c)),
    foreseen,
  };
}

test('built in pieces, definitions come into force as those taken at once', () => {
  fc.assert(
    fc.property(
      arbitraryCase(arbitraryDefinitions),
      arbitraryDefinitions,
      fc.nat(20),
      fc.nat(20),
      fc.constantFrom(1, 2, 3),
      (story, after, a, b, partitions) => {
        // A definition of a kind that a random story may bring by itself would make the build one of the past.
        const steps = story.steps.filter(({ input }) => inputAt(input, 0).kind !== 'definitions');
        const begin = a % (steps.length + 1);
        const change = begin + (b % (steps.length + 1 - begin));
        const test = { ...story, steps };
        const [one, other] = [
          live(test, after, begin, change, 'built', partitions),
          live(test, after, begin, change, 'at once'),
        ];
        expect(one.state).toBe(other.state);
        expect([...one.changes].sort()).toEqual([...other.changes].sort());
        if (partitions > 1) {
          const [some, all] = [partitions, 1].map((n) => live(test, after, begin, change, 'looked at', n));
          expect(some).toEqual(all);
        }
      },
    ),
    { numRuns: 800 },
  );
});

test('what a build says would change is what changes', () => {
  fc.assert(
    fc.property(arbitraryCase(arbitraryDefinitions), arbitraryDefinitions, (story, after) => {
      const steps = story.steps.filter(({ input }) => inputAt(input, 0).kind !== 'definitions');
      const half = Math.floor(steps.length / 2);
      const { foreseen, changes } = live(
        { ...story, steps: steps.slice(0, half + 1), tailMs: 0 },
        after,
        0,
        half,
        'looked at',
      );
      const brought = changes
        .map((text) => JSON.parse(text) as Change)
        .filter((change) => change.kind === 'segment' && change.cause === 'definition')
        .map((change) =>
          change.kind === 'segment' ? `${change.profile} ${change.change} ${change.segment}` : '',
        );
      expect([...foreseen].sort()).toEqual(brought.sort());
    }),
    { numRuns: 200 },
  );
});
