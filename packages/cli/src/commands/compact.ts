/** `segue compact`: writes the stores anew, without what was deleted. */

import type { Command } from 'commander';

import { exitOk, exitUnusable } from '../exit-code.ts';
import { refusalText } from '../refusal-text.ts';
import { wholeNumber } from '../replay/figures.ts';
import { addSettingOptions, readCommandSettings, type SettingOptions } from '../settings/command-settings.ts';
import type { Terminal } from '../terminal.ts';

type CompactOptions = SettingOptions & { readonly json?: true };

export function registerCompact(program: Command, terminal: Terminal): void {
  const command = program
    .command('compact')
    .summary('write the stores anew, so that nothing is left of what was deleted')
    .description(
      'Writes the stores of the data directory anew. Their files become as small as they can be, and nothing is left in them of what was deleted, such as messages of somebody who was erased. The service must not run meanwhile; it needs room for the largest store once more.',
    )
    .option('--json', 'print one JSON object');
  addSettingOptions(command, ['data'])
    .addHelpText(
      'after',
      `
Examples:
  segue compact
  segue compact --data /var/lib/segue

Exit codes: 0 done, 2 not done.`,
    )
    .action(async (options: CompactOptions) => {
      process.exitCode = await compact(options, terminal);
    });
}

async function compact(options: CompactOptions, terminal: Terminal): Promise<number> {
  const inForce = await readCommandSettings(options, terminal);
  if (inForce === undefined) return exitUnusable;
  try {
    const { compactData } = await import('@segue/server/log/compact.ts');
    const files = await compactData(inForce.settings.data);
    const lines = files.map(
      ({ file, bytesBefore, bytesAfter }) =>
        `${file}: ${wholeNumber(bytesBefore)} bytes, now ${wholeNumber(bytesAfter)}\n`,
    );
    terminal.write(options.json === true ? `${JSON.stringify({ files })}\n` : lines.join(''));
    return exitOk;
  } catch (error) {
    terminal.writeError(refusalText(error, 'compact/failed', terminal.errorColours));
    return exitUnusable;
  }
}
