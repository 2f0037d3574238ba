/** `segue check`: reads definitions as `segue apply` would, and says what is wrong with them. */

import type { Command } from 'commander';

import type { DefinitionFiles } from '@segue/server/definitions-files/read-definition-files.ts';

import { diagnosticText } from '../diagnostic-text.ts';
import { exitFailed, exitOk, exitUnusable } from '../exit-code.ts';
import type { Terminal } from '../terminal.ts';

type CheckOptions = { readonly json?: true };

export function registerCheck(program: Command, terminal: Terminal): void {
  program
    .command('check')
    .summary('check definitions: names, types, units, cycles')
    .description(
      'Checks definitions of segments, lifecycles, RFM models and lists. All files are read as one set, so a rule in one may name a segment of another.',
    )
    .argument('<file...>', 'definitions files (YAML or JSON) or folders')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  segue check definitions/
  segue check vip.yaml churn.yaml
  segue check --json definitions/ | jq '.diagnostics[].message'

Exit codes: 0 no errors (warnings may be), 1 errors, 2 a file cannot be read.`,
    )
    .action(async (paths: readonly string[], options: CheckOptions) => {
      const { readDefinitionFiles } =
        await import('@segue/server/definitions-files/read-definition-files.ts');
      const read = await readDefinitionFiles(paths);
      if (options.json === true) terminal.write(checkJson(read));
      else printCheck(read, terminal);
      process.exitCode = exitCodeOf(read);
    });
}

/** What a reading of definitions comes to: 2 where a file could not be read, 1 where something in one is wrong. */
export function exitCodeOf(read: DefinitionFiles): number {
  if (read.unreadable.length > 0) return exitUnusable;
  return errorsIn(read) > 0 ? exitFailed : exitOk;
}

/** Everything that is wrong, with the lines concerned, to standard error. */
export function printDiagnostics(read: DefinitionFiles, terminal: Terminal): void {
  for (const diagnostic of [...read.unreadable, ...read.diagnostics]) {
    terminal.writeError(diagnosticText(diagnostic, read.sources.get(diagnostic.file), terminal.errorColours));
  }
}

function printCheck(read: DefinitionFiles, terminal: Terminal): void {
  printDiagnostics(read, terminal);
  const errors = errorsIn(read) + read.unreadable.length;
  const warnings = read.diagnostics.length - errorsIn(read);
  const { colours } = terminal;
  const counted = `${counts(read)} in ${plural(read.files.length, 'file')}`;
  const found = [plural(errors, 'error'), plural(warnings, 'warning')].join(', ');
  terminal.write(`${counted}: ${errors > 0 ? colours.red(found) : colours.green(found)}\n`);
}

function counts({ definitions }: DefinitionFiles): string {
  const parts = [
    plural(definitions.segments.size, 'segment'),
    plural(definitions.lifecycles.size, 'lifecycle'),
    plural(definitions.rfm.size, 'RFM model'),
    plural(definitions.lists.size, 'list'),
  ].filter((part) => !part.startsWith('0 '));
  return parts.length === 0 ? 'No definitions' : parts.join(', ');
}

function plural(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

function errorsIn(read: DefinitionFiles): number {
  return read.diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
}

function checkJson(read: DefinitionFiles): string {
  const { definitions, files, diagnostics, unreadable } = read;
  const found = {
    ok: exitCodeOf(read) === exitOk,
    files,
    segments: [...definitions.segments.keys()],
    lifecycles: [...definitions.lifecycles.keys()],
    rfm: [...definitions.rfm.keys()],
    lists: [...definitions.lists.keys()],
    diagnostics: [...unreadable, ...diagnostics],
  };
  return `${JSON.stringify(found)}\n`;
}
