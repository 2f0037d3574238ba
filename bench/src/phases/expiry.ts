/** Of very many customers something is due at the same instant; time then passes over it. */

import type { Engine } from '@segue/core/engine/engine.ts';
import { Engine as SegueEngine } from '@segue/core/engine/engine.ts';
import type { Message } from '@segue/core/model/message.ts';
import { parseDefinitions } from '@segue/core/model/parse-definitions.ts';
import { Findings, type PhaseResult } from '../measure/result.ts';
import { type Case, measure, type Sample, spread, Stopwatch } from '../measure/rounds.ts';
import type { Scale } from '../scale.ts';
import { userId } from '../workload/messages.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);
/** Changes per second. */
const WANTED = 1e6;

/** What is due, and how far apart: all at one millisecond, or over a minute. */
const QUESTIONS = [
  {
    name: 'did not … last 7d, all at once',
    rule: 'did not "Order Completed" last 7d',
    change: 'entered',
    spreadMs: 0,
  },
  {
    name: 'count(… last 7d) >= 1, all at once',
    rule: 'count("Order Completed", last 7d) >= 1',
    change: 'exited',
    spreadMs: 0,
  },
  {
    name: 'count(… last 7d) >= 1, over a minute',
    rule: 'count("Order Completed", last 7d) >= 1',
    change: 'exited',
    spreadMs: 60_000,
  },
] as const;

export async function expiryPhase(scale: Scale): Promise<PhaseResult> {
  const findings = new Findings('expiry');
  const cases = QUESTIONS.map((question) => new ExpiryCase(question, scale.dueCustomers));
  const results = await measure(cases, scale.rounds);
  for (const [i, result] of results.entries()) {
    findings.measured(result);
    findings.target(result.name, WANTED, 'changes/s', spread(result.perRound).median);
    findings.check(`${cases[i]?.name ?? ''}: each customer changed once, at the instant itself`);
  }
  return findings.result();
}

class ExpiryCase implements Case {
  readonly name: string;
  readonly unit = 'changes/s';
  readonly #question: (typeof QUESTIONS)[number];
  readonly #customers: number;
  readonly #users: readonly string[];
  /** The first round's engine stays, so that what the compiler knows of engines does; see EngineCase. */
  kept: Engine | undefined = undefined;

  constructor(question: (typeof QUESTIONS)[number], customers: number) {
    this.name = `${customers / 1000}k due, ${question.name}`;
    this.#question = question;
    this.#customers = customers;
    this.#users = Array.from({ length: customers }, (_, customer) => userId(customer));
  }

  /** Throws unless each customer changes exactly once and at the very millisecond. */
  run(): Sample {
    const { change, rule, spreadMs } = this.#question;
    const changedAt = new Float64Array(this.#customers);
    let changes = 0;
    const { definitions } = parseDefinitions({ segments: { due: rule } });
    let isMeasured = false;
    const engine: Engine = new SegueEngine({
      timeZone: 'UTC',
      start: START,
      definitions,
      onChange: (found) => {
        if (!isMeasured || found.kind !== 'segment' || found.change !== change) return;
        changedAt[found.profile] = found.at;
        changes++;
      },
    });
    this.kept ??= engine;
    const times = this.#fill(engine, spreadMs);
    isMeasured = true;
    const watch = new Stopwatch();
    watch.start();
    engine.advanceTo(START + spreadMs + 7 * DAY);
    watch.stop();
    if (changes !== this.#customers) {
      throw new Error(`${this.name}: ${changes} changes of ${this.#customers}`);
    }
    const wrong = times.findIndex((time, profile) => changedAt[profile] !== time + 7 * DAY);
    if (wrong >= 0) {
      throw new Error(`${this.name}: customer ${wrong} changed at another instant than it should`);
    }
    return { amount: changes, seconds: watch.seconds };
  }

  /** One order of each customer; the profile's number is the customer's. */
  #fill(engine: Engine, spreadMs: number): Float64Array {
    const times = new Float64Array(this.#customers);
    for (let customer = 0; customer < this.#customers; customer++) {
      const time = START + Math.floor((customer * spreadMs) / this.#customers);
      times[customer] = time;
      const message: Message = {
        kind: 'track',
        messageId: `order-${customer}`,
        time,
        identifiers: [{ kind: 'user_id', value: this.#users[customer] as string }],
        name: 'Order Completed',
        properties: {},
        traits: {},
      };
      engine.apply({ kind: 'message', message }, time);
    }
    return times;
  }
}
