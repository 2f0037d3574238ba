/**
 * What the history store gives, by how much there is: previews of rules that read events nobody keeps, figures through time,
 * and rules that are built from it, then the same rules built from the log by the same service without the store. What the
 * process of the store takes of memory, and how long a backtest takes.
 */

import { Findings, type PhaseResult } from '../../measure/result.ts';
import { collectGarbage, spread } from '../../measure/rounds.ts';
import { categoryName } from '../../workload/messages.ts';
import { costBetween, processCost } from '../measure/process-cost.ts';
import { childrenOf, memoryPeak } from '../measure/process-memory.ts';
import { Series } from '../measure/series.ts';
import { pause, type SegueProcess } from '../subject/segue-process.ts';
import { closePast, LIFECYCLE, openPast } from './kept-past.ts';
import { type ServiceRun, verified, workloadRules } from './service-run.ts';

const MEBIBYTE = 2 ** 20;
const MILLION = 1_000_000;
const WANTED_PREVIEW_MS = 1_000;
const WANTED_THROUGH_TIME_MS = 1_000;
const WANTED_TIMES_LIVE = 5;
const LOOK_MS = 100;
const DAY_MS = 86_400_000;

type RuleOf = (round: number) => string;

/** Rules about what nobody asked yet, another each round. */
const BUILT: Readonly<Record<string, RuleOf>> = {
  'one event in thirty of a category': (round) =>
    `count("Product Viewed" where category = "${categoryName(round)}", last ${40 + round}d) >= 2`,
  'one event in seventeen, all time': (round) =>
    `sum(revenue of "Order Completed") >= ${500 + round} and did "Email Opened" last ${30 + round}d`,
  'a sequence': (round) =>
    `seq("Products Searched", "Checkout Started" within ${2 + round}h, no "Signed In" within 1d) last 30d`,
};

const PREVIEWED: Readonly<Record<string, RuleOf>> = {
  ...BUILT,
  'a sum over the most frequent event': (round) =>
    `sum(price of "Product Viewed", last ${80 + round}d) >= 300`,
  'one event and not another': (round) =>
    `did "Email Opened" last ${60 + round}d and did not "Order Completed" last ${60 + round}d`,
  'any event': (round) => `count(any event, last ${50 + round}d) >= 12`,
  'a sequence of one thing': (round) =>
    `seq("Product Viewed", "Product Added" within ${2 + round}h on product_id) last 30d`,
};

const QUESTIONS: Readonly<Record<string, string>> = {
  'size by day': '/api/history/size?of=SEGMENT&every=day',
  'size by hour': '/api/history/size?of=SEGMENT&every=hour',
  members: '/api/history/members?of=SEGMENT&limit=50',
  'members of a stage': `/api/history/members?of=${LIFECYCLE}.active&limit=50`,
  'how long they stay': '/api/history/stay?of=SEGMENT&unit=day',
  'who comes back': '/api/history/returns?of=SEGMENT',
  'flows between stages': `/api/history/flows?lifecycle=${LIFECYCLE}`,
  'conversion between stages': `/api/history/conversions?lifecycle=${LIFECYCLE}`,
  'sizes of all by day': '/api/history/sizes?days=30',
  'moves of all': '/api/history/moves',
  'retention by week': '/api/history/retention?event=Order%20Completed&every=week',
};

export async function historyPhase(run: ServiceRun): Promise<PhaseResult> {
  const findings = new Findings('history');
  for (const events of run.scale.pastEvents) {
    const series = new Series();
    const past = await openPast(run, events);
    try {
      series.add('until the store has everything, after the last event', 's', past.behindSeconds);
      const rounds = buildRounds(run.scale.rounds, events);
      await measureWith(past.segue, run, series, rounds);
      await past.segue.stop();
      await past.segue.start('/api/segments', ['--history-enabled', 'false']);
      for (let round = 0; round < rounds; round++) await build(past.segue, round, 'log', series);
      await past.segue.stop();
      await verified(findings, past.segue);
    } finally {
      closePast(past);
    }
    report(findings, series, events, past.live);
  }
  return findings.result();
}

/** Of `rounds`, only so many build rules: that takes long where there is much, and differs little then. */
function buildRounds(rounds: number, events: number): number {
  return Math.min(rounds, Math.ceil((rounds * MILLION) / events));
}

async function measureWith(
  segue: SegueProcess,
  run: ServiceRun,
  series: Series,
  rounds: number,
): Promise<void> {
  const [child = 0] = childrenOf(segue.pid);
  for (let round = 0; round < run.scale.rounds; round++) {
    for (const [name, ruleOf] of Object.entries(PREVIEWED)) {
      await preview(segue, name, ruleOf(round), series);
    }
    await throughTime(segue, series);
    if (round < rounds) await build(segue, round, 'history', series);
  }
  series.add('memory of the process of the store, at most', 'MiB', memoryPeak(child) / MEBIBYTE);
  await backtest(segue, series);
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
  for (const [name, ruleOf] of Object.entries(BUILT)) {
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

type Job = {
  readonly job: {
    readonly id: string;
    readonly state: string;
    readonly entries: number;
    readonly progress?: { readonly done: number };
  };
};

/** A draft over everything there is; how far it is can be seen meanwhile. */
async function backtest(segue: SegueProcess, series: Series): Promise<void> {
  const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
  const now = Date.now();
  const since = performance.now();
  const { id } = (await segue.call('POST', '/api/backtests', {
    rule: 'count("Product Viewed", last 30d) >= 3',
    from: day(now - DAY_MS),
    to: day(now + DAY_MS),
    within: '1d',
    outcomes: [{ event: 'Order Completed', value: 'revenue' }],
  })) as Job['job'];
  const seen = new Set<number>();
  for (;;) {
    const { job } = (await segue.call('GET', `/api/backtests/${id}`)) as Job;
    if (job.progress !== undefined) seen.add(job.progress.done);
    if (job.state === 'done') {
      const seconds = (performance.now() - since) / 1000;
      series.add('a backtest over everything', 's', seconds);
      series.add('messages a second, by a backtest', 'messages/s', job.entries / seconds);
      series.add('how far a backtest is, as seen meanwhile', 'answers', seen.size);
      return;
    }
    if (job.state !== 'running' && job.state !== 'waiting') throw new Error(`the backtest is ${job.state}`);
    await pause(LOOK_MS);
  }
}

function report(findings: Findings, series: Series, events: number, live: number): void {
  const of = `${(events / MILLION).toString()}M events: `;
  for (const measured of series.all()) findings.measured({ ...measured, name: `${of}${measured.name}` });
  findings.figure(`${of}live rate, 400 events a body`, 'events/s', [live]);
  const slowest = (prefix: string): number =>
    Math.max(
      ...series
        .all()
        .filter(({ name }) => name.startsWith(prefix))
        .map(({ perRound }) => spread(perRound).median),
    );
  findings.target(`${of}a preview`, WANTED_PREVIEW_MS, 'ms', slowest('preview'), 'at most');
  const asked = slowest('through');
  findings.target(`${of}a question through time`, WANTED_THROUGH_TIME_MS, 'ms', asked, 'at most');
  const rates = series.all().filter(({ name }) => name.startsWith('messages a second, from history'));
  const least = Math.min(...rates.map(({ perRound }) => spread(perRound).median));
  findings.target(`${of}a rule built`, WANTED_TIMES_LIVE, '× the live rate', least / live);
}
