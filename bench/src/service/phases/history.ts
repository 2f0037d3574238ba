/**
 * What the history store gives, by how much there is: previews of rules that read events nobody keeps, figures through time,
 * and rules that are built from it, in turn with the same rules built from the log by a service without the store. What the
 * process of the store takes of memory.
 */

import { Findings, type PhaseResult } from '../../measure/result.ts';
import { collectGarbage, spread } from '../../measure/rounds.ts';
import { categoryName } from '../../workload/messages.ts';
import { touchConstant } from '../../workload/segments.ts';
import { BodyMaker } from '../bodies.ts';
import { costBetween, processCost } from '../measure/process-cost.ts';
import { childrenOf, memoryPeak } from '../measure/process-memory.ts';
import { Series } from '../measure/series.ts';
import { SEGMENTS } from '../scale.ts';
import { pause, type SegueProcess } from '../subject/segue-process.ts';
import { serviceTraffic } from '../traffic.ts';
import { loadRows, type ServiceRun, withService, workloadRules } from './service-run.ts';

const EVENTS_EACH = 10;
const MEBIBYTE = 2 ** 20;
const WANTED_PREVIEW_MS = 1_000;
const WANTED_THROUGH_TIME_MS = 5_000;
const WANTED_TIMES_LIVE = 5;
const LOOK_MS = 50;

/** Rules about what nobody asked yet, another each round. */
const RULES: Readonly<Record<string, (round: number) => string>> = {
  'one event in thirty of a category': (round) =>
    `count("Product Viewed" where category = "${categoryName(round)}", last ${40 + round}d) >= 2`,
  'one event in seventeen, all time': (round) =>
    `sum(revenue of "Order Completed") >= ${500 + round} and did "Email Opened" last ${30 + round}d`,
  'a sequence': (round) =>
    `seq("Products Searched", "Checkout Started" within ${2 + round}h, no "Signed In" within 1d) last 30d`,
};

const QUESTIONS: Readonly<Record<string, string>> = {
  'size by day': '/api/history/size?of=SEGMENT&every=day',
  'size by hour': '/api/history/size?of=SEGMENT&every=hour',
  members: '/api/history/members?of=SEGMENT&limit=50',
  'how long they stay': '/api/history/stay?of=SEGMENT&unit=day',
  'who comes back': '/api/history/returns?of=SEGMENT',
  'retention by week': '/api/history/retention?event=Order%20Completed&every=week',
};

export async function historyPhase(run: ServiceRun): Promise<PhaseResult> {
  const findings = new Findings('history');
  for (const events of run.scale.pastEvents) {
    const series = new Series();
    const live = await measureWith(findings, run, events, series);
    await measureWithout(findings, run, events, series);
    report(findings, series, events, live, events === run.scale.pastEvents.at(-1));
  }
  return findings.result();
}

/** Resolves with the rate at which events were taken. */
async function measureWith(
  findings: Findings,
  run: ServiceRun,
  events: number,
  series: Series,
): Promise<number> {
  let live = 0;
  await withService(findings, run, [], async (segue) => {
    live = events / (await load(segue, events));
    const since = performance.now();
    await caughtUp(segue);
    series.add(
      'until the store has everything, after the last event',
      's',
      (performance.now() - since) / 1000,
    );
    const [child = 0] = childrenOf(segue.pid);
    for (let round = 0; round < run.scale.rounds; round++) {
      for (const [name, ruleOf] of Object.entries(RULES)) await preview(segue, name, ruleOf(round), series);
      await throughTime(segue, series);
      await build(segue, round, 'history', series);
    }
    series.add('memory of the process of the store, at most', 'MiB', memoryPeak(child) / MEBIBYTE);
  });
  return live;
}

async function measureWithout(
  findings: Findings,
  run: ServiceRun,
  events: number,
  series: Series,
): Promise<void> {
  await withService(findings, run, ['--history-enabled', 'false'], async (segue) => {
    await load(segue, events);
    for (let round = 0; round < run.scale.rounds; round++) await build(segue, round, 'log', series);
  });
}

async function load(segue: SegueProcess, events: number): Promise<number> {
  const traffic = serviceTraffic({ customers: Math.ceil(events / EVENTS_EACH), events });
  const maker = new BodyMaker({ traffic, categories: touchConstant(SEGMENTS).categories });
  await segue.putInForce(workloadRules());
  return loadRows(segue, maker, 0, events);
}

async function caughtUp(segue: SegueProcess): Promise<void> {
  while ((await segue.metric('segue_history_behind_entries')) > 0) await pause(LOOK_MS);
}

async function preview(segue: SegueProcess, name: string, rule: string, series: Series): Promise<void> {
  const since = performance.now();
  const { answeredBy } = (await segue.call('POST', '/api/preview', { rule, members: 10 })) as {
    readonly answeredBy: string;
  };
  if (answeredBy !== 'history') throw new Error(`a preview was answered by ${answeredBy}`);
  series.add(`preview, ${name}`, 'ms', performance.now() - since);
}

async function throughTime(segue: SegueProcess, series: Series): Promise<void> {
  const [segment = ''] = workloadRules().keys();
  for (const [name, target] of Object.entries(QUESTIONS)) {
    const since = performance.now();
    await segue.call('GET', target.replace('SEGMENT', segment));
    series.add(`through time, ${name}`, 'ms', performance.now() - since);
  }
}

async function build(segue: SegueProcess, round: number, from: string, series: Series): Promise<void> {
  for (const [name, ruleOf] of Object.entries(RULES)) {
    collectGarbage();
    const entries = await segue.metric('segue_log_entries');
    const before = processCost(segue.pid);
    const since = performance.now();
    await segue.call('PUT', '/api/segments/added', { rule: ruleOf(round) });
    const seconds = (performance.now() - since) / 1000;
    const { cpuSeconds } = costBetween(before, processCost(segue.pid));
    await segue.call('DELETE', '/api/segments/added');
    series.add(`built from ${from}, ${name}`, 's', seconds);
    series.add(`built from ${from}, ${name}, CPU of the service`, 's', cpuSeconds);
    series.add(`messages a second, from ${from}, ${name}`, 'messages/s', entries / seconds);
  }
}

function report(findings: Findings, series: Series, events: number, live: number, isLargest: boolean): void {
  const of = `${(events / 1e6).toString()}M events: `;
  for (const measured of series.all()) findings.measured({ ...measured, name: `${of}${measured.name}` });
  findings.figure(`${of}live rate, 400 events a body`, 'events/s', [live]);
  if (!isLargest) return;
  const slowest = (prefix: string): number =>
    Math.max(
      ...series
        .all()
        .filter(({ name }) => name.startsWith(prefix))
        .map(({ perRound }) => spread(perRound).median),
    );
  findings.target(`${of}a preview`, WANTED_PREVIEW_MS, 'ms', slowest('preview'), 'at most');
  findings.target(
    `${of}a question through time`,
    WANTED_THROUGH_TIME_MS,
    'ms',
    slowest('through'),
    'at most',
  );
  const rates = series.all().filter(({ name }) => name.startsWith('messages a second, from history'));
  const least = Math.min(...rates.map(({ perRound }) => spread(perRound).median));
  findings.target(`${of}a rule built`, WANTED_TIMES_LIVE, '× the live rate', least / live);
}
