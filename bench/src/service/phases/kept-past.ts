/**
 * A service with a past of so many events: loaded into a new data directory, or started on the one that an earlier run has
 * kept, since loading ten million takes longer than asking about them.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { spread } from '../../measure/rounds.ts';
import { touchConstant } from '../../workload/segments.ts';
import { BodyMaker } from '../bodies.ts';
import { SEGMENTS } from '../scale.ts';
import { pause, SegueProcess, type SegueKeys } from '../subject/segue-process.ts';
import { serviceTraffic } from '../traffic.ts';
import { loadRows, type ServiceRun, workloadRules } from './service-run.ts';

const EVENTS_EACH = 10;
/** Events of which one rate is taken. */
const PORTION = 40_000;
const LOOK_MS = 50;
const NOTE = 'kept.json';

export const LIFECYCLE = 'customer';
const STAGES = [
  { active: 'did "Order Completed" last 30d' },
  { lapsed: 'did "Order Completed"' },
  { browsing: 'did "Product Viewed" last 30d' },
  'new',
];

export type Past = {
  readonly segue: SegueProcess;
  /** Events a second at which it was loaded: the median of its portions. */
  readonly live: number;
  /** Seconds until the history store had everything, after the last event was taken. */
  readonly behindSeconds: number;
  readonly isKept: boolean;
};

type Note = SegueKeys & Pick<Past, 'live' | 'behindSeconds'>;

export async function openPast({ keepFolder, profileFolder }: ServiceRun, events: number): Promise<Past> {
  if (keepFolder === undefined) {
    const segue = await SegueProcess.create({ profileFolder });
    return { segue, ...(await load(segue, events)), isKept: false };
  }
  const folder = path.resolve(keepFolder, String(events));
  const file = path.join(folder, NOTE);
  if (existsSync(file)) {
    const { live, behindSeconds, ...keys } = JSON.parse(readFileSync(file, 'utf8')) as Note;
    const segue = await SegueProcess.reopen(folder, keys, { profileFolder });
    await caughtUp(segue);
    return { segue, live, behindSeconds, isKept: true };
  }
  mkdirSync(folder, { recursive: true });
  const segue = await SegueProcess.create({ profileFolder }, folder);
  const loaded = await load(segue, events);
  const note: Note = { writeKey: segue.writeKey, serverKey: segue.serverKey, ...loaded };
  writeFileSync(file, JSON.stringify(note));
  return { segue, ...loaded, isKept: true };
}

export function closePast({ segue, isKept }: Pick<Past, 'segue' | 'isKept'>): void {
  if (isKept) segue.end();
  else segue.remove();
}

async function load(
  segue: SegueProcess,
  events: number,
): Promise<{ readonly live: number; readonly behindSeconds: number }> {
  const traffic = serviceTraffic({ customers: Math.ceil(events / EVENTS_EACH), events });
  const maker = new BodyMaker({ traffic, categories: touchConstant(SEGMENTS).categories });
  await segue.putInForce(workloadRules());
  await segue.call('PUT', `/api/lifecycles/${LIFECYCLE}`, { stages: STAGES });
  const rates: number[] = [];
  for (let from = 0; from < events; from += PORTION) {
    const to = Math.min(from + PORTION, events);
    rates.push((to - from) / (await loadRows(segue, maker, from, to)));
  }
  const since = performance.now();
  await caughtUp(segue);
  return { live: spread(rates).median, behindSeconds: (performance.now() - since) / 1000 };
}

async function caughtUp(segue: SegueProcess): Promise<void> {
  while (
    (await segue.metric('segue_history_up')) === 0 ||
    (await segue.metric('segue_history_behind_entries')) > 0
  ) {
    await pause(LOOK_MS);
  }
}
