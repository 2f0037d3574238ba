/**
 * Replaying history: files of messages go through the engine in order of event time, on a clock that stands where the
 * messages say. Nothing is waited for: a year of a shop takes seconds.
 *
 * Memory is bounded by the engine's state, the sort's chunk, and what is printed.
 */

import { Zone } from '@segue/core/base/zone.ts';
import { Engine, type EngineOptions, type ProfileView } from '@segue/core/engine/engine.ts';
import type { Change } from '@segue/core/model/change.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Instant, Message } from '@segue/core/model/message.ts';
import type { RejectSink } from '../ingest/files/import-report.ts';
import type { Mapping } from '../ingest/files/mapping.ts';
import { openMessages, type MessageStream, type StreamProgress } from '../ingest/files/open-messages.ts';
import { CustomerTrail } from './customer-trail.ts';
import {
  summariseCustomer,
  summariseLifecycles,
  summariseRfm,
  summariseSegments,
  type InputSummary,
  type ReplayReport,
} from './replay-report.ts';
import { Tallies } from './tallies.ts';

export type ReplayOptions = {
  readonly files: readonly string[];
  readonly mappings: readonly Mapping[];
  readonly definitions: Definitions;
  readonly timeZone: string;
  /** Earlier messages are history: they count for the answers, and their changes are not counted. */
  readonly from?: Instant | undefined;
  /** The clock stops here; later messages are not taken. */
  readonly until?: Instant | undefined;
  /** Any identifier of a customer to follow. */
  readonly customer?: string | undefined;
  /** Members of each segment to name. */
  readonly sample?: number | undefined;
  readonly onReject?: RejectSink | undefined;
  /** Receives every change from `from` on. */
  readonly onChange?: ((change: Change) => void) | undefined;
  readonly memoryBytes?: number | undefined;
  /** As the engine's: of whom every message is kept, to be explained afterwards. */
  readonly keepHistory?: EngineOptions['keepHistory'] | undefined;
};

export type ReplayProgress = {
  readonly stream: StreamProgress;
  /** Messages that went through the engine. */
  readonly messages: number;
  readonly now: Instant | undefined;
};

/** How long the loop may run before timers and signals get their turn. */
const TURN_MS = 25;
const CHECK_EVERY = 256;
const NOBODY: ProfileView[] = [];

