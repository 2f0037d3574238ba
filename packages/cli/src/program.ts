/** The command tree. A command is a file in `commands/` that exports `register…(program, terminal)`. */

import type { Command } from 'commander';

import { createBareProgram } from './bare-program.ts';
import { registerApply } from './commands/apply.ts';
import { registerBacktest } from './commands/backtest.ts';
import { registerBackup } from './commands/backup.ts';
import { registerCheck } from './commands/check.ts';
import { registerCompact } from './commands/compact.ts';
import { registerCompletion } from './commands/completion.ts';
import { registerConfig } from './commands/config.ts';
import { registerDemo } from './commands/demo.ts';
import { registerExplain } from './commands/explain.ts';
import { registerExport } from './commands/export.ts';
import { registerFmt } from './commands/fmt.ts';
import { registerForecast } from './commands/forecast.ts';
import { registerGenerate } from './commands/generate.ts';
import { registerHistory } from './commands/history.ts';
import { registerOverlap } from './commands/overlap.ts';
import { registerImport } from './commands/import.ts';
import { registerPopulation } from './commands/population.ts';
import { registerPreview } from './commands/preview.ts';
import { registerReplay } from './commands/replay.ts';
import { registerRestore } from './commands/restore.ts';
import { registerSchema } from './commands/schema.ts';
import { registerStart } from './commands/start.ts';
import { registerSuggest } from './commands/suggest.ts';
import { registerSignIn } from './commands/sign-in.ts';
import { registerSkip } from './commands/skip.ts';
import { registerSql } from './commands/sql.ts';
import { registerTest } from './commands/test.ts';
import { registerVerify } from './commands/verify.ts';
import type { Terminal } from './terminal.ts';

export function createProgram(terminal: Terminal): Command {
  const program = createBareProgram(terminal);
  registerStart(program, terminal);
  registerConfig(program, terminal);
  registerApply(program, terminal);
  registerBackup(program, terminal);
  registerRestore(program, terminal);
  registerVerify(program, terminal);
  registerSkip(program, terminal);
  registerCompact(program, terminal);
  registerHistory(program, terminal);
  registerImport(program, terminal);
  registerExport(program, terminal);
  registerSchema(program, terminal);
  registerSignIn(program, terminal);
  registerDemo(program, terminal);
  registerTest(program, terminal);
  registerCheck(program, terminal);
  registerFmt(program, terminal);
  registerSql(program, terminal);
  registerReplay(program, terminal);
  registerExplain(program, terminal);
  registerForecast(program, terminal);
  registerBacktest(program, terminal);
  registerSuggest(program, terminal);
  registerOverlap(program, terminal);
  registerPreview(program, terminal);
  registerPopulation(program, terminal);
  registerGenerate(program, terminal);
  registerCompletion(program, terminal);
  return program;
}
