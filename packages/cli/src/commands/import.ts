/** `segue import`: history from files into a running service, or as the past of a new data directory. */

import { isatty } from 'node:tty';

import { Option, type Command } from 'commander';

import { Zone } from '@segue/core/base/zone.ts';

import { exitFailed, exitOk, exitUnusable } from '../exit-code.ts';
import { collect } from '../explain/past.ts';
import { FilesImport, type ImportResult } from '../import/import-files.ts';
import type { LiveImport } from '../import/live-through-files.ts';
import { refusalText } from '../refusal-text.ts';
import { readDefinitionsOrComplain } from '../replay/definitions.ts';
import { counted, localTime, wholeNumber } from '../replay/figures.ts';
import { showProgress } from '../replay/progress-line.ts';
import { openRejectFile, type RejectFile } from '../replay/reject-file.ts';
import { inputText } from '../replay/tables.ts';
import { ApiError, type Remote } from '../service/call-api.ts';
import { getFromApi, remoteOf, type RemoteOptions, standardUrl } from '../service/read-api.ts';
import type { Colours, Terminal } from '../terminal.ts';
import { readMappings } from './replay.ts';

type ImportCommandOptions = RemoteOptions & {
  readonly mapping: readonly string[];
  readonly timezone?: string;
  readonly rejects?: string;
  readonly data?: string;
  readonly definitions: readonly string[];
  readonly json?: true;
};

type Run = FilesImport | LiveImport;

/** As shells number a program ended by Ctrl-C. */
const exitInterrupted = 130;

