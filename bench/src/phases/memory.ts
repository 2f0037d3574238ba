/**
 * What a customer with ten live events weighs: by how much the heap (and what lies outside it) grows from very many of
 * them to twice as many, against the bytes of information in the state of those who came along, each fact written down
 * once and nothing shared. The plan and the working forms are there once, however many customers there are, so they
 * are a figure of their own. Twice as many, so that tables that double are filled to the same part.
 */

import type { Engine } from '@segue/core/engine/engine.ts';
import type { Input } from '@segue/core/model/input.ts';
import { Findings, type PhaseResult } from '../measure/result.ts';
import { collectGarbage, spread } from '../measure/rounds.ts';
import { type Scale, SEED } from '../scale.ts';
import { newEngine } from '../subject/engine-run.ts';
import { MessageMaker } from '../workload/messages.ts';
import { ADDED, ORDERED, type SegmentSet, touchConstant, VIEWED } from '../workload/segments.ts';
import { CATEGORIES, IDENTIFY, makeTraffic, type Traffic } from '../workload/traffic.ts';

const DAY = 86_400_000;
/** All ten events lie within the shortest window. */
const LIVE_DAYS = 2;
const SEGMENTS = [10, 1_000] as const;
const BYTES_MAX = 650;
const INFORMATION_MAX = 1.7;

export async function memoryPhase(scale: Scale): Promise<PhaseResult> {
  const findings = new Findings('memory');
  for (const segments of SEGMENTS) await weigh(findings, scale, segments);
  return findings.result();
}

async function weigh(findings: Findings, scale: Scale, segments: number): Promise<void> {
  const customers = scale.weighedCustomers / 2;
  const [few, many] = [liveTraffic(customers), liveTraffic(customers * 2)];
  const set = touchConstant(segments);
  const bytes: number[] = [];
  const shares: number[] = [];
  const fixed: number[] = [];
  for (let round = 0; round < Math.min(3, scale.rounds); round++) {
    const [one, two] = [await weighOnce(few, set), await weighOnce(many, set)];
    bytes.push((two.bytes - one.bytes) / customers);
    shares.push((two.bytes - one.bytes) / (two.information - one.information));
    fixed.push((2 * one.bytes - two.bytes) / 1e6);
  }
  const name = `a customer with ten live events, ${segments} segments`;
  const information = informationOf(few, set, 0) / customers;
  findings.figure(`${name}: heap`, 'B', bytes, `information beside memberships ${information.toFixed(0)} B`);
  findings.figure(`${name}: against information`, '×', shares);
  findings.figure(`${segments} segments: what is there once`, 'MB', fixed);
  findings.target(name, BYTES_MAX, 'B', spread(bytes).median, 'at most');
  findings.target(`${name}, against information`, INFORMATION_MAX, '×', spread(shares).median, 'at most');
}

type Weight = { readonly bytes: number; readonly information: number };

async function weighOnce(traffic: Traffic, set: SegmentSet): Promise<Weight> {
  let memberships = 0;
  const before = await usedBytes();
  const engine: Engine = newEngine(traffic, set, (change) => {
    if (change.kind === 'segment') memberships += change.change === 'entered' ? 1 : -1;
  });
  fill(engine, traffic, set);
  const bytes = (await usedBytes()) - before;
  // The engine must outlive the weighing.
  if (engine.profileCount() !== traffic.customers) throw new Error('Not every customer has an event.');
  return { bytes, information: informationOf(traffic, set, memberships) };
}

/** The maker of the messages goes when this is done, so the texts of ids weigh too: the engine is all that holds them. */
function fill(engine: Engine, traffic: Traffic, set: SegmentSet): void {
  const maker = new MessageMaker(traffic, set.categories);
  for (let row = 0; row < traffic.rows; row++) {
    engine.apply(
      { kind: 'message', message: maker.message(row) } satisfies Input,
      traffic.arrival[row] as number,
    );
  }
}

/** What a customer does, and in which of three favourite categories. */
const VISIT: readonly (readonly [event: number, favourite: number])[] = [
  [VIEWED, 0],
  [VIEWED, 0],
  [ADDED, 0],
  [VIEWED, 1],
  [VIEWED, 0],
  [ORDERED, 0],
  [VIEWED, 2],
  [VIEWED, 1],
  [ADDED, 1],
  [VIEWED, 0],
];

/** Ten events of each customer that some segment reads, in order, none twice. */
function liveTraffic(customers: number): Traffic {
  const events = customers * VISIT.length;
  const traffic = makeTraffic({ seed: SEED, customers, events, days: LIVE_DAYS, even: true });
  for (let row = 0; row < events; row++) {
    const customer = row % customers;
    const [name, favourite] = VISIT[Math.floor(row / customers)] ?? [VIEWED, 0];
    const time = traffic.start + Math.floor((row * LIVE_DAYS * DAY) / events);
    traffic.customer[row] = customer;
    traffic.name[row] = name;
    traffic.category[row] = (customer * 31 + favourite * 7) % CATEGORIES;
    traffic.time[row] = time;
    traffic.arrival[row] = time;
    traffic.message[row] = row;
    traffic.isRepeated[row] = 0;
  }
  return traffic;
}

/**
 * The bytes that the state cannot do without: of a customer the id (13) and the instant of birth (8); of each event
 * that some segment reads its time (8), which it is (2) and, where a segment adds it up, its price (8); of every
 * message 16 to know it again; of a membership the segment (2) and since when (8); of a trait its name and value (4)
 * and when it was set (8); of a customer the next instant at which something is due (8).
 */
function informationOf(traffic: Traffic, { segments, categories }: SegmentSet, memberships: number): number {
  const read = new Set<string>();
  const summed = new Set<string>();
  for (const { shape, category } of segments) {
    if ('event' in shape) read.add(`${shape.event}/${category ?? ''}`);
    if ('other' in shape) read.add(`${shape.other}/${category ?? ''}`);
    if (shape.kind === 'sum') summed.add(`${shape.event}/${category ?? ''}`);
    if (shape.kind === 'club') read.add(`${IDENTIFY}/${category ?? 0}`);
  }
  let bytes = traffic.customers * (13 + 8 + 8) + traffic.rows * 16 + memberships * 10;
  for (let row = 0; row < traffic.rows; row++) {
    const key = `${traffic.name[row] as number}/${(traffic.category[row] as number) % categories}`;
    if (read.has(key)) bytes += 10;
    if (summed.has(key)) bytes += 8;
  }
  return bytes;
}

async function usedBytes(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    // What nobody holds any more is given back in turns of their own.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
