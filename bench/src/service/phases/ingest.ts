/** How many events a second the service takes durably, in bodies of 100, against the reference and other floors. */

import { Findings, type PhaseResult } from '../../measure/result.ts';
import { collectGarbage, spread } from '../../measure/rounds.ts';
import { touchConstant } from '../../workload/segments.ts';
import { BodyMaker } from '../bodies.ts';
import { sendClosed } from '../client/closed-loop.ts';
import { postRequest } from '../client/connection.ts';
import { BARE_PATH, FLOOR_KEY, REFERENCE_PATH, type Rows } from '../floors/floor-protocol.ts';
import { FloorProcess } from '../floors/floor-process.ts';
import { costBetween, processCost } from '../measure/process-cost.ts';
import { Series } from '../measure/series.ts';
import { BODY_EVENTS, SEGMENTS } from '../scale.ts';
import { batchRequests, type SegueProcess } from '../subject/segue-process.ts';
import { serviceTraffic } from '../traffic.ts';
import { type ServiceRun, withService, workloadRules } from './service-run.ts';

const SYNC_SECONDS = 0.3;
/** So many events come one a request, for each that comes in a body of 100. */
const SINGLES = 0.2;
const RATE = 'events/s';
const CPU_RATE = 'events per CPU second';
/** Of the reference. */
const WANTED = 0.5;

type Parts = {
  readonly maker: BodyMaker;
  readonly floors: FloorProcess;
  readonly segue: SegueProcess;
};

export async function ingestPhase(run: ServiceRun): Promise<PhaseResult> {
  const { rounds, customers, ingestEvents } = run.scale;
  const findings = new Findings('ingest');
  const perRound = ingestEvents + ingestEvents * SINGLES;
  const events = (rounds + 1) * perRound;
  const traffic = serviceTraffic({ customers, events });
  const maker = new BodyMaker({ traffic, categories: touchConstant(SEGMENTS).categories });
  const floors = await FloorProcess.create({ customers, events, segments: SEGMENTS });
  const series = new Series();
  try {
    await withService(findings, run, [], async (segue) => {
      await segue.putInForce(workloadRules());
      const parts = { maker, floors, segue };
      for (let round = 0; round <= rounds; round++) {
        // The first warms up.
        const into = round === 0 ? new Series() : series;
        const from = round * perRound;
        const to = from + ingestEvents;
        await measureRound(parts, { from, to, bodyEvents: BODY_EVENTS }, into);
        await measureSingles(parts, { from: to, to: from + perRound, bodyEvents: 1 }, into);
      }
    });
  } finally {
    floors.remove();
  }
  report(findings, series);
  return findings.result();
}

async function measureRound(parts: Parts, rows: Rows, series: Series): Promise<void> {
  const { maker, floors, segue } = parts;
  const events = rows.to - rows.from;
  const rate = (name: string, seconds: number): void => {
    series.add(name, RATE, events / seconds);
  };
  const reference = await floors.closed(rows);
  rate('reference', reference.seconds);
  series.add('reference, per CPU second', CPU_RATE, events / reference.cpuSeconds);

  const bodies = maker.bodies(rows.from, rows.to, rows.bodyEvents);
  const toFloor = (path: string): Buffer[] => bodies.map((body) => postRequest(path, FLOOR_KEY, body));
  const bare = toFloor(BARE_PATH);
  rate('bare Fastify that parses', await sendTimed(floors.port, bare));
  const behindHttp = toFloor(REFERENCE_PATH);
  rate('reference behind a bare Fastify', await sendTimed(floors.port, behindHttp));
  series.add('durable writes of one body', 'writes/s', await floors.syncsPerSecond(SYNC_SECONDS));

  const cost = await sendToService(segue, batchRequests(bodies, segue.writeKey));
  rate('service', cost.seconds);
  series.add('service, per CPU second', CPU_RATE, events / cost.cpuSeconds);
  series.add('service, CPU of all its threads', 'µs/event', (cost.cpuSeconds / events) * 1e6);
  series.add('service, cores that it used', 'cores', cost.cpuSeconds / cost.seconds);
  series.add('client, cores that it used meanwhile', 'cores', cost.clientSeconds / cost.seconds);
}

/** The same in requests of one event each, where what a request costs is what counts. */
async function measureSingles({ maker, floors, segue }: Parts, rows: Rows, series: Series): Promise<void> {
  const bodies = maker.bodies(rows.from, rows.to, 1);
  const bare = bodies.map((body) => postRequest(BARE_PATH, FLOOR_KEY, body));
  const bareSeconds = await sendTimed(floors.port, bare);
  series.add('bare Fastify, single events', RATE, bodies.length / bareSeconds);
  const cost = await sendToService(segue, batchRequests(bodies, segue.writeKey));
  series.add('service, single events', RATE, bodies.length / cost.seconds);
  series.add(
    'service, single events, CPU of all its threads',
    'µs/event',
    (cost.cpuSeconds / bodies.length) * 1e6,
  );
}

type Cost = { readonly seconds: number; readonly cpuSeconds: number; readonly clientSeconds: number };

async function sendToService(segue: SegueProcess, requests: readonly Buffer[]): Promise<Cost> {
  const clientBefore = process.cpuUsage();
  const before = processCost(segue.pid);
  const seconds = await sendTimed(segue.port, requests);
  const { cpuSeconds } = costBetween(before, processCost(segue.pid));
  const { user, system } = process.cpuUsage(clientBefore);
  return { seconds, cpuSeconds, clientSeconds: (user + system) / 1e6 };
}

function sendTimed(port: number, requests: readonly Buffer[]): Promise<number> {
  collectGarbage();
  return sendClosed(port, requests);
}

function report(findings: Findings, series: Series): void {
  findings.ratio('service against the reference', series.of('service'), series.of('reference'), WANTED);
  findings.ratio(
    'service against the reference, per CPU second',
    series.of('service, per CPU second'),
    series.of('reference, per CPU second'),
  );
  findings.ratio(
    'service against the reference behind a bare Fastify',
    series.of('service'),
    series.of('reference behind a bare Fastify'),
  );
  findings.ratio(
    'service against a bare Fastify that parses',
    series.of('service'),
    series.of('bare Fastify that parses'),
  );
  findings.ratio(
    'service against a bare Fastify, single events',
    series.of('service, single events'),
    series.of('bare Fastify, single events'),
  );
  for (const measured of series.all()) findings.measured(measured);
  const { median } = spread(series.of('service').perRound);
  findings.check(
    `every one of the requests was answered with 200, ${Math.round(median)} events/s in the middle`,
  );
}
