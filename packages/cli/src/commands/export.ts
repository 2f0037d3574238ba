/** `segue export`: members, changes, events and deliveries out of a running service, into a file or onto standard output. */

import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { type Command, Option } from 'commander';

import { exitOk, exitUnusable } from '../exit-code.ts';
import { collect } from '../explain/past.ts';
import { refusalText } from '../refusal-text.ts';
import { fileFromApi, type QueryValue, remoteOf, standardUrl } from '../service/read-api.ts';
import type { Terminal } from '../terminal.ts';

type Options = {
  readonly url?: string;
  readonly key?: string;
  readonly output?: string;
  readonly format?: string;
  readonly from?: string;
  readonly to?: string;
  readonly at?: string;
  readonly of?: string;
  readonly cause?: string;
  readonly event: readonly string[];
  readonly customer?: string;
  readonly endpoint?: string;
  readonly fresh?: true;
};

const formats = ['csv', 'ndjson', 'parquet'];
const endings: Readonly<Record<string, string>> = {
  csv: 'csv',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  parquet: 'parquet',
};

export function registerExport(program: Command, terminal: Terminal): void {
  const command = program
    .command('export')
    .summary('write members, changes, events or deliveries to a file')
    .description(
      'Writes what the history store of a running service has, as CSV, NDJSON or Parquet. Cells of CSV that a spreadsheet would take for a formula begin with an apostrophe.',
    )
    .addHelpText(
      'after',
      `
Examples:
  segue export members vip -o vip.csv
  segue export members customer.active --at 2026-06-01 -o active.parquet
  segue export changes --of vip --from 2026-10-01 --format ndjson
  segue export events --event "Order Completed" --from 2026-10-01 -o orders.parquet

Exit codes: 0 done, 2 not done; then there is no file.`,
    );
  common(
    command
      .command('members')
      .argument('<name>', 'a segment (vip), or a stage of a lifecycle (customer.active)'),
  )
    .summary('who is, or was, in a segment or stage')
    .option('--at <instant>', 'then (default: now)')
    .action(async (of: string, options: Options) => {
      process.exitCode = await run('members', { of, at: options.at }, options, terminal);
    });
  common(command.command('changes'))
    .summary('entries, exits and moves between stages')
    .option('--of <name>', 'of this segment or stage only')
    .option('--cause <causes>', 'for these causes only, with commas')
    .option('--from <instant>', 'included (default: 30 days before --to)')
    .option('--to <instant>', 'excluded (default: now)')
    .action(async (options: Options) => {
      const { of, cause, from, to } = options;
      process.exitCode = await run('changes', { of, cause, from, to }, options, terminal);
    });
  common(command.command('events'))
    .summary('events')
    .addOption(
      new Option('--event <name>', 'this event only; may be repeated').argParser(collect).default([], 'all'),
    )
    .option('--customer <identifier>', 'of this customer only')
    .option('--from <instant>', 'included (default: 30 days before --to)')
    .option('--to <instant>', 'excluded (default: now)')
    .action(async (options: Options) => {
      const { event, customer, from, to } = options;
      process.exitCode = await run('events', { event, customer, from, to }, options, terminal);
    });
  common(command.command('deliveries'))
    .summary('attempts to deliver changes to webhooks')
    .option('--endpoint <id>', 'of this webhook only')
    .option('--from <instant>', 'included (default: 30 days before --to)')
    .option('--to <instant>', 'excluded (default: now)')
    .action(async (options: Options) => {
      const { endpoint, from, to } = options;
      process.exitCode = await run('deliveries', { endpoint, from, to }, options, terminal);
    });
}

function common(command: Command): Command {
  return command
    .option('-o, --output <file>', 'where to (default: standard output)')
    .addOption(
      new Option('--format <format>', 'of the file (default: as its name ends, or csv)').choices(formats),
    )
    .option('--url <url>', `where the service is (default: $SEGUE_URL, or ${standardUrl})`)
    .option('--key <key>', 'a server key (default: $SEGUE_KEY)')
    .option('--fresh', 'wait until history has all that was sent before');
}

async function run(
  what: string,
  query: Readonly<Record<string, QueryValue>>,
  options: Options,
  terminal: Terminal,
): Promise<number> {
  const { output, fresh } = options;
  const format = options.format ?? endings[output?.split('.').at(-1) ?? ''] ?? 'csv';
  try {
    const path = `/api/history/export/${what}`;
    const body = await fileFromApi(remoteOf(options), path, { ...query, format, fresh });
    if (output === undefined) await pipeline(Readable.fromWeb(body as never), process.stdout, { end: false });
    else await writeWhole(body, output);
    return exitOk;
  } catch (error) {
    terminal.writeError(refusalText(error, 'export/failed', terminal.errorColours));
    return exitUnusable;
  }
}

/** A file that is there is whole. */
async function writeWhole(body: ReadableStream<Uint8Array>, file: string): Promise<void> {
  const part = `${file}.part`;
  try {
    await pipeline(Readable.fromWeb(body as never), createWriteStream(part));
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
