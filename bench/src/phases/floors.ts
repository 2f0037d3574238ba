/** What a program without generality reaches, on numbers and on JSON, beside the engine with the same question. */

import { WindowFloor } from '../floors/window-floor.ts';
import { Findings, type PhaseResult } from '../measure/result.ts';
import { type Case, measure, type Sample, Stopwatch } from '../measure/rounds.ts';
import type { Scale } from '../scale.ts';
import { EngineCase } from '../subject/engine-run.ts';
import { MessageMaker } from '../workload/messages.ts';
import { plainCounts, type Shape, touchConstant, VIEWED } from '../workload/segments.ts';
import { EVENT_NAMES, type Traffic, usualTraffic } from '../workload/traffic.ts';

const PORTION = 5_000;
const MANY = 1_000;
/** The engine with many segments against the floor with one. */
const WANTED = 0.1;

type CountShape = Extract<Shape, { kind: 'count' }>;

export async function floorsPhase(scale: Scale): Promise<PhaseResult> {
  const findings = new Findings('floors');
  const traffic = usualTraffic(scale.someEvents);
  const set = plainCounts(1, 'everything');
  const shape = set.segments[0]?.shape;
  if (shape?.kind !== 'count') throw new Error('The floor answers a count.');
  // As the floor on numbers: who the customer is, and which messages are repeated, others have found out.
  const one = new EngineCase('engine, the same segment', traffic, set, 'known');
  const many = new EngineCase(`engine, ${MANY} segments`, traffic, touchConstant(MANY), 'known');
  const checked = one.check();
  findings.checked(one.name, checked);
  findings.checked(many.name, many.check());
  const cases = [
    new IntegerFloor(traffic, shape, one.changes),
    new TextFloor(traffic, shape, one.changes),
    one,
    many,
  ];
  const results = await measure(cases, scale.rounds);
  for (const result of results) findings.measured(result);
  findings.check(`both floors make the same ${one.changes} changes`);
  const [integers, , same, thousand] = results;
  if (integers !== undefined && same !== undefined && thousand !== undefined) {
    findings.ratio('engine, the same segment, against the integer floor', same, integers);
    findings.ratio(`engine, ${MANY} segments, against the integer floor`, thousand, integers, WANTED);
  }
  return findings.result();
}

abstract class Floor implements Case {
  abstract readonly name: string;
  readonly unit = 'events/s';
  protected readonly traffic: Traffic;
  readonly #shape: CountShape;
  readonly #changes: number;

  constructor(traffic: Traffic, shape: CountShape, changes: number) {
    this.traffic = traffic;
    this.#shape = shape;
    this.#changes = changes;
  }

  run(): Sample {
    const { customers, end, rows } = this.traffic;
    const floor = new WindowFloor(customers + 1, this.#shape.windowMs ?? Infinity, this.#shape.atLeast);
    const seconds = this.feed(floor);
    floor.advanceTo(end);
    if (floor.changes !== this.#changes) {
      throw new Error(`${this.name}: ${floor.changes} changes, should be ${this.#changes}`);
    }
    return { amount: rows, seconds };
  }

  protected abstract feed(floor: WindowFloor): number;
}

/** Columns of numbers; somebody else has found repeated messages. */
class IntegerFloor extends Floor {
  readonly name = 'floor on numbers: ring and heap, one segment';

  protected feed(floor: WindowFloor): number {
    const { rows, customer, name, time, arrival, isRepeated } = this.traffic;
    const watch = new Stopwatch();
    watch.start();
    for (let row = 0; row < rows; row++) {
      if (name[row] !== VIEWED || isRepeated[row] === 1) floor.advanceTo(arrival[row] as number);
      else floor.take(customer[row] as number, time[row] as number, arrival[row] as number);
    }
    watch.stop();
    return watch.seconds;
  }
}

type Wire = { messageId: string; userId: string; event?: string; timestamp: string };

/** JSON, a table of ids, a set of messages seen. */
class TextFloor extends Floor {
  readonly name = 'floor on JSON: parse, ids, ring and heap, one segment';

  protected feed(floor: WindowFloor): number {
    const { rows, arrival } = this.traffic;
    const maker = new MessageMaker(this.traffic, 1);
    const watch = new Stopwatch();
    const ids = new Map<string, number>();
    const seen = new Set<string>();
    for (let from = 0; from < rows; from += PORTION) {
      const to = Math.min(from + PORTION, rows);
      const lines: string[] = [];
      for (let row = from; row < to; row++) lines.push(maker.json(row));
      watch.start();
      for (let i = 0; i < lines.length; i++) {
        const message = JSON.parse(lines[i] as string) as Wire;
        const now = arrival[from + i] as number;
        floor.advanceTo(now);
        if (seen.has(message.messageId)) continue;
        seen.add(message.messageId);
        let id = ids.get(message.userId);
        if (id === undefined) ids.set(message.userId, (id = ids.size));
        if (message.event === EVENT_NAMES[VIEWED]) floor.take(id, Date.parse(message.timestamp), now);
      }
      watch.stop();
    }
    return watch.seconds;
  }
}
