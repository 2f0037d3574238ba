/**
 * How long the service is away when it is killed with kill -9: from the start of the new process to its first answer about
 * a customer. There is a checkpoint of everything, then events come, of which the service writes checkpoints as it likes; what
 * came after the last is replayed. The same start on an empty data directory is the floor; that without such events says
 * what they cost.
 */

import { cpSync, renameSync } from 'node:fs';
import path from 'node:path';

import { Findings, type PhaseResult } from '../../measure/result.ts';
import { spread } from '../../measure/rounds.ts';
import { userId } from '../../workload/messages.ts';
import { touchConstant } from '../../workload/segments.ts';
import { joinTraffic } from '../../workload/traffic.ts';
import { BodyMaker } from '../bodies.ts';
import { Series } from '../measure/series.ts';
import { RESTART_CUSTOMERS, SEGMENTS } from '../scale.ts';
import { SegueProcess } from '../subject/segue-process.ts';
import { serviceTraffic } from '../traffic.ts';
import { loadRows, type ServiceRun, withService, workloadRules } from './service-run.ts';

const FLAGS = ['--checkpoint-interval', '3s'];
/** Customers of whom every answer must be the same after each start. */
const COMPARED = 50;
const WANTED_SECONDS = 2;
const [AFTER, EMPTY] = ['start after kill -9', 'start on an empty directory'] as const;
const WITHOUT_TAIL = `${AFTER}, no events since a checkpoint`;

export async function restartPhase(run: ServiceRun): Promise<PhaseResult> {
  const { rounds, restartTail } = run.scale;
  const customers = RESTART_CUSTOMERS;
  const findings = new Findings('restart');
  const series = new Series();
  const empty = await SegueProcess.create();
  try {
    await withService(findings, { ...run, profileFolder: undefined }, FLAGS, async (segue) => {
      const maker = makerFor(customers, restartTail);
      await segue.putInForce(workloadRules());
      await loadRows(segue, maker, 0, maker.rows - restartTail);
      await segue.checkpointed();
      await segue.kill();
      const asCheckpointed = new SetAside(segue);
      await segue.start(ofFirst);
      await loadRows(segue, maker, maker.rows - restartTail, maker.rows);
      const known = await answers(segue);
      // At once: a checkpoint of those events would leave nothing to replay.
      await segue.kill();
      for (let round = 0; round <= rounds; round++) {
        // The first warms up the files.
        const figures = round === 0 ? new Series() : series;
        figures.add(EMPTY, 's', await startAgain(empty, '/api/definitions'));
        await asCheckpointed.during(async () => {
          figures.add(WITHOUT_TAIL, 's', await startAgain(segue, ofFirst));
          await segue.kill();
        });
        figures.add(AFTER, 's', await startAgain(segue, ofFirst));
        if ((await answers(segue)) !== known) {
          findings.problem('after a start somebody is in other segments than before');
        }
        await segue.kill();
      }
      await segue.start(ofFirst);
    });
  } finally {
    empty.remove();
  }
  report(findings, series, restartTail);
  return findings.result();
}

const ofFirst = `/v1/profiles/user_id:${userId(0)}`;

/** Everybody has one event; as many again come as they do in a shop; then those after the checkpoint. */
function makerFor(customers: number, tail: number): BodyMaker {
  const traffic = joinTraffic(customers, serviceTraffic({ customers, events: customers + tail }));
  return new BodyMaker({ traffic, categories: touchConstant(SEGMENTS).categories, isPrompt: true });
}

/** Kills it and starts it; how long until it answers, in seconds. */
async function startAgain(segue: SegueProcess, target: string): Promise<number> {
  await segue.kill();
  return (await segue.start(target)).ms / 1000;
}

/** The data of a service that does not run, as they are now, to be put in their place for a while later. */
class SetAside {
  readonly #data: string;

  constructor({ folder }: SegueProcess) {
    this.#data = path.join(folder, 'data');
    cpSync(this.#data, `${this.#data}-aside`, { recursive: true });
  }

  async during(work: () => Promise<void>): Promise<void> {
    renameSync(this.#data, `${this.#data}-later`);
    renameSync(`${this.#data}-aside`, this.#data);
    await work();
    renameSync(this.#data, `${this.#data}-aside`);
    renameSync(`${this.#data}-later`, this.#data);
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

function report(findings: Findings, series: Series, tail: number): void {
  const after = series.of(AFTER);
  const what = `${AFTER}, a million customers, ${tail} events since a checkpoint`;
  findings.figure(what, 's', after.perRound);
  findings.measured(series.of(EMPTY));
  const beyond = after.perRound.map((seconds, round) => seconds - (series.of(EMPTY).perRound[round] ?? NaN));
  findings.figure('of which for the data', 's', beyond);
  findings.measured(series.of(WITHOUT_TAIL));
  findings.target(what, WANTED_SECONDS, 's', spread(after.perRound).median, 'at most');
  findings.check(`${COMPARED} customers had the same answers after every start as before the first kill`);
}
