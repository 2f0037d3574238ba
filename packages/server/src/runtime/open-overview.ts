/** The overview beside a running engine: what arrives is counted, how the whole is is told. */

import { join } from 'node:path';

import { Zone } from '@segue/core/base/zone.ts';

import { workspaceRoutes } from '../api/workspace-routes.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { StandingGrants } from '../catalog/grants.ts';
import type { Settings } from '../config/settings.ts';
import type { History } from '../history/history-process.ts';
import type { ProcessLog } from '../http/log.ts';
import { segueVersion, type Mounted } from '../http/parts.ts';
import type { DataDirectory } from '../log/data-directory.ts';
import type { Log } from '../log/log.ts';
import type { Quarantine } from '../log/quarantine.ts';
import { ActivityKeeper } from '../overview/activity-keeper.ts';
import { Overview } from '../overview/overview.ts';
import { overviewStreams } from '../overview/overview-streams.ts';
import { systemClock } from './clock.ts';
import type { RuntimeDesk } from './definitions-desk.ts';
import { historyParts } from './open-history.ts';
import type { Runtime } from './runtime.ts';

export type OverviewParts = {
  readonly directory: DataDirectory;
  readonly log: Log;
  readonly runtime: Runtime;
  readonly desk: RuntimeDesk;
  readonly catalog: Catalog;
  readonly grants: StandingGrants;
  readonly quarantine: Quarantine;
  readonly history: History | undefined;
  readonly settings: Settings;
  readonly processLog: ProcessLog;
};

export type OpenOverview = {
  readonly plugins: readonly Mounted[];
  close(): Promise<void>;
};

export async function openOverview(parts: OverviewParts): Promise<OpenOverview> {
  const { directory, log, runtime, desk, catalog, grants, quarantine, history, settings, processLog } = parts;
  const { customers, loop } = runtime;
  const { engine } = customers;
  const zone = new Zone(settings.timezone);
  const now = (): number => systemClock.now();
  const keeper = await ActivityKeeper.open(
    {
      log,
      zone,
      file: join(directory.path, 'activity.json'),
      onFault: (error) => {
        processLog.warn({ err: error }, 'what has arrived could not be noted; a start counts it again');
      },
    },
    customers.position,
  );
  runtime.watchTaken((record) => {
    keeper.take(record);
  });
  const overview = new Overview({
    now,
    activity: keeper.activity,
    senders: () => grants.senders(),
    customers: () => engine.profileCount(),
    segments: () => engine.definitions.segments.size,
    quarantine,
    webhooks: catalog.webhooks,
    history,
    building: () => buildingOf(desk),
    closed: () => loop.closed,
  });
  const streams = overviewStreams({
    overview,
    grants,
    onFault: (error) => {
      processLog.warn({ err: error }, 'the overview could not be told');
    },
  });
  const routes = workspaceRoutes({
    overview,
    streams,
    history: historyParts(history, runtime, settings, catalog.audit),
    version: segueVersion,
    timeZone: settings.timezone,
    startedAt: now(),
    names: catalog.workspace,
    ...(settings.workspace.name === undefined ? {} : { usualName: settings.workspace.name }),
    ...(settings.publicUrl === undefined ? {} : { publicUrl: settings.publicUrl }),
  });
  const plugin: Mounted['plugin'] = async (app) => {
    app.addHook('preClose', (done) => {
      streams.stop();
      done();
    });
    await routes(app);
  };
  return { plugins: [{ plugin, prefix: '/api' }], close: () => keeper.stop() };
}

function buildingOf(desk: RuntimeDesk): { revision: number; done: number; total: number } | undefined {
  const progress = desk.progress();
  if (progress === undefined) return undefined;
  const { revision, done, total } = progress;
  return { revision, done, total };
}
