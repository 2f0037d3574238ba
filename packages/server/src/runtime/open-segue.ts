/**
 * The whole service, behind its doors: data directory, log, catalog, the running engine, the feed, and the routes of all
 * that can be asked. What is opened here is closed here, in the opposite order, also when opening fails half-way.
 */

import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { Zone } from '@segue/core/base/zone.ts';

import { createFrame } from '../api/frame.ts';
import { apiRoutes } from '../api/routes.ts';
import { ensureFirstSignIn } from '../catalog/first-sign-in.ts';
import { GrantsIndex } from '../catalog/grants-index.ts';
import { openSqliteCatalog } from '../catalog/sqlite-catalog.ts';
import type { LimitSettings, Settings } from '../config/settings.ts';
import { ChangeFeed, type FeedFault } from '../feeds/change-feed.ts';
import { openLmdbFeedStore } from '../feeds/lmdb-feed-store.ts';
import { streamRoutes } from '../feeds/stream-routes.ts';
import type { ProcessLog } from '../http/log.ts';
import type { Metrics } from '../http/metrics.ts';
import type { FirstSignIn, Mounted, Readiness, RunningService, Surroundings } from '../http/parts.ts';
import type { TrackingLimits } from '../ingest/tracking/limits.ts';
import { trackingRoutes } from '../ingest/tracking/routes.ts';
import { openDataDirectory, type DataDirectory } from '../log/data-directory.ts';
import { writeDurably } from '../log/durable-files.ts';
import { openLmdbCheckpointStore } from '../log/lmdb-checkpoint-store.ts';
import { openLmdbLog } from '../log/lmdb-log.ts';
import { openLmdbQuarantine } from '../log/lmdb-quarantine.ts';
import { StorageError } from '../log/storage-error.ts';
import { readingRoutes } from '../reading/reading-routes.ts';
import { systemClock } from './clock.ts';
import { RuntimeDesk } from './definitions-desk.ts';
import type { IntakeClosed } from './intake.ts';
import { Runtime } from './runtime.ts';

