/** The engine as the benchmark drives it: inputs made ahead of the clock, in portions; changes counted or logged. */

import type { Change } from '@segue/core/model/change.ts';
import type { Input } from '@segue/core/model/input.ts';
import { Engine } from '@segue/core/engine/engine.ts';
import { type Checked, checkChanges } from '../oracle/check.ts';
import { ChangeLog } from '../oracle/change-log.ts';
import { MessageMaker, userId } from '../workload/messages.ts';
import type { SegmentSet } from '../workload/segments.ts';
import type { Traffic } from '../workload/traffic.ts';
import { type Sample, Stopwatch } from '../measure/rounds.ts';

/** Inputs made at a time: few enough that they do not crowd the heap, enough that the clock is read seldom. */
const PORTION = 20_000;

export function newEngine(traffic: Traffic, set: SegmentSet, onChange: (change: Change) => void): Engine {
  return new Engine({ timeZone: 'UTC', start: traffic.start, definitions: set.definitions, onChange });
}

/** Takes the rows `from` to before `to`, and says how long the engine took; making the inputs is not counted. */
export function feed(
  engine: Engine,
  maker: MessageMaker,
  traffic: Traffic,
  from: number = 0,
  to: number = traffic.rows,
): number {
  const watch = new Stopwatch();
  for (let start = from; start < to; start += PORTION) {
    const inputs = maker.inputs(start, Math.min(start + PORTION, to));
    watch.start();
    for (let i = 0; i < inputs.length; i++) {
      engine.apply(inputs[i] as Input, traffic.arrival[start + i] as number);
    }
    watch.stop();
  }
  return watch.seconds;
}

/** One configuration of the engine, checked once and then measured in rounds. */
export class EngineCase {
  readonly name: string;
  readonly unit = 'events/s';
  readonly traffic: Traffic;
  readonly set: SegmentSet;
  readonly #maker: MessageMaker;
  #checked: Checked | undefined = undefined;
  #changes = 0;

  constructor(name: string, traffic: Traffic, set: SegmentSet) {
    this.name = name;
    this.traffic = traffic;
    this.set = set;
    this.#maker = new MessageMaker(traffic, set.categories);
  }

  get isWarm(): boolean {
    return this.#checked !== undefined;
  }

  /** Entries and exits of the run that was checked. */
  get changes(): number {
    return this.#changes;
  }

  /** A run whose every change is logged and compared with the oracle's. */
  check(): Checked {
    const log = new ChangeLog(this.set);
    const engine = newEngine(this.traffic, this.set, log.add);
    feed(engine, this.#maker, this.traffic);
    engine.advanceTo(this.traffic.end);
    this.#changes = log.size;
    this.#checked = checkChanges(
      this.traffic,
      this.set,
      log,
      (customer) => engine.findProfile(userId(customer)) ?? -1,
    );
    return this.#checked;
  }

  /** A measured run: as many changes as in the run that was checked, or it throws. */
  run(): Sample {
    let changes = 0;
    const engine = newEngine(this.traffic, this.set, () => {
      changes++;
    });
    const seconds = feed(engine, this.#maker, this.traffic);
    engine.advanceTo(this.traffic.end);
    if (this.#checked !== undefined && changes !== this.#changes) {
      throw new Error(`${this.name}: ${changes} changes, ${this.#changes} in the run that was checked`);
    }
    return { amount: this.traffic.rows, seconds };
  }
}
