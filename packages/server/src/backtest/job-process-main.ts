/** The process of one job. When the service is gone it ends at once; what was written down is there for the next. */

import module from 'node:module';

process.on('disconnect', () => {
  process.exit();
});
// Half of the time that it takes to start is reading the code.
module.enableCompileCache();
const { hearCalls } = await import('./run-job.ts');
hearCalls();
