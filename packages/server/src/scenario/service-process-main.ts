/**
 * The process in which a scenario runs the service that it kills. Its argument is the data directory.
 *
 * When whoever started it is gone, however that came about, it removes the directory and ends: nothing is left behind.
 */

import module from 'node:module';

import { removeScratchDirectory } from './scratch-directory.ts';

const [, , directory = ''] = process.argv;

function end(): void {
  removeScratchDirectory(directory);
  process.exit();
}

process.on('disconnect', end);
if (process.connected) {
  module.enableCompileCache();
  const { answerCalls } = await import('./answer-calls.ts');
  answerCalls();
} else end();
