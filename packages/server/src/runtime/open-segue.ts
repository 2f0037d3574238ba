/**
 * The whole service, behind its doors: data directory, log, catalog, the running engine, the feed, and the routes of all
 * that can be asked. What is opened here is closed here, in the opposite order, also when opening fails half-way.
 */

import { mkdir } from 'node:fs/promises';

import { Zone } from '@segue/core/base/zone.ts';
import type { Instant } from '@segue/core/model/message.ts';

import { Cursors } from '../api/cursors.ts';
import { createFrame } from '../api/frame.ts';
import type { RequestLimits } from '../api/request-limits.ts';
import { apiRoutes } from '../api/routes.ts';
import { scenarioRoutes } from '../api/scenario-routes.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { ensureFirstSignIn, type FirstSignIn as FirstSignInMade } from '../catalog/first-sign-in.ts';
import { GrantsIndex } from '../catalog/grants-index.ts';
import { openSqliteCatalog } from '../catalog/sqlite-catalog.ts';
import type { LimitSettings, Settings } from '../config/settings.ts';
import { ChangeFeed, type FeedFault } from '../feeds/change-feed.ts';
import { openLmdbFeedStore } from '../feeds/lmdb-feed-store.ts';
import { streamRoutes } from '../feeds/stream-routes.ts';
import { webhookRoutes } from '../feeds/webhook-routes.ts';
import type { ProcessLog } from '../http/log.ts';
import type { Metrics } from '../http/metrics.ts';
import type { FirstSignIn, Mounted, Readiness, RunningService, Surroundings } from '../http/parts.ts';
import type { TrackingLimits } from '../ingest/tracking/limits.ts';
import { trackingRoutes, type TrackingOptions } from '../ingest/tracking/routes.ts';
import { findBase, restoreFromBase } from '../log/base.ts';
import { openDataDirectory, type DataDirectory } from '../log/data-directory.ts';
import { openLmdbCheckpointStore, type LmdbCheckpointStore } from '../log/lmdb-checkpoint-store.ts';
import { openLmdbLog } from '../log/lmdb-log.ts';
import type { Log } from '../log/log.ts';
import { openLmdbQuarantine, type LmdbQuarantine } from '../log/lmdb-quarantine.ts';
import { StorageError } from '../log/storage-error.ts';
import { changeWorkspace, readWorkspace } from '../log/workspace-file.ts';
import { readingRoutes } from '../reading/reading-routes.ts';
import { applyAtStart } from './apply-at-start.ts';
import { besideChanges } from './beside-changes.ts';
import { systemClock } from './clock.ts';
import { customersPlugin } from './open-customers.ts';
import { openAuthoring } from './open-authoring.ts';
import { buildFromHistory, historyNotes, historyPlugin, openHistory } from './open-history.ts';
import { RuntimeDesk } from './definitions-desk.ts';
import { RuntimeErasures } from './erasure-desk.ts';
import type { IntakeClosed } from './intake.ts';
import { jobsPlugin, openJobs } from './open-jobs.ts';
import { openOverview } from './open-overview.ts';
import { openPreviews } from './open-previews.ts';
import { MessageRetention } from './message-retention.ts';
import { openWebhooks } from './open-webhooks.ts';
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
  readonly #parts: Closable[] = [];

  add<T extends Closable>(part: T): T {
    this.#parts.push(part);
    return part;
  }

  async close(): Promise<void> {
    for (let part = this.#parts.pop(); part !== undefined; part = this.#parts.pop()) await part.close();
  }
}

type Closable = { close(): Promise<void> | void };

/** All that is kept, and what runs on it. */
type Parts = {
  readonly directory: DataDirectory;
  readonly log: Log;
  readonly checkpoints: LmdbCheckpointStore;
  readonly quarantine: LmdbQuarantine;
  readonly catalog: Catalog;
  readonly grants: GrantsIndex;
  readonly feed: ChangeFeed;
  readonly runtime: Runtime;
  readonly erasures: RuntimeErasures;
};

