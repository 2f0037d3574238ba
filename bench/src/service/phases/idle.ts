/** What the service costs while nothing happens and nothing is due: beside it, a bare Fastify that nobody asks either. */

import { Findings, type PhaseResult } from '../../measure/result.ts';
import { touchConstant } from '../../workload/segments.ts';
import { joinTraffic } from '../../workload/traffic.ts';
import { BodyMaker } from '../bodies.ts';
import { FloorProcess } from '../floors/floor-process.ts';
import { costBetween, processCost } from '../measure/process-cost.ts';
import { Series } from '../measure/series.ts';
import { SEGMENTS } from '../scale.ts';
import { pause, type SegueProcess } from '../subject/segue-process.ts';
import { serviceTraffic } from '../traffic.ts';
import { loadRows, type ServiceRun, withService, workloadRules } from './service-run.ts';

const FLAGS = ['--checkpoint-interval', '1s'];
/** For what is left to do after the last checkpoint, such as collecting garbage. */
const SETTLE_MS = 2_000;
/** A ten-thousandth of a core is what a process's own heartbeat takes; twenty of them are still nothing. */
const WANTED_MS_PER_SECOND = 2;

export async function idlePhase(run: ServiceRun): Promise<PhaseResult> {
  const { rounds, idleCustomers: customers, idleSeconds } = run.scale;
  const findings = new Findings('idle');
  const traffic = joinTraffic(customers, serviceTraffic({ customers, events: 1_000 }));
  const categories = touchConstant(SEGMENTS).categories;
  const maker = new BodyMaker({ traffic, categories, isPrompt: true });
  const floors = await FloorProcess.create({ customers: 1, events: 1, segments: SEGMENTS });
  const series = new Series();
  try {
    await withService(findings, run, FLAGS, async (segue) => {
      await segue.putInForce(workloadRules());
      await loadRows(segue, maker, 0, maker.rows);
      await segue.checkpointed();
      await pause(SETTLE_MS);
      for (let round = 0; round < rounds; round++) {
        await measureRound(segue, floors, idleSeconds / rounds, series);
      }
    });
  } finally {
    floors.remove();
  }
  const cpu = series.of('service, CPU').perRound;
  findings.target(
    `idle with ${customers} customers, CPU beyond a bare Fastify`,
    WANTED_MS_PER_SECOND,
    'ms/s',
    mean(cpu) - mean(series.of('bare Fastify, CPU').perRound),
    'at most',
  );
  for (const measured of series.all()) findings.measured(measured);
  return findings.result();
}

/** Both at the same time, so that they share whatever else the machine does. */
async function measureRound(
  segue: SegueProcess,
  floors: FloorProcess,
  seconds: number,
  series: Series,
): Promise<void> {
  const subjects = [
    ['service', segue.pid],
    ['bare Fastify', floors.pid],
  ] as const;
  const before = subjects.map(([, pid]) => processCost(pid));
  const since = performance.now();
  await pause(seconds * 1000);
  const passed = (performance.now() - since) / 1000;
  for (const [i, [name, pid]] of subjects.entries()) {
    const then = before[i];
    if (then === undefined) continue;
    const { cpuSeconds, wakeUps } = costBetween(then, processCost(pid));
    series.add(`${name}, CPU`, 'ms/s', (cpuSeconds * 1000) / passed);
    series.add(`${name}, wake-ups`, '/s', wakeUps / passed);
  }
}

function mean(figures: readonly number[]): number {
  return figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}