export function registerImport(program: Command, terminal: Terminal): void {
  program
    .command('import')
    .summary('bring history from files into a running service')
    .description(
      'Sends files of purchases and other events to a running service, in order of event time. What was taken is durable, and nothing is taken twice: an import that broke off is simply run again. With --data a new data directory lives through them instead, as if the service had been running all the time, so that segments have a past.',
    )
    .argument('<file...>', 'CSV (with a mapping) or NDJSON of Segment messages; gzip is told by its contents')
    .addOption(
      new Option(
        '-m, --mapping <file>',
        'how rows become messages, or the name of a ready-made mapping; may be repeated, a file takes the first that fits',
      )
        .argParser(collect)
        .default([], 'none'),
    )
    .option(
      '-z, --timezone <zone>',
      'of times without an offset (default: that of the workspace, UTC for a new one)',
    )
    .option('--rejects <file>', 'write every row that was left out to this file, as NDJSON with the reason')
    .option(
      '--data <folder>',
      'make this data directory, which lives through the files; then start it with segue start',
    )
    .addOption(
      new Option(
        '-d, --definitions <path>',
        'with --data: definitions that are in force from the beginning: a file, a folder, or builtin; may be repeated',
      )
        .argParser(collect)
        .default([], 'builtin'),
    )
    .option('--url <url>', `where the service is (default: $SEGUE_URL, or ${standardUrl})`)
    .option('--key <key>', 'a server key of role marketer or above (default: $SEGUE_KEY)')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  segue import orders.csv.gz --mapping online_retail
  segue import shop.ndjson.gz --url https://segue.example.com --rejects left-out.ndjson
  segue import orders.csv.gz --mapping online_retail --timezone Europe/London --data ./retail

Exit codes: 0 done (rows that were left out are counted), 1 broken off (run it again), 2 nothing could be done,
130 stopped by Ctrl-C.`,
    )
    .action(async (files: readonly string[], options: ImportCommandOptions) => {
      process.exitCode = await importCommand(files, options, terminal);
    });
}

async function importCommand(
  files: readonly string[],
  options: ImportCommandOptions,
  terminal: Terminal,
): Promise<number> {
  const { colours, errorColours } = terminal;
  let rejects: RejectFile | undefined;
  let opened: { readonly run: Run; readonly zone: Zone } | undefined;
  try {
    rejects = options.rejects === undefined ? undefined : openRejects(options.rejects);
    opened = await openRun(files, options, rejects, terminal);
  } catch (error) {
    terminal.writeError(refusalText(error, 'import/failed', errorColours));
  }
  if (opened === undefined) return exitUnusable;
  const { run, zone } = opened;
  const result = await runShown(run, terminal);
  rejects?.close();
  for (const message of result.input.fileErrors) {
    terminal.writeError(`${errorColours.red('error')}: ${message}\n`);
  }
  if (result.error !== undefined) {
    terminal.writeError(refusalText(result.error, 'import/failed', errorColours));
  }
  terminal.write(options.json === true ? jsonOf(result) : textOf(result, zone, colours));
  if (run.stopped) return exitInterrupted;
  if (result.input.messages === 0) return exitUnusable;
  if (options.data !== undefined && result.complete) {
    terminal.writeError(`Start it with: segue start --data ${options.data} --timezone ${zone.name}\n`);
  }
  return result.complete ? exitOk : exitFailed;
}

/** Undefined, and explained, where what is given is no use. @throws ApiError */
async function openRun(
  files: readonly string[],
  options: ImportCommandOptions,
  rejects: RejectFile | undefined,
  terminal: Terminal,
): Promise<{ readonly run: Run; readonly zone: Zone } | undefined> {
  const { data, timezone } = options;
  const onReject = rejects?.sink;
  const mappings = readMappings(options.mapping, terminal);
  if (mappings === undefined) return undefined;
  if (data === undefined) {
    if (options.definitions.length > 0) {
      const message = '--definitions goes with --data; put them into a running service with segue apply.';
      throw new ApiError('import/definitions', message);
    }
    const remote = remoteOf(options);
    const zone = await zoneOf(remote, timezone);
    const onWait = (why: string, seconds: number): void => {
      const wait = counted(seconds, 'second');
      terminal.writeError(`${why.replace(/\.$/u, '')}; trying again in ${wait}\n`);
    };
    return { run: new FilesImport({ files, mappings, zone, remote, onReject, onWait }), zone };
  }
  const definitions = await readDefinitionsOrComplain(options.definitions, terminal);
  if (definitions === undefined) return undefined;
  const zone = openZone(timezone ?? 'UTC');
  const { LiveImport } = await import('../import/live-through-files.ts');
  const now = Date.now();
  return { run: new LiveImport({ files, mappings, zone, onReject, data, definitions, now }), zone };
}

/** Ctrl-C ends the import after what is on its way; a second one ends the program at once. */
async function runShown(run: Run, terminal: Terminal): Promise<ImportResult> {
  const onSignal = (): void => {
    if (run.stopped) process.exit(exitInterrupted);
    run.stop();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const target = { isTerminal: isatty(2), write: terminal.writeError };
  const stopShowing = showProgress(() => run.progress, target, 'importing');
  try {
    return await run.run();
  } finally {
    stopShowing();
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

/** The one given, else the workspace's. Asking also shows that the service is there and knows the key. @throws ApiError */
async function zoneOf(remote: Remote, given: string | undefined): Promise<Zone> {
  const { timeZone } = (await getFromApi(remote, '/api/workspace', {})) as { readonly timeZone: string };
  return openZone(given ?? timeZone);
}

/** @throws ApiError */
function openZone(name: string): Zone {
  const zone = Zone.open(name);
  if (zone.ok) return zone.value;
  throw new ApiError('import/timezone', `--timezone: ${zone.error}`);
}

function openRejects(path: string): RejectFile {
  try {
    return openRejectFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ApiError('import/rejects', `--rejects: the file cannot be written (${reason})`, [], error);
  }
}

function textOf(result: ImportResult, zone: Zone, colours: Colours): string {
  const { input, first, last, tookMs } = result;
  const lines = [inputText(input, colours)];
  if (first !== undefined && last !== undefined) {
    const rate = tookMs === 0 ? 0 : (input.messages * 1_000) / tookMs;
    const span = `${localTime(first, zone)} … ${localTime(last, zone)} (${zone.name})`;
    lines.push(
      `${colours.bold('Import')} ${span}\n  ${counted(input.messages, 'message')} taken in ${(tookMs / 1_000).toFixed(1)} s (${wholeNumber(rate)} messages/s)\n`,
    );
  }
  return lines.join('\n');
}

function jsonOf({ first, last, error, ...rest }: ImportResult): string {
  const told = {
    ...rest,
    ...(first === undefined ? {} : { first: new Date(first).toISOString() }),
    ...(last === undefined ? {} : { last: new Date(last).toISOString() }),
    ...(error === undefined ? {} : { error: error.message }),
  };
  return `${JSON.stringify(told)}\n`;
}
