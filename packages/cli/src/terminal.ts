/** Where a command writes to. Colours only where a person looks at a terminal and has not declined them. */

import { isatty } from 'node:tty';

import picocolors from 'picocolors';

/** File descriptors. */
const STDOUT = 1;
const STDERR = 2;

export type Colours = ReturnType<typeof picocolors.createColors>;

export type Terminal = {
  /** Results. */
  readonly write: (text: string) => void;
  /** Everything that is not a result: progress, complaints, summaries beside JSON. */
  readonly writeError: (text: string) => void;
  readonly colours: Colours;
  readonly errorColours: Colours;
};

export function openTerminal(): Terminal {
  stopQuietlyWhenNobodyReads(process.stdout);
  stopQuietlyWhenNobodyReads(process.stderr);
  return {
    write: (text) => process.stdout.write(text),
    writeError: (text) => process.stderr.write(text),
    colours: picocolors.createColors(wantsColours(STDOUT)),
    errorColours: picocolors.createColors(wantsColours(STDERR)),
  };
}

function wantsColours(descriptor: number): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0') return true;
  return isatty(descriptor) && TERM !== 'dumb';
}

/** `segue … | head` closes the pipe early; that is how it is meant to be used, not a fault. */
function stopQuietlyWhenNobodyReads(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    throw error;
  });
}
