/**
 * What would happen to one customer: a copy of them takes inputs and lets time pass, and nobody else hears of it.
 *
 * Idea. The copy is the customer as a checkpoint would have them, in a partition of its own that works by the plan in
 * force. So what is said of it is said by the very code that will do it, and it costs one customer, not a copy of all.
 *
 * Invariants. The real state stays as it is, to the byte, also what the plan has learnt of its streams. What really happens
 * when the same inputs arrive at the same instants is the same, except for what rests on others: populations stand still, and
 * an input that names somebody else connects nobody.
 *
 * Cost: the copy, and what the inputs cost. A wake by time is asked for first, so that a long wait can be cut into pieces.
 */

import type { Change } from '../model/change.ts';
import { noDefinitions } from '../model/definitions.ts';
import type { Input } from '../model/input.ts';
import type { Identifier, Instant } from '../model/message.ts';
import type { History } from '../rules/interpreter-history.ts';
import { defined } from '../base/assert.ts';
import { advance } from './advance.ts';
import type { ProfileJson } from './checkpoint.ts';
import type { Applied } from './engine.ts';
import { EngineState, NO_NOTICES } from './engine-state.ts';
import { isErased } from './erase.ts';
import { historyOf } from './history.ts';
import {
  type KeptCustomer,
  keptCustomer,
  putIntoPartition,
  readObjects,
  writeObjects,
} from './kept-customer.ts';
import { Machine } from './machine.ts';
import { negativesOf } from './move-customer.ts';
import { Registry } from './registry.ts';
import { takeConsent, takeScore } from './take-fact.ts';
import { takeKnownMessage } from './take-message.ts';
import { type ProfileView, viewOf } from './views.ts';

/** What a copy can be told; the customer that it names is not looked at. */
export type WhatIfInput = Extract<Input, { readonly kind: 'message' | 'score' | 'consent' }>;

/** Number of the customer in a partition of their own. */
const COPY = 0;

type Column = { hasNegative: boolean };

export class WhatIf {
  /** All that happened to the copy, in order. */
  readonly changes: Change[] = [];
  readonly #real: EngineState;
  readonly #id: number;
  readonly #copy: EngineState;
  /** Any identifier of the customer. */
  readonly #name: Identifier;
  /** Columns that the copy, and only the copy, has seen a negative number in. */
  readonly #negatives = new Set<Column>();

  /** Undefined where there is no such customer. Of use only while the definitions in force stay. */
  static of(real: EngineState, id: number): WhatIf | undefined {
    const kept = keptCustomer(real, id, real.now);
    return kept === undefined ? undefined : new WhatIf(real, id, kept);
  }

  private constructor(real: EngineState, id: number, kept: KeptCustomer) {
    this.#real = real;
    this.#id = id;
    const tell = (change: Change): void => {
      this.changes.push({ ...change, profile: id });
    };
    const copy = new EngineState(
      { ...real.options, start: real.now, definitions: noDefinitions },
      new Registry(1, undefined, tell),
      0,
    );
    copy.env = real.env;
    copy.plan = real.plan;
    copy.machine = new Machine(real.plan, copy.report.emit);
    copy.profiles = copy.customersOf(real.plan);
    copy.registry.reserve(COPY + 1);
    const identifiers = real.identity.identifiersOf(id);
    for (const identifier of identifiers) copy.identity.own(COPY, identifier);
    // Somebody without a name can still be told something.
    this.#name = identifiers[0] ?? { kind: '', value: '' };
    if (identifiers.length === 0) copy.identity.own(COPY, this.#name);
    this.#copy = copy;
    this.#apart(() => {
      putIntoPartition(copy, apartFrom(kept), real.now);
    });
  }

  /** Where the copy's clock stands. */
  get now(): Instant {
    return this.#copy.now;
  }

  /** Whether the definitions that it began with are still in force. */
  get isCurrent(): boolean {
    return this.#real.plan === this.#copy.plan;
  }

  /** As of `Engine.advanceTo`: false where `goOn`, which is asked before each wake, said no before the end. */
  advanceTo(now: Instant, goOn: () => boolean): boolean {
    return this.#apart(() => advance([this.#copy], now, goOn));
  }

  /** Takes an input at the instant where the clock stands. */
  take(input: WhatIfInput): Applied {
    if (input.kind === 'message' && isErased(this.#real, input.message)) {
      return { ignored: 'erased', notices: NO_NOTICES };
    }
    this.#copy.profiles.beginStep();
    return this.#apart(() => {
      switch (input.kind) {
        case 'message':
          return takeKnownMessage(this.#copy, COPY, input.message);
        case 'score':
          return takeScore(this.#copy, { ...input, customer: this.#name });
        case 'consent':
          return takeConsent(this.#copy, { ...input, customer: this.#name });
      }
    });
  }

  /** The customer as they would be. */
  view(): ProfileView {
    const p = defined(this.#copy.profiles.look(COPY), 'the copy of a customer');
    return { ...viewOf(this.#copy, p), id: this.#id };
  }

  /** All that would be known of the customer, as the plain interpreter reads it. */
  history(): History {
    const p = defined(this.#copy.profiles.look(COPY), 'the copy of a customer');
    return historyOf(p, [...this.#real.messagesOf(this.#id), ...this.#copy.messagesOf(COPY)]);
  }

  /** The plan is shared, and learns where a number was negative: what the copy has seen counts for the copy alone. */
  #apart<T>(work: () => T): T {
    const { streams } = this.#copy.plan;
    const known = new Set(negativesOf(this.#copy).map(([stream, c]) => streams[stream]?.columns[c]));
    for (const column of this.#negatives) column.hasNegative = true;
    try {
      return work();
    } finally {
      for (const [stream, c] of negativesOf(this.#copy)) {
        const column = streams[stream]?.columns[c];
        if (column === undefined || known.has(column)) continue;
        this.#negatives.add(column);
        column.hasNegative = false;
      }
    }
  }
}

/** The same customer under the copy's number, with nothing shared. */
function apartFrom(kept: KeptCustomer): KeptCustomer {
  if (kept.kind === 'whole') {
    const json = JSON.parse(JSON.stringify(kept.json)) as ProfileJson;
    return { ...kept, id: COPY, json: { ...json, id: COPY } };
  }
  const text = writeObjects(kept.objects);
  const none = { rich: undefined, facts: undefined, future: undefined };
  return { ...kept, id: COPY, objects: text === undefined ? none : readObjects(text) };
}
