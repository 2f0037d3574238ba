/**
 * Something is due of very many customers at the same millisecond, while 5,000 events a second are taken: how fast all of
 * them have left, and how long senders wait meanwhile.
 */

import { Findings, type PhaseResult } from '../../measure/result.ts';
import { collectGarbage, spread } from '../../measure/rounds.ts';
import { userId } from '../../workload/messages.ts';
import { touchConstant } from '../../workload/segments.ts';
import { BodyMaker } from '../bodies.ts';
import { Connection, getRequest } from '../client/connection.ts';
import { sendClosed } from '../client/closed-loop.ts';
import { OpenLoop } from '../client/open-loop.ts';
import { Latencies } from '../measure/latencies.ts';
import { Series } from '../measure/series.ts';
import { WallClock } from '../measure/wall-clock.ts';
import { SEGMENTS, STEADY_EVENTS_PER_SECOND } from '../scale.ts';
import { batchRequests, pause, type SegueProcess } from '../subject/segue-process.ts';
import { serviceTraffic } from '../traffic.ts';
import { dueBodies, dueRule } from './due-events.ts';
import { type ServiceRun, withService, workloadRules } from './service-run.ts';

const SEGMENT = 'reminded';
/** Long enough to bring everybody in, and not so long that the events are late ones. */
const WINDOW_MS = 240_000;
/** Customers brought in a second, reckoned with caution; and some time to spare. */
const LOADED_PER_SECOND = 15_000;
const SPARE_MS = 2_000;
const LOAD_BODY_EVENTS = 10;
/** Load begins so long before the instant, and goes on so long after all have left; it is given up at the limit. */
const BEFORE_MS = 500;
const AFTER_MS = 300;
const DRAIN_SECONDS_MAX = 20;
const WANTED_PER_SECOND = 1e6;
const WANTED_P99_MS = 25;

export async function dueAtOncePhase(run: ServiceRun): Promise<PhaseResult> {
  const { rounds, customers, dueAtOnce } = run.scale;
  const findings = new Findings('due-at-once');
  const loadEvents = STEADY_EVENTS_PER_SECOND * DRAIN_SECONDS_MAX;
  const traffic = serviceTraffic({ customers, events: rounds * loadEvents });
  const maker = new BodyMaker({ traffic, categories: touchConstant(SEGMENTS).categories });
  const series = new Series();
  await withService(findings, run, [], async (segue) => {
    await segue.putInForce(new Map([...workloadRules(), [SEGMENT, dueRule(WINDOW_MS)]]));
    for (let round = 0; round < rounds; round++) {
      const bodies = maker.bodies(round * loadEvents, (round + 1) * loadEvents, LOAD_BODY_EVENTS);
      const load = batchRequests(bodies, segue.writeKey);
      const at = await bringIn(segue, dueAtOnce);
      if (Date.now() > at - BEFORE_MS) {
        findings.problem(`${dueAtOnce} events were not taken before they were due`);
        return;
      }
      await measureDrain(segue, at, dueAtOnce, load, series);
    }
  });
  const drained = series.of('drained');
  const waited = series.of('acknowledgement while they leave, p99');
  findings.target(
    `${dueAtOnce} due at once, drained`,
    WANTED_PER_SECOND,
    'changes/s',
    spread(drained.perRound).median,
  );
  findings.target(
    `${dueAtOnce} due at once, acknowledgement meanwhile, p99`,
    WANTED_P99_MS,
    'ms',
    spread(waited.perRound).median,
    'at most',
  );
  for (const measured of series.all()) findings.measured(measured);
  return findings.result();
}

/** One event of each customer; resolves with the instant at which all will leave. */
async function bringIn(segue: SegueProcess, customers: number): Promise<number> {
  const at = Math.ceil(Date.now() + (customers / LOADED_PER_SECOND) * 1000 + SPARE_MS);
  const bodies = dueBodies(new Array<number>(customers).fill(at), WINDOW_MS, userId);
  await sendClosed(segue.port, batchRequests(bodies, segue.writeKey));
  return at;
}

async function measureDrain(
  segue: SegueProcess,
  at: number,
  customers: number,
  requests: readonly Buffer[],
  series: Series,
): Promise<void> {
  const members = new MemberCount(await Connection.open(segue.port), segue.serverKey);
  // The service counts members when it is first asked, and keeps count from then on.
  const before = await members.ask();
  if (before.size !== customers) throw new Error(`${before.size} of ${customers} are in the segment`);
  collectGarbage();
  await pause(at - BEFORE_MS - Date.now());
  const clock = new WallClock();
  const intervalMs = (LOAD_BODY_EVENTS / STEADY_EVENTS_PER_SECOND) * 1000;
  const posts = new OpenLoop(requests, intervalMs);
  const done = posts.run(segue.port);
  await pause(at - Date.now());
  let left = await members.ask();
  while (left.size > 0) left = await members.ask();
  const drainMs = clock.at(left.at) - at;
  await pause(AFTER_MS);
  posts.stop();
  await done;
  members.close();
  // Instants of the load are of the other clock.
  const begin = at - clock.at(0);
  const meanwhile = Latencies.from(posts.latencies(begin - 5, left.at));
  series.add('drained', 'changes/s', customers / (drainMs / 1000));
  series.add('until the last has left', 'ms', drainMs);
  series.addLatencies('acknowledgement while they leave', meanwhile);
  series.addLatencies(
    'acknowledgement just before',
    Latencies.from(posts.latencies(0, begin - BEFORE_MS / 2)),
  );
}

/** How many are in the segment, as the service says. */
class MemberCount {
  readonly #connection: Connection;
  readonly #request: Buffer;

  constructor(connection: Connection, key: string) {
    this.#connection = connection;
    this.#request = getRequest(`/api/segments/${SEGMENT}`, key);
  }

  async ask(): Promise<{ readonly size: number; readonly at: number }> {
    const { body, at } = await this.#connection.send(this.#request);
    return { size: (JSON.parse(body) as { readonly size: number }).size, at };
  }

  close(): void {
    this.#connection.close();
  }
}
