/** `segue suggest`: another number for a rule, or the stages of a lifecycle, from history. */

import { Option, type Command } from 'commander';

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import type { Result } from '@segue/core/base/result.ts';
import type { TellOptions } from '@segue/server/backtest/tell.ts';
import type { WantedThreshold } from '@segue/server/suggest/ask-suggestion.ts';

import { complainOf, tellFaults } from './backtest.ts';
import { readDraftText } from '../backtest/draft-file.ts';
import {
  addSourceOptions,
  openSource,
  type HistorySource,
  type SourceOptions,
} from '../backtest/history-source.ts';
import { runShown } from '../backtest/run-shown.ts';
import { lifecycleText, thresholdText } from '../backtest/suggest-text.ts';
import { exitOk, exitUnusable } from '../exit-code.ts';
import { refusalText } from '../refusal-text.ts';
import type { Terminal } from '../terminal.ts';

/** As shells number a program ended by Ctrl-C. */
const exitInterrupted = 130;

type ThresholdOptions = SourceOptions & {
  readonly from: string;
  readonly to?: string;
  readonly segment?: string;
  readonly number: string;
  readonly within: string;
  readonly outcome: string;
  readonly expects: 'does' | 'does_not';
  readonly json?: true;
};

type LifecycleOptions = SourceOptions & {
  readonly purchase: string;
  readonly name: string;
  readonly returnWithin: string;
  readonly lostBelow: string;
  readonly json?: true;
};

const fileHelp = 'history: CSV (with a mapping) or NDJSON of Segment messages; left out: the data directory';
const exitHelp = 'Exit codes: 0 done, 2 not done, 130 stopped by Ctrl-C.';

export function registerSuggest(program: Command, terminal: Terminal): void {
  const suggest = program
    .command('suggest')
    .summary('try other numbers in a rule, or propose a lifecycle, from history')
    .description('Suggestions from history, with the figures that they rest on.');
  const threshold = suggest
    .command('threshold')
    .summary('try other numbers for one in a rule')
    .description(
      'Runs many versions of a rule at once, each with another number in the same place, and shows of each how many members it has, how many of them are right, and how many of the right ones it finds.',
    )
    .argument('<rule>', 'a rule, or a file with definitions')
    .argument('[file...]', fileHelp)
    .requiredOption('--from <time>', 'look at members from here on')
    .option('--to <time>', 'look at members before this (default: now, or the last message)')
    .option('-s, --segment <name>', 'the segment of the file')
    .option('--number <n>', 'which number of the rule, from 1', '1')
    .option('--within <duration>', 'members are right by what they do within so long', '60d')
    .option('--outcome <event>', 'what they do', 'Order Completed')
    .addOption(
      new Option('--expects <what>', 'whether the right ones do it or not')
        .choices(['does', 'does_not'])
        .default('does_not'),
    )
    .option('--json', 'print one JSON object');
  addSourceOptions(threshold)
    .addHelpText(
      'after',
      `
Examples:
  segue suggest threshold 'did "Order Completed" and not did "Order Completed" last 60d' --from 2026-01-01
  segue suggest threshold churn.yaml --segment churn_alert --number 2 --from 2026-01-01 --within 90d
  segue suggest threshold 'count("Product Viewed", last 7d) >= 3' --from 2026-01-01 --within 7d --expects does

${exitHelp}`,
    )
    .action(async (rule: string, files: readonly string[], options: ThresholdOptions) => {
      process.exitCode = await suggestThreshold(rule, files, options, terminal);
    });
  const lifecycle = suggest
    .command('lifecycle')
    .summary('propose stages of a lifecycle from how people buy')
    .description(
      'Looks at how long people let pass between purchases and from which silence on they hardly come back, and proposes the stages of a lifecycle, as a definitions file with the figures that it rests on.',
    )
    .argument('[file...]', fileHelp)
    .option('--purchase <event>', 'what counts as a purchase', 'Order Completed')
    .option('--name <name>', 'of the lifecycle', 'suggested')
    .option('--return-within <duration>', 'coming back within so long counts', '90d')
    .option('--lost-below <percent>', 'lost is who comes back with less than this chance', '10')
    .option('--json', 'print one JSON object');
  addSourceOptions(lifecycle)
    .addHelpText(
      'after',
      `
Examples:
  segue suggest lifecycle
  segue suggest lifecycle orders.csv --mapping online_retail --json | jq -r .yaml > lifecycle.yaml

${exitHelp}`,
    )
    .action(async (files: readonly string[], options: LifecycleOptions) => {
      process.exitCode = await suggestLifecycle(files, options, terminal);
    });
}

