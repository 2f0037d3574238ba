/**
 * What the service counts and measures, for Prometheus. Other parts call plain functions of `Metrics` and know nothing
 * of the library; each part asks for the few it needs. Nothing personal: labels are names of sources and routes, and codes.
 *
 * Figures that somebody else keeps already (a queue's depth, the free disk) are watched: read when somebody asks, so that
 * an idle service does no work.
 */

import type Prometheus from 'prom-client';

import type { Outcome } from '../runtime/intake.ts';
import { addProcessMetrics } from './process-metrics.ts';
import { Counter, Gauge, Histogram, Registry } from './prometheus.ts';

/** Gauges that are read at each scrape, with what they say. Names follow `segue_`. */
export const watchedGauges = {
  intake_waiting: 'Entries that wait for the next commit.',
  intake_behind: 'Entries that are durable and that the engine has not taken yet.',
  log_entries: 'Entries of the log.',
  profiles: 'Customers in memory.',
  feed_unsaved: 'Changes that were published and are not durable in the feed yet.',
  streams_open: 'Live streams that are open.',
  webhooks_waiting: 'Deliveries of webhooks that are due or under way.',
  history_up: 'Whether the history store answers, 0 or 1.',
  history_lag_seconds: 'How long ago what history lacks first arrived.',
  history_behind_entries: 'Entries of the log that are not in history yet.',
  history_restarts: 'Times that the process of the history store ended and was started anew.',
  checkpoint_age_seconds: 'Time since the last checkpoint.',
  disk_free_bytes: 'Free bytes of the disk that holds the data directory.',
  disk_size_bytes: 'Size of the disk that holds the data directory.',
} as const;
export type WatchedGauge = keyof typeof watchedGauges;

/** What became of an attempt to deliver a webhook. */
export type DeliveryOutcome = 'delivered' | 'retried' | 'given_up' | 'disabled';

export interface Metrics {
  /** Messages that were taken durably. */
  accepted(source: string, messages: number): void;
  /** Of those, messages that changed nothing, and why. */
  ignored(source: string, reason: NonNullable<Outcome['ignored']>, messages: number): void;
  /** Messages, or whole requests, that were refused, by the code of the reason. */
  refused(code: string, count: number): void;
  /** Bytes of bodies as they came. */
  bytes(count: number): void;
  /** Refused messages that could not be kept. */
  quarantineFailed(messages: number): void;
  /** A record was committed and taken by the engine. */
  recordTaken(record: {
    readonly entries: number;
    readonly commitMs: number;
    readonly applyMs: number;
  }): void;
  /** A change due by time alone was published this long after it was due. */
  dueTaken(lateMs: number): void;
  changes(kind: 'entered' | 'exited' | 'stage', count: number): void;
  delivery(outcome: DeliveryOutcome, ms: number): void;
  checkpointed(ms: number): void;
  /** `route` is its template (`/v1/profiles/:identifier`), never the path that was asked for. */
  request(method: string, route: string, status: number, ms: number): void;
  connectionDropped(): void;
  /** `read` is called at each scrape; a second call for the same gauge replaces the first. */
  watch(gauge: WatchedGauge, read: () => number): void;
  /** The text for Prometheus, and its type. */
  render(): Promise<string>;
  readonly contentType: string;
}

const commitSeconds = [0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 10];
const requestSeconds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5, 30];
const lateSeconds = [0.001, 0.002, 0.0035, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 10, 60, 3600];
const deliverySeconds = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];
const checkpointSeconds = [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60];
const recordEntries = [1, 2, 5, 10, 50, 100, 500, 1_000, 5_000];

/** Metrics in a registry of their own. */
export function createMetrics(): Metrics {
  return new PrometheusMetrics();
}

class PrometheusMetrics implements Metrics {
  readonly #registry = new Registry();
  readonly #watched = new Map<WatchedGauge, () => number>();