/** One run: `run` once, `progress` at any time meanwhile, `stop` to end it early. */
export class Replay {
  readonly #options: ReplayOptions;
  readonly #zone: Zone;
  readonly #stream: MessageStream;
  readonly #tallies: Tallies;
  readonly #trail: CustomerTrail | undefined;
  readonly #ignored: Record<string, number> = {};
  #engine: Engine | undefined;
  #messages = 0;
  #changes = 0;
  #first: Instant | undefined;
  #last: Instant | undefined;
  #stopped = false;
  #turnEnds = 0;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#zone = new Zone(options.timeZone);
    this.#stream = openMessages(options.files, {
      zone: this.#zone,
      mappings: options.mappings,
      onReject: options.onReject,
      memoryBytes: options.memoryBytes,
    });
    this.#tallies = new Tallies(options.definitions, this.#zone, options.from ?? -Infinity);
    this.#trail = options.customer === undefined ? undefined : new CustomerTrail(options.customer);
  }

  get progress(): ReplayProgress {
    return { stream: this.#stream.progress, messages: this.#messages, now: this.#engine?.now };
  }

  /** The engine as it stands; undefined before the first message. */
  get engine(): Engine | undefined {
    return this.#engine;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Ends the run soon; `run` then reports what there is. */
  stop(): void {
    this.#stopped = true;
    this.#stream.progress.bytes.stopped = true;
  }

  async run(): Promise<ReplayReport> {
    const started = performance.now();
    this.#turnEnds = started + TURN_MS;
    const { until } = this.#options;
    for await (const batch of this.#stream.batches()) {
      if (await this.#takeBatch(batch)) break;
    }
    if (until !== undefined && !this.#stopped) this.#engine?.advanceTo(until);
    return this.#report(performance.now() - started);
  }

  /** True when this was the last: the clock has come to `until`, or the run was stopped. */
  async #takeBatch(batch: readonly Message[]): Promise<boolean> {
    const { until = Infinity } = this.#options;
    for (let i = 0; i < batch.length; i++) {
      const message = batch[i];
      if (message === undefined) continue;
      if (this.#stopped || message.time > until) return true;
      this.#take(message);
      if (i % CHECK_EVERY !== 0 || performance.now() < this.#turnEnds) continue;
      await new Promise((resolve) => setImmediate(resolve));
      this.#turnEnds = performance.now() + TURN_MS;
    }
    return this.#stopped;
  }

  #take(message: Message): void {
    this.#engine ??= this.#open(message.time);
    this.#first ??= message.time;
    this.#last = message.time;
    const known = this.#knownBy(message);
    const applied = this.#engine.apply({ kind: 'message', message }, message.time);
    this.#messages += 1;
    const place = { file: 'messages', line: this.#messages };
    if (!applied.ok) {
      const [problem] = applied.error;
      const detail = `${message.messageId}: ${problem?.message ?? ''}`;
      this.#stream.report.reject(problem?.code ?? 'refused', { ...place, detail }, message);
      return;
    }
    const { ignored, notices, profile } = applied.value;
    if (ignored !== undefined) this.#ignored[ignored] = (this.#ignored[ignored] ?? 0) + 1;
    for (const notice of notices) {
      this.#stream.report.warn(notice.code, { ...place, detail: `${message.messageId}: ${notice.message}` });
    }
    for (const view of known) {
      if (this.#engine.profile(view.id) === undefined) this.#tallies.forget(view, message.time);
    }
    this.#trail?.addMessage(message, profile);
  }

  /** The customers that a message may merge: several that it names. A merge tells nothing of the one that goes. */
  #knownBy(message: Message): ProfileView[] {
    const { identifiers, previousId } = message;
    if (identifiers.length < 2 && previousId === undefined) return NOBODY;
    const profiles = new Set<number | undefined>();
    for (const identifier of identifiers) profiles.add(this.#engine?.findProfile(identifier));
    if (previousId !== undefined) profiles.add(this.#engine?.findProfile(previousId));
    profiles.delete(undefined);
    if (profiles.size < 2) return NOBODY;
    return [...profiles].flatMap((id) => (id === undefined ? [] : (this.#engine?.profile(id) ?? [])));
  }

  #open(start: Instant): Engine {
    return new Engine({
      timeZone: this.#options.timeZone,
      start,
      definitions: this.#options.definitions,
      keepHistory: this.#options.keepHistory ?? false,
      onChange: (change) => {
        this.#tallies.add(change);
        this.#trail?.addChange(change);
        if (change.at < (this.#options.from ?? -Infinity)) return;
        this.#changes += 1;
        this.#options.onChange?.(change);
      },
    });
  }

  #report(tookMs: number): ReplayReport {
    const { definitions, timeZone, from, customer, sample } = this.#options;
    // Without a message there is nobody; the tables then say so.
    const engine = this.#engine ?? this.#open(from ?? 0);
    return {
      complete: !this.#stopped,
      timeZone,
      ...(this.#first === undefined ? {} : { first: this.#first }),
      ...(this.#last === undefined ? {} : { last: this.#last, now: engine.now }),
      ...(from === undefined ? {} : { countedFrom: from }),
      tookMs,
      messagesPerSecond: tookMs === 0 ? 0 : (this.#messages * 1_000) / tookMs,
      input: this.#input(),
      customers: engine.profileCount(),
      changes: this.#changes,
      segments: summariseSegments(engine, definitions, this.#tallies, sample ?? 0),
      lifecycles: summariseLifecycles(engine, definitions, this.#tallies),
      rfm: summariseRfm(engine, definitions),
      ...(customer === undefined || this.#trail === undefined
        ? {}
        : { customer: summariseCustomer(engine, customer, this.#trail) }),
    };
  }

  #input(): InputSummary {
    const { report } = this.#stream;
    return {
      files: report.files,
      fileErrors: report.fileErrors,
      rows: report.rows,
      messages: this.#messages,
      ignored: this.#ignored,
      skipped: report.skipped.list(),
      rejected: report.rejected.list(),
      warnings: report.warnings.list(),
    };
  }
}
