/** More and more segments over the same traffic: those that an event touches, and those that it does not. */

import { Findings, type PhaseResult } from '../measure/result.ts';
import { type Measured, measure, spread } from '../measure/rounds.ts';
import type { Scale } from '../scale.ts';
import { type Configuration, OwnProcess } from '../subject/own-process.ts';

/** Events per second at 1,000 segments. */
const WANTED = 1.4e6;

export async function segmentsPhase(scale: Scale): Promise<PhaseResult> {
  const findings = new Findings('segments');
  const configurations = scale.segments.map((segments): Configuration => ({
    name: `engine, ${segments} segments`,
    events: scale.events,
    segments,
    family: 'constant',
  }));
  const known: Configuration = {
    name: 'engine, 1000 segments, customers known by number',
    events: scale.events,
    segments: 1_000,
    family: 'constant',
    entry: 'known',
  };
  const results = await compare(findings, scale, [...configurations, known]);
  const at = (segments: number): Measured | undefined => results[scale.segments.indexOf(segments)];
  const [hundred, thousand, most] = [at(100), at(1_000), at(10_000)];
  for (const result of [thousand, results.at(-1)]) {
    if (result !== undefined) {
      findings.target(result.name, WANTED, 'events/s', spread(result.perRound).median);
    }
  }
  if (most !== undefined && hundred !== undefined) {
    findings.ratio('10,000 segments against 100', most, hundred, 0.7);
  }
  return findings.result();
}

export async function proportionalPhase(scale: Scale): Promise<PhaseResult> {
  const findings = new Findings('proportional');
  await compare(
    findings,
    scale,
    scale.proportionalSegments.map((segments) => ({
      name: `engine, ${segments} segments, a fifth touched`,
      events: Math.min(scale.someEvents, Math.ceil(scale.proportionalSteps / segments)),
      segments,
      family: 'proportional',
    })),
  );
  return findings.result();
}

async function compare(
  findings: Findings,
  { rounds }: Scale,
  configurations: readonly Configuration[],
): Promise<readonly Measured[]> {
  const cases = configurations.map((configuration) => new OwnProcess(configuration));
  try {
    // One after another: a check must not run beside a check.
    for (const subject of cases) findings.checked(subject.name, await subject.check());
    const results = await measure(cases, rounds);
    for (const [i, result] of results.entries()) findings.measured(result, cases[i]?.touches);
    return results;
  } finally {
    for (const subject of cases) subject.end();
  }
}
