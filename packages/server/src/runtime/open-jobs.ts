/** Backtests and suggestions beside a running engine: those that a stop interrupted go on, and whoever watches is told. */

import { join } from 'node:path';

import { backtestRoutes } from '../api/backtest-routes.ts';
import { jobStreams } from '../api/job-streams.ts';
import { Jobs } from '../backtest/jobs.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { StandingGrants } from '../catalog/grants.ts';
import type { ProcessLog } from '../http/log.ts';
import type { Mounted } from '../http/parts.ts';
import type { DataDirectory } from '../log/data-directory.ts';
import { systemClock } from './clock.ts';
import type { RuntimeDesk } from './definitions-desk.ts';
import type { Runtime } from './runtime.ts';

export type JobParts = {
  readonly directory: DataDirectory;
  readonly runtime: Runtime;
  readonly catalog: Catalog;
  readonly grants: StandingGrants;
};

export function openJobs({ directory, runtime }: JobParts, processLog: ProcessLog): Promise<Jobs> {
  const { path, paths } = directory;
  return Jobs.open({
    folder: join(path, 'backtests'),
    log: paths.log,
    until: () => runtime.customers.position,
    now: () => systemClock.now(),
    onFault: (error) => {
      processLog.warn({ err: error }, 'a backtest or suggestion ended badly');
    },
  });
}

export function jobsPlugin(
  jobs: Jobs,
  desk: RuntimeDesk,
  timeZone: string,
  { catalog: { audit }, grants }: JobParts,
  processLog: ProcessLog,
): Mounted {
  const streams = jobStreams(jobs, {
    grants,
    onFault: (error) => {
      processLog.warn({ err: error }, 'backtests and suggestions could not be told');
    },
  });
  const routes = backtestRoutes({
    jobs,
    streams,
    definitions: () => desk.current().definitions,
    timeZone,
    now: () => systemClock.now(),
    audit,
  });
  const plugin: Mounted['plugin'] = async (app) => {
    app.addHook('preClose', (done) => {
      streams.stop();
      done();
    });
    await routes(app);
  };
  return { plugin, prefix: '/api' };
}
