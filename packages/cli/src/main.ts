/** The `segue` command. */

import { type Command, CommanderError } from 'commander';

import { createBareProgram } from './bare-program.ts';
import { registerStart } from './commands/start.ts';
import { exitOk, exitUnusable } from './exit-code.ts';
import { openTerminal } from './terminal.ts';

const terminal = openTerminal();
try {
  const program = await createProgramFor(process.argv[2]);
  await program.parseAsync(process.argv);
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Help and version were asked for; anything else is wrong usage, which commander has explained already.
  process.exitCode = error.exitCode === 0 ? exitOk : exitUnusable;
}

/** After a crash every moment counts, so a start does without the other commands and all that they need. */
async function createProgramFor(command: string | undefined): Promise<Command> {
  if (command !== 'start') return (await import('./program.ts')).createProgram(terminal);
  const program = createBareProgram(terminal);
  registerStart(program, terminal);
  return program;
}
