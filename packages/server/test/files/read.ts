/** Reading files in tests. */

import { Zone } from '@segue/core/base/zone.ts';
import type { Message } from '@segue/core/model/message.ts';
import type { ImportReport, RejectedRow } from '../../src/ingest/files/import-report.ts';
import { openMessages } from '../../src/ingest/files/open-messages.ts';
import { parseMappings, readMappingFile } from '../../src/ingest/files/read-mapping.ts';

export type Read = {
  readonly messages: Message[];
  readonly report: ImportReport;
  readonly rejects: RejectedRow[];
};

export type ReadOptions = {
  /** YAML, or the name of a ready-made mapping. */
  readonly mapping?: string;
  readonly timeZone?: string;
  readonly memoryBytes?: number;
  readonly folder?: string;
};

export async function readAll(files: readonly string[], options: ReadOptions = {}): Promise<Read> {
  const { mapping } = options;
  const read =
    mapping === undefined
      ? undefined
      : mapping.includes(':')
        ? parseMappings(mapping)
        : readMappingFile(mapping);
  if (read !== undefined && read.diagnostics.length > 0) throw new Error(JSON.stringify(read.diagnostics));
  const rejects: RejectedRow[] = [];
  const stream = openMessages(files, {
    zone: new Zone(options.timeZone ?? 'UTC'),
    mappings: read?.mappings ?? [],
    memoryBytes: options.memoryBytes,
    folder: options.folder,
    onReject: (row) => rejects.push(row),
  });
  const messages: Message[] = [];
  for await (const batch of stream.batches()) messages.push(...batch);
  return { messages, report: stream.report, rejects };
}
