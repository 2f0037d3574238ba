/**
 * How long it takes under a steady load until an event is acknowledged, until the change that it makes is seen on a live
 * stream, and until a customer is read; from the instant at which the sender would have sent.
 */

import { Findings, type PhaseResult } from '../../measure/result.ts';
import { collectGarbage, type Measured, ratio, spread } from '../../measure/rounds.ts';
import { userId } from '../../workload/messages.ts';
import { touchConstant } from '../../workload/segments.ts';
import type { Traffic } from '../../workload/traffic.ts';
import { BodyMaker } from '../bodies.ts';
import { ChangeStream } from '../client/change-stream.ts';
import { Connection, expectOk, getRequest, postRequest } from '../client/connection.ts';
import { OpenLoop } from '../client/open-loop.ts';
import { FLOOR_KEY, REFERENCE_PATH, type Rows } from '../floors/floor-protocol.ts';
import { FloorProcess } from '../floors/floor-process.ts';
import { Latencies } from '../measure/latencies.ts';
import { Series } from '../measure/series.ts';
import { BODY_EVENTS, SEGMENTS, STEADY_EVENTS_PER_SECOND } from '../scale.ts';
import { batchRequests, pause, type SegueProcess } from '../subject/segue-process.ts';
import { serviceTraffic } from '../traffic.ts';
import { loadRows, type ServiceRun, withService, workloadRules } from './service-run.ts';

/** Half of the measured rate is this at most: so much traffic is made. */
const HALF_RATE_MAX = 60_000;
const READS_PER_SECOND = 100;
/** A prime: readers jump from customer to customer. */
const READ_STRIDE = 7919;
/** When nothing has come on the stream for so long, nothing more will. */
const QUIET_MS = 150;

const WANTED = { acknowledgedMs: 20, readMs: 10, p50: 2, p99: 3, p999Ms: 15 } as const;
const [HALF, STEADY] = ['half of the measured rate', 'single events, 5k/s'] as const;
const REFERENCE = 'reference, half of the measured rate';
const REFERENCE_HTTP = 'reference behind a bare Fastify, half of the measured rate';

/** Where to send, and what listens. */
type Target = {
  readonly port: number;
  readonly requests: (bodies: readonly string[]) => readonly Buffer[];
  readonly key: string;
  readonly query: string;
};

type Parts = {
  readonly maker: BodyMaker;
  readonly floors: FloorProcess;
  readonly service: Target;
  readonly reference: Target;
  /** Of customers that exist. */
  readonly reads: (count: number) => readonly Buffer[];
  readonly seconds: number;
};

export async function latencyPhase(run: ServiceRun): Promise<PhaseResult> {
  const { rounds, customers, ingestEvents, steadySeconds: seconds } = run.scale;
  const findings = new Findings('latency');
  const perRound = (HALF_RATE_MAX + STEADY_EVENTS_PER_SECOND) * seconds;
  const events = 2 * ingestEvents + (rounds + 1) * perRound;
  const traffic = serviceTraffic({ customers, events });
  const maker = new BodyMaker({ traffic, categories: touchConstant(SEGMENTS).categories });
  const floors = await FloorProcess.create({ customers, events, segments: SEGMENTS });
  const series = new Series();
  try {
    await withService(findings, run, [], async (segue) => {
      await segue.putInForce(workloadRules());
      await loadRows(segue, maker, 0, ingestEvents);
      const rate = ingestEvents / (await loadRows(segue, maker, ingestEvents, 2 * ingestEvents));
      const parts = openParts(segue, floors, maker, traffic, ingestEvents, seconds);
      const halfRate = Math.min(HALF_RATE_MAX, rate / 2);
      let from = 2 * ingestEvents;
      for (let round = 0; round <= rounds; round++) {
        // The first warms up.
        const into = round === 0 ? new Series() : series;
        await measureRound(parts, from, halfRate, into);
        await measureBusiest(segue, customers, into);
        from += perRound;
      }
    });
  } finally {
    floors.remove();
  }
  report(findings, series);
  return findings.result();
}

function openParts(
  segue: SegueProcess,
  floors: FloorProcess,
  maker: BodyMaker,
  traffic: Traffic,
  known: number,
  seconds: number,
): Parts {
  const { writeKey, serverKey: key } = segue;
  // A tenth of all changes: the stream is to show when they are there, not how many it can carry.
  const watched = touchConstant(SEGMENTS).segments.filter(({ category }) => category === 0);
  // Each as likely as any other: those who come often are read for themselves below.
  const customers = [...new Set(traffic.customer.subarray(0, known))];
  const read = (i: number): Buffer =>
    readRequest(customers[(i * READ_STRIDE) % customers.length] as number, key);
  return {
    maker,
    floors,
    service: {
      port: segue.port,
      requests: (bodies) => batchRequests(bodies, writeKey),
      key,
      query: `segments=${watched.map(({ name }) => name).join(',')}`,
    },
    reference: {
      port: floors.port,
      requests: (bodies) => bodies.map((body) => postRequest(REFERENCE_PATH, FLOOR_KEY, body)),
      key: FLOOR_KEY,
      query: '',
    },
    reads: (count) => Array.from({ length: count }, (_, i) => read(i)),
    seconds,
  };
}

