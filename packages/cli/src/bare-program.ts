/** The program without commands: its name, its help, where it writes. */

import { Command } from 'commander';

import { segueVersion } from '@segue/server/http/parts.ts';

import type { Terminal } from './terminal.ts';

export function createBareProgram(terminal: Terminal): Command {
  const program = new Command('segue');
  program
    .description('Moves customers between segments the moment their behaviour says so.')
    .version(segueVersion, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help about a command')
    .showHelpAfterError('(segue help [command] tells more)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        terminal.write(text);
      },
      writeErr: (text) => {
        terminal.writeError(text);
      },
    })
    .addHelpText(
      'after',
      `
Examples:
  segue start                         run the service
  segue test scenarios/*.yaml         run scenario files
  segue check definitions/            check definitions
  segue help test                     tell more about a command

Exit codes: 0 done, 1 done and something is wrong, 2 not done (wrong usage, unreadable file).`,
    );
  return program;
}
