/**
 * A segment is added while 5,000 events a second are taken: how long until it is in force, built from all messages so far;
 * how long senders wait meanwhile; and how fast the messages went through it, against the rate at which they came in.
 */

import { Findings, type PhaseResult } from '../../measure/result.ts';
import { collectGarbage, spread } from '../../measure/rounds.ts';
import { categoryName } from '../../workload/messages.ts';
import { touchConstant } from '../../workload/segments.ts';
import { BodyMaker } from '../bodies.ts';
import { OpenLoop } from '../client/open-loop.ts';
import { Latencies } from '../measure/latencies.ts';
import { Series } from '../measure/series.ts';
import { SEGMENTS, STEADY_EVENTS_PER_SECOND } from '../scale.ts';
import { batchRequests, pause, type SegueProcess } from '../subject/segue-process.ts';
import { serviceTraffic } from '../traffic.ts';
import { loadRows, type ServiceRun, withService, workloadRules } from './service-run.ts';

const ADDED = 'added';
const LOAD_BODY_EVENTS = 10;
/** Load before the segment is added, and longer than the building should take. */
const BEFORE_MS = 1_000;
const LOAD_SECONDS_MAX = 15;
const WANTED_TIMES_LIVE = 5;
const WANTED_P99_MS = 25;

export async function definitionsPhase(run: ServiceRun): Promise<PhaseResult> {
  const { rounds, customers, historyEvents } = run.scale;
  const findings = new Findings('definitions');
  const loadEvents = STEADY_EVENTS_PER_SECOND * LOAD_SECONDS_MAX;
  const traffic = serviceTraffic({ customers, events: historyEvents + rounds * loadEvents });
  const maker = new BodyMaker({ traffic, categories: touchConstant(SEGMENTS).categories });
  const series = new Series();
  let live = 0;
  await withService(findings, run, [], async (segue) => {
    await segue.putInForce(workloadRules());
    live = historyEvents / (await loadRows(segue, maker, 0, historyEvents));
    for (let round = 0; round < rounds; round++) {
      const from = historyEvents + round * loadEvents;
      const bodies = maker.bodies(from, from + loadEvents, LOAD_BODY_EVENTS);
      await measureRound(segue, batchRequests(bodies, segue.writeKey), round, series);
    }
  });
  const rate = series.of('backfill').perRound;
  const times = rate.map((figure) => figure / live);
  findings.figure('backfill against the live rate', '×', times);
  findings.target('backfill of a new rule', WANTED_TIMES_LIVE, '× the live rate', spread(times).median);
  const waited = spread(series.of('acknowledgement while it is built, p99').perRound).median;
  findings.target('acknowledgement while a segment is added, p99', WANTED_P99_MS, 'ms', waited, 'at most');
  for (const measured of series.all()) findings.measured(measured);
  findings.figure('live rate, 400 events a body', 'events/s', [live]);
  return findings.result();
}

async function measureRound(
  segue: SegueProcess,
  requests: readonly Buffer[],
  round: number,
  series: Series,
): Promise<void> {
  collectGarbage();
  const posts = new OpenLoop(requests, (LOAD_BODY_EVENTS / STEADY_EVENTS_PER_SECOND) * 1000);
  const done = posts.run(segue.port);
  const since = performance.now();
  await pause(BEFORE_MS);
  const messages = await segue.metric('segue_log_entries');
  const beginAt = performance.now();
  await segue.call('PUT', `/api/segments/${ADDED}`, { rule: ruleOf(round) });
  const endAt = performance.now();
  await segue.call('DELETE', `/api/segments/${ADDED}`);
  const removedAt = performance.now();
  await pause(BEFORE_MS / 2);
  posts.stop();
  await done;
  series.add('a segment added, until it is in force', 's', (endAt - beginAt) / 1000);
  series.add('it is removed, until it is out of force', 's', (removedAt - endAt) / 1000);
  series.add('backfill', 'messages/s', messages / ((endAt - beginAt) / 1000));
  series.add('messages there were', 'messages', messages);
  const wait = (from: number, to: number): Latencies => Latencies.from(posts.latencies(from, to));
  series.addLatencies('acknowledgement before', wait(since, beginAt));
  series.addLatencies('acknowledgement while it is built', wait(beginAt, endAt));
  series.addLatencies('acknowledgement while it is removed', wait(endAt, removedAt));
}

/** Another question each time, about what nobody asked yet. */
function ruleOf(round: number): string {
  const where = `where category = "${categoryName(round)}"`;
  return `count("Product Viewed" ${where}, last ${40 + round}d) >= 2 and did not "Order Completed" ${where} last 9d`;
}
