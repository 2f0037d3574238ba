/** Definitions files that the settings name are put into force at each start: whoever keeps them in files finds them so. */

import type { DefinitionsDesk } from '../api/definitions-port.ts';
import { readDefinitionFiles } from '../definitions-files/read-definition-files.ts';
import type { ProcessLog } from '../http/log.ts';

/** Why the service does not start: what is in the files cannot be put into force. */
export class DefinitionsAtStartError extends Error {
  readonly code: string = 'start/definitions';

  constructor(path: string, lines: readonly string[]) {
    super(
      `The definitions in ${path} cannot be put into force:\n${lines.map((line) => `  ${line}`).join('\n')}\n`,
    );
    this.name = 'DefinitionsAtStartError';
  }
}

/** Resolves when the definitions of the files are in force. @throws DefinitionsAtStartError */
export async function applyAtStart(desk: DefinitionsDesk, path: string, log: ProcessLog): Promise<void> {
  const read = await readDefinitionFiles([path]);
  const faults = [...read.unreadable, ...read.diagnostics.filter(({ severity }) => severity === 'error')];
  if (faults.length > 0) {
    const lines = faults.map(({ file, line, column, message, code }) => {
      const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
      return `${place}: ${message} [${code}]`;
    });
    throw new DefinitionsAtStartError(path, lines);
  }
  const applied = await desk.apply(read.definitions, {
    author: 'start',
    reason: `the files in ${path}`,
  });
  if (!applied.ok) throw new DefinitionsAtStartError(path, [`the service is ${applied.error.kind}`]);
  const { revision, difference } = applied.value;
  log.info({ revision, changes: difference.length }, 'the definitions of the files are in force');
}
