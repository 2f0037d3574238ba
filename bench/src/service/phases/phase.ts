/** The phases of the service's benchmark, in order. Each runs in a process of its own, with a service of its own. */

import type { PhaseResult } from '../../measure/result.ts';
import { definitionsPhase } from './definitions.ts';
import { dueAtOncePhase } from './due-at-once.ts';
import { duePhase } from './due.ts';
import { historyPhase } from './history.ts';
import { idlePhase } from './idle.ts';
import { ingestPhase } from './ingest.ts';
import { latencyPhase } from './latency.ts';
import { restartPhase } from './restart.ts';
import type { ServiceRun } from './service-run.ts';

export type ServicePhase = (run: ServiceRun) => Promise<PhaseResult>;

export const SERVICE_PHASES: ReadonlyMap<string, ServicePhase> = new Map<string, ServicePhase>([
  ['ingest', ingestPhase],
  ['latency', latencyPhase],
  ['due', duePhase],
  ['due-at-once', dueAtOncePhase],
  ['restart', restartPhase],
  ['idle', idlePhase],
  ['definitions', definitionsPhase],
  ['history', historyPhase],
]);

/** Phases that take long and are run only when they are asked for. */
export const ASKED_PHASES: ReadonlySet<string> = new Set(['history']);
