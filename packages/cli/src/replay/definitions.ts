/** The definitions of a run: files, folders, or the ready-made ones. */

import { fileURLToPath } from 'node:url';

import type { Definitions } from '@segue/core/model/definitions.ts';
import { readDefinitionFiles } from '@segue/server/definitions-files/read-definition-files.ts';

import { exitCodeOf, printDiagnostics } from '../commands/check.ts';
import { exitOk } from '../exit-code.ts';
import type { Terminal } from '../terminal.ts';

/** Lifecycle, RFM, value tiers, cart abandonment, churn alert, activity drop, interest, intent. */
export const builtinDefinitions: string = fileURLToPath(
  new URL('../../../../examples/definitions/', import.meta.url),
);

/** Undefined, and explained, where they have errors. None given: the ready-made ones. */
export async function readDefinitionsOrComplain(
  paths: readonly string[],
  terminal: Terminal,
): Promise<Definitions | undefined> {
  const named = paths.length === 0 ? ['builtin'] : paths;
  const read = await readDefinitionFiles(
    named.map((path) => (path === 'builtin' ? builtinDefinitions : path)),
  );
  printDiagnostics(read, terminal);
  return exitCodeOf(read) === exitOk ? read.definitions : undefined;
}
