/** Rows that were left out, one JSON object a line, with the reason and the row itself. */

import { closeSync, openSync, writeSync } from 'node:fs';

import type { RejectedRow, RejectSink } from '@segue/server/ingest/files/import-report.ts';

const BUFFER_CHARS = 1 << 16;

export type RejectFile = { readonly sink: RejectSink; readonly close: () => void };

/** Throws where the file cannot be written. */
export function openRejectFile(path: string): RejectFile {
  const file = openSync(path, 'w');
  let buffer = '';
  const flush = (): void => {
    const bytes = Buffer.from(buffer, 'utf8');
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
    buffer = '';
  };
  return {
    sink: (row: RejectedRow) => {
      buffer += `${JSON.stringify(row)}\n`;
      if (buffer.length >= BUFFER_CHARS) flush();
    },
    close: () => {
      flush();
      closeSync(file);
    },
  };
}
