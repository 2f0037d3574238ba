/** Runs something long with its progress on standard error, and stops it at Ctrl-C. */

import { isatty } from 'node:tty';

import type { RunProgress, TellOptions } from '@segue/server/backtest/tell.ts';

import { percent, wholeNumber } from '../replay/figures.ts';
import type { Terminal } from '../terminal.ts';

const showEveryMs = 150;
const lineEveryMs = 5_000;

/** The last line of progress is wiped off the terminal. */
export async function runShown<T>(
  terminal: Terminal,
  work: (options: TellOptions) => Promise<T | undefined>,
): Promise<T | undefined> {
  let stopped = false;
  let shownAt = performance.now();
  const isTerminal = isatty(2);
  const onSignal = (): void => {
    stopped = true;
  };
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  try {
    return await work({
      isStopped: () => stopped,
      onProgress: (progress) => {
        const now = performance.now();
        if (now - shownAt < (isTerminal ? showEveryMs : lineEveryMs)) return;
        shownAt = now;
        const text = progressText(progress);
        terminal.writeError(isTerminal ? `\r\u001b[K${text}` : `${text}\n`);
      },
    });
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
    if (isTerminal) terminal.writeError('\r\u001b[K');
  }
}

function progressText({ phase, done, total, at, perSecond, secondsLeft }: RunProgress): string {
  const parts = [
    total === undefined ? wholeNumber(done) : percent(done / Math.max(1, total)),
    ...(perSecond === undefined ? [] : [`${wholeNumber(perSecond)} a second`]),
    ...(secondsLeft === undefined ? [] : [`${wholeNumber(Math.ceil(secondsLeft))} s left`]),
    ...(at === undefined ? [] : [`at ${new Date(at).toISOString().slice(0, 10)}`]),
  ];
  return `${phase} ${parts.join(', ')}`;
}