function readRequest(customer: number, key: string): Buffer {
  return getRequest(`/v1/profiles/user_id:${userId(customer)}`, key);
}

/** The bot, of which a hundredth of all messages are; nothing else is to be done meanwhile. */
async function measureBusiest(segue: SegueProcess, bot: number, series: Series): Promise<void> {
  const connection = await Connection.open(segue.port);
  const since = performance.now();
  const answer = await connection.send(readRequest(bot, segue.serverKey));
  expectOk(answer);
  connection.close();
  series.add('reading the busiest customer, alone', 'ms', answer.at - since);
}

async function measureRound(parts: Parts, from: number, halfRate: number, series: Series): Promise<void> {
  const { seconds, floors, service, reference } = parts;
  const bodies = Math.floor((halfRate * seconds) / BODY_EVENTS);
  const half = { from, to: from + bodies * BODY_EVENTS, bodyEvents: BODY_EVENTS };
  const halfIntervalMs = (BODY_EVENTS / halfRate) * 1000;
  series.add(`${HALF}, offered`, 'events/s', halfRate);
  series.addLatencies(`${REFERENCE}: event to membership`, await floors.open(half, halfIntervalMs));
  await measureTarget(parts, reference, half, halfIntervalMs, REFERENCE_HTTP, series);
  await measureTarget(parts, service, half, halfIntervalMs, HALF, series);
  const steady = { from: half.to, to: half.to + STEADY_EVENTS_PER_SECOND * seconds, bodyEvents: 1 };
  await measureTarget(parts, service, steady, 1000 / STEADY_EVENTS_PER_SECOND, STEADY, series);
}

async function measureTarget(
  parts: Parts,
  { port, key, query, requests }: Target,
  rows: Rows,
  intervalMs: number,
  name: string,
  series: Series,
): Promise<void> {
  const { maker, reads, service, seconds } = parts;
  const posts = new OpenLoop(requests(maker.bodies(rows.from, rows.to, rows.bodyEvents)), intervalMs);
  const seen: { readonly row: number; readonly at: number }[] = [];
  const stream = await ChangeStream.open(port, key, query, ({ messageId }, at) => {
    const row = messageId === undefined ? undefined : maker.rowOf(messageId);
    if (row !== undefined && row >= rows.from && row < rows.to) seen.push({ row, at });
  });
  const isService = port === service.port;
  const gets = new OpenLoop(isService ? reads(READS_PER_SECOND * seconds) : [], 1000 / READS_PER_SECOND);
  collectGarbage();
  await Promise.all([posts.run(port), gets.run(port)]);
  await quiet(stream);
  stream.close();
  const memberships = seen.map(
    ({ row, at }) => at - (posts.intended[Math.floor((row - rows.from) / rows.bodyEvents)] as number),
  );
  series.addLatencies(`${name}: acknowledgement`, Latencies.from(posts.latencies()));
  series.addLatencies(`${name}: event to membership`, Latencies.from(memberships));
  if (!isService) return;
  series.addLatencies(`${name}: reading a customer`, Latencies.from(gets.latencies()));
  series.add(`${name}: sent late by the client, p99`, 'ms', Latencies.from(posts.lags()).quantile(0.99));
  series.add(`${name}: changes seen`, 'changes', memberships.length);
}

async function quiet(stream: ChangeStream): Promise<void> {
  for (let before = -1; before !== stream.count;) {
    before = stream.count;
    await pause(QUIET_MS);
  }
}

function report(findings: Findings, series: Series): void {
  const membership = (name: string, q: string): Measured => series.of(`${name}: event to membership, ${q}`);
  for (const [q, wanted] of [
    ['p50', WANTED.p50],
    ['p99', WANTED.p99],
  ] as const) {
    const of = ratio(membership(HALF, q), membership(REFERENCE, q));
    const name = `event to membership at half load, ${q}, against the reference`;
    findings.figure(name, '×', ratios(membership(HALF, q), membership(REFERENCE, q)));
    findings.target(name, wanted, '×', of.median, 'at most');
    findings.ratio(`${name} behind a bare Fastify`, membership(HALF, q), membership(REFERENCE_HTTP, q));
  }
  const atMost = (name: string, wanted: number): void => {
    findings.target(name, wanted, 'ms', spread(series.of(name).perRound).median, 'at most');
  };
  atMost(`${HALF}: event to membership, p99.9`, WANTED.p999Ms);
  atMost(`${STEADY}: acknowledgement, p99`, WANTED.acknowledgedMs);
  atMost(`${HALF}: reading a customer, p99`, WANTED.readMs);
  atMost('reading the busiest customer, alone', WANTED.readMs);
  for (const measured of series.all()) findings.measured(measured);
}

function ratios(of: Measured, to: Measured): readonly number[] {
  return of.perRound.map((figure, round) => figure / (to.perRound[round] ?? NaN));
}
