/** `segue fmt`: writes the rules inside definitions files in their canonical form. */

import { writeFile } from 'node:fs/promises';

import type { Command } from 'commander';

import { listFiles, readTextFile } from '@segue/server/definitions-files/list-files.ts';
import type { PlacedDiagnostic } from '@segue/server/definitions-files/place.ts';

import { diagnosticText } from '../diagnostic-text.ts';
import { exitFailed, exitOk, exitUnusable } from '../exit-code.ts';
import type { Terminal } from '../terminal.ts';

type FmtOptions = { readonly check?: true; readonly json?: true };

type FileOutcome = {
  readonly file: string;
  readonly changed: readonly string[];
  readonly diagnostics: readonly PlacedDiagnostic[];
};

export function registerFmt(program: Command, terminal: Terminal): void {
  program
    .command('fmt')
    .summary('format the rules inside definitions files')
    .description(
      'Writes the rules in definitions files, and in the definitions of scenario files, in their canonical form. Everything else in the files, comments included, stays as it is.',
    )
    .argument('<file...>', 'YAML files or folders')
    .option('--check', 'write nothing; exit with 1 if a rule is not in canonical form')
    .option('--json', 'print one JSON object per file')
    .addHelpText(
      'after',
      `
Examples:
  segue fmt definitions/
  segue fmt --check definitions/      as a step of continuous integration

Exit codes: 0 done, 1 --check found something to format, 2 a file cannot be read or a rule cannot be parsed.`,
    )
    .action(async (paths: readonly string[], options: FmtOptions) => {
      process.exitCode = await fmt(paths, options, terminal);
    });
}

async function fmt(paths: readonly string[], options: FmtOptions, terminal: Terminal): Promise<number> {
  const listed = await listFiles(paths);
  for (const problem of listed.unreadable) {
    terminal.writeError(diagnosticText(problem, undefined, terminal.errorColours));
  }
  let unusable = listed.unreadable.length > 0;
  let found = 0;
  const check = options.check === true;
  for (const file of listed.files) {
    const outcome = await formatFile(file, check, terminal);
    if (outcome.diagnostics.length > 0) unusable = true;
    if (outcome.changed.length > 0) found += 1;
    if (options.json === true) terminal.write(`${JSON.stringify(outcome)}\n`);
    else if (outcome.changed.length > 0) terminal.write(`${file}: ${outcome.changed.join(', ')}\n`);
  }
  if (options.json !== true) terminal.write(`${summary(found, listed.files.length, check)}\n`);
  if (unusable) return exitUnusable;
  return check && found > 0 ? exitFailed : exitOk;
}

async function formatFile(file: string, check: boolean, terminal: Terminal): Promise<FileOutcome> {
  const content = await readTextFile(file);
  if ('unreadable' in content) {
    terminal.writeError(diagnosticText(content.unreadable, undefined, terminal.errorColours));
    return { file, changed: [], diagnostics: [content.unreadable] };
  }
  const { formatDefinitions } = await import('@segue/server/definitions-files/format-definitions.ts');
  const formatted = formatDefinitions(file, content.text);
  if (!formatted.ok) {
    for (const fault of formatted.error) {
      terminal.writeError(diagnosticText(fault, content.text, terminal.errorColours));
    }
    return { file, changed: [], diagnostics: formatted.error };
  }
  const { text, changed } = formatted.value;
  if (!check && changed.length > 0) await writeFile(file, text);
  return { file, changed, diagnostics: [] };
}

function summary(found: number, files: number, check: boolean): string {
  const verb = check ? 'would be formatted' : 'formatted';
  return `${found} of ${files} ${files === 1 ? 'file' : 'files'} ${verb}`;
}
