import { createMemoryLog } from '../../src/log/memory-log.ts';
import { openLmdbLog } from '../../src/log/lmdb-log.ts';
import { describeLog } from './log-conformance.ts';
import { temporaryDirectory } from './temporary-directory.ts';

describeLog('memory', () => ({ open: () => Promise.resolve(createMemoryLog()), outlivesClose: false }));

describeLog('LMDB', () => {
  let path: string | undefined;
  return {
    open: () => openLmdbLog((path ??= temporaryDirectory())),
    outlivesClose: true,
  };
});
