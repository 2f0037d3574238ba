/**
 * The one way in for files: any number of CSV and NDJSON files, plain or gzip, become one stream of messages in order
 * of event time, in bounded memory, and a report of what became of every row.
 *
 * @example
 * const stream = openMessages(['orders.csv.gz'], { zone: new Zone('UTC'), mappings });
 * for await (const batch of stream.batches()) for (const message of batch) engine.apply({ kind: 'message', message }, message.time);
 */

import { basename } from 'node:path';
import { murmur3 } from '@segue/core/base/murmur.ts';
import type { Zone } from '@segue/core/base/zone.ts';
import type { Message } from '@segue/core/model/message.ts';
import { CsvSource } from './csv-source.ts';
import { FileError } from './file-error.ts';
import { FileReporter } from './file-reporter.ts';
import { ImportReport, type FileFindings, type RejectSink } from './import-report.ts';
import { FILES_MAX, SORT_MEMORY_BYTES } from './limits.ts';
import type { Mapping } from './mapping.ts';
import { mergeInTime } from './merge-batches.ts';
import { readNdjson } from './ndjson-source.ts';
import { inspectFile, type ByteCounter, type OpenedFile } from './open-file.ts';
import { prepareCsv } from './prepare-csv.ts';
import { inTimeOrder, type Timed, type TimedSource } from './time-order.ts';

export type OpenMessagesOptions = {
  /** The workspace's: for local times where the mapping names no zone. */
  readonly zone: Zone;
  /** A file of rows takes the first whose columns it has. */
  readonly mappings: readonly Mapping[];
  /** Receives every row that is left out. */
  readonly onReject?: RejectSink | undefined;
  /** For all sorting together, in bytes. */
  readonly memoryBytes?: number | undefined;
  /** For the runs of sorts; the system's when left out. */
  readonly folder?: string | undefined;
};

export type MessageStream = {
  /** Filled while the stream is read. */
  readonly report: ImportReport;
  readonly progress: StreamProgress;
  /** Can be read once. Files that cannot be read are in `report.fileErrors`; the others go on. */
  batches(): AsyncGenerator<readonly Message[], void, undefined>;
};

export type StreamProgress = {
  readonly bytesTotal: number;
  readonly bytes: ByteCounter;
  /** Messages in all; undefined until every file has been looked through. */
  messagesTotal: number | undefined;
};

export function openMessages(paths: readonly string[], options: OpenMessagesOptions): MessageStream {
  const report = new ImportReport(options.onReject);
  const files: OpenedFile[] = [];
  for (const path of paths.slice(0, FILES_MAX)) {
    try {
      files.push(inspectFile(path));
    } catch (error) {
      report.fileErrors.push(messageOf(error));
    }
  }
  if (paths.length > FILES_MAX) {
    report.fileErrors.push(
      `${paths.length} files are more than the ${FILES_MAX} that one run reads; join some`,
    );
  }
  const bytes: ByteCounter = { bytesRead: 0 };
  const bytesTotal = files.reduce((sum, file) => sum + file.bytes, 0);
  const progress: StreamProgress = { bytesTotal, bytes, messagesTotal: undefined };
  return { report, progress, batches: () => readAll(files, options, report, progress) };
}

async function* readAll(
  files: readonly OpenedFile[],
  options: OpenMessagesOptions,
  report: ImportReport,
  progress: StreamProgress,
): AsyncGenerator<readonly Message[], void, undefined> {
  const memoryBytes = (options.memoryBytes ?? SORT_MEMORY_BYTES) / Math.max(1, files.length);
  const context: Context = { options, report, counter: progress.bytes, memoryBytes };
  let known = 0;
  let total = 0;
  const streams: AsyncGenerator<readonly Timed[], void, undefined>[] = [];
  for (const file of files) {
    const opened = await openSource(file, context);
    if (opened === undefined) continue;
    const { source, findings } = opened;
    streams.push(
      inTimeOrder(source, {
        memoryBytes,
        folder: options.folder,
        onOrdered: (how, messages) => {
          findings.sorted = how;
          known += 1;
          total += messages;
          if (known === streams.length) progress.messagesTotal = total;
        },
      }),
    );
  }
  for await (const batch of mergeInTime(streams)) {
    report.messages += batch.length;
    yield batch;
  }
}

