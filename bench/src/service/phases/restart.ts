/**
 * How long the service is away when it is killed with kill -9: from the start of the new process to its first answer about
 * a customer. There is a checkpoint of everything, then events come, of which the service writes checkpoints as it likes; what
 * came after the last is replayed. The same start on an empty data directory is the floor.
 */

import { Findings, type PhaseResult } from '../../measure/result.ts';
import { spread } from '../../measure/rounds.ts';
import { userId } from '../../workload/messages.ts';
import { touchConstant } from '../../workload/segments.ts';
import { joinTraffic } from '../../workload/traffic.ts';
import { BodyMaker } from '../bodies.ts';
import { Series } from '../measure/series.ts';
import { SEGMENTS } from '../scale.ts';
import { SegueProcess } from '../subject/segue-process.ts';
import { serviceTraffic } from '../traffic.ts';
import { loadRows, type ServiceRun, withService, workloadRules } from './service-run.ts';

const FLAGS = ['--checkpoint-interval', '3s'];
/** Customers of whom every answer must be the same after each start. */
const COMPARED = 50;
const WANTED_SECONDS = 2;
/** The size that the target is about. */
const WANTED_CUSTOMERS = 1_000_000;
const [AFTER, EMPTY] = ['start after kill -9', 'start on an empty directory'] as const;

export async function restartPhase(run: ServiceRun): Promise<PhaseResult> {
  const { rounds, restartCustomers: customers, restartTail } = run.scale;
  const findings = new Findings('restart');
  // Everybody has one event; as many again come as they do in a shop; then those after the checkpoint.
  const traffic = joinTraffic(customers, serviceTraffic({ customers, events: customers + restartTail }));
  const categories = touchConstant(SEGMENTS).categories;
  const maker = new BodyMaker({ traffic, categories, isPrompt: true });
  const series = new Series();
  const empty = await SegueProcess.create();
  try {
    await withService(findings, { ...run, profileFolder: undefined }, FLAGS, async (segue) => {
      await segue.putInForce(workloadRules());
      await loadRows(segue, maker, 0, maker.rows - restartTail);
      await segue.checkpointed();
      await loadRows(segue, maker, maker.rows - restartTail, maker.rows);
      const known = await answers(segue);
      for (let round = 0; round <= rounds; round++) {
        // The first warms up the files.
        await measureRound(findings, segue, empty, known, round === 0 ? new Series() : series);
      }
    });
  } finally {
    empty.remove();
  }
  report(findings, series, customers, restartTail);
  return findings.result();
}

async function measureRound(
  findings: Findings,
  segue: SegueProcess,
  empty: SegueProcess,
  known: string,
  series: Series,
): Promise<void> {
  await empty.kill();
  series.add(EMPTY, 's', (await empty.start('/api/definitions')).ms / 1000);
  await segue.kill();
  const { ms } = await segue.start(`/v1/profiles/user_id:${userId(0)}`);
  series.add(AFTER, 's', ms / 1000);
  if ((await answers(segue)) !== known) {
    findings.problem('after a start somebody is in other segments than before');
  }
}

/** Who some customers are and where they are since when, without the instants that depend on when it was asked. */
async function answers(segue: SegueProcess): Promise<string> {
  const identifiers = Array.from({ length: COMPARED }, (_, i) => `user_id:${userId(i * 97)}`);
  const { profiles } = (await segue.call('POST', '/v1/profiles/batch', { identifiers })) as {
    readonly profiles: readonly Record<string, unknown>[];
  };
  return JSON.stringify(profiles.map((profile) => ({ ...profile, at: undefined })));
}

function report(findings: Findings, series: Series, customers: number, tail: number): void {
  const after = series.of(AFTER);
  const what = `${AFTER}, ${customers} customers, ${tail} events since a checkpoint`;
  findings.figure(what, 's', after.perRound);
  findings.measured(series.of(EMPTY));
  const beyond = after.perRound.map((seconds, round) => seconds - (series.of(EMPTY).perRound[round] ?? NaN));
  findings.figure('of which for the data', 's', beyond);
  const million = after.perRound.map((seconds, round) => {
    const floor = series.of(EMPTY).perRound[round] ?? NaN;
    return floor + ((seconds - floor) * WANTED_CUSTOMERS) / customers;
  });
  const reckoned = `${AFTER}, reckoned for a million customers, as if it grew with the data`;
  if (customers !== WANTED_CUSTOMERS) findings.figure(reckoned, 's', million);
  const target = customers === WANTED_CUSTOMERS ? what : reckoned;
  findings.target(target, WANTED_SECONDS, 's', spread(million).median, 'at most');
  findings.check(`${COMPARED} customers had the same answers after every start as before the first kill`);
}
