/** Why chDB cannot be used here; undefined where it can. It is asked in a process of its own, which it may end. */

import { spawnSync } from 'node:child_process';

const asked = spawnSync(process.execPath, ['-e', "require('chdb').query('SELECT 1')"], {
  cwd: import.meta.dirname,
  encoding: 'utf8',
});

export const whyNoChdb: string | undefined =
  asked.status === 0
    ? undefined
    : `chDB does not run here: ${asked.stderr.trim().split('\n').at(-1) ?? String(asked.signal)}`;
