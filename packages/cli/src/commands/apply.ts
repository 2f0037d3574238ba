/** `segue apply`: definitions of files into force in a running service, after showing what that would do. */

import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { isatty } from 'node:tty';

import type { Command } from 'commander';

import type { Definitions } from '@segue/core/model/definitions.ts';

import { exitFailed, exitOk, exitUnusable } from '../exit-code.ts';
import { ApiError, postToApi, type Remote } from '../service/call-api.ts';
import { refusalText } from '../refusal-text.ts';
import { differenceCounts, differenceText, type DefinitionsAnswer } from '../service/difference-text.ts';
import type { Terminal } from '../terminal.ts';
import { exitCodeOf, printDiagnostics } from './check.ts';

type ApplyOptions = {
  readonly url?: string;
  readonly key?: string;
  readonly reason: string;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly json?: true;
};

const standardUrl = 'http://127.0.0.1:8787';
const standardInput = 0;

export function registerApply(program: Command, terminal: Terminal): void {
  program
    .command('apply')
    .summary('put definitions into force in a running service')
    .description(
      'Reads definitions files as one complete set, shows what differs from the set in force and who would move, asks, and puts it into force at one instant. What is not in the files is removed.',
    )
    .argument('<file...>', 'definitions files (YAML or JSON) or folders')
    .option('--url <url>', `where the service is (default: $SEGUE_URL, or ${standardUrl})`)
    .option('--key <key>', 'a server key of role marketer or admin (default: $SEGUE_KEY)')
    .option('--reason <text>', 'why; kept with the versions', '')
    .option('--dry-run', 'only show what would happen')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  segue apply definitions/
  segue apply --dry-run definitions/
  SEGUE_KEY=… segue apply --yes --reason "spring campaign" definitions/

Exit codes: 0 in force (or nothing differs), 1 the definitions have errors or were declined, 2 not done.`,
    )
    .action(async (paths: readonly string[], options: ApplyOptions) => {
      process.exitCode = await applyFiles(paths, options, terminal);
    });
}

async function applyFiles(
  paths: readonly string[],
  options: ApplyOptions,
  terminal: Terminal,
): Promise<number> {
  const { readDefinitionFiles } = await import('@segue/server/definitions-files/read-definition-files.ts');
  const read = await readDefinitionFiles(paths);
  printDiagnostics(read, terminal);
  const readCode = exitCodeOf(read);
  if (readCode !== exitOk) return readCode;
  const { key = process.env['SEGUE_KEY'] ?? '', url = process.env['SEGUE_URL'] ?? standardUrl } = options;
  const complain = complaints(terminal);
  if (key === '') return complain('api/no-key', 'A server key is needed: give it as $SEGUE_KEY or --key.');
  if (!URL.canParse(url)) {
    return complain('api/unreachable', `“${url}” is no address; expected ${standardUrl}.`);
  }
  try {
    return await applySet(read.definitions, { url, key }, options, terminal);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    for (const { message, code } of error.diagnostics) terminal.writeError(`${message} [${code}]\n`);
    terminal.writeError(refusalText(error, error.code, terminal.errorColours));
    return error.diagnostics.length > 0 ? exitFailed : exitUnusable;
  }
}

async function applySet(
  definitions: Definitions,
  remote: Remote,
  options: ApplyOptions,
  terminal: Terminal,
): Promise<number> {
  const { toPlain } = await import('@segue/server/catalog/plain-definitions.ts');
  const set = { definitions: toPlain(definitions), reason: options.reason };
  const preview = await post(remote, { ...set, dryRun: true });
  const isDone = preview.difference.length === 0 || options.dryRun === true;
  if (options.json !== true) {
    terminal.write(differenceText(preview, terminal.colours));
    terminal.write(`${differenceCounts(preview.difference)} since revision ${preview.revision}\n`);
  }
  if (isDone) {
    if (options.json === true) terminal.write(`${JSON.stringify(preview)}\n`);
    return exitOk;
  }
  const consent = await askedFor(options, terminal);
  if (consent !== exitOk) return consent;
  const body = { ...set, expectedRevision: preview.revision };
  const applied = await post(remote, body, randomUUID());
  if (options.json === true) terminal.write(`${JSON.stringify(applied)}\n`);
  else terminal.write(`Revision ${applied.revision} is in force.\n`);
  return exitOk;
}

async function post(remote: Remote, body: unknown, once?: string): Promise<DefinitionsAnswer> {
  return (await postToApi(remote, '/api/definitions', body, once)) as DefinitionsAnswer;
}

/** The exit code where nobody agreed. */
async function askedFor(options: ApplyOptions, terminal: Terminal): Promise<number> {
  if (options.yes === true) return exitOk;
  if (!isatty(standardInput)) {
    return complaints(terminal)(
      'apply/not-asked',
      'Nobody can be asked here; add --yes to put this into force.',
    );
  }
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question('Put this into force? [y/N] ');
  lines.close();
  return /^y(?:es)?$/i.test(answer.trim()) ? exitOk : exitFailed;
}

function complaints(terminal: Terminal): (code: string, message: string) => number {
  return (code, message) => {
    const { errorColours } = terminal;
    terminal.writeError(`${errorColours.red('error')}: ${message} ${errorColours.dim(`[${code}]`)}\n`);
    return exitUnusable;
  };
}
