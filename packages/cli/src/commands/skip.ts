/** `segue skip`: puts an entry of the log aside at which the engine fails. */

import { InvalidArgumentError, type Command } from 'commander';

import { exitOk, exitUnusable } from '../exit-code.ts';
import { refusalText } from '../refusal-text.ts';
import { addSettingOptions, readCommandSettings, type SettingOptions } from '../settings/command-settings.ts';
import type { Terminal } from '../terminal.ts';

type SkipOptions = SettingOptions & { readonly reason: string; readonly json?: true };

/** Characters of a reason. */
const reasonCharactersMax = 1_000;

export function registerSkip(program: Command, terminal: Terminal): void {
  const command = program
    .command('skip')
    .summary('put an entry of the log aside at which the engine fails')
    .description(
      'Puts the entry aside at which the service fails at every start (engine/entry-failed names it), so that it starts again without it. The log is replayed to it first; no other entry can be skipped. The entry stays in the log, marked, and goes into quarantine; the audit log says who skipped it and why. The service must not run meanwhile.',
    )
    .argument('<position>', 'of the entry in the log, as the error says', readPosition)
    .requiredOption('--reason <text>', 'why, for the audit log', readReason)
    .option('--json', 'print one JSON object');
  addSettingOptions(command, ['data', 'timezone'])
    .addHelpText(
      'after',
      `
Examples:
  segue skip 4711 --reason "crashes the engine, reported as a bug"

Exit codes: 0 done, 2 not done.`,
    )
    .action(async (position: number, options: SkipOptions) => {
      process.exitCode = await skip(position, options, terminal);
    });
}

async function skip(position: number, options: SkipOptions, terminal: Terminal): Promise<number> {
  const inForce = await readCommandSettings(options, terminal);
  if (inForce === undefined) return exitUnusable;
  const { data, timezone } = inForce.settings;
  const { reason } = options;
  try {
    const { skipEntry } = await import('@segue/server/runtime/skip-entry.ts');
    const skipped = await skipEntry(data, position, { reason, timezone, now: Date.now() });
    if (!skipped.ok) {
      const { code, message } = skipped.error;
      terminal.writeError(
        refusalText(Object.assign(new Error(message), { code }), code, terminal.errorColours),
      );
      return exitUnusable;
    }
    const { what, failure } = skipped.value;
    terminal.write(
      options.json === true
        ? `${JSON.stringify(skipped.value)}\n`
        : `Skipped entry ${position} of the log, ${what}: ${failure}\n`,
    );
    return exitOk;
  } catch (error) {
    terminal.writeError(refusalText(error, 'skip/failed', terminal.errorColours));
    return exitUnusable;
  }
}

function readPosition(text: string): number {
  const position = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(position)) return position;
  throw new InvalidArgumentError('Expected a position of the log, a whole number from 0 on.');
}

function readReason(text: string): string {
  const reason = text.trim();
  if (reason !== '' && reason.length <= reasonCharactersMax) return reason;
  throw new InvalidArgumentError(`Expected a text of 1 to ${reasonCharactersMax} characters.`);
}
