/**
 * All that one partition holds: its clock, the definitions as a plan, and its customers. What happens to it is in
 * modules of functions, one per kind of input. What it shares with the others is the registry.
 */

import type { Diagnostic } from '../base/diagnostic.ts';
import { Zone } from '../base/zone.ts';
import type { Definitions } from '../model/definitions.ts';
import type { Instant, Message } from '../model/message.ts';
import { CheckpointRun } from './checkpoint-run.ts';
import { ChangeReport } from './change-report.ts';
import { Customers, WORKING_MAX } from './customers.ts';
import { DueQueue } from './due-queue.ts';
import type { EngineOptions } from './engine.ts';
import { Environment } from './environment.ts';
import type { Identity } from './identity.ts';
import type { Lists } from './lists.ts';
import { Machine } from './machine.ts';
import { makePlan, type Plan } from './make-plan.ts';
import type { MessageHistory } from './message-history.ts';
import { NEVER, type Profile } from './profile.ts';
import type { Registry } from './registry.ts';
import type { SeenMessages } from './seen-messages.ts';
import type { Stillness } from './take-populations.ts';
import { nextVersions } from './versions.ts';

/** What most inputs give the sender to know. */
export const NO_NOTICES: readonly Diagnostic[] = [];

/** All partitions of an engine, on one clock. */
export type Partitions = readonly [EngineState, ...EngineState[]];

export class EngineState {
  readonly zone: Zone;
  readonly registry: Registry;
  /** Which of the partitions it is. */
  readonly partition: number;
  readonly options: EngineOptions;
  env: Environment;
  readonly report: ChangeReport;
  plan: Plan;
  machine: Machine;
  now: Instant;

  /** By id; those who were merged into another or erased are gone. */
  profiles: Customers;
  readonly identity: Identity;
  readonly queue: DueQueue;
  readonly seen: SeenMessages;
  readonly lists: Lists;
  /** Identifier (see erase.ts) → when it was erased. */
  readonly erased: Map<string, Instant>;
  /** Messages by profile, with `keepHistory`. */
  readonly history: MessageHistory;
  /** Who was touched since the last checkpoint, and the checkpoint under way. */
  readonly checkpoint: CheckpointRun = new CheckpointRun(this);
  /** Local midnight at which populations are next taken; NEVER when nothing needs one. */
  refreshAt: Instant = NEVER;
  /** Where the values of populations stay as they are for a while; known after they were taken. */
  still: Stillness | undefined = undefined;

  constructor(options: EngineOptions, registry: Registry, partition: number) {
    const { timeZone, start, definitions } = options;
    this.zone = new Zone(timeZone);
    this.registry = registry;
    this.partition = partition;
    this.options = options;
    this.identity = registry.identity;
    this.seen = registry.seen;
    this.lists = registry.lists;
    this.erased = registry.erased;
    this.history = registry.history;
    this.env = new Environment(this.zone);
    this.report = new ChangeReport(registry.changes.tell);
    this.now = start;
    this.queue = new DueQueue(start);
    this.env.channels = definitions.channels;
    this.plan = makePlan(this.env, definitions, nextVersions(undefined, definitions));
    this.machine = new Machine(this.plan, this.report.emit);
    this.profiles = this.customersOf(this.plan);
  }

  /** Room for customers whose state is what a plan asks for. */
  customersOf(plan: Plan): Customers {
    const share = Math.ceil(WORKING_MAX / this.registry.partitions);
    return new Customers(plan, () => this.now, this.options.workingCustomersMax ?? share);
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
