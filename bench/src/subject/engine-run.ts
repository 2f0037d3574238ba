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

/** Inputs made at a time: as many as come in one body, so that they are as near as those of a door that has just read them. */
const PORTION = 2_000;

/**
 * How messages get in: `full` as from a door, where the engine knows a message again and finds the customer by the
 * identifier; `known` with the customer's number and without those that have come before, as from an index of a log.
 */
export type Entry = 'full' | 'known';

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

/** As `feed` by the other entry: a customer's first message tells the engine of them, all others are known to be theirs. */
export function feedKnown(engine: Engine, maker: MessageMaker, traffic: Traffic): number {
  const { rows, arrival, customer, isRepeated, customers } = traffic;
  const profiles = new Int32Array(customers + 1).fill(-1);
  const watch = new Stopwatch();
  for (let start = 0; start < rows; start += PORTION) {
    const inputs = maker.inputs(start, Math.min(start + PORTION, rows));
    watch.start();
    for (let i = 0; i < inputs.length; i++) {
      const row = start + i;
      const now = arrival[row] as number;
      const whose = customer[row] as number;
      const input = inputs[i] as Input & { kind: 'message' };
      if (isRepeated[row] === 1) engine.advanceTo(now);
      else if ((profiles[whose] as number) >= 0) {
        engine.applyKnown(profiles[whose] as number, input.message, now);
      } else {
        const applied = engine.apply(input, now);
        if (applied.ok) profiles[whose] = applied.value.profile ?? -1;
      }
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
  readonly #entry: Entry;
  /**
   * The engine of the check stays, as the one of a process does: when the last of a kind goes, the compiler forgets what
   * it knew of the kind, and every round would begin with code that is not compiled.
   */
  #kept: Engine | undefined = undefined;
  #checked: Checked | undefined = undefined;
  #changes = 0;

  constructor(name: string, traffic: Traffic, set: SegmentSet, entry: Entry = 'full') {
    this.name = name;
    this.#entry = entry;
    this.traffic = traffic;
    this.set = set;
    this.#maker = new MessageMaker(traffic, set.categories);
  }

  get isWarm(): boolean {
    return this.#checked !== undefined && this.#kept !== undefined;
  }

  /** Entries and exits of the run that was checked. */
  get changes(): number {
    return this.#changes;
  }

  /** A run whose every change is logged and compared with the oracle's. */
  check(): Checked {
    const log = new ChangeLog(this.set);
    const engine = newEngine(this.traffic, this.set, log.add);
    this.#feed(engine);
    engine.advanceTo(this.traffic.end);
    this.#kept = engine;
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
    const seconds = this.#feed(engine);
    engine.advanceTo(this.traffic.end);
    if (this.#checked !== undefined && changes !== this.#changes) {
      throw new Error(`${this.name}: ${changes} changes, ${this.#changes} in the run that was checked`);
    }
    return { amount: this.traffic.rows, seconds };
  }

  #feed(engine: Engine): number {
    return this.#entry === 'full'
      ? feed(engine, this.#maker, this.traffic)
      : feedKnown(engine, this.#maker, this.traffic);
  }
}
