/** `segue restore`: a data directory from a backup. */

import type { Command } from 'commander';

import { runCopy, type Copy, type CopyOptions } from '../service/run-copy.ts';
import { addSettingOptions } from '../settings/command-settings.ts';
import type { Terminal } from '../terminal.ts';

export function registerRestore(program: Command, terminal: Terminal): void {
  const command = program
    .command('restore')
    .summary('make a data directory from a backup')
    .description(
      'Makes a data directory from a backup, which is checked before anything is written: every file by its checksum, the log record by record. Nothing is overwritten: the data directory must be empty or not be there.',
    )
    .argument('<folder>', 'the backup')
    .option('--json', 'print one JSON object');
  addSettingOptions(command, ['data'])
    .addHelpText(
      'after',
      `
Examples:
  segue restore /backups/2026-11-01
  segue restore --data /var/lib/segue-restored /backups/2026-11-01

Exit codes: 0 done, 2 not done.`,
    )
    .action(async (folder: string, options: CopyOptions) => {
      const { restoreBackup } = await import('@segue/server/log/backup.ts');
      const copy: Copy = {
        run: (data) => restoreBackup(folder, data),
        done: (data) => `Restored ${folder} into ${data}`,
      };
      process.exitCode = await runCopy(copy, options, terminal);
    });
}
