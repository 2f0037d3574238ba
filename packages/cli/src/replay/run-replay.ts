/** Running a replay from the command line: progress, Ctrl-C, and what went wrong with whole files. */

import { isatty } from 'node:tty';

import type { Engine } from '@segue/core/engine/engine.ts';
import type { ReplayReport } from '@segue/server/replay/replay-report.ts';
import { Replay, type ReplayOptions } from '@segue/server/replay/replay.ts';

import { exitOk, exitUnusable } from '../exit-code.ts';
import type { Terminal } from '../terminal.ts';
import { showProgress } from './progress-line.ts';

/** As shells number a program ended by Ctrl-C. */
const exitInterrupted = 130;

export type ReplayRun = {
  readonly report: ReplayReport;
  readonly exitCode: number;
  /** As it stands at the end; undefined where there was no message. */
  readonly engine: Engine | undefined;
};

/** Ctrl-C ends the replay and reports what there is; a second one ends the program at once. */
export async function runReplay(options: ReplayOptions, terminal: Terminal): Promise<ReplayRun> {
  const replay = new Replay(options);
  const onSignal = (): void => {
    if (replay.stopped) process.exit(exitInterrupted);
    replay.stop();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const stopShowing = showProgress(() => replay.progress, {
    isTerminal: isatty(2),
    write: terminal.writeError,
  });
  try {
    const report = await replay.run();
    stopShowing();
    for (const error of report.input.fileErrors) {
      terminal.writeError(`${terminal.errorColours.red('error')}: ${error}\n`);
    }
    if (replay.stopped) return { report, exitCode: exitInterrupted, engine: replay.engine };
    return { report, exitCode: report.input.messages === 0 ? exitUnusable : exitOk, engine: replay.engine };
  } finally {
    stopShowing();
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}
