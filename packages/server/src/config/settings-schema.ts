/**
 * Every setting: its meaning, its default, its bounds. One schema is the check, the flags of `segue start`, the table in
 * docs/configuration.md and what `segue config` prints; that it has all that `Settings` has, the compiler sees.
 *
 * A setting's name follows from its place: `limits.batchEvents` is `limits.batch_events` in the file,
 * `SEGUE_LIMITS_BATCH_EVENTS` in the environment, `--limits-batch-events` as a flag. The unit that ends a name here
 * (`intervalMs`, `eventBytes`) is not part of it there, where the value carries its unit: `interval: 60s`.
 *
 * Every `segue` command loads this for its help, so it imports nothing that is large.
 */

import { availableParallelism } from 'node:os';

import { logLevels, metricsAccesses, type LimitSettings, type Settings } from './settings.ts';

/** How a setting is written. */
export type SettingKind =
  | 'text'
  | 'path'
  | 'host'
  | 'url'
  | 'timezone'
  | 'addresses'
  | 'integer'
  | 'duration'
  | 'size'
  | 'choice'
  | 'switch';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const kib = 1024;
const mib = 1024 * kib;
const gib = 1024 * mib;

/** The most that may be given for a number of events, streams or connections. */
const countMax = 1_000_000_000;

/** What a setting holds when it is read. */
type Value = string | number | boolean | readonly string[];

export type Setting<V = Value> = {
  readonly kind: SettingKind;
  /** Begins with a small letter, has no full stop at its end. */
  readonly description: string;
  /** In force unless somebody says otherwise; none: not set then. */
  readonly standard?: V;
  /** What to say of the default where it depends on the machine. */
  readonly standardText?: string;
  readonly example?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly choices?: readonly V[];
  /** Never printed or logged. */
  readonly secret?: true;
};

/** A setting for every value of `S`, in groups as there; those that must be set have a default. */
export type SettingsSchema<S> = {
  readonly [Key in keyof S]-?: NonNullable<S[Key]> extends Value
    ? undefined extends S[Key]
      ? Setting<NonNullable<S[Key]>>
      : Setting<S[Key]> & { readonly standard: S[Key] }
    : SettingsSchema<S[Key]>;
};

type Bounds = { readonly minimum?: number; readonly maximum?: number };
type Standard<V> = Setting<V> & { readonly standard: V };

function count(description: string, standard: number, bounds: Bounds = {}): Standard<number> {
  return { kind: 'integer', description, standard, minimum: 1, maximum: countMax, ...bounds };
}

function duration(description: string, standard: number, bounds: Required<Bounds>): Standard<number> {
  return { kind: 'duration', description, standard, ...bounds };
}

function size(description: string, standard: number, bounds: Required<Bounds>): Standard<number> {
  return { kind: 'size', description, standard, ...bounds };
}

function choice<Choice extends string>(
  description: string,
  standard: NoInfer<Choice>,
  choices: readonly Choice[],
): Standard<Choice> {
  return { kind: 'choice', description, standard, choices };
}

function onOff(description: string): Standard<boolean> {
  return { kind: 'switch', description, standard: false };
}

const limits: SettingsSchema<LimitSettings> = {
  eventBytes: size('the largest event, as JSON', 32 * kib, { minimum: kib, maximum: mib }),
  batchBytes: size('the largest batch, after decompression', 500 * kib, {
    minimum: kib,
    maximum: 64 * mib,
  }),
  batchEvents: count('events in one batch', 2_500, { maximum: 100_000 }),
  importBytes: size('the largest body of `/v1/import`, after decompression', 64 * gib, {
    minimum: mib,
    maximum: 1024 * gib,
  }),
  bodyBytes: size('the largest body of any other request', mib, { minimum: kib, maximum: 64 * mib }),
  keyEventsPerSecond: count('events a second from one key; 0: no limit', 0, { minimum: 0 }),
  addressEventsPerSecond: count('events a second from one address; 0: no limit', 0, { minimum: 0 }),
  apiRequestsPerSecond: count(
    'requests a second of the management API (`/api`) from one key or session; 0: no limit',
    50,
    { minimum: 0 },
  ),
  readsPerSecond: count(
    'requests a second for customers, segments and streams (`/v1`) from one key or session; 0: no limit',
    0,
    { minimum: 0 },
  ),
  connections: count('open connections; more are closed at once', 10_000),
  streams: count('open live streams', 1_000),
  streamsPerKey: count('open live streams of one key or user', 20),
  headersMs: duration('how long a client may take to send the headers of a request', 10 * secondMs, {
    minimum: secondMs,
    maximum: 10 * minuteMs,
  }),
  requestMs: duration('how long a client may take to send a whole request (imports excepted)', minuteMs, {
    minimum: secondMs,
    maximum: hourMs,
  }),
  idleMs: duration('how long a connection may be silent, within a request and between two', 75 * secondMs, {
    minimum: secondMs,
    maximum: hourMs,
  }),
};

