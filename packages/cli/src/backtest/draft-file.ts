/** A draft from the command line: a rule, or a file with definitions that may name those in force. */

import { existsSync } from 'node:fs';

import { diagnosticText } from '../diagnostic-text.ts';
import type { Terminal } from '../terminal.ts';

/** As `askBacktest` takes it. */
export type DraftText = { readonly rule: string } | { readonly definitions: unknown };

/** Undefined, and explained, where a file cannot be read. What is wrong with the definitions is told by whoever knows those in force. */
export async function readDraftText(text: string, terminal: Terminal): Promise<DraftText | undefined> {
  if (!existsSync(text)) return { rule: text };
  const { listFiles, readTextFile } = await import('@segue/server/definitions-files/list-files.ts');
  const { parseYaml } = await import('@segue/server/definitions-files/yaml-source.ts');
  const definitions: Record<string, Record<string, unknown>> = {};
  const { files, unreadable } = await listFiles([text]);
  const faults = [...unreadable];
  for (const file of files) {
    const content = await readTextFile(file);
    const source = 'unreadable' in content ? undefined : parseYaml(file, content.text);
    if ('unreadable' in content) faults.push(content.unreadable);
    if (source === undefined) continue;
    if (!source.ok) faults.push(...source.error);
    else for (const document of source.value.documents) add(definitions, document.value());
  }
  for (const fault of faults) terminal.writeError(diagnosticText(fault, undefined, terminal.errorColours));
  return faults.length > 0 ? undefined : { definitions };
}

/** By kind and name; what is no definition is left for the parser to complain of. */
function add(all: Record<string, Record<string, unknown>>, document: unknown): void {
  if (typeof document !== 'object' || document === null) return;
  for (const [kind, named] of Object.entries(document)) {
    if (typeof named === 'object' && named !== null) all[kind] = { ...all[kind], ...(named as object) };
  }
}
