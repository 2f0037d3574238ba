/** The engine beside other ways to keep the same question answered, in the same run. */

import { Findings, type PhaseResult } from '../measure/result.ts';
import { type Case, measure } from '../measure/rounds.ts';
import { DbIvmCase } from '../peers/db-ivm.ts';
import { RulesEngineCase } from '../peers/json-rules-engine.ts';
import { deltasOf, membersAtEnd } from '../peers/question.ts';
import { SqliteCase } from '../peers/sqlite.ts';
import type { Scale } from '../scale.ts';
import { EngineCase } from '../subject/engine-run.ts';
import { plainCounts } from '../workload/segments.ts';
import { usualTraffic } from '../workload/traffic.ts';

type Question = {
  readonly segments: number;
  readonly about: 'categories' | 'everything';
  readonly wanted?: number;
};

/**
 * Segments that all read the same events, as in the measurement behind the targets against db-ivm; and segments about
 * a category each, where a peer that filters first has less to do.
 */
const QUESTIONS: readonly Question[] = [
  { segments: 1, about: 'everything', wanted: 1 },
  { segments: 100, about: 'everything', wanted: 20 },
  { segments: 1_000, about: 'everything', wanted: 100 },
  { segments: 1_000, about: 'categories' },
];
/** Events × segments that a peer is shown whose cost grows with every segment: traffic of fewer customers. */
const DATAFLOW_STEPS = 2e6;
const RULES_STEPS = 2e4;
const RULES_DELTAS_MIN = 100;

export async function peersPhase(scale: Scale): Promise<PhaseResult> {
  const findings = new Findings('peers');
  for (const question of QUESTIONS) await comparePeers(findings, scale, question);
  return findings.result();
}

async function comparePeers(findings: Findings, scale: Scale, question: Question): Promise<void> {
  const { segments, about, wanted } = question;
  const { someEvents, rounds } = scale;
  const name = `${segments} ${about === 'categories' ? 'segments, a category each' : 'segments of one event'}`;
  const traffic = usualTraffic(someEvents);
  const fewer = usualTraffic(Math.min(someEvents, Math.ceil(DATAFLOW_STEPS / segments)));
  const set = plainCounts(segments, about);
  const engine = new EngineCase('engine', traffic, set);
  findings.checked(`engine, ${name}`, engine.check());
  const deltas = deltasOf(traffic, set);
  const fewerDeltas = deltasOf(fewer, set);
  const asked = deltas.slice(0, Math.max(RULES_DELTAS_MIN, Math.ceil(RULES_STEPS / segments)));
  const cases: Case[] = [
    engine,
    new DbIvmCase(fewer, set, fewerDeltas, membersAtEnd(fewerDeltas, set)),
    new SqliteCase(traffic, set, deltas, membersAtEnd(deltas, set)),
    new RulesEngineCase(set, asked, deltas.length / traffic.rows),
  ];
  const results = await measure(cases, rounds);
  for (const result of results) findings.figure(`${result.name}, ${name}`, result.unit, result.perRound);
  const [ours, ...others] = results;
  for (const other of others) {
    if (ours === undefined) continue;
    const isTarget = other === others[0] && wanted !== undefined;
    findings.ratio(`engine against ${other.name}, ${name}`, ours, other, ...(isTarget ? [wanted] : []));
  }
  findings.check(`${name}: the members of each peer agree with plain counting`);
}