async function open(settings: Settings, surroundings: Surroundings, opened: Opened): Promise<RunningService> {
  const parts = await openParts(settings, surroundings, opened);
  const { directory, log, checkpoints, quarantine, catalog, grants, feed, runtime } = parts;
  const desk = await RuntimeDesk.open(runtime, log, catalog.definitions);
  if (settings.definitions !== undefined) await applyAtStart(desk, settings.definitions, surroundings.log);
  const firstSignIn = await ensureFirstSignIn(catalog);
  const sources = { feed, endpoints: catalog.webhooks };
  const webhooks = opened.add(
    await openWebhooks(directory.paths.deliveries, settings, sources, surroundings),
  );
  const jobs = opened.add(await openJobs(parts, surroundings.log));
  opened.add(parts.erasures);
  const retention = opened.add(retentionOf(parts, settings, surroundings.log));
  await retention.start();
  await parts.erasures.start({
    runtime,
    forgetDeliveries: (isOf, seqs) => webhooks.sender.forgetCustomer(isOf, seqs),
    forgetBacktests: (names) => jobs.forget(names),
  });
  const cursors = new Cursors(await catalog.secret('cursors'));
  const history = openHistory(settings, directory, runtime, surroundings);
  opened.add({ close: () => history?.stop() });
  buildFromHistory(desk, history, runtime, settings, surroundings.log);
  const previews = opened.add(openPreviews({ ...parts, desk, history, settings, cursors }));
  const authoring = opened.add(openAuthoring(runtime, history, settings));
  const overview = opened.add(
    await openOverview({ ...parts, desk, history, settings, processLog: surroundings.log }),
  );
  watchGauges(surroundings.metrics, runtime, directory);
  return {
    frame: createFrame({
      grants,
      answers: catalog.answers,
      limits: requestLimitsOf(settings.limits),
      ...publicUrlOf(settings),
    }),
    plugins: [
      ...pluginsOf(parts, desk, settings, surroundings.metrics),
      {
        plugin: webhookRoutes({
          ...sources,
          deliveries: webhooks.sender,
          definitions: () => runtime.engine.definitions,
          cursors,
          audit: catalog.audit,
          now,
          allowPrivate: settings.webhooks.allowPrivateAddresses,
        }),
        prefix: '/api',
      },
      jobsPlugin(jobs, desk, settings.timezone, parts, surroundings.log),
      historyPlugin(history, runtime, settings, { cursors, audit: catalog.audit }),
      ...previews.plugins,
      ...authoring.plugins,
      ...overview.plugins,
    ],
    ...firstSignInOf(firstSignIn),
    ready: () => ({ ...historyNotes(history), ...readiness(runtime) }),
    caughtUp: () => runtime.loop.caughtUp(),
    settled: () => runtime.loop.settled(),
    failed: Promise.race([
      runtime.failed,
      checkpoints.failed,
      quarantine.failed,
      catalog.failed,
      webhooks.sender.failed,
    ]),
    stop: () => opened.close(),
  };
}

async function openParts(
  settings: Settings,
  { log: processLog, metrics }: Surroundings,
  opened: Opened,
): Promise<Parts> {
  const directory = opened.add(await openDataDirectory(settings.data));
  const { paths } = directory;
  await keepTimeZone(directory, settings.timezone);
  const log = opened.add(await openLmdbLog(paths.log));
  const checkpoints = opened.add(await openLmdbCheckpointStore(paths.checkpoint));
  const quarantine = opened.add(await openLmdbQuarantine(paths.quarantine));
  const catalog = opened.add(openSqliteCatalog({ path: paths.catalog, clock: now }));
  const onError = (error: unknown): void => {
    processLog.warn({ err: error }, 'when a key or session was last used could not be noted');
  };
  const grants = opened.add(await GrantsIndex.open(catalog, { clock: now, onError }));
  const feed = opened.add(await openFeed(settings, directory, processLog));
  const stores = { directory, log, checkpoints, feed };
  const erasures = await openErasures({ ...stores, quarantine, catalog, settings, processLog });
  const runtime = await openRuntime({ ...stores, erasures, settings, processLog, metrics });
  opened.add({ close: () => runtime.stop() });
  opened.add({
    close: () => {
      runtime.customers.finder.close();
    },
  });
  return { ...stores, quarantine, catalog, grants, runtime, erasures };
}