export const settingsSchema: SettingsSchema<Settings> = {
  data: {
    kind: 'path',
    description: 'the data directory; made if it is not there',
    standard: './segue-data',
  },
  host: {
    kind: 'host',
    description: 'the address to listen on; `0.0.0.0` or `::` for all of the machine',
    standard: '127.0.0.1',
  },
  port: {
    kind: 'integer',
    description: 'the port to listen on; 0: any free one',
    standard: 8787,
    minimum: 0,
    maximum: 65_535,
  },
  publicUrl: {
    kind: 'url',
    description: 'where people and browsers reach the service, when a proxy stands before it',
    example: 'https://segue.example.com',
  },
  trustProxy: {
    kind: 'addresses',
    description:
      'proxies whose `X-Forwarded-…` headers are believed: addresses, networks, or `loopback`, `linklocal`, `uniquelocal`',
    standard: [],
    example: 'loopback, 10.0.0.0/8',
  },
  timezone: {
    kind: 'timezone',
    description: 'the time zone of the workspace: where its days begin',
    standard: 'UTC',
    example: 'Europe/Berlin',
  },
  workspace: {
    name: {
      kind: 'text',
      description: 'what the workspace is called in the app, until an admin gives it another name there',
      example: 'Asha’s Shoes',
    },
  },
  partitions: {
    kind: 'integer',
    description: 'parts that customers are spread over',
    standard: Math.min(availableParallelism(), 64),
    standardText: 'one for each core',
    minimum: 1,
    maximum: 64,
  },
  definitions: {
    kind: 'path',
    description: 'a file or folder of definitions to put into force at the start',
    example: './definitions',
  },
  limits,
  checkpoint: {
    intervalMs: duration(
      'how often the state is written down, besides after 20,000 entries; what came since is read again after a stop',
      minuteMs,
      { minimum: secondMs, maximum: dayMs },
    ),
  },
  feed: {
    retentionMs: duration('how long changes can be read again', 7 * dayMs, {
      minimum: minuteMs,
      maximum: 3_650 * dayMs,
    }),
    events: count('how many changes can be read again at most', 10_000_000, { minimum: 1_000 }),
  },
  messages: {
    retentionMs: {
      kind: 'duration',
      description:
        'how long messages are kept in the log; rules in force go on as if all were there, new ones that reach further back are refused. Not set: for good',
      minimum: dayMs,
      maximum: 36_500 * dayMs,
      example: '1095d',
    },
  },
  erasure: {
    delayMs: duration(
      'how long after an erasure the log is rewritten without the customer; all erasures of that time together',
      hourMs,
      { minimum: secondMs, maximum: 30 * dayMs },
    ),
  },
  population: {
    refreshMs: {
      kind: 'duration',
      description:
        'how often percentiles and RFM models are measured anew, besides every local midnight; then only when not set',
      example: '6h',
      minimum: minuteMs,
      maximum: 30 * dayMs,
    },
  },
  history: {
    enabled: {
      kind: 'switch',
      description: 'whether the history store runs; without it nothing can be asked about the past',
      standard: true,
    },
    server: {
      kind: 'text',
      description: 'the address of a ClickHouse server to keep history on, instead of in the data directory',
      example: 'http://segue:secret@clickhouse:8123/segue',
      secret: true,
    },
    memoryBytes: size('what the history store may take of memory', gib, {
      minimum: 256 * mib,
      maximum: 1024 * gib,
    }),
    threads: {
      kind: 'integer',
      description: 'how many cores the history store may use',
      standard: Math.min(availableParallelism(), 2),
      standardText: 'two, or one where there is no more',
      minimum: 1,
      maximum: 64,
    },
    queryMs: duration('how long a question about the past may take', 30 * secondMs, {
      minimum: 100,
      maximum: hourMs,
    }),
    retention: {
      kind: 'text',
      description: 'how long events are kept in history, by name; `*` for all others; for ever when not set',
      example: 'Product Viewed: 90d, *: 730d',
    },
  },
  webhooks: {
    allowPrivateAddresses: onOff(
      'whether webhooks may go to private addresses and to this machine; for development',
    ),
  },
  metrics: {
    access: choice(
      'who may read `/metrics`: `viewer` asks for a key of that role, `open` for nothing',
      'viewer',
      metricsAccesses,
    ),
  },
  log: {
    level: choice('how much is logged; requests are logged at `debug`', 'info', logLevels),
    addresses: onOff('whether clients’ addresses are logged; they are personal data'),
  },
  stop: {
    timeoutMs: duration('how long requests under way may take when the service stops', 10 * secondMs, {
      minimum: secondMs,
      maximum: 10 * minuteMs,
    }),
  },
};
