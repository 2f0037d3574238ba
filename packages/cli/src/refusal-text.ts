/** Why a command did nothing: an error that says of itself what to do, in one line with its code. */

import type { Colours } from './terminal.ts';

/** The code of such an error (`data/locked`); undefined for one that nobody foresaw. */
export function refusalCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && code.includes('/') ? code : undefined;
}

/** `fallback` is the code for errors without one of their own. */
export function refusalText(error: unknown, fallback: string, colours: Colours): string {
  const message = error instanceof Error ? error.message : String(error);
  return `${colours.red('error')}: ${message} ${colours.dim(`[${refusalCode(error) ?? fallback}]`)}\n`;
}
