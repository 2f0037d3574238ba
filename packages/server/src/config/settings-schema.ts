/**
 * Every setting: its meaning, its default, its bounds. One schema is the type (settings.ts), the check, the flags of
 * `segue start`, the table in docs/configuration.md and what `segue config` prints.
 *
 * A setting's name follows from its place: `limits.batchEvents` is `limits.batch_events` in the file,
 * `SEGUE_LIMITS_BATCH_EVENTS` in the environment, `--limits-batch-events` as a flag. The unit that ends a name here
 * (`intervalMs`, `eventBytes`) is not part of it there, where the value carries its unit: `interval: 60s`.
 */

import { availableParallelism } from 'node:os';

import Type from 'typebox';

import { logLevels, metricsAccesses, type Settings } from './settings.ts';

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

type Bounds = { readonly minimum?: number; readonly maximum?: number };

function count(description: string, standard: number, bounds: Bounds = {}): Type.TInteger {
  return Type.Integer({
    kind: 'integer',
    description,
    default: standard,
    minimum: 1,
    maximum: countMax,
    ...bounds,
  });
}

function duration(description: string, standard: number, bounds: Required<Bounds>): Type.TInteger {
  return Type.Integer({ kind: 'duration', description, default: standard, ...bounds });
}

function size(description: string, standard: number, bounds: Required<Bounds>): Type.TInteger {
  return Type.Integer({ kind: 'size', description, default: standard, ...bounds });
}

function choice<Choice extends string>(
  description: string,
  standard: Choice,
  choices: readonly Choice[],
): Type.TUnsafe<Choice> {
  return Type.Unsafe<Choice>({
    type: 'string',
    kind: 'choice',
    description,
    default: standard,
    enum: choices,
  });
}

function onOff(description: string): Type.TBoolean {
  return Type.Boolean({ kind: 'switch', description, default: false });
}

const limits = Type.Object({
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
});

const schema = Type.Object({
  data: Type.String({
    kind: 'path',
    description: 'the data directory; made if it is not there',
    default: './segue-data',
  }),
  host: Type.String({
    kind: 'host',
    description: 'the address to listen on; `0.0.0.0` or `::` for all of the machine',
    default: '127.0.0.1',
  }),
  port: Type.Integer({
    kind: 'integer',
    description: 'the port to listen on; 0: any free one',
    default: 8787,
    minimum: 0,
    maximum: 65_535,
  }),
  publicUrl: Type.Optional(
    Type.String({
      kind: 'url',
      description: 'where people and browsers reach the service, when a proxy stands before it',
      examples: ['https://segue.example.com'],
    }),
  ),
  trustProxy: Type.Array(Type.String(), {
    kind: 'addresses',
    description:
      'proxies whose `X-Forwarded-…` headers are believed: addresses, networks, or `loopback`, `linklocal`, `uniquelocal`',
    default: [],
    examples: ['loopback, 10.0.0.0/8'],
  }),
  timezone: Type.String({
    kind: 'timezone',
    description: 'the time zone of the workspace: where its days begin',
    default: 'UTC',
    examples: ['Europe/Berlin'],
  }),
  partitions: Type.Integer({
    kind: 'integer',
    description: 'parts that customers are spread over',
    default: Math.min(availableParallelism(), 64),
    standard: 'one for each core',
    minimum: 1,
    maximum: 64,
  }),
  definitions: Type.Optional(
    Type.String({
      kind: 'path',
      description: 'a file or folder of definitions to put into force at the start',
      examples: ['./definitions'],
    }),
  ),
  limits,
  checkpoint: Type.Object({
    intervalMs: duration(
      'how often the state is written down; what came since is read again after a stop',
      minuteMs,
      { minimum: secondMs, maximum: dayMs },
    ),
  }),
  feed: Type.Object({
    retentionMs: duration('how long changes can be read again', 7 * dayMs, {
      minimum: minuteMs,
      maximum: 3_650 * dayMs,
    }),
    events: count('how many changes can be read again at most', 10_000_000, { minimum: 1_000 }),
  }),
  webhooks: Type.Object({
    allowPrivateAddresses: onOff(
      'whether webhooks may go to private addresses and to this machine; for development',
    ),
  }),
  metrics: Type.Object({
    access: choice(
      'who may read `/metrics`: `viewer` asks for a key of that role, `open` for nothing',
      'viewer',
      metricsAccesses,
    ),
  }),
  log: Type.Object({
    level: choice('how much is logged; requests are logged at `debug`', 'info', logLevels),
    addresses: onOff('whether clients’ addresses are logged; they are personal data'),
  }),
  stop: Type.Object({
    timeoutMs: duration('how long requests under way may take when the service stops', 10 * secondMs, {
      minimum: secondMs,
      maximum: 10 * minuteMs,
    }),
  }),
});

/** Compiles only where the schema and the type say the same. */
function sameAs<Expected>() {
  return <Schema extends Type.TSchema>(
    checked: [Type.Static<Schema>, Expected] extends [Expected, Type.Static<Schema>] ? Schema : never,
  ): Type.TSchema => checked;
}

export const settingsSchema: Type.TSchema = sameAs<Settings>()(schema);