type Context = {
  readonly options: OpenMessagesOptions;
  readonly report: ImportReport;
  readonly counter: ByteCounter;
  readonly memoryBytes: number;
};

type OpenedSource = { readonly source: TimedSource; readonly findings: FileFindings };

/** Undefined, and reported, where the file cannot be made sense of. */
async function openSource(file: OpenedFile, context: Context): Promise<OpenedSource | undefined> {
  const { report } = context;
  try {
    const opened = isJson(file) ? openNdjson(file, context) : await openCsv(file, context);
    report.files.push(opened.findings);
    return opened;
  } catch (error) {
    report.fileErrors.push(messageOf(error));
    return undefined;
  }
}

function openNdjson(file: OpenedFile, context: Context): OpenedSource {
  const { options, report, counter } = context;
  const reporter = new FileReporter(report, file.path);
  const findings: FileFindings = {
    file: file.path,
    bytes: file.bytes,
    format: 'ndjson',
    compressed: file.compressed,
    encoding: 'utf-8',
  };
  const open = (): AsyncGenerator<Timed[], void, undefined> =>
    whileReadable(readNdjson(file, fileId(file), options.zone, counter, reporter), report);
  return {
    source: {
      open,
      reopens: true,
      again: () => {
        restart(file, reporter, counter);
      },
    },
    findings,
  };
}

async function openCsv(file: OpenedFile, context: Context): Promise<OpenedSource> {
  const { options, report, counter } = context;
  const reporter = new FileReporter(report, file.path);
  const prepared = await prepareCsv(file, options.mappings, options.zone);
  const csv = new CsvSource({
    file,
    fileId: fileId(file),
    prepared,
    counter,
    reporter,
    memoryBytes: context.memoryBytes,
    folder: options.folder,
  });
  const findings: FileFindings = {
    file: file.path,
    bytes: file.bytes,
    format: prepared.mapping.format,
    compressed: file.compressed,
    mapping: prepared.mapping.name,
    encoding: prepared.encoding,
    delimiter: prepared.mapping.format === 'text' ? 'white space' : prepared.delimiter,
    dates: prepared.dates,
    columns: prepared.columns,
  };
  const open = (): AsyncGenerator<Timed[], void, undefined> => whileReadable(csv.messages(), report);
  return {
    source: {
      open,
      reopens: !csv.grouped,
      again: () => {
        restart(file, reporter, counter);
      },
    },
    findings,
  };
}

/** A second reading is not counted twice, neither in rows nor in bytes. */
function restart(file: OpenedFile, reporter: FileReporter, counter: ByteCounter): void {
  reporter.again();
  counter.bytesRead = Math.max(0, counter.bytesRead - file.bytes);
}

/** A file that breaks off is used as far as it goes, and reported. */
async function* whileReadable(
  batches: AsyncGenerator<Timed[], void, undefined>,
  report: ImportReport,
): AsyncGenerator<Timed[], void, undefined> {
  try {
    yield* batches;
  } catch (error) {
    if (!(error instanceof FileError) || error.code === 'file.no_space') throw error;
    const message = `${error.message}. The rows before that place were used`;
    if (!report.fileErrors.includes(message)) report.fileErrors.push(message);
  }
}

function isJson(file: OpenedFile): boolean {
  const start = file.sample
    .toString('utf8', 0, 256)
    .replace(/^\ufeff/, '')
    .trimStart();
  if (start.startsWith('[')) {
    throw new FileError(
      'file.columns',
      file.path,
      "this is one JSON list; expected one JSON object a line (jq -c '.[]' makes that of it)",
    );
  }
  return start.startsWith('{');
}

/** The same for the same contents, so that a message read again keeps its id: name and a hash of how the file begins. */
function fileId(file: OpenedFile): string {
  const hash = murmur3(file.sample.toString('latin1', 0, 65_536)) ^ file.sample.length;
  return `${basename(file.path).slice(0, 60)}:${(hash >>> 0).toString(16).padStart(8, '0')}`;
}

function messageOf(error: unknown): string {
  if (error instanceof FileError) return error.message;
  throw error;
}
