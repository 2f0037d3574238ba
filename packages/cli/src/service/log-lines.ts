/** The log of the process for a person at a terminal; everybody else gets it as JSON. */

import type { Colours } from '../terminal.ts';

type Line = Readonly<Record<string, unknown>> & {
  readonly time?: string;
  readonly level?: string;
  readonly msg?: string;
};

/**
 * One line of the log in words.
 *
 * @example
 * 12:00:01 info  stopping signal=SIGTERM
 */
export function logLineText(json: string, colours: Colours): string {
  const { time = '', level = '', msg = '', ...rest } = JSON.parse(json) as Line;
  const clock = colours.dim(time.slice(11, 19));
  const isBad = level === 'error' || level === 'fatal';
  const word = level.padEnd(5);
  const shown = isBad ? colours.red(word) : level === 'warn' ? colours.yellow(word) : word;
  const fields = Object.entries(rest).map(
    ([name, value]) => ` ${colours.dim(`${name}=`)}${valueText(value)}`,
  );
  return `${clock} ${shown} ${msg}${fields.join('')}\n`;
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