async function suggestThreshold(
  rule: string,
  files: readonly string[],
  options: ThresholdOptions,
  terminal: Terminal,
): Promise<number> {
  const wanted = await readWanted(rule, options, terminal);
  if (wanted === undefined) return exitUnusable;
  const { askThreshold } = await import('@segue/server/suggest/ask-suggestion.ts');
  const { performThreshold } = await import('@segue/server/suggest/perform-threshold.ts');
  return await run(files, options, terminal, {
    ask: ({ definitions, timeZone }) => askThreshold(definitions, wanted, { timeZone, now: Date.now() }),
    perform: (question, story, tell) => performThreshold(question, story, tell),
    show: (result) => (options.json === true ? json(result) : thresholdText(result, terminal.colours)),
  });
}

async function suggestLifecycle(
  files: readonly string[],
  options: LifecycleOptions,
  terminal: Terminal,
): Promise<number> {
  const { purchase, name, returnWithin, lostBelow } = options;
  const wanted = { purchase, name, returnWithin, lostBelowPercent: Number(lostBelow) };
  const { askLifecycle } = await import('@segue/server/suggest/ask-suggestion.ts');
  const { performLifecycle } = await import('@segue/server/suggest/perform-lifecycle.ts');
  return await run(files, options, terminal, {
    ask: ({ timeZone }) => askLifecycle(wanted, { timeZone }),
    perform: (question, story, tell) => performLifecycle(question, story, tell),
    show: (result) => (options.json === true ? json(result) : lifecycleText(result, terminal.colours)),
  });
}

type Suggestion<Q, R> = {
  readonly ask: (source: HistorySource) => Result<Q, readonly Diagnostic[]>;
  readonly perform: (question: Q, story: HistorySource['story'], tell: TellOptions) => Promise<R | undefined>;
  readonly show: (result: R) => string;
};

async function run<Q, R extends { readonly customers: number }>(
  files: readonly string[],
  options: SourceOptions,
  terminal: Terminal,
  { ask, perform, show }: Suggestion<Q, R>,
): Promise<number> {
  const source = await openSource(files, options, terminal);
  if (source === undefined) return exitUnusable;
  try {
    const question = ask(source);
    if (!question.ok) {
      complainOf(question.error, terminal);
      return exitUnusable;
    }
    const result = await runShown(terminal, (tell) => perform(question.value, source.story, tell));
    if (result === undefined) return exitInterrupted;
    if (tellFaults(source, terminal) && result.customers === 0) return exitUnusable;
    terminal.write(show(result));
    return exitOk;
  } catch (error) {
    terminal.writeError(refusalText(error, 'suggest/failed', terminal.errorColours));
    return exitUnusable;
  } finally {
    await source.close();
  }
}

async function readWanted(
  rule: string,
  options: ThresholdOptions,
  terminal: Terminal,
): Promise<WantedThreshold | undefined> {
  const { from, to, segment, number, within, outcome, expects } = options;
  const rest = {
    from,
    number: Number.parseInt(number, 10) || 0,
    within,
    outcome,
    expects,
    ...(to === undefined ? {} : { to }),
    ...(segment === undefined ? {} : { segment }),
  };
  const draft = await readDraftText(rule, terminal);
  return draft === undefined ? undefined : { ...rest, ...draft };
}

function json(result: unknown): string {
  return `${JSON.stringify(result)}\n`;
}
