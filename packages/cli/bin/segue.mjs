#!/usr/bin/env node
/**
 * Starts the command. Segue is TypeScript that Node 24 runs as it is; under an older Node this file starts itself again
 * under the one that the npm package `node` brought along, and passes signals and the exit code through.
 */

import { spawn } from 'node:child_process';
import module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const nodeMajorMin = 24;

if (Number.parseInt(process.versions.node, 10) >= nodeMajorMin) {
  module.enableCompileCache?.();
  await import('../src/main.ts');
} else if (process.env.SEGUE_RESTARTED === undefined) {
  restart(pinnedNode());
} else {
  giveUp(`this is Node ${process.versions.node}`);
}

function pinnedNode() {
  try {
    const manifest = module.createRequire(import.meta.url).resolve('node/package.json');
    return join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  } catch {
    return giveUp(`this is Node ${process.versions.node}, and the pinned one is not installed`);
  }
}

function restart(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, SEGUE_RESTARTED: '1' },
  });
  // A terminal's Ctrl-C reaches the child by itself; a signal sent to this process alone does not.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (error) => giveUp(error.message));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function giveUp(why) {
  console.error(
    `segue needs Node ${nodeMajorMin} or later; ${why}. Run npm ci in the checkout to install it.`,
  );
  process.exit(1);
}
