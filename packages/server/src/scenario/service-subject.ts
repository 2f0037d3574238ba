/**
 * The route `incremental`: the service as in production, its log, checkpoints and changes on disk, on a virtual clock.
 *
 * A scenario without `restart` runs it in this process. One with `restart` runs it in a process of its own, which is
 * killed and started again on the same data. What stands there afterwards must be what stood there before, and must be
 * what a replay of the log alone gives: the state, and every change under its number, none missing and none twice. By
 * chance, which follows from the scenario's name, checkpoints are written on the way, and some are under way when the
 * process is killed, so that starts from the log, from a checkpoint and from both are all tried, and again on each run.
 */

import { createHash } from 'node:crypto';

import { assert } from '@segue/core/base/assert.ts';
import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import type { Instant, Message } from '@segue/core/model/message.ts';
import type { Value } from '@segue/core/rules/tree.ts';
import type { RuleValue } from '@segue/core/rules/value.ts';

import type { FeedEvent } from '../feeds/feed.ts';
import { differenceOf } from './compare-with-replay.ts';
import { ScenarioService } from './scenario-service.ts';
import { makeScratchDirectory, removeScratchDirectory } from './scratch-directory.ts';
import type { AskedService } from './service-calls.ts';
import { ServiceProcess } from './service-process.ts';
import type {
  Awaitable,
  CustomerNumber,
  EmittedChange,
  OpenSubject,
  OtherInput,
  ScenarioSubject,
  SubjectSetup,
} from './subject.ts';

/** Where the service runs. */
interface Host {
  readonly service: AskedService;
  /** Whether it can be killed. */
  readonly isProcess: boolean;
  /** Kills it and starts it again on the same data, with the clock where it stands. */
  restart(now: Instant): Promise<void>;
  close(): Promise<void>;
}

export const openServiceSubject: OpenSubject = (setup) => openSubject(setup, 1);

/** The same with customers spread over several partitions, which changes nothing. */
export function openPartitioned(partitions: number): OpenSubject {
  return (setup) => openSubject(setup, partitions);
}

async function openSubject(setup: SubjectSetup, partitions: number): Promise<ScenarioSubject> {
  const host =
    setup.restarts === 0 ? await openHere(setup, partitions) : await openProcess(setup, partitions);
  const subject = new ServiceSubject(setup, host);
  try {
    await subject.begin();
    return subject;
  } catch (error) {
    await subject.close();
    throw error;
  }
}

async function openHere({ timeZone, start: now }: SubjectSetup, partitions: number): Promise<Host> {
  const directory = makeScratchDirectory();
  try {
    const service = await ScenarioService.open({ directory, timeZone, partitions, now });
    // Its files are open and need no names any more: whatever ends this process leaves nothing behind.
    removeScratchDirectory(directory);
    return {
      service,
      isProcess: false,
      restart: () => Promise.reject(new Error('A service in this process cannot be killed')),
      close: async () => {
        try {
          await service.close();
        } finally {
          removeScratchDirectory(directory);
        }
      },
    };
  } catch (error) {
    removeScratchDirectory(directory);
    throw error;
  }
}

async function openProcess(setup: SubjectSetup, partitions: number): Promise<Host> {
  const host = new ProcessHost(setup, partitions);
  try {
    await host.open(setup.start);
    return host;
  } catch (error) {
    await host.close();
    throw error;
  }
}

class ProcessHost implements Host {
  readonly isProcess = true;
  readonly #timeZone: string;
  readonly #partitions: number;
  readonly #directory: string = makeScratchDirectory();
  #process: ServiceProcess;
  /** Takes its place; gets ready while it works. */
  #next: ServiceProcess | undefined;
  #restartsLeft: number;

  constructor({ timeZone, restarts }: SubjectSetup, partitions: number) {
    this.#timeZone = timeZone;
    this.#partitions = partitions;
    this.#restartsLeft = restarts;
    this.#process = new ServiceProcess(this.#directory);
  }

  get service(): AskedService {
    return this.#process.service;
  }

