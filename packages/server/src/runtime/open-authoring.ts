/** What whoever writes a rule is helped with: names and values that have come, the rule as SQL, what time alone will bring. */

import { Zone } from '@segue/core/base/zone.ts';

import { forecastRoutes } from '../api/forecast-routes.ts';
import { ruleSqlRoutes } from '../api/rule-sql-routes.ts';
import { schemaRoutes } from '../api/schema-routes.ts';
import type { Settings } from '../config/settings.ts';
import { ForecastDesk } from '../forecast/forecast-desk.ts';
import type { History } from '../history/history-process.ts';
import type { Mounted } from '../http/parts.ts';
import { SeenDesk } from '../seen/seen-desk.ts';
import { WarmUp } from '../seen/warm-up.ts';
import { systemClock } from './clock.ts';
import type { Runtime } from './runtime.ts';

export type OpenAuthoring = {
  readonly plugins: readonly Mounted[];
  /** Stops forecasts under way, and what is taken before anybody asks. */
  close(): void;
};

export function openAuthoring(
  { customers }: Runtime,
  history: History | undefined,
  { timezone }: Settings,
): OpenAuthoring {
  const { engine, sets } = customers;
  const zone = new Zone(timezone);
  const definitions = (): typeof engine.definitions => engine.definitions;
  const forecasts = new ForecastDesk({ engine, zone, now: () => customers.now() });
  const seen = history === undefined ? undefined : new SeenDesk({ history, now: () => systemClock.now() });
  const warmUp =
    seen === undefined || history === undefined ? undefined : new WarmUp({ desk: seen, history });
  return {
    plugins: [
      { plugin: schemaRoutes({ desk: seen, position: () => customers.position }), prefix: '/api' },
      { plugin: ruleSqlRoutes({ definitions, zone, now: () => customers.now() }), prefix: '/api' },
      {
        plugin: forecastRoutes({
          desk: forecasts,
          definitions,
          sets,
          displayIdOf: (id) => engine.namesOf(id).displayId,
          timeZone: timezone,
        }),
      },
    ],
    close: () => {
      forecasts.close();
      warmUp?.close();
    },
  };
}
