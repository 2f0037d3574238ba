/** Runs scenarios by the service. */

import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { importScenarioFile } from '../../src/scenario/import-messages.ts';
import type { Outcome } from '../../src/scenario/outcome.ts';
import { readScenarios } from '../../src/scenario/read-scenario.ts';
import { runScenario } from '../../src/scenario/run-scenario.ts';
import type { Scenario, Step } from '../../src/scenario/scenario.ts';
import { openServiceSubject } from '../../src/scenario/service-subject.ts';
import type { OpenSubject } from '../../src/scenario/subject.ts';

const folder = resolve(import.meta.dirname, '../../../../examples/scenarios');

export const examples: readonly Scenario[] = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .flatMap((name) => read(readFileSync(resolve(folder, name), 'utf8'), resolve(folder, name)));

export function read(text: string, file = 's.yaml'): readonly Scenario[] {
  const scenarios = readScenarios(file, text);
  if (!scenarios.ok) throw new Error(scenarios.error.map(({ message }) => message).join('\n'));
  return scenarios.value;
}

export function run(scenario: Scenario, open: OpenSubject = openServiceSubject): Promise<Outcome> {
  return runScenario(scenario, { open, importMessages: importScenarioFile });
}

export async function failuresOf(text: string, open?: OpenSubject): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const scenario of read(text)) {
    for (const { step, check, expected, found } of (await run(scenario, open)).failures) {
      failures.push(`${step} ${check} | ${expected} | ${found}`);
    }
  }
  return failures;
}

/** The scenario with restarts after some of its steps, by their indexes; −1 is before the first. */
export function withRestarts(scenario: Scenario, after: readonly number[]): Scenario {
  const restart = (before: Step | undefined): Step => ({
    number: 0,
    place: scenario.place,
    at: before?.at ?? scenario.start,
    action: { kind: 'restart' },
    checks: [],
  });
  const first = after.includes(-1) ? [restart(undefined)] : [];
  const steps = scenario.steps.flatMap((step, i) => (after.includes(i) ? [step, restart(step)] : [step]));
  return { ...scenario, steps: [...first, ...steps] };
}
