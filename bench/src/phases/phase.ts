/** The phases of the benchmark, in order. Each runs in a process of its own. */

import type { PhaseResult } from '../measure/result.ts';
import type { Scale } from '../scale.ts';
import { customersPhase } from './customers.ts';
import { expiryPhase } from './expiry.ts';
import { floorsPhase } from './floors.ts';
import { memoryPhase } from './memory.ts';
import { parsingPhase } from './parsing.ts';
import { peersPhase } from './peers.ts';
import { proportionalPhase, segmentsPhase } from './segments.ts';
import { windowsPhase } from './windows.ts';

export type Phase = (scale: Scale) => Promise<PhaseResult>;

export const PHASES: ReadonlyMap<string, Phase> = new Map<string, Phase>([
  ['segments', segmentsPhase],
  ['proportional', proportionalPhase],
  ['customers', customersPhase],
  ['windows', windowsPhase],
  ['floors', floorsPhase],
  ['parsing', parsingPhase],
  ['peers', peersPhase],
  ['expiry', expiryPhase],
  ['memory', memoryPhase],
]);
