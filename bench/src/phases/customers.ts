/**
 * More and more customers of whom each does as much: what an event brings (visits to customers, changes, things due
 * meanwhile) is the same, and what differs is how much memory all of them take. The clock runs for a part of the traffic
 * when it has gone on for a while, and before it thins out: at the very end only late events are left, a few in a
 * week in which something is due of everybody.
 */

import type { Engine } from '@segue/core/engine/engine.ts';
import { Findings, type PhaseResult } from '../measure/result.ts';
import { type Case, measure, type Sample } from '../measure/rounds.ts';
import { checkChanges, type Checked } from '../oracle/check.ts';
import { ChangeLog } from '../oracle/change-log.ts';
import { DAYS, type Scale, SEED } from '../scale.ts';
import { feed, newEngine } from '../subject/engine-run.ts';
import { MessageMaker, userId } from '../workload/messages.ts';
import { touchConstant } from '../workload/segments.ts';
import { makeTraffic, type Traffic } from '../workload/traffic.ts';

const SEGMENTS = 100;
/** Of each customer, over all the days. */
const EVENTS_EACH = 8;
/** Part of the rows that have come when the clock is stopped. */
const MEASURED_UNTIL = 0.9;
/** The rate at the most customers against that at the fewest. */
const WANTED = 0.5;

export async function customersPhase(scale: Scale): Promise<PhaseResult> {
  const findings = new Findings('customers');
  const cases = scale.customerSweep.map((customers) => new CustomersCase(customers, scale.someEvents));
  for (const subject of cases) findings.checked(subject.name, subject.check());
  const results = await measure(cases, scale.rounds);
  for (const result of results) findings.measured(result);
  const [fewest, most] = [results[0], results.at(-1)];
  if (fewest !== undefined && most !== undefined) {
    const [least, greatest] = [scale.customerSweep[0] ?? 0, scale.customerSweep.at(-1) ?? 0];
    findings.ratio(`${greatest / 1000}k customers against ${least / 1000}k`, most, fewest, WANTED);
  }
  return findings.result();
}

class CustomersCase implements Case {
  readonly name: string;
  readonly unit = 'events/s';
  readonly #traffic: Traffic;
  /** The rows that are measured: from, and to before. */
  readonly #from: number;
  readonly #to: number;
  readonly #set = touchConstant(SEGMENTS);
  readonly #maker: MessageMaker;
  /** The engine of the check stays, so that what the compiler knows of engines does; see EngineCase. */
  kept: Engine | undefined = undefined;

  constructor(customers: number, events: number) {
    this.name = `engine, ${customers / 1000}k customers, ${SEGMENTS} segments`;
    this.#traffic = makeTraffic({ seed: SEED, customers, events: customers * EVENTS_EACH, days: DAYS });
    this.#to = Math.floor(this.#traffic.rows * MEASURED_UNTIL);
    this.#from = Math.max(0, this.#to - events);
    this.#maker = new MessageMaker(this.#traffic, this.#set.categories);
  }

  check(): Checked {
    const log = new ChangeLog(this.#set);
    const engine = newEngine(this.#traffic, this.#set, log.add);
    this.kept = engine;
    feed(engine, this.#maker, this.#traffic);
    engine.advanceTo(this.#traffic.end);
    const profileOf = (customer: number): number => engine.findProfile(userId(customer)) ?? -1;
    return checkChanges(this.#traffic, this.#set, log, profileOf);
  }

  run(): Sample {
    const engine = newEngine(this.#traffic, this.#set, () => undefined);
    feed(engine, this.#maker, this.#traffic, 0, this.#from);
    const seconds = feed(engine, this.#maker, this.#traffic, this.#from, this.#to);
    return { amount: this.#to - this.#from, seconds };
  }
}