/** Opens the service. Rejects with an error with a `code` where it cannot be opened; nothing stays open then. */
export async function openSegue(settings: Settings, surroundings: Surroundings): Promise<RunningService> {
  const opened = new Opened();
  try {
    return await open(settings, surroundings, opened);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** What has been opened, to be closed in the opposite order. */
class Opened {
  readonly #parts: (() => Promise<void> | void)[] = [];

  add(close: () => Promise<void> | void): void {
    this.#parts.push(close);
  }

  async close(): Promise<void> {
    for (let close = this.#parts.pop(); close !== undefined; close = this.#parts.pop()) await close();
  }
}

async function open(
  settings: Settings,
  { log: processLog, metrics }: Surroundings,
  opened: Opened,
): Promise<RunningService> {
  const directory = await openDataDirectory(settings.data);
  opened.add(() => directory.close());
  const { paths } = directory;
  await keepTimeZone(directory.path, settings.timezone);
  const log = await openLmdbLog(paths.log);
  opened.add(() => log.close());
  const checkpoints = await openLmdbCheckpointStore(paths.checkpoint);
  opened.add(() => checkpoints.close());
  const quarantine = await openLmdbQuarantine(paths.quarantine);
  opened.add(() => quarantine.close());
  const catalog = openSqliteCatalog({ path: paths.catalog, clock: systemClock.now });
  opened.add(() => catalog.close());
  const grants = await GrantsIndex.open(catalog, {
    clock: systemClock.now,
    onError: (error: unknown) => {
      processLog.warn({ err: error }, 'when a key or session was last used could not be noted');
    },
  });
  opened.add(() => {
    grants.close();
  });
  const feed = await openFeed(settings, directory, processLog);
  opened.add(() => feed.close());
  const runtime = await openRuntime({ settings, directory, log, checkpoints, feed, processLog, metrics });
  opened.add(() => runtime.stop());
  const desk = await RuntimeDesk.open(runtime, log, catalog.definitions);
  const firstSignIn = await ensureFirstSignIn(catalog);
  watchGauges(metrics, runtime, directory);

  const { loop, customers } = runtime;
  const publicUrl = settings.publicUrl === undefined ? {} : { publicUrl: settings.publicUrl };
  const plugins: readonly Mounted[] = [
    {
      plugin: (app) =>
        trackingRoutes(app, {
          intake: loop,
          quarantine,
          grants,
          zone: new Zone(settings.timezone),
          limits: trackingLimitsOf(settings.limits),
          metrics,
          ...publicUrl,
        }),
      crossOrigin: true,
    },
    { plugin: readingRoutes({ directory: customers, members: customers }) },
    {
      plugin: streamRoutes({
        feed,
        findProfile: (identifier) => customers.find(identifier)?.id,
        now: systemClock.now,
        limits: {
          streamsMax: settings.limits.streams,
          streamsPerPrincipalMax: settings.limits.streamsPerKey,
        },
        watch: (count) => {
          metrics.watch('streams_open', count);
        },
      }),
    },
    {
      plugin: apiRoutes({ catalog, desk, quarantine, clock: systemClock.now, ...publicUrl }),
      prefix: '/api',
    },
  ];
  const failed = Promise.race([runtime.failed, checkpoints.failed, quarantine.failed, catalog.failed]);
  return {
    frame: createFrame({ grants, answers: catalog.answers, ...publicUrl }),
    plugins,
    ...firstSignInOf(firstSignIn),
    ready: () => readiness(runtime),
    failed,
    stop: () => opened.close(),
  };
}

function trackingLimitsOf(limits: LimitSettings): Partial<TrackingLimits> {
  const perSecond = (events: number): number => (events === 0 ? Infinity : events);
  return {
    messageBytesMax: limits.eventBytes,
    bodyBytesMax: limits.batchBytes,
    batchMessagesMax: limits.batchEvents,
    importBytesMax: limits.importBytes,
    keyMessagesPerSecond: perSecond(limits.keyEventsPerSecond),
    addressMessagesPerSecond: perSecond(limits.addressEventsPerSecond),
  };
}

function firstSignInOf(
  made: { readonly token: string; readonly writeKey: string } | undefined,
): { readonly firstSignIn?: FirstSignIn } {
  if (made === undefined) return {};
  return { firstSignIn: { path: `/sign-in#${made.token}`, writeKey: made.writeKey } };
}

function readiness(runtime: Runtime): Readiness {
  const { closed } = runtime.loop;
  return closed === undefined
    ? { ok: true }
    : { ok: false, reasons: [{ code: closed.code, message: closed.message }] };
}

async function openFeed(
  { feed: { retentionMs, events } }: Settings,
  directory: DataDirectory,
  processLog: ProcessLog,
): Promise<ChangeFeed> {
  const path = join(directory.path, 'feed');
  await mkdir(path, { recursive: true, mode: 0o700 });
  return new ChangeFeed({
    store: await openLmdbFeedStore(path),
    now: systemClock.now,
    keepMs: retentionMs,
    keepEventsMax: events,
    onFault: (fault) => {
      logFault(processLog, fault);
    },
  });
}

function logFault(processLog: ProcessLog, fault: FeedFault): void {
  switch (fault.kind) {
    case 'diverged': {
      const { seq, at, kind } = fault.kept;
      processLog.error({ seq, at, kind }, 'a replay said something else than before: report this as a bug');
      return;
    }
    case 'hole':
      processLog.warn({ from: fault.from, to: fault.to }, 'changes are no longer kept; readers get a gap');
      return;
    case 'ahead':
      processLog.warn({ next: fault.next, known: fault.known }, 'the feed knew more than the log; put back');
      return;
    case 'subscriber':
      processLog.error({ err: fault.error }, 'a reader of the feed failed');
      return;
  }
}

type RuntimeParts = {
  readonly settings: Settings;
  readonly directory: DataDirectory;
  readonly log: Awaited<ReturnType<typeof openLmdbLog>>;
  readonly checkpoints: Awaited<ReturnType<typeof openLmdbCheckpointStore>>;
  readonly feed: ChangeFeed;
  readonly processLog: ProcessLog;
  readonly metrics: Metrics;
};

function openRuntime(parts: RuntimeParts): Promise<Runtime> {
  const { settings, directory, log, checkpoints, feed, processLog, metrics } = parts;
  return Runtime.open({
    log,
    checkpoints,
    feed,
    clock: systemClock,
    timeZone: settings.timezone,
    checkpointEveryMs: settings.checkpoint.intervalMs,
    refuses: () => (directory.diskState().low ? diskLow : undefined),
    onTaken: ({ entries }, { commitMs, applyMs, lateMs }) => {
      metrics.recordTaken({ entries: entries.length, commitMs, applyMs });
      if (lateMs !== undefined) metrics.dueTaken(lateMs);
    },
    onReplay: (position, end) => {
      processLog.info({ position, end }, 'replaying the log');
    },
    onBadCheckpoint: (reason) => {
      processLog.warn({ reason }, 'the checkpoint is of no use; the log is replayed instead');
    },
    onCheckpoint: (position, ms) => {
      metrics.checkpointed(ms);
      processLog.debug({ position, ms: Math.round(ms) }, 'checkpoint');
    },
  });
}

const diskLow: IntakeClosed = {
  code: 'intake/disk-low',
  message: 'The disk is nearly full, so nothing more is taken; make room, and send again.',
  retryAfterSeconds: 60,
};

function watchGauges(metrics: Metrics, runtime: Runtime, directory: DataDirectory): void {
  const { loop, customers, feed } = runtime;
  metrics.watch('intake_waiting', () => loop.depth);
  metrics.watch('log_entries', () => customers.position);
  metrics.watch('profiles', () => customers.engine.profileCount());
  metrics.watch('feed_unsaved', () => feed.next - 1 - feed.durableThrough);
  metrics.watch('disk_free_bytes', () => directory.diskState().free);
  metrics.watch('disk_size_bytes', () => directory.diskState().total);
}

/**
 * The days of rules begin at midnights of one time zone, and what has been published rests on them: it belongs to the data.
 */
async function keepTimeZone(path: string, timeZone: string): Promise<void> {
  const file = join(path, 'workspace.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) {
    await writeDurably(file, `${JSON.stringify({ timeZone })}\n`);
    return;
  }
  const known = (JSON.parse(text) as { readonly timeZone?: unknown }).timeZone;
  if (known === timeZone) return;
  throw new StorageError(
    'data/time-zone',
    `The data in ${path} belongs to the time zone ${String(known)}, in which the days of its rules begin, and the settings say ${timeZone}. Start with --timezone ${String(known)}, or with another data directory.`,
  );
}
