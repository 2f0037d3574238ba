/** A service for the length of a phase: started, used, stopped in order, and held against a replay of its log. */

import type { Findings } from '../../measure/result.ts';
import { touchConstant } from '../../workload/segments.ts';
import type { BodyMaker } from '../bodies.ts';
import { sendClosed } from '../client/closed-loop.ts';
import { SEGMENTS, type ServiceScale } from '../scale.ts';
import { batchRequests, SegueProcess } from '../subject/segue-process.ts';

/** What a phase is run with. */
export type ServiceRun = {
  readonly scale: ServiceScale;
  /** A folder for the CPU profile of the service; none is taken without. */
  readonly profileFolder: string | undefined;
  /** A folder where data that took long to load are kept, and taken from; they are removed without. */
  readonly keepFolder: string | undefined;
};

/** Events of a body when customers are only to be brought in. */
const LOADING_BODY_EVENTS = 400;
/** Bodies made at a time, so that they do not crowd the memory. */
const PORTION = 100 * LOADING_BODY_EVENTS;

/** The segments of the workload, by name. */
export function workloadRules(): ReadonlyMap<string, string> {
  return new Map(touchConstant(SEGMENTS).segments.map(({ name, rule }) => [name, rule]));
}

/** The state at the end must be that of a replay; where it is not, the run is void. */
export async function withService(
  findings: Findings,
  { profileFolder }: ServiceRun,
  flags: readonly string[],
  use: (segue: SegueProcess) => Promise<void>,
): Promise<void> {
  const segue = await SegueProcess.create({ flags, profileFolder });
  try {
    await use(segue);
    await segue.stop();
    await verified(findings, segue);
  } finally {
    segue.remove();
  }
}

/** Of one that was stopped. */
export async function verified(findings: Findings, segue: SegueProcess): Promise<void> {
  const { entries, faults } = await segue.verify();
  if (faults.length === 0) {
    findings.check(`the service’s state is that of a replay of its ${entries} entries`);
  }
  for (const fault of faults) findings.problem(fault);
}

/** Sends rows of the traffic as fast as it goes; resolves with the seconds that it took, without those of making them. */
export async function loadRows(
  segue: SegueProcess,
  maker: BodyMaker,
  from: number,
  to: number,
): Promise<number> {
  let seconds = 0;
  for (let start = from; start < to; start += PORTION) {
    const bodies = maker.bodies(start, Math.min(start + PORTION, to), LOADING_BODY_EVENTS);
    seconds += await sendClosed(segue.port, batchRequests(bodies, segue.writeKey));
  }
  return seconds;
}
