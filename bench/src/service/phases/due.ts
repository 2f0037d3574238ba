/**
 * How late a change comes that time alone decides: the reminders of very many customers run out one after the other, each
 * at a millisecond of its own, in a service that does nothing else and in one that takes 5,000 events a second. What is
 * seen early, twice or not at all makes the run void.
 */

import { Findings, type PhaseResult } from '../../measure/result.ts';
import { collectGarbage, spread } from '../../measure/rounds.ts';
import { touchConstant } from '../../workload/segments.ts';
import { BodyMaker } from '../bodies.ts';
import { ChangeStream } from '../client/change-stream.ts';
import { sendClosed } from '../client/closed-loop.ts';
import { OpenLoop } from '../client/open-loop.ts';
import { FloorProcess } from '../floors/floor-process.ts';
import { SeenDue } from '../measure/seen-due.ts';
import { Series } from '../measure/series.ts';
import { WallClock } from '../measure/wall-clock.ts';
import { SEGMENTS, type ServiceScale, STEADY_EVENTS_PER_SECOND } from '../scale.ts';
import { batchRequests, pause, type SegueProcess } from '../subject/segue-process.ts';
import { serviceTraffic } from '../traffic.ts';
import { dueBodies, dueRule } from './due-events.ts';
import { type ServiceRun, withService, workloadRules } from './service-run.ts';

const SEGMENT = 'reminded';
const WINDOW_MS = 120_000;
/** From sending to the first that is due: they are all taken by then, also on a busy machine. */
const LEAD_MS = 1_500;
/** Load begins so long before the first is due, and ends so long after the last. */
const AROUND_MS = 300;
/** Over which they are spread. */
const SPREAD_MS = 2_000;
const LOAD_BODY_EVENTS = 10;
const LOAD_SECONDS = (SPREAD_MS + 2 * AROUND_MS) / 1000;
const TIMERS = 100;
const WANTED_P99_MS = 3.5;
const [QUIET, LOADED] = ['nothing else to do', '5k events/s to take'] as const;

export async function duePhase(run: ServiceRun): Promise<PhaseResult> {
  const { rounds, customers } = run.scale;
  const findings = new Findings('due');
  const loadEvents = STEADY_EVENTS_PER_SECOND * LOAD_SECONDS;
  const events = (rounds + 1) * loadEvents;
  const traffic = serviceTraffic({ customers, events });
  const maker = new BodyMaker({ traffic, categories: touchConstant(SEGMENTS).categories });
  const floors = await FloorProcess.create({ customers: 1, events: 1, segments: SEGMENTS });
  const series = new Series();
  try {
    await withService(findings, run, [], async (segue) => {
      await segue.putInForce(new Map([...workloadRules(), [SEGMENT, dueRule(WINDOW_MS)]]));
      for (let round = 0; round <= rounds; round++) {
        // The first warms up.
        const into = round === 0 ? new Series() : series;
        const load = maker.bodies(round * loadEvents, (round + 1) * loadEvents, LOAD_BODY_EVENTS);
        into.addLatencies('a timer of an idle process', await floors.timerLateness(TIMERS));
        await measureDue(findings, segue, run.scale, QUIET, [], into);
        await measureDue(findings, segue, run.scale, LOADED, load, into);
      }
    });
  } finally {
    floors.remove();
  }
  const name = `${QUIET}: lateness of a due change, p99`;
  findings.ratio(`${name}, against a timer`, series.of(name), series.of('a timer of an idle process, p99'));
  findings.target(name, WANTED_P99_MS, 'ms', spread(series.of(name).perRound).median, 'at most');
  for (const measured of series.all()) findings.measured(measured);
  return findings.result();
}

async function measureDue(
  findings: Findings,
  segue: SegueProcess,
  { dueSpread }: ServiceScale,
  name: string,
  load: readonly string[],
  series: Series,
): Promise<void> {
  const clock = new WallClock();
  const seen = new SeenDue();
  const stream = await ChangeStream.open(
    segue.port,
    segue.serverKey,
    `segments=${SEGMENT}&changes=exited`,
    ({ customer, atMs = NaN }, at) => {
      seen.add(customer?.displayId ?? '', atMs, clock.at(at));
    },
  );
  const posts = new OpenLoop(
    batchRequests(load, segue.writeKey),
    (LOAD_BODY_EVENTS / STEADY_EVENTS_PER_SECOND) * 1000,
  );
  collectGarbage();
  const first = Date.now() + LEAD_MS;
  const due = Array.from({ length: dueSpread }, (_, i) => first + Math.floor((i * SPREAD_MS) / dueSpread));
  for (const [i, at] of due.entries()) seen.expect(`${name}-${i}`, at);
  const bodies = dueBodies(due, WINDOW_MS, (i) => `${name}-${i}`);
  await sendClosed(segue.port, batchRequests(bodies, segue.writeKey));
  const untilLoad = first - AROUND_MS - Date.now();
  if (untilLoad < 0) findings.problem(`${name}: the events were not taken before they were due`);
  await pause(untilLoad);
  await Promise.all([posts.run(segue.port), pause(SPREAD_MS + 2 * AROUND_MS)]);
  stream.close();
  for (const problem of seen.problems()) findings.problem(`${name}: ${problem}`);
  series.addLatencies(`${name}: lateness of a due change`, seen.lateness);
  series.add(`${name}: changes seen`, 'changes', seen.lateness.count);
}
