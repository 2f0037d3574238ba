/** A file of Segment messages, one JSON object a line. */

import { parseMessage } from '@segue/core/model/parse-message.ts';
import type { Zone } from '@segue/core/base/zone.ts';
import type { FileReporter } from './file-reporter.ts';
import { readLines, type Line } from './lines.ts';
import { readBytes, type ByteCounter, type OpenedFile } from './open-file.ts';
import type { Timed } from './time-order.ts';

/** Messages in file order; lines that are none are reported. */
export async function* readNdjson(
  file: OpenedFile,
  fileId: string,
  zone: Zone,
  counter: ByteCounter,
  reporter: FileReporter,
): AsyncGenerator<Timed[], void, undefined> {
  let current = 0;
  const options = { zone, stored: true, nextMessageId: () => `${fileId}:${current}` };
  for await (const lines of readLines(readBytes(file, counter))) {
    const batch: Timed[] = [];
    for (const line of lines) {
      if (line.text === '' || line.text.trim() === '') continue;
      current = line.number;
      reporter.row(line.number);
      const raw = readJson(line, reporter);
      if (raw === undefined) continue;
      const parsed = parseMessage(raw, options);
      if (parsed.ok) batch.push({ order: line.number, message: parsed.value });
      else reporter.reject(line.number, parsed.error.code, parsed.error.message, raw);
    }
    if (batch.length > 0) yield batch;
  }
}

/** Undefined, and reported, where the line is no JSON. */
function readJson(line: Line, reporter: FileReporter): unknown {
  const text = line.number === 1 && line.text.startsWith('\ufeff') ? line.text.slice(1) : line.text;
  if (line.problem !== undefined) {
    reporter.reject(
      line.number,
      line.problem,
      'expected one JSON object a line, in UTF-8, of at most 1 MiB',
      text,
    );
    return undefined;
  }
  try {
    // null is handed on: the message's reader says what it expected.
    return JSON.parse(text) as unknown;
  } catch (error) {
    const detail = `${error instanceof Error ? error.message : String(error)}; expected one JSON object a line`;
    reporter.reject(line.number, 'not JSON', detail, text);
    return undefined;
  }
}
