/** `segue backup`: a copy of the data directory, taken while the service runs. */

import type { Command } from 'commander';

import { runCopy, type Copy, type CopyOptions } from '../service/run-copy.ts';
import { addSettingOptions } from '../settings/command-settings.ts';
import type { Terminal } from '../terminal.ts';

export function registerBackup(program: Command, terminal: Terminal): void {
  const command = program
    .command('backup')
    .summary('copy the data directory, also while the service runs')
    .description(
      'Copies the data directory as it is at one instant: whatever was acknowledged before the command began is in the copy. The service may run and take events meanwhile.',
    )
    .argument('<folder>', 'where to put the copy; made, or must be empty')
    .option('--json', 'print one JSON object');
  addSettingOptions(command, ['data'])
    .addHelpText(
      'after',
      `
Examples:
  segue backup /backups/$(date +%F)
  segue backup --data /var/lib/segue /backups/today

Exit codes: 0 done, 2 not done.`,
    )
    .action(async (folder: string, options: CopyOptions) => {
      const { backUp } = await import('@segue/server/log/backup.ts');
      const copy: Copy = {
        run: (data) => backUp(data, folder, Date.now()),
        done: (data) => `Backed up ${data} into ${folder}`,
      };
      process.exitCode = await runCopy(copy, options, terminal);
    });
}
