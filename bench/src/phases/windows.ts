/** The same questions over windows that hold 10, 100 or 1,000 events of each customer. */

import { Findings, type PhaseResult } from '../measure/result.ts';
import { measure } from '../measure/rounds.ts';
import { type Scale, SEED } from '../scale.ts';
import { EngineCase } from '../subject/engine-run.ts';
import { windowShapes } from '../workload/segments.ts';
import { makeTraffic } from '../workload/traffic.ts';

const CONTENTS = [10, 100, 1_000] as const;
const WINDOW_DAYS = 7;
const DAYS = 14;

export async function windowsPhase(scale: Scale): Promise<PhaseResult> {
  const findings = new Findings('windows');
  const set = windowShapes(WINDOW_DAYS);
  const cases = CONTENTS.map((content) => {
    // Half of the events of a customer lie within a window that is half of the time.
    const customers = Math.max(1, Math.floor((scale.someEvents * WINDOW_DAYS) / DAYS / content));
    const traffic = makeTraffic({ seed: SEED, customers, events: scale.someEvents, days: DAYS, even: true });
    return new EngineCase(`engine, windows of ${content} events`, traffic, set);
  });
  for (const subject of cases) findings.checked(subject.name, subject.check());
  const results = await measure(cases, scale.rounds);
  for (const result of results) findings.measured(result);
  const [few, many] = [results[0], results.at(-1)];
  if (few !== undefined && many !== undefined) {
    findings.ratio('windows of 1,000 events against 10', many, few);
  }
  return findings.result();
}
