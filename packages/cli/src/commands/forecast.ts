/** `segue forecast`: who enters and leaves segments over the next days if nothing happens. */

import { InvalidArgumentError, Option, type Command } from 'commander';

import type { Zone } from '@segue/core/base/zone.ts';
import { instantText } from '@segue/core/engine/explain-text.ts';
import {
  type Forecast,
  forecast,
  forecastDaysMax,
  type SegmentForecast,
} from '@segue/core/engine/forecast.ts';

import { exitOk, exitUnusable } from '../exit-code.ts';
import {
  addPastOptions,
  collect,
  complain,
  isKnown,
  type PastOptions,
  reach,
  readPast,
} from '../explain/past.ts';
import { counted, wholeNumber } from '../replay/figures.ts';
import type { Colours, Terminal } from '../terminal.ts';

type ForecastOptions = PastOptions & {
  readonly segment: readonly string[];
  readonly days: number;
  readonly show: number;
  readonly json?: true;
};

const daysDefault = 7;
/** Customers named for each segment. */
const shownDefault = 20;

export function registerForecast(program: Command, terminal: Terminal): void {
  addPastOptions(
    program
      .command('forecast')
      .summary('say who enters and leaves segments by time alone over the next days')
      .description(
        'Plays files through the engine up to an instant and lets time pass from there on without any event: who will enter and leave each segment, on which day and at which instant.',
      )
      .argument(
        '<file...>',
        'CSV (with a mapping) or NDJSON of Segment messages; gzip is told by its contents',
      )
      .addOption(
        new Option('-s, --segment <name>', 'the segment; may be repeated')
          .argParser(collect)
          .default([], 'all'),
      ),
  )
    .addOption(
      new Option('--days <n>', 'how many days of 24 hours').default(daysDefault).argParser(daysArgument),
    )
    .addOption(
      new Option('--show <n>', 'how many changes to name for each segment')
        .default(shownDefault)
        .argParser(countArgument),
    )
    .option('--json', 'print one JSON object with every change; instants are milliseconds since 1970')
    .addHelpText(
      'after',
      `
Examples:
  segue forecast shop.ndjson.gz --segment churn_alert
  segue forecast orders.csv --mapping online_retail --at 2011-09-01 --days 30
  segue forecast shop.ndjson --segment churn_alert --json | jq '.segments[0].days[] | [.date, .entered]'

Exit codes: 0 done, 2 not done (no such segment, an unreadable file).`,
    )
    .action(async (files: readonly string[], options: ForecastOptions) => {
      process.exitCode = await runForecast(files, options, terminal);
    });
}

async function runForecast(
  files: readonly string[],
  options: ForecastOptions,
  terminal: Terminal,
): Promise<number> {
  const past = await readPast(files, options, terminal);
  if (past === undefined) return exitUnusable;
  const { segments } = past.definitions;
  for (const name of options.segment) {
    if (!isKnown('segment', name, segments, terminal)) return exitUnusable;
  }
  const asked = options.segment.length === 0 ? [...segments.keys()] : [...new Set(options.segment)];
  if (asked.length === 0) {
    complain('the definitions have no segment', terminal);
    return exitUnusable;
  }
  const reached = await reach(past, {}, terminal);
  if (!reached.ok) return reached.exitCode;
  const found = forecast(reached.engine, asked, options.days);
  terminal.write(
    options.json === true
      ? `${JSON.stringify(found)}\n`
      : forecastText(found, past.zone, options.show, terminal.colours),
  );
  return exitOk;
}

function forecastText(
  { from, until, segments }: Forecast,
  zone: Zone,
  shown: number,
  colours: Colours,
): string {
  const head = `By time alone, from ${instantText(from, zone)} to ${instantText(until, zone)} ${zone.name}`;
  return `${[head, ...segments.flatMap((segment) => segmentText(segment, zone, shown, colours))].join('\n')}\n`;
}

function segmentText(forecasted: SegmentForecast, zone: Zone, shown: number, colours: Colours): string[] {
  const { segment, membersNow, days } = forecasted;
  const moving = days.filter(({ changes }) => changes.length > 0);
  const title = `\n${colours.bold(segment)}  ${counted(membersNow, 'member')} now`;
  if (moving.length === 0) return [title, '  nobody enters or leaves'];
  const width = Math.max(
    ...days.map(({ membersAfter }) => wholeNumber(membersAfter).length),
    'members'.length,
  );
  const row = (date: string, entered: string, exited: string, members: string): string =>
    `  ${date.padEnd(10)}  ${entered.padStart(8)}  ${exited.padStart(8)}  ${members.padStart(width)}`;
  const changes = moving.flatMap((day) => day.changes);
  const named = changes.slice(0, shown).map(({ at, change, customer, cause }) => {
    const what = change === 'entered' ? colours.green('enters') : colours.red('leaves');
    return `  ${instantText(at, zone)}  ${what}  ${customer}${cause === 'time' ? '' : `  (${causeText(cause)})`}`;
  });
  const more = changes.length - named.length;
  return [
    title,
    colours.dim(row('date', 'enter', 'leave', 'members')),
    ...days.map((day) =>
      row(day.date, wholeNumber(day.entered), wholeNumber(day.exited), wholeNumber(day.membersAfter)),
    ),
    ...(named.length === 0 ? [] : ['', ...named]),
    ...(more > 0 ? [colours.dim(`  … ${wholeNumber(more)} more; --json has all`)] : []),
  ];
}

function causeText(cause: string): string {
  return cause === 'population' ? 'as the standing among all customers is taken anew' : cause;
}

function daysArgument(text: string): number {
  const days = Number(text);
  if (text.trim() !== '' && days > 0 && days <= forecastDaysMax) return days;
  throw new InvalidArgumentError(`expected a number of days up to ${forecastDaysMax}, such as 7`);
}

function countArgument(text: string): number {
  const count = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(count) && count >= 0) return count;
  throw new InvalidArgumentError('expected a whole number such as 20');
}
