/** What a demo says in the terminal. */

import { SingleBar } from 'cli-progress';
import { isatty } from 'node:tty';

import { counted } from '../replay/figures.ts';
import type { Colours, Terminal } from '../terminal.ts';

export type DemoStarted = {
  /** Signs in whoever opens it. */
  readonly url: string;
  readonly folder: string;
  readonly isNew: boolean;
};

const standardError = 2;

export function demoText({ url, folder, isNew }: DemoStarted, colours: Colours): string {
  const what = isNew
    ? 'A year of a made-up shop is in; what happens in it now streams in.'
    : 'The shop is open again, from where it was; what happens in it now streams in.';
  return `${colours.bold('Segue is running')}

  open       ${colours.cyan(url)}
  kept in    ${folder}

${what}
Stop with Ctrl-C; the next start goes on from there, and ${colours.bold('segue demo --anew')} begins anew.
`;
}

/** How far the making of the past is. */
export type Making = {
  readonly progress: (share: number) => void;
  readonly end: () => void;
  readonly made: (messages: number) => void;
};

/** A bar where a person looks at a terminal, else a line. */
export function showMaking(terminal: Terminal): Making {
  const started = performance.now();
  const made = (messages: number): void => {
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    terminal.writeError(`${counted(messages, 'message')} of a year lived through in ${seconds} s\n`);
  };
  if (!isatty(standardError)) {
    terminal.writeError('Living through a year of a made-up shop …\n');
    return { progress: () => undefined, end: () => undefined, made };
  }
  const bar = new SingleBar({
    format: 'Living through a year of a made-up shop [{bar}] {percentage}%',
    barsize: 30,
    clearOnComplete: true,
    hideCursor: true,
    gracefulExit: false,
    stream: process.stderr,
  });
  bar.start(1, 0);
  return {
    progress: (share) => {
      bar.update(Math.min(1, share));
    },
    end: () => {
      bar.stop();
    },
    made,
  };
}