  readonly #accepted = this.#counter('messages_accepted_total', 'Messages taken durably.', 'source');
  readonly #ignored = this.#counter(
    'messages_ignored_total',
    'Of the messages taken, those that changed nothing.',
    'source',
    'reason',
  );
  readonly #refused = this.#counter('refused_total', 'Messages and requests refused, by reason.', 'code');
  readonly #bytes = this.#counter('body_bytes_total', 'Bytes of bodies with messages, as sent.');
  readonly #unkept = this.#counter('quarantine_failed_total', 'Refused messages that could not be kept.');
  readonly #changes = this.#counter('changes_total', 'Changes published.', 'kind');
  readonly #deliveries = this.#counter(
    'webhook_deliveries_total',
    'Attempts to deliver a webhook.',
    'outcome',
  );
  readonly #requests = this.#counter(
    'http_requests_total',
    'Requests answered.',
    'method',
    'route',
    'status',
  );
  readonly #dropped = this.#counter('http_connections_dropped_total', 'Connections above the limit.');

  readonly #commits = this.#histogram('commit_seconds', 'Time until a record was durable.', commitSeconds);
  readonly #entries = this.#histogram('commit_entries', 'Entries of a record.', recordEntries);
  readonly #applies = this.#histogram('apply_seconds', 'Time of the engine for a record.', commitSeconds);
  readonly #lateness = this.#histogram(
    'due_lateness_seconds',
    'How long after its instant a change due by time was published.',
    lateSeconds,
  );
  readonly #checkpoints = this.#histogram('checkpoint_seconds', 'Time of a checkpoint.', checkpointSeconds);
  readonly #deliveryTimes = this.#histogram(
    'webhook_delivery_seconds',
    'Time of an attempt to deliver a webhook.',
    deliverySeconds,
  );
  readonly #requestTimes = this.#histogram(
    'http_request_seconds',
    'Time until a request was answered.',
    requestSeconds,
    'route',
  );

  constructor() {
    addProcessMetrics(this.#registry);
  }

  accepted(source: string, messages: number): void {
    this.#accepted.inc({ source }, messages);
  }

  ignored(source: string, reason: NonNullable<Outcome['ignored']>, messages: number): void {
    this.#ignored.inc({ source, reason }, messages);
  }

  refused(code: string, count: number): void {
    this.#refused.inc({ code }, count);
  }

  bytes(count: number): void {
    this.#bytes.inc(count);
  }

  quarantineFailed(messages: number): void {
    this.#unkept.inc(messages);
  }

  recordTaken(record: Parameters<Metrics['recordTaken']>[0]): void {
    this.#commits.observe(record.commitMs / 1000);
    this.#entries.observe(record.entries);
    this.#applies.observe(record.applyMs / 1000);
  }

  dueTaken(lateMs: number): void {
    this.#lateness.observe(lateMs / 1000);
  }

  changes(kind: 'entered' | 'exited' | 'stage', count: number): void {
    this.#changes.inc({ kind }, count);
  }

  delivery(outcome: DeliveryOutcome, ms: number): void {
    this.#deliveries.inc({ outcome });
    this.#deliveryTimes.observe(ms / 1000);
  }

  checkpointed(ms: number): void {
    this.#checkpoints.observe(ms / 1000);
  }

  request(method: string, route: string, status: number, ms: number): void {
    this.#requests.inc({ method, route, status });
    this.#requestTimes.observe({ route }, ms / 1000);
  }

  connectionDropped(): void {
    this.#dropped.inc();
  }

  watch(gauge: WatchedGauge, read: () => number): void {
    const isNew = !this.#watched.has(gauge);
    this.#watched.set(gauge, read);
    if (!isNew) return;
    const value = (): number => this.#watched.get(gauge)?.() ?? Number.NaN;
    new Gauge({
      name: `segue_${gauge}`,
      help: watchedGauges[gauge],
      registers: [this.#registry],
      collect() {
        this.set(orNotKnown(value));
      },
    });
  }

  render(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  #counter<Label extends string>(
    name: string,
    help: string,
    ...labelNames: Label[]
  ): Prometheus.Counter<Label> {
    return new Counter({ name: `segue_${name}`, help, labelNames, registers: [this.#registry] });
  }

  #histogram<Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    ...labelNames: Label[]
  ): Prometheus.Histogram<Label> {
    return new Histogram({ name: `segue_${name}`, help, labelNames, buckets, registers: [this.#registry] });
  }
}

/** One figure that cannot be had must not cost the others. */
function orNotKnown(read: () => number): number {
  try {
    return read();
  } catch {
    return Number.NaN;
  }
}
