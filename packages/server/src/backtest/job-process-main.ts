/** The process of one job. When the service is gone it ends at once; what was written down is there for the next. */

import module from 'node:module';

process.on('disconnect', () => {
  process.exit();
});
// Whoever stops the service may tell all its processes; this one is told by the service.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => undefined);
// Half of the time that it takes to start is reading the code.
module.enableCompileCache();
const { hearCalls } = await import('./run-job.ts');
hearCalls();
