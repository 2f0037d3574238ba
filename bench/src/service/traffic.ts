/** The traffic of the phases, made the same in every process that needs it. */

import { DAYS, SEED } from '../scale.ts';
import { makeTraffic, type Traffic } from '../workload/traffic.ts';
import type { FloorWorkload } from './floors/floor-protocol.ts';

export function serviceTraffic({ customers, events }: Pick<FloorWorkload, 'customers' | 'events'>): Traffic {
  return makeTraffic({ seed: SEED, customers, events, days: DAYS });
}
