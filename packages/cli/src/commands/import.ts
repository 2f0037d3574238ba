/** `segue import`: history from files into a running service. */

import { isatty } from 'node:tty';

import { Option, type Command } from 'commander';

import { Zone } from '@segue/core/base/zone.ts';

import { exitFailed, exitOk, exitUnusable } from '../exit-code.ts';
import { collect } from '../explain/past.ts';
import { FilesImport, type ImportResult } from '../import/import-files.ts';
import { refusalText } from '../refusal-text.ts';
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
  readonly json?: true;
};

/** As shells number a program ended by Ctrl-C. */
const exitInterrupted = 130;

export function registerImport(program: Command, terminal: Terminal): void {
  program
    .command('import')
    .summary('bring history from files into a running service')
    .description(
      'Sends files of purchases and other events to a running service, in order of event time. What was taken is durable, and nothing is taken twice: an import that broke off is simply run again.',
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
    .option('-z, --timezone <zone>', 'of times without an offset (default: that of the workspace)')
    .option('--rejects <file>', 'write every row that was left out to this file, as NDJSON with the reason')
    .option('--url <url>', `where the service is (default: $SEGUE_URL, or ${standardUrl})`)
    .option('--key <key>', 'a server key of role marketer or above (default: $SEGUE_KEY)')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  segue import orders.csv.gz --mapping online_retail
  segue import shop.ndjson.gz --url https://segue.example.com --rejects left-out.ndjson

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
  const mappings = readMappings(options.mapping, terminal);
  if (mappings === undefined) return exitUnusable;
  let remote: Remote;
  let zone: Zone;
  let rejects: RejectFile | undefined;
  try {
    remote = remoteOf(options);
    zone = await zoneOf(remote, options.timezone);
    rejects = options.rejects === undefined ? undefined : openRejects(options.rejects);
  } catch (error) {
    terminal.writeError(refusalText(error, 'import/failed', terminal.errorColours));
    return exitUnusable;
  }
  const onWait = (why: string, seconds: number): void => {
    terminal.writeError(`${why.replace(/\.$/u, '')}; trying again in ${counted(seconds, 'second')}\n`);
  };
  const run = new FilesImport({ files, mappings, zone, remote, onReject: rejects?.sink, onWait });
  const result = await runShown(run, terminal);
  rejects?.close();
  for (const message of result.input.fileErrors) {
    terminal.writeError(`${terminal.errorColours.red('error')}: ${message}\n`);
  }
  if (result.error !== undefined) {
    terminal.writeError(refusalText(result.error, 'import/failed', terminal.errorColours));
  }
  terminal.write(options.json === true ? jsonOf(result) : textOf(result, zone, terminal.colours));
  if (run.stopped) return exitInterrupted;
  if (result.input.messages === 0) return exitUnusable;
  return result.complete ? exitOk : exitFailed;
}

/** Ctrl-C ends the import after what is on its way; a second one ends the program at once. */
async function runShown(run: FilesImport, terminal: Terminal): Promise<ImportResult> {
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
  const zone = Zone.open(given ?? timeZone);
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
