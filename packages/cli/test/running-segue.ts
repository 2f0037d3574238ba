/** `segue` as a person starts it, in a process of its own. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { OwnProcess, type OwnProcessOptions } from '../../server/test/http/own-process.ts';

export const launcher: string = join(import.meta.dirname, '../bin/segue.mjs');

/** What `segue start` or `segue demo` said at its start; empty where it did not say it. */
export type Said = {
  readonly url: string;
  /** Signs in: a link for the first one here, or the door of a demo. */
  readonly door: string;
  readonly writeKey: string;
  readonly serverKey: string;
};

export type RunningSegue = Said & { readonly process: OwnProcess };

/** Runs a command that serves; resolves when it says that it does. */
export async function startSegue(
  args: readonly string[],
  options: OwnProcessOptions = {},
): Promise<RunningSegue> {
  const process = new OwnProcess([launcher, ...args], options);
  await process.says('Ctrl-C');
  const said = (what: RegExp): string => what.exec(process.out)?.[1] ?? '';
  return {
    process,
    url: said(/running at (\S+)/),
    door: said(/(http:\S+\/(?:demo\/|sign-in#)\S+)/),
    writeKey: said(/write key +(\S+)/),
    serverKey: said(/server key +(\S+)/),
  };
}

export type Ran = { readonly status: number | null; readonly out: string; readonly err: string };

/** Runs a command to its end. */
export function runSegue(args: readonly string[], { cwd, env }: OwnProcessOptions = {}): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
  });
  return { status, out: stdout, err: stderr };
}
