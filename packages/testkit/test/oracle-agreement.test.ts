/**
 * The engine against the oracle on stories at random. SEGUE_CASES sets how many, SEGUE_SEED which.
 * A failure prints the shrunk story, and the seed and path that lead to it again.
 */

import { Engine } from '@segue/core/engine/engine.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import { formatRule } from '@segue/core/rules/format.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { disagreement, type OracleSubject } from '../src/oracle-agreement.ts';
import { arbitraryOracleCase, type OracleCase } from '../src/oracle-cases.ts';

const numRuns = Number(process.env['SEGUE_CASES'] ?? 5000);
const seed = Number(process.env['SEGUE_SEED'] ?? 20_260_101);

function engineFor({ timeZone, start, definitions }: OracleCase): OracleSubject {
  const engine = new Engine({ timeZone, start, definitions, onChange: () => undefined, keepHistory: true });
  return {
    nextDueAt: () => engine.nextDueAt(),
    advanceTo: (now) => {
      engine.advanceTo(now);
    },
    apply: (input, now) => {
      expect(engine.apply(input, now).ok).toBe(true);
    },
    profileIds: () => engine.profileIds(),
    displayId: (profile) => engine.profile(profile)!.displayId,
    members: (segment) => engine.members(segment),
    stageOf: (profile, lifecycle) => engine.stageOf(profile, lifecycle),
    value: (profile, value) => engine.value(profile, value),
  };
}

function rulesOf(definitions: Definitions): string {
  return [...definitions.segments.values()]
    .map(({ name, rule }) => `  ${name}: ${formatRule(rule)}`)
    .join('\n');
}

/** The case as a person reads it. */
function story({ timeZone, definitions, steps }: OracleCase): string {
  const inputs = steps.map(({ at, input }) => {
    const what =
      input.kind === 'definitions' ? `define\n${rulesOf(input.definitions)}` : JSON.stringify(input);
    return `${new Date(at).toISOString()} ${what}`;
  });
  return [timeZone, rulesOf(definitions), ...inputs].join('\n');
}

test(`the engine agrees with the oracle on ${numRuns} stories`, () => {
  fc.assert(
    fc.property(arbitraryOracleCase(), (given) => {
      const wrong = disagreement(engineFor(given), given);
      if (wrong !== undefined) throw new Error(`${wrong}\n${story(given)}`);
    }),
    { numRuns, seed },
  );
});
