/**
 * The settings of the service as its parts read them: checked, with every default filled in, durations in milliseconds,
 * sizes in bytes, paths absolute. What each one means, and how it is written, is in settings-schema.ts.
 */

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Who may read `/metrics`: a role's key, or anybody who reaches the port. */
export const metricsAccesses = ['viewer', 'open'] as const;
export type MetricsAccess = (typeof metricsAccesses)[number];

/** What one client, and all of them together, may ask for. */
export type LimitSettings = {
  eventBytes: number;
  batchBytes: number;
  batchEvents: number;
  importBytes: number;
  bodyBytes: number;
  /** 0: no limit. */
  keyEventsPerSecond: number;
  /** 0: no limit. */
  addressEventsPerSecond: number;
  /** 0: no limit. */
  apiRequestsPerSecond: number;
  /** 0: no limit. */
  readsPerSecond: number;
  connections: number;
  streams: number;
  streamsPerKey: number;
  headersMs: number;
  requestMs: number;
  idleMs: number;
};

/** The store that answers about the past. */
export type HistorySettings = {
  enabled: boolean;
  /** Of a ClickHouse server; embedded when left out. */
  server?: string;
  memoryBytes: number;
  threads: number;
  queryMs: number;
  /** `Product Viewed: 90d, *: 730d`. */
  retention?: string;
};

export type Settings = {
  data: string;
  host: string;
  port: number;
  /** Without a slash at the end. */
  publicUrl?: string;
  trustProxy: string[];
  timezone: string;
  /** What the workspace is called where no admin has given it a name. */
  workspace: { name?: string };
  partitions: number;
  definitions?: string;
  limits: LimitSettings;
  checkpoint: { intervalMs: number };
  feed: { retentionMs: number; events: number };
  /** Not set: messages are kept for good. */
  messages: { retentionMs?: number };
  erasure: { delayMs: number };
  population: { refreshMs?: number };
  history: HistorySettings;
  webhooks: { allowPrivateAddresses: boolean };
  metrics: { access: MetricsAccess };
  log: { level: LogLevel; addresses: boolean };
  stop: { timeoutMs: number };
};