  async open(now: Instant): Promise<void> {
    await this.#process.open({
      directory: this.#directory,
      timeZone: this.#timeZone,
      partitions: this.#partitions,
      now,
    });
    if (this.#restartsLeft > 0) this.#next = new ServiceProcess(this.#directory);
  }

  async restart(now: Instant): Promise<void> {
    await this.#process.kill();
    this.#process = this.#next ?? new ServiceProcess(this.#directory);
    this.#next = undefined;
    this.#restartsLeft--;
    await this.open(now);
  }

  async close(): Promise<void> {
    await Promise.all([this.#process.kill(), this.#next?.kill()]);
    removeScratchDirectory(this.#directory);
  }
}

class ServiceSubject implements ScenarioSubject {
  readonly #setup: SubjectSetup;
  readonly #host: Host;
  #now: Instant;
  /** Number of the first change that has not been taken. */
  #untaken = 0;
  #decisions = 0;

  constructor(setup: SubjectSetup, host: Host) {
    this.#setup = setup;
    this.#host = host;
    this.#now = setup.start;
  }

  /** Puts the scenario's definitions into force. */
  async begin(): Promise<void> {
    const { definitions, start } = this.#setup;
    const refused = await this.#service.apply({ kind: 'definitions', definitions }, start);
    assert(refused.length === 0, 'definitions that were read without errors are taken');
  }

  async advanceTo(now: Instant): Promise<void> {
    await this.#service.advanceTo(now);
    this.#now = now;
  }

  async take(messages: readonly Message[], now: Instant): Promise<readonly (CustomerNumber | undefined)[]> {
    this.#now = now;
    const concerned = await this.#service.take(messages, now);
    await this.#perhapsCheckpoint();
    return concerned;
  }

  async apply(input: OtherInput, now: Instant): Promise<readonly Diagnostic[]> {
    this.#now = now;
    const refused = await this.#service.apply(input, now);
    await this.#perhapsCheckpoint();
    return refused;
  }

  findCustomers(names: readonly string[]): Awaitable<readonly (CustomerNumber | undefined)[]> {
    return this.#service.findCustomers(names);
  }

  namesOf(customers: readonly CustomerNumber[]): Awaitable<readonly string[]> {
    return this.#service.namesOf(customers);
  }

  members(segment: string): Awaitable<readonly CustomerNumber[]> {
    return this.#service.members(segment);
  }

  stageMembers(lifecycle: string, stage: string): Awaitable<readonly CustomerNumber[]> {
    return this.#service.stageMembers(lifecycle, stage);
  }

  value(customer: CustomerNumber, value: Value): Awaitable<RuleValue> {
    return this.#service.value(customer, value);
  }

  explain(customer: CustomerNumber, segment: string): Awaitable<readonly string[]> {
    return this.#service.explain(customer, segment);
  }

  async takeChanges(): Promise<readonly EmittedChange[]> {
    const events = await this.#service.changesFrom(this.#untaken);
    this.#untaken += events.length;
    return events.flatMap((event) => emitted(event));
  }

  async restart(): Promise<string | undefined> {
    const changes = await this.#service.changesFrom(0);
    const hash = await this.#service.stateHash();
    // Whether it is complete when the process ends is nobody's business: a checkpoint is there as a whole or not at all.
    if (this.#chance()) void Promise.resolve(this.#service.checkpoint()).catch(() => undefined);
    await this.#host.restart(this.#now);
    const wrong = await this.#service.whatIsWrong();
    if (wrong !== undefined) return wrong;
    const changesNow = await this.#service.changesFrom(0);
    const difference = differenceOf('what was known before', changes, 'what is known now', changesNow);
    if (difference !== undefined) return difference;
    const hashNow = await this.#service.stateHash();
    return hashNow === hash ? undefined : `the state was ${hash}, and is ${hashNow}`;
  }

  async close(): Promise<void> {
    await this.#host.close();
  }

  get #service(): AskedService {
    return this.#host.service;
  }

  async #perhapsCheckpoint(): Promise<void> {
    if (this.#host.isProcess && this.#chance()) await this.#service.checkpoint();
  }

  /** One time in four. */
  #chance(): boolean {
    const digest = createHash('sha256').update(`${this.#setup.name} ${this.#decisions++}`).digest();
    return (digest[0] ?? 0) % 4 === 0;
  }
}

/** Stages are not listed in scenarios. */
function emitted(event: FeedEvent): readonly EmittedChange[] {
  if (event.kind !== 'segment') return [];
  const { seq: _, customer, ...change } = event;
  const names = customer.identifiers.map(({ value }) => value);
  return [{ ...change, profile: customer.profile, names }];
}
