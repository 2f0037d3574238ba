/** `segue history rebuild`: of a running service, or offline with progress. */

import { exitOk, exitUnusable } from '../exit-code.ts';
import { refusalText } from '../refusal-text.ts';
import { counted, wholeNumber } from '../replay/figures.ts';
import { postToApi } from '../service/call-api.ts';
import { remoteOf } from '../service/read-api.ts';
import { readCommandSettings, type SettingOptions } from '../settings/command-settings.ts';
import type { Terminal } from '../terminal.ts';

export type RebuildOptions = SettingOptions & {
  readonly url?: string;
  readonly key?: string;
  readonly offline?: true;
  readonly resume?: true;
};

/** Between two lines of progress, in milliseconds. */
const lineMs = 2_000;

/** Resolves with the exit code. */
export async function rebuild(options: RebuildOptions, terminal: Terminal): Promise<number> {
  try {
    return options.offline === true
      ? await rebuildOffline(options, terminal)
      : await rebuildOnline(options, terminal);
  } catch (error) {
    terminal.writeError(refusalText(error, 'history/failed', terminal.errorColours));
    return exitUnusable;
  }
}

async function rebuildOnline({ url, key }: RebuildOptions, terminal: Terminal): Promise<number> {
  const remote = remoteOf({ ...(url === undefined ? {} : { url }), ...(key === undefined ? {} : { key }) });
  await postToApi(remote, '/api/history/rebuild', {});
  terminal.write('History is being made from the log; segue history status says how far it is.\n');
  return exitOk;
}

async function rebuildOffline(options: RebuildOptions, terminal: Terminal): Promise<number> {
  const inForce = await readCommandSettings(options, terminal);
  if (inForce === undefined) return exitUnusable;
  const { rebuildHistory } = await import('@segue/server/runtime/rebuild-history.ts');
  let last = 0;
  const entries = await rebuildHistory(inForce.settings, {
    resume: options.resume === true,
    onProgress: (position, end) => {
      if (Date.now() - last < lineMs) return;
      last = Date.now();
      terminal.writeError(`${wholeNumber(position)} of ${wholeNumber(end)}\n`);
    },
  });
  terminal.write(
    `History has been made from ${counted(entries, 'entry').replace('entrys', 'entries')} of the log.\n`,
  );
  return exitOk;
}
