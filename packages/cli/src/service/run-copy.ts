/** Backup and restore: a copy is made, and what was copied is printed. */

import type { BackupReport } from '@segue/server/log/backup.ts';

import { exitOk, exitUnusable } from '../exit-code.ts';
import { refusalText } from '../refusal-text.ts';
import { wholeNumber } from '../replay/figures.ts';
import { readCommandSettings, type SettingOptions } from '../settings/command-settings.ts';
import type { Terminal } from '../terminal.ts';

export type CopyOptions = SettingOptions & { readonly json?: true };

export type Copy = {
  /** Given the data directory of the settings. */
  readonly run: (data: string) => Promise<BackupReport>;
  /** What was done, as the head of the report. */
  readonly done: (data: string) => string;
};

/** Resolves with the exit code. */
export async function runCopy(copy: Copy, options: CopyOptions, terminal: Terminal): Promise<number> {
  const inForce = await readCommandSettings(options, terminal);
  if (inForce === undefined) return exitUnusable;
  const { data } = inForce.settings;
  try {
    const report = await copy.run(data);
    const text = options.json === true ? `${JSON.stringify(report)}\n` : copyText(copy.done(data), report);
    terminal.write(text);
    return exitOk;
  } catch (error) {
    terminal.writeError(refusalText(error, 'backup/failed', terminal.errorColours));
    return exitUnusable;
  }
}

function copyText(done: string, { log, files }: BackupReport): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const until = log.lastAt === undefined ? '' : `, the last of ${new Date(log.lastAt).toISOString()}`;
  const entries = `${wholeNumber(log.entries)} entries of the log${until}`;
  return `${done}\n  ${entries}\n  ${files.length} files, ${wholeNumber(bytes)} bytes, checked\n`;
}
