/**
 * All that the engine holds: the clock, the definitions as a plan, and the customers. What happens to it is in
 * modules of functions, one per kind of input.
 */

import type { Diagnostic } from '../base/diagnostic.ts';
import { seenMessagesMax } from '../base/limits.ts';
import { Zone } from '../base/zone.ts';
import type { Definitions } from '../model/definitions.ts';
import type { Instant, Message } from '../model/message.ts';
import { CheckpointRun } from './checkpoint-run.ts';
import { ChangeReport } from './change-report.ts';
import { Customers } from './customers.ts';
import { DueQueue } from './due-queue.ts';
import type { EngineOptions } from './engine.ts';
import { Environment } from './environment.ts';
import { Identity } from './identity.ts';
import { Lists } from './lists.ts';
import { Machine } from './machine.ts';
import { makePlan, type Plan } from './make-plan.ts';
import { MemoryHistory, type MessageHistory } from './message-history.ts';
import { NEVER, type Profile } from './profile.ts';
import { SeenMessages } from './seen-messages.ts';
import { nextVersions } from './versions.ts';

/** What most inputs give the sender to know. */
export const NO_NOTICES: readonly Diagnostic[] = [];

export class EngineState {
  readonly zone: Zone;
  readonly options: EngineOptions;
  env: Environment;
  readonly report: ChangeReport;
  plan: Plan;
  machine: Machine;
  now: Instant;

  /** By id; those who were merged into another or erased are gone. */
  profiles: Customers;
  readonly identity: Identity = new Identity();
  readonly queue: DueQueue;
  readonly seen: SeenMessages = new SeenMessages(seenMessagesMax);
  readonly lists: Lists = new Lists();
  /** Identifier (see erase.ts) → when it was erased. */
  readonly erased: Map<string, Instant> = new Map();
  /** Messages by profile, with `keepHistory`. */
  readonly history: MessageHistory;
  /** Who was touched since the last checkpoint, and the checkpoint under way. */
  readonly checkpoint: CheckpointRun = new CheckpointRun(this);
  /** Local midnight at which populations are next taken; NEVER when nothing needs one. */
  refreshAt: Instant = NEVER;

  constructor(options: EngineOptions) {
    const { timeZone, start, definitions, onChange } = options;
    this.zone = new Zone(timeZone);
    this.options = options;
    this.history = options.history ?? new MemoryHistory();
    this.env = new Environment(this.zone);
    this.report = new ChangeReport(onChange);
    this.now = start;
    this.queue = new DueQueue(start);
    this.env.channels = definitions.channels;
    this.plan = makePlan(this.env, definitions, nextVersions(undefined, definitions));
    this.machine = new Machine(this.plan, this.report.emit);
    this.profiles = this.customersOf(this.plan);
  }

  /** Room for customers whose state is what a plan asks for. */
  customersOf(plan: Plan): Customers {
    return new Customers(plan, () => this.now, this.options.workingCustomersMax);
  }

  /** Puts definitions into force, while there are no customers. */
  define(definitions: Definitions, versions: ReadonlyMap<string, number>): void {
    this.env.channels = definitions.channels;
    this.plan = makePlan(this.env, definitions, versions);
    this.machine = new Machine(this.plan, this.report.emit);
    this.profiles = this.customersOf(this.plan);
  }

  /** Sees to it that the customer is woken at the earliest of their timers. */
  enqueue(p: Profile): void {
    if (p.dueAt >= this.profiles.queuedAt(p.id)) return;
    this.profiles.setQueuedAt(p.id, p.dueAt);
    this.queue.push(p.dueAt, p.id);
  }

  /** Whether messages are kept, of some customers at least. */
  get keepsMessages(): boolean {
    const { keepHistory, history } = this.options;
    return history !== undefined || (keepHistory !== undefined && keepHistory !== false);
  }

  /** Whether all messages of all customers are kept. */
  get keepsAllMessages(): boolean {
    return this.options.history !== undefined || this.options.keepHistory === true;
  }

  /** The messages of a customer that were kept. */
  messagesOf(id: number): readonly Message[] {
    return this.history.of(id);
  }
}
