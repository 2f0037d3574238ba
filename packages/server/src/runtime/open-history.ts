/** The history store as the settings ask for it, beside a running engine. */

import { join } from 'node:path';

import { Zone } from '@segue/core/base/zone.ts';
import { readDuration } from '@segue/core/rules/parse-literal.ts';

import type { HistoryParts } from '../api/history-questions.ts';
import { historyRoutes, type HistoryRoutesOptions } from '../api/history-routes.ts';
import type { HistorySettings, Settings } from '../config/settings.ts';
import { type History, HistoryProcess } from '../history/history-process.ts';
import type { HistoryConfig } from '../history/protocol.ts';
import type { Mounted, Surroundings } from '../http/parts.ts';
import type { DataDirectory } from '../log/data-directory.ts';
import { StorageError } from '../log/storage-error.ts';
import { systemClock } from './clock.ts';
import type { RuntimeDesk } from './definitions-desk.ts';
import type { Runtime } from './runtime.ts';

/** What runs in the process of the store. */
export const historyMain: URL = new URL('./history-child-main.ts', import.meta.url);
/** Of the memory of the store, what one query may take. */
const queryShare = 0.5;

/** Starts the store; undefined where it is switched off. It opens by itself, and nothing waits for it. */
export function openHistory(
  settings: Settings,
  directory: Pick<DataDirectory, 'path' | 'paths'>,
  runtime: Runtime,
  { log, metrics }: Surroundings,
): HistoryProcess | undefined {
  const { journal } = runtime.customers;
  if (!settings.history.enabled || journal === undefined) return undefined;
  let said: string | undefined;
  const history = new HistoryProcess({
    config: historyConfig(settings, directory),
    journal,
    main: historyMain,
    now: () => systemClock.now(),
    timeoutMs: settings.history.queryMs,
    memoryBytes: queryMemory(settings.history),
    onEnded: (reason, startsAgainInMs) => {
      // Where it can never run (no library for this system), it says so once.
      const isNews = reason !== said;
      said = reason;
      log[isNews ? 'warn' : 'debug'](
        { reason, startsAgainInMs },
        'the history store is away; everything else goes on',
      );
    },
    onRebuilding: () => {
      log.info('history is being made from the log');
    },
    onRebuilt: () => {
      log.info('history has been made from the log');
    },
  });
  metrics.watch('history_up', () => (isUp(history) ? 1 : 0));
  metrics.watch('history_lag_seconds', () => history.status().lagMs / 1000);
  metrics.watch('history_behind_entries', () => history.status().behindEntries);
  metrics.watch('history_restarts', () => history.status().restarts);
  return history;
}

/** The routes of questions about the past. */
export function historyPlugin(
  history: History | undefined,
  runtime: Runtime,
  settings: Settings,
  { cursors, audit }: Pick<HistoryRoutesOptions, 'cursors' | 'audit'>,
): Mounted {
  const options = { ...historyParts(history, runtime, settings, audit), cursors };
  return { plugin: historyRoutes(options), prefix: '/api' };
}

/** What whoever asks about the past needs. */
export function historyParts(
  history: History | undefined,
  { customers }: Runtime,
  { timezone }: Settings,
  audit: HistoryParts['audit'],
): HistoryParts {
  const { engine } = customers;
  return {
    history,
    definitions: () => engine.definitions,
    displayIdOf: (profile) => engine.profile(profile)?.displayId,
    findProfile: (identifier) => customers.find(identifier)?.id,
    zone: new Zone(timezone),
    now: () => systemClock.now(),
    position: () => customers.position,
    audit,
  };
}

/** Builds of definitions take the past from the store, where they can. */
export function buildFromHistory(
  desk: RuntimeDesk,
  history: History | undefined,
  { customers: { journal } }: Runtime,
  { timezone }: Settings,
  log: Surroundings['log'],
): void {
  const zone = new Zone(timezone);
  desk.useHistory(
    history === undefined || journal === undefined ? undefined : { history, journal, zone },
    (built) => {
      log.info({ ...built, ms: Math.round(built.ms) }, 'definitions were built');
    },
  );
}

/** How the store is, for probes. */
export function historyNotes(history: History | undefined): {
  readonly notes: Readonly<Record<string, string>>;
} {
  return { notes: { history: history?.status().state ?? 'off' } };
}

/** What one query may take of memory. */
export function queryMemory({ memoryBytes }: HistorySettings): number {
  return Math.floor(memoryBytes * queryShare);
}

/** What the process of the store is told. */
export function historyConfig(
  { history, timezone }: Settings,
  directory: Pick<DataDirectory, 'path' | 'paths'>,
): HistoryConfig {
  const { server, threads, memoryBytes, retention } = history;
  return {
    store:
      server === undefined
        ? { kind: 'chdb', directory: join(directory.path, 'history'), threads, memoryBytes }
        : { kind: 'clickhouse', url: server },
    logPath: directory.paths.log,
    feedPath: directory.paths.feed,
    deliveriesPath: directory.paths.deliveries,
    timeZone: timezone,
    retention: retention === undefined ? [] : readRetention(retention),
  };
}

/** `Product Viewed: 90d, *: 730d`. @throws StorageError */
export function readRetention(text: string): readonly (readonly [event: string, keepMs: number])[] {
  return text.split(',').map((part) => {
    const colon = part.lastIndexOf(':');
    const event = part.slice(0, Math.max(colon, 0)).trim();
    const kept = readDuration(part.slice(colon + 1).trim());
    if (event !== '' && kept.ok && kept.value > 0) return [event, kept.value] as const;
    throw new StorageError(
      'history/retention',
      `history.retention says “${part.trim()}”; expected events with how long they are kept, such as Product Viewed: 90d, *: 730d`,
    );
  });
}

function isUp(history: HistoryProcess): boolean {
  const { state } = history.status();
  return state === 'running' || state === 'rebuilding';
}
