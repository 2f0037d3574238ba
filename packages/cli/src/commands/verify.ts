/** `segue verify`: is what is kept what the log says? */

import type { Command } from 'commander';

import type { VerifyReport } from '@segue/server/runtime/verify-data.ts';

import { exitFailed, exitOk, exitUnusable } from '../exit-code.ts';
import { refusalText } from '../refusal-text.ts';
import { wholeNumber } from '../replay/figures.ts';
import { addSettingOptions, readCommandSettings, type SettingOptions } from '../settings/command-settings.ts';
import type { Terminal } from '../terminal.ts';

type VerifyOptions = SettingOptions & { readonly json?: true };

export function registerVerify(program: Command, terminal: Terminal): void {
  const command = program
    .command('verify')
    .summary('check a data directory: the log record by record, the state against a replay')
    .description(
      'Reads every record of the log, replays it, and compares the outcome with what is kept: the checkpoint, the changes, the audit log. Changes nothing; the service must not run on it meanwhile.',
    )
    .option('--json', 'print one JSON object');
  addSettingOptions(command, ['data', 'timezone'])
    .addHelpText(
      'after',
      `
Examples:
  segue verify
  segue verify --data /var/lib/segue

Exit codes: 0 all is as it should be, 1 something differs, 2 not done.`,
    )
    .action(async (options: VerifyOptions) => {
      process.exitCode = await verify(options, terminal);
    });
}

async function verify(options: VerifyOptions, terminal: Terminal): Promise<number> {
  const inForce = await readCommandSettings(options, terminal);
  if (inForce === undefined) return exitUnusable;
  const { data, timezone } = inForce.settings;
  try {
    const { verifyData } = await import('@segue/server/runtime/verify-data.ts');
    const report = await verifyData(data, { timezone });
    terminal.write(options.json === true ? `${JSON.stringify(report)}\n` : verifyText(report, terminal));
    return report.parts.every(({ fault }) => fault === undefined) ? exitOk : exitFailed;
  } catch (error) {
    terminal.writeError(refusalText(error, 'verify/failed', terminal.errorColours));
    return exitUnusable;
  }
}

function verifyText({ entries, stateHash, parts }: VerifyReport, { colours }: Terminal): string {
  const lines = parts.map(({ what, fault }) =>
    fault === undefined
      ? `${colours.green('ok')}      ${what}\n`
      : `${colours.red('differs')} ${what}: ${fault}\n`,
  );
  return `${lines.join('')}${wholeNumber(entries)} entries replayed, state ${stateHash}\n`;
}