const now = (): Instant => systemClock.now();

function pluginsOf(
  { log, quarantine, catalog, grants, feed, runtime, erasures }: Parts,
  desk: RuntimeDesk,
  settings: Settings,
  metrics: Metrics,
): readonly Mounted[] {
  const { loop, customers } = runtime;
  const publicUrl = publicUrlOf(settings);
  const { streams, streamsPerKey } = settings.limits;
  const tracking: TrackingOptions = {
    intake: loop,
    quarantine,
    grants,
    zone: new Zone(settings.timezone),
    limits: trackingLimitsOf(settings.limits),
    metrics,
    ...publicUrl,
  };
  return [
    { plugin: (app) => trackingRoutes(app, tracking), crossOrigin: true },
    {
      plugin: readingRoutes({ directory: customers, members: customers, zone: new Zone(settings.timezone) }),
    },
    customersPlugin(customers),
    {
      plugin: streamRoutes({
        feed,
        findProfile: (identifier) => customers.find(identifier)?.id,
        now,
        grants,
        limits: { streamsMax: streams, streamsPerPrincipalMax: streamsPerKey },
        beside: besideChanges(customers, log, runtime.loop),
        watch: (count) => {
          metrics.watch('streams_open', count);
        },
      }),
    },
    {
      plugin: scenarioRoutes({
        directory: customers,
        log,
        feed,
        history: catalog.definitions,
        timeZone: settings.timezone,
      }),
    },
    { plugin: apiRoutes({ catalog, desk, quarantine, erasures, clock: now, ...publicUrl }), prefix: '/api' },
  ];
}

function publicUrlOf({ publicUrl }: Settings): { readonly publicUrl?: string } {
  return publicUrl === undefined ? {} : { publicUrl };
}

function retentionOf(
  { runtime, log, checkpoints, directory: { paths } }: Parts,
  { messages }: Settings,
  processLog: ProcessLog,
): MessageRetention {
  return new MessageRetention({
    runtime,
    log,
    checkpoints,
    bases: paths.base,
    workspace: paths.workspace,
    keepMs: messages.retentionMs ?? Infinity,
    now,
    onTrimmed: (count, since) => {
      processLog.info({ count, since: new Date(since).toISOString() }, 'messages were let go');
    },
    onError: (error) => {
      processLog.error({ err: error }, 'old messages could not be let go');
    },
  });
}

/** A number a second; 0 stands for no limit. */
function perSecond(count: number): number {
  return count === 0 ? Infinity : count;
}

function requestLimitsOf({ apiRequestsPerSecond, readsPerSecond }: LimitSettings): RequestLimits {
  return { api: perSecond(apiRequestsPerSecond), reads: perSecond(readsPerSecond) };
}

function trackingLimitsOf(limits: LimitSettings): Partial<TrackingLimits> {
  return {
    messageBytesMax: limits.eventBytes,
    bodyBytesMax: limits.batchBytes,
    batchMessagesMax: limits.batchEvents,
    importBytesMax: limits.importBytes,
    keyMessagesPerSecond: perSecond(limits.keyEventsPerSecond),
    addressMessagesPerSecond: perSecond(limits.addressEventsPerSecond),
  };
}

