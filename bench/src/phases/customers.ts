/** The same traffic over more and more customers, all of whom exist when the clock is started. */

import type { Engine } from '@segue/core/engine/engine.ts';
import { Findings, type PhaseResult } from '../measure/result.ts';
import { type Case, measure, type Sample } from '../measure/rounds.ts';
import { checkChanges, type Checked } from '../oracle/check.ts';
import { ChangeLog } from '../oracle/change-log.ts';
import { DAYS, type Scale, SEED } from '../scale.ts';
import { feed, newEngine } from '../subject/engine-run.ts';
import { MessageMaker, userId } from '../workload/messages.ts';
import { touchConstant } from '../workload/segments.ts';
import { joinTraffic, makeTraffic, type Traffic } from '../workload/traffic.ts';

const SEGMENTS = 100;
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
  /** One event of each customer, then the traffic that is measured. */
  readonly #traffic: Traffic;
  readonly #before: number;
  readonly #set = touchConstant(SEGMENTS);
  readonly #maker: MessageMaker;
  /** The engine of the check stays, so that what the compiler knows of engines does; see EngineCase. */
  kept: Engine | undefined = undefined;

  constructor(customers: number, events: number) {
    this.name = `engine, ${customers / 1000}k customers, ${SEGMENTS} segments`;
    const measured = makeTraffic({ seed: SEED, customers, events, days: DAYS });
    this.#before = customers;
    this.#traffic = joinTraffic(customers, measured);
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
    feed(engine, this.#maker, this.#traffic, 0, this.#before);
    const seconds = feed(engine, this.#maker, this.#traffic, this.#before);
    return { amount: this.#traffic.rows - this.#before, seconds };
  }
}
