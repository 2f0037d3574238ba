/** `segue backtest`: what a rule would have done, over files or a data directory. */

import { Option, type Command } from 'commander';

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import type { WantedBacktest } from '@segue/server/backtest/ask-backtest.ts';

import { backtestText } from '../backtest/backtest-text.ts';
import { readDraftText } from '../backtest/draft-file.ts';
import {
  addSourceOptions,
  openSource,
  type HistorySource,
  type SourceOptions,
} from '../backtest/history-source.ts';
import { runShown } from '../backtest/run-shown.ts';
import { exitOk, exitUnusable } from '../exit-code.ts';
import { collect } from '../explain/past.ts';
import { refusalText } from '../refusal-text.ts';
import type { Terminal } from '../terminal.ts';

/** As shells number a program ended by Ctrl-C. */
const exitInterrupted = 130;

type BacktestOptions = SourceOptions & {
  readonly from: string;
  readonly to?: string;
  readonly segment?: string;
  readonly lifecycle?: string;
  readonly against?: string;
  readonly outcome: readonly string[];
  readonly value: string;
  readonly within: string;
  readonly sample: string;
  readonly json?: true;
};

export function registerBacktest(program: Command, terminal: Terminal): void {
  const command = program
    .command('backtest')
    .summary('see what a rule would have done over the past, and what people did afterwards')
    .description(
      'Runs a draft rule, segment or lifecycle over history on a virtual clock, beside the one in force: who entered and left on which day and why, and what those people did afterwards against those outside at the same instants. History is a data directory (the service may run on it), or files.',
    )
    .argument('<rule>', 'a rule, or a file with definitions')
    .argument(
      '[file...]',
      'history: CSV (with a mapping) or NDJSON of Segment messages; left out: the data directory',
    )
    .requiredOption('--from <time>', 'count entries from here on; what is earlier is history')
    .option('--to <time>', 'count entries before this (default: now, or the last message)')
    .option(
      '-s, --segment <name>',
      'the segment of the file; or with a rule, the segment in force that it would change',
    )
    .option('-l, --lifecycle <name>', 'the lifecycle of the file')
    .option('--against <name>', 'the one in force to compare with (default: that of the same name)')
    .addOption(
      new Option('--outcome <event>', 'what people do afterwards; may be repeated')
        .argParser(collect)
        .default([], 'Order Completed'),
    )
    .option('--value <property>', 'a property of the outcome that is summed up', 'revenue')
    .option('--within <duration>', 'how long people are followed', '30d')
    .option('--sample <n>', 'name so many of those who entered', '20')
    .option('--json', 'print one JSON object');
  addSourceOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  segue backtest 'did "Order Completed" and not did "Order Completed" last 60d' --from 2026-01-01 --within 60d
  segue backtest drafts.yaml --segment churn_alert --from 2026-01-01 --to 2026-07-01 --json
  segue backtest 'count("Order Completed", last 90d) >= 3' orders.csv --mapping online_retail --from 2011-03-01

Exit codes: 0 done, 2 not done, 130 stopped by Ctrl-C.`,
    )
    .action(async (rule: string, files: readonly string[], options: BacktestOptions) => {
      process.exitCode = await backtest(rule, files, options, terminal);
    });
}

async function backtest(
  rule: string,
  files: readonly string[],
  options: BacktestOptions,
  terminal: Terminal,
): Promise<number> {
  const wanted = await readWanted(rule, options, terminal);
  if (wanted === undefined) return exitUnusable;
  const source = await openSource(files, options, terminal);
  if (source === undefined) return exitUnusable;
  try {
    const { askBacktest } = await import('@segue/server/backtest/ask-backtest.ts');
    const { performBacktest } = await import('@segue/server/backtest/perform-backtest.ts');
    const now = Date.now();
    const asked = askBacktest(source.definitions, wanted, { timeZone: source.timeZone, now });
    if (!asked.ok) {
      complainOf(asked.error, terminal);
      return exitUnusable;
    }
    const result = await runShown(terminal, (tell) => performBacktest(asked.value, source.story, tell));
    if (result === undefined) return exitInterrupted;
    // Tables of nobody would only hide what went wrong.
    if (tellFaults(source, terminal) && result.customers === 0) return exitUnusable;
    terminal.write(
      options.json === true ? `${JSON.stringify(result)}\n` : backtestText(result, terminal.colours),
    );
    return exitOk;
  } catch (error) {
    terminal.writeError(refusalText(error, 'backtest/failed', terminal.errorColours));
    return exitUnusable;
  } finally {
    await source.close();
  }
}

async function readWanted(
  rule: string,
  options: BacktestOptions,
  terminal: Terminal,
): Promise<WantedBacktest | undefined> {
  const { from, to, segment, lifecycle, against, outcome, value, within, sample, order } = options;
  const rest = {
    from,
    within,
    samples: Number.parseInt(sample, 10) || 0,
    outcomes: (outcome.length === 0 ? ['Order Completed'] : outcome).map((event) => ({ event, value })),
    ...(to === undefined ? {} : { to }),
    ...(segment === undefined ? {} : { segment }),
    ...(lifecycle === undefined ? {} : { lifecycle }),
    ...(against === undefined ? {} : { against }),
    ...(order === undefined ? {} : { order }),
  };
  const draft = await readDraftText(rule, terminal);
  return draft === undefined ? undefined : { ...rest, ...draft };
}

/** What was wrong with whole files; true where something was. */
export function tellFaults(source: HistorySource, terminal: Terminal): boolean {
  const faults = source.faults();
  for (const fault of faults) terminal.writeError(`${terminal.errorColours.red('error')}: ${fault}\n`);
  return faults.length > 0;
}

/** Everything that is wrong with what was asked. */
export function complainOf(diagnostics: readonly Diagnostic[], terminal: Terminal): void {
  for (const { message, code, line, column } of diagnostics) {
    const place = line === undefined ? '' : `${line}:${column ?? 1}: `;
    terminal.writeError(
      `${terminal.errorColours.red('error')}: ${place}${message} ${terminal.errorColours.dim(`[${code}]`)}\n`,
    );
  }
}