function firstSignInOf(made: FirstSignInMade | undefined): {
  readonly firstSignIn?: FirstSignIn;
} {
  if (made === undefined) return {};
  const { token, writeKey, serverKey } = made;
  return { firstSignIn: { path: `/sign-in#${token}`, writeKey, serverKey } };
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
  const path = directory.paths.feed;
  await mkdir(path, { recursive: true, mode: 0o700 });
  return new ChangeFeed({
    store: await openLmdbFeedStore(path),
    now,
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

async function openErasures({
  directory,
  log,
  checkpoints,
  feed,
  quarantine,
  catalog,
  settings,
  processLog,
}: Omit<Parts, 'runtime' | 'erasures' | 'grants'> & {
  readonly settings: Settings;
  readonly processLog: ProcessLog;
}): Promise<RuntimeErasures> {
  return new RuntimeErasures({
    log,
    checkpoints,
    feed,
    quarantine,
    erasures: catalog.erasures,
    definitions: catalog.definitions,
    bases: directory.paths.base,
    secret: await catalog.secret('erasures'),
    delayMs: settings.erasure.delayMs,
    now,
    onError: (error) => {
      processLog.error({ err: error }, 'the log could not be rewritten without those who were erased');
    },
  });
}

type RuntimeParts = {
  readonly settings: Settings;
  readonly directory: DataDirectory;
  readonly log: Log;
  readonly checkpoints: LmdbCheckpointStore;
  readonly feed: ChangeFeed;
  readonly erasures: RuntimeErasures;
  readonly processLog: ProcessLog;
  readonly metrics: Metrics;
};

async function openRuntime(parts: RuntimeParts): Promise<Runtime> {
  const { settings, directory, log, checkpoints, feed, erasures, processLog, metrics } = parts;
  const base = await findBase(directory.paths.base);
  return Runtime.open({
    log,
    checkpoints,
    ...(base === undefined
      ? {}
      : { base: { position: base.position, restore: () => restoreFromBase(base, checkpoints) } }),
    onErased: (erased) => {
      erasures.onErased(erased);
    },
    erasuresKept: () => erasures.kept(),
    feed,
    clock: systemClock,
    timeZone: settings.timezone,
    partitions: settings.partitions,
    journal: settings.history.enabled,
    checkpointEveryMs: settings.checkpoint.intervalMs,
    refuses: () => (directory.diskState().low ? diskLow : undefined),
    onTaken: ({ entries }, { commitMs, applyMs, lateMs }) => {
      metrics.recordTaken({ entries: entries.length, commitMs, applyMs });
      if (lateMs !== undefined) metrics.dueTaken(lateMs);
    },
    onReplay: everySecond((position, end) => {
      if (position < end) processLog.info({ position, end }, 'replaying the log');
    }),
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
  metrics.watch('intake_behind', () => loop.behind);
  metrics.watch('log_entries', () => customers.position);
  metrics.watch('profiles', () => customers.engine.profileCount());
  metrics.watch('feed_unsaved', () => feed.next - 1 - feed.durableThrough);
  metrics.watch('checkpoint_age_seconds', () => (now() - runtime.checkpointedAt) / 1000);
  feed.subscribe(({ counts }) => {
    for (const kind of ['entered', 'exited', 'stage'] as const) {
      if (counts[kind] > 0) metrics.changes(kind, counts[kind]);
    }
  });
  metrics.watch('disk_free_bytes', () => directory.diskState().free);
  metrics.watch('disk_size_bytes', () => directory.diskState().total);
}

/**
 * The days of rules begin at midnights of one time zone, and what has been published rests on them: it belongs to the data.
 */
async function keepTimeZone({ path, paths }: DataDirectory, timeZone: string): Promise<void> {
  const { timeZone: known } = await readWorkspace(paths.workspace);
  if (known === undefined) {
    await changeWorkspace(paths.workspace, { timeZone });
    return;
  }
  if (known === timeZone) return;
  throw new StorageError(
    'data/time-zone',
    `The data in ${path} belongs to the time zone ${known}, in which the days of its rules begin, and the settings say ${timeZone}. Start with --timezone ${known}, or with another data directory.`,
  );
}

/** Passes on what comes a second after what was passed on before, the first after a second. */
function everySecond(tell: (position: number, end: number) => void): typeof tell {
  let told = performance.now();
  return (position, end) => {
    if (performance.now() - told < 1_000) return;
    told = performance.now();
    tell(position, end);
  };
}
