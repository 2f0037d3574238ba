/** The command tree. A command is a file in `commands/` that exports `register…(program, terminal)`. */

import { Command } from 'commander';

import { segueVersion } from '@segue/server/http/parts.ts';

import { registerApply } from './commands/apply.ts';
import { registerBacktest } from './commands/backtest.ts';
import { registerBackup } from './commands/backup.ts';
import { registerCheck } from './commands/check.ts';
import { registerCompletion } from './commands/completion.ts';
import { registerConfig } from './commands/config.ts';
import { registerDemo } from './commands/demo.ts';
import { registerExplain } from './commands/explain.ts';
import { registerFmt } from './commands/fmt.ts';
import { registerForecast } from './commands/forecast.ts';
import { registerGenerate } from './commands/generate.ts';
import { registerReplay } from './commands/replay.ts';
import { registerRestore } from './commands/restore.ts';
import { registerStart } from './commands/start.ts';
import { registerSignIn } from './commands/sign-in.ts';
import { registerSkip } from './commands/skip.ts';
import { registerTest } from './commands/test.ts';
import { registerVerify } from './commands/verify.ts';
import type { Terminal } from './terminal.ts';

export function createProgram(terminal: Terminal): Command {
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
  registerStart(program, terminal);
  registerConfig(program, terminal);
  registerApply(program, terminal);
  registerBackup(program, terminal);
  registerRestore(program, terminal);
  registerVerify(program, terminal);
  registerSkip(program, terminal);
  registerSignIn(program, terminal);
  registerDemo(program, terminal);
  registerTest(program, terminal);
  registerCheck(program, terminal);
  registerFmt(program, terminal);
  registerReplay(program, terminal);
  registerExplain(program, terminal);
  registerForecast(program, terminal);
  registerBacktest(program, terminal);
  registerGenerate(program, terminal);
  registerCompletion(program, terminal);
  return program;
}
