/** What is asked about the whole base beside a running engine: overlaps, previews, populations, and who takes these anew. */

import { Zone } from '@segue/core/base/zone.ts';

import type { Cursors } from '../api/cursors.ts';
import { overlapRoutes } from '../api/overlap-routes.ts';
import { populationRoutes } from '../api/population-routes.ts';
import { previewRoutes } from '../api/preview-routes.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Settings } from '../config/settings.ts';
import type { History } from '../history/history-process.ts';
import type { Mounted } from '../http/parts.ts';
import { PopulationDesk } from '../preview/population-desk.ts';
import { PreviewDesk, type PreviewDeskOptions } from '../preview/preview-desk.ts';
import { RefreshSchedule } from '../preview/refresh-schedule.ts';
import { systemClock } from './clock.ts';
import type { RuntimeDesk } from './definitions-desk.ts';
import { queryMemory } from './open-history.ts';
import type { Runtime } from './runtime.ts';

export type OpenPreviews = {
  readonly plugins: readonly Mounted[];
  /** Stops previews under way, and refreshes. */
  close(): void;
};

export type PreviewParts = {
  readonly runtime: Runtime;
  readonly desk: RuntimeDesk;
  readonly catalog: Pick<Catalog, 'audit'>;
  /** Undefined where there is no store. */
  readonly history: History | undefined;
  readonly settings: Settings;
  readonly cursors: Cursors;
};

export function openPreviews({
  runtime,
  desk,
  catalog,
  history,
  settings,
  cursors,
}: PreviewParts): OpenPreviews {
  const { customers, loop } = runtime;
  const { engine, sets } = customers;
  const now = (): number => customers.now();
  const running = { engine, sets, now, atRest: <T>(work: () => T): Promise<T> => loop.atRest(work) };
  const asked = historySource(history, runtime, settings);
  const previews = new PreviewDesk({
    ...running,
    builds: desk,
    ...(asked === undefined ? {} : { history: asked }),
  });
  const populations = new PopulationDesk({
    ...running,
    closed: () => loop.closed,
    submit: (entries) => loop.submit(entries),
  });
  const schedule = scheduleOf(populations, settings);
  const definitions = (): typeof engine.definitions => engine.definitions;
  const displayIdOf = (id: number): string => engine.namesOf(id).displayId;
  const plugins = [
    overlapRoutes({ sets, definitions, displayIdOf, now }),
    previewRoutes({ desk: previews, definitions }),
    populationRoutes({ desk: populations, definitions, audit: catalog.audit, cursors, displayIdOf }),
  ];
  return {
    plugins: plugins.map((plugin) => ({ plugin, prefix: '/api' })),
    close: () => {
      schedule?.stop();
      previews.close();
    },
  };
}

/** The store, as long as it answers; what it has is as of what it has reached. */
function historySource(
  history: History | undefined,
  { customers }: Runtime,
  { timezone, history: limits }: Settings,
): PreviewDeskOptions['history'] {
  if (history === undefined) return undefined;
  const zone = new Zone(timezone);
  return () => {
    const { state, reached } = history.status();
    if (state !== 'running' || reached === undefined) return undefined;
    const at = reached.position >= customers.position ? customers.now() : reached.at;
    return { history, zone, memoryBytes: queryMemory(limits), at };
  };
}

function scheduleOf(populations: PopulationDesk, { population }: Settings): RefreshSchedule | undefined {
  const { refreshMs } = population;
  if (refreshMs === undefined) return undefined;
  return new RefreshSchedule({
    everyMs: refreshMs,
    clock: systemClock,
    isWanted: () => populations.closed === undefined && populations.list().length > 0,
    refresh: () => populations.refresh(),
  });
}
