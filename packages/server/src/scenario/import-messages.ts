/** The `import` step: a file through the same way in as `segue replay`, its messages arriving at the scenario's clock. */

import { dirname, resolve } from 'node:path';

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import type { Instant, Message } from '@segue/core/model/message.ts';
import { clockAheadMaxMs } from '@segue/core/model/parse-message.ts';

import type { Mapping } from '../ingest/files/mapping.ts';
import { openMessages } from '../ingest/files/open-messages.ts';
import { parseMappings, readMappingFile } from '../ingest/files/read-mapping.ts';
import type { ImportMessages } from './run-scenario.ts';
import type { ImportMapping } from './scenario.ts';

/**
 * Rows that cannot be used are left out, as an import does; a file of which nothing can be used is refused, with the
 * reasons.
 */
export const importScenarioFile: ImportMessages = async ({ scenarioFile, file, mapping, zone, now }) => {
  const folder = dirname(scenarioFile);
  const read = readMappings(mapping, folder);
  if (read.refused !== undefined) return { refused: read.refused };
  const stream = openMessages([resolve(folder, file)], { zone, mappings: read.mappings });
  const messages: Message[] = [];
  for await (const batch of stream.batches()) {
    for (const message of batch) messages.push(notAhead(message, now));
  }
  const { report } = stream;
  if (report.fileErrors.length > 0) return { refused: report.fileErrors.join('\n') };
  const reasons = report.rejected.list();
  if (messages.length === 0 && reasons.length > 0) {
    return {
      refused: reasons
        .map(({ reason, count }) => `${count} ${count === 1 ? 'row' : 'rows'}: ${reason}`)
        .join('\n'),
    };
  }
  return { messages };
};

/** The same rule as for a message that arrives: too far ahead is now. */
function notAhead(message: Message, now: Instant): Message {
  return message.time > now + clockAheadMaxMs ? { ...message, time: now, timeFlagged: true } : message;
}

function readMappings(
  mapping: ImportMapping | undefined,
  folder: string,
): { readonly mappings: readonly Mapping[]; readonly refused?: string } {
  if (mapping === undefined) return { mappings: [] };
  const { mappings, diagnostics } =
    mapping.kind === 'path' ? readMappingFile(resolve(folder, mapping.path)) : parseMappings(mapping.json);
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  return errors.length === 0 ? { mappings } : { mappings, refused: errors.map(showError).join('\n') };
}

function showError({ line, column, message }: Diagnostic): string {
  return line === undefined ? message : `line ${line}, column ${column ?? 1}: ${message}`;
}
