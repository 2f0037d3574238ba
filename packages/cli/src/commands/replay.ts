/** `segue replay`: history through the engine, and what it did to the segments. */

import { InvalidArgumentError, Option, type Command } from 'commander';

import { Zone } from '@segue/core/base/zone.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Instant } from '@segue/core/model/message.ts';
import type { Mapping } from '@segue/server/ingest/files/mapping.ts';
import { readMappingFile } from '@segue/server/ingest/files/read-mapping.ts';

import { exitUnusable } from '../exit-code.ts';
import { readDefinitionsOrComplain } from '../replay/definitions.ts';
import { openRejectFile, type RejectFile } from '../replay/reject-file.ts';
import { reportJson } from '../replay/report-json.ts';
import { runReplay } from '../replay/run-replay.ts';
import { reportText } from '../replay/tables.ts';
import type { Terminal } from '../terminal.ts';

type ReplayCommandOptions = {
  readonly mapping: readonly string[];
  readonly definitions: readonly string[];
  readonly timezone: string;
  readonly from?: string;
  readonly until?: string;
  readonly customer?: string;
  readonly rejects?: string;
  readonly sample?: number;
  readonly json?: true;
};

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

export function registerReplay(program: Command, terminal: Terminal): void {
  program
    .command('replay')
    .summary('play history through the engine and see who moved where')
    .description(
      'Streams files of purchases and other events through the engine, in order of event time on a virtual clock, and prints the sizes of segments, the stages of lifecycles, RFM groups and monthly moves.',
    )
    .argument('<file...>', 'CSV (with a mapping) or NDJSON of Segment messages; gzip is told by its contents')
    .option(
      '-m, --mapping <file>',
      'how rows become messages, or the name of a ready-made mapping; may be repeated, a file takes the first that fits',
      collect,
      [],
    )
    .option(
      '-d, --definitions <path>',
      'definitions: a file, a folder, or builtin; may be repeated (default: builtin)',
      collect,
      [],
    )
    .option('-z, --timezone <zone>', 'time zone of the workspace', 'UTC')
    .option('--from <time>', 'count changes from here on; what is earlier is history')
    .option('--until <time>', 'stop the clock here')
    .option('-c, --customer <id>', 'show one customer, by any identifier')
    .option('--rejects <file>', 'write every row that was left out to this file, as NDJSON with the reason')
    .addOption(new Option('--sample <n>', 'name some members of each segment').argParser(wholeNumberArgument))
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  segue replay orders.csv --mapping examples/mappings/online_retail.yaml
  segue replay orders.csv.gz -m online_retail -d segments/ --timezone Europe/London --customer 17850
  segue replay shop.ndjson.gz --until 2025-06-30 --json | jq '.segments'

Exit codes: 0 done, 2 nothing could be done, 130 stopped by Ctrl-C (what was reached is printed).`,
    )
    .action(async (files: readonly string[], options: ReplayCommandOptions) => {
      const read = await readOptions(options, terminal);
      if (read === undefined) {
        process.exitCode = exitUnusable;
        return;
      }
      const { report, exitCode } = await runReplay(
        {
          files,
          mappings: read.mappings,
          definitions: read.definitions,
          timeZone: options.timezone,
          from: read.from,
          until: read.until,
          customer: options.customer,
          sample: options.sample,
          onReject: read.rejects?.sink,
        },
        terminal,
      );
      read.rejects?.close();
      terminal.write(options.json === true ? reportJson(report) : reportText(report, terminal.colours));
      process.exitCode = exitCode;
    });
}

type Read = {
  readonly mappings: readonly Mapping[];
  readonly definitions: Definitions;
  readonly from?: Instant | undefined;
  readonly until?: Instant | undefined;
  readonly rejects?: RejectFile | undefined;
};

/** Undefined, and explained, where something given is no use; nothing has been read or written then. */
async function readOptions(options: ReplayCommandOptions, terminal: Terminal): Promise<Read | undefined> {
  const complain = (message: string): undefined => {
    terminal.writeError(`${terminal.errorColours.red('error')}: ${message}\n`);
  };
  const zone = Zone.open(options.timezone);
  if (!zone.ok) {
    complain(`--timezone: ${zone.error}`);
    return;
  }
  const from = readTime(options.from, zone.value);
  const until = readTime(options.until, zone.value);
  if (from === null) {
    complain(`--from: "${options.from ?? ''}" is no time; expected 2026-01-31 or 2026-01-31T10:00:00Z`);
    return;
  }
  if (until === null) {
    complain(`--until: "${options.until ?? ''}" is no time; expected 2026-01-31 or 2026-01-31T10:00:00Z`);
    return;
  }
  if (from !== undefined && until !== undefined && from >= until) {
    complain('--from must be before --until');
    return;
  }
  const mappings = readMappings(options.mapping, terminal);
  const definitions = await readDefinitionsOrComplain(options.definitions, terminal);
  if (mappings === undefined || definitions === undefined) return undefined;
  try {
    const rejects = options.rejects === undefined ? undefined : openRejectFile(options.rejects);
    return { mappings, definitions, from, until, rejects };
  } catch (error) {
    complain(
      `--rejects: the file cannot be written (${error instanceof Error ? error.message : String(error)})`,
    );
    return;
  }
}

/** Undefined, and explained, where one of them has errors. */
export function readMappings(paths: readonly string[], terminal: Terminal): Mapping[] | undefined {
  const mappings: Mapping[] = [];
  let sound = true;
  for (const path of paths) {
    const read = readMappingFile(path);
    mappings.push(...read.mappings);
    for (const { message, line, column } of read.diagnostics) {
      sound = false;
      const place = line === undefined ? '' : `${path}:${line}:${column ?? 1}: `;
      terminal.writeError(`${place}${terminal.errorColours.red('error')}: ${message}\n`);
    }
  }
  return sound ? mappings : undefined;
}

/** Null where the text is no time. */
export function readTime(text: string | undefined, zone: Zone): Instant | undefined | null {
  return text === undefined ? undefined : (zone.parseInstant(text) ?? null);
}

function wholeNumberArgument(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError('expected a whole number such as 5');
}
