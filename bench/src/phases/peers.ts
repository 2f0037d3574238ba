/** The engine beside other ways to keep the same question answered, in the same run. */

import { Findings, type PhaseResult } from '../measure/result.ts';
import { type Case, measure, type Measured } from '../measure/rounds.ts';
import { DbIvmCase } from '../peers/db-ivm.ts';
import { RulesEngineCase } from '../peers/json-rules-engine.ts';
import { type Delta, deltasOf, membersAtEnd } from '../peers/question.ts';
import { SqliteCase } from '../peers/sqlite.ts';
import { DAYS, type Scale, SEED } from '../scale.ts';
import { EngineCase } from '../subject/engine-run.ts';
import { plainCounts } from '../workload/segments.ts';
import { makeTraffic, type Traffic } from '../workload/traffic.ts';

/** Segments, with what is wanted against db-ivm there. */
const SIZES: readonly (readonly [segments: number, wanted: number])[] = [
  [1, 1],
  [100, 20],
  [1_000, 100],
];
/** Rows for a subject whose cost grows with every segment: it is shown a beginning of the traffic. */
const SLOW_STEPS = 4e6;
const RULES_STEPS = 4e4;

export async function peersPhase(scale: Scale): Promise<PhaseResult> {
  const findings = new Findings('peers');
  for (const [segments, wanted] of SIZES) await comparePeers(findings, scale, segments, wanted);
  return findings.result();
}

async function comparePeers(
  findings: Findings,
  { customers, events, someEvents, rounds }: Scale,
  segments: number,
  wanted: number,
): Promise<void> {
  const population = Math.floor((customers * someEvents) / events);
  const options = { seed: SEED, customers: population, days: DAYS };
  const whole = makeTraffic({ ...options, events: someEvents });
  const short = makeTraffic({ ...options, events: Math.min(someEvents, Math.ceil(SLOW_STEPS / segments)) });
  const set = plainCounts(segments);
  const engine = new EngineCase(`engine, ${segments} segments`, whole, set);
  findings.checked(engine.name, engine.check());
  const dataOf = (traffic: Traffic): readonly [Traffic, readonly Delta[], ReadonlySet<string>] => {
    const deltas = deltasOf(traffic, set);
    return [traffic, deltas, membersAtEnd(deltas, set)];
  };
  const [, shortDeltas] = dataOf(short);
  const [shortTraffic, deltas, members] = dataOf(short);
  const [, wholeDeltas, wholeMembers] = dataOf(whole);
  const cases: Case[] = [
    engine,
    new DbIvmCase(shortTraffic, set, deltas, members),
    new SqliteCase(whole, set, wholeDeltas, wholeMembers),
    new RulesEngineCase(
      set,
      shortDeltas.slice(0, Math.ceil(RULES_STEPS / segments)),
      shortDeltas.length / short.rows,
    ),
  ];
  const results = await measure(cases, rounds);
  for (const result of results) findings.measured(result);
  findings.check(`${segments} segments: the members of each peer agree with plain counting`);
  const [ours, ...others] = results;
  for (const other of others) if (ours !== undefined) compare(findings, ours, other, wanted);
}

function compare(findings: Findings, ours: Measured, other: Measured, wanted: number): void {
  const isTarget = other.name.startsWith('@tanstack/db-ivm');
  findings.ratio(`engine against ${other.name}`, ours, other, ...(isTarget ? [wanted] : []));
}
