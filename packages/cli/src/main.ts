/** The `segue` command. */

import { CommanderError } from 'commander';

import { exitOk, exitUnusable } from './exit-code.ts';
import { createProgram } from './program.ts';
import { openTerminal } from './terminal.ts';

const terminal = openTerminal();
try {
  await createProgram(terminal).parseAsync(process.argv);
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Help and version were asked for; anything else is wrong usage, which commander has explained already.
  process.exitCode = error.exitCode === 0 ? exitOk : exitUnusable;
}
