/** What a suggestion found, as tables. */

import type { LifecycleResult } from '@segue/server/suggest/perform-lifecycle.ts';
import type { ThresholdResult } from '@segue/server/suggest/perform-threshold.ts';

import { counted, percent, wholeNumber } from '../replay/figures.ts';
import type { Colours } from '../terminal.ts';
import { open, right } from './backtest-text.ts';

const dayMs = 86_400_000;

export function thresholdText(result: ThresholdResult, colours: Colours): string {
  const {
    segment,
    number,
    condition,
    outcome,
    expects,
    withinMs,
    looks,
    customers,
    expected,
    versions,
    knee,
  } = result;
  const verb = expects === 'does' ? 'do' : 'do not do';
  const lines = [
    `${colours.bold(segment)}: other numbers for ${number} in ${condition}`,
    `Members are right where they ${verb} “${outcome}” within ${withinMs / dayMs} days. Looked at ${counted(looks.length, 'time')}${looks.length === 0 ? '' : ` from ${day(looks[0])} to ${day(looks.at(-1))}`}: ${wholeNumber(customers)} answers, ${percent(customers === 0 ? 0 : expected / customers)} of all as expected.`,
  ];
  const table = open(colours, ['', 'number', 'members', 'share', 'precision', 'recall']);
  for (const version of versions) {
    const mark = [version.current ? 'now' : '', version.number === knee?.number ? 'knee' : '']
      .join(' ')
      .trim();
    table.push([
      mark,
      right(version.number),
      right(wholeNumber(version.size)),
      right(percent(version.share)),
      right(version.precision === undefined ? '–' : percent(version.precision)),
      right(version.recall === undefined ? '–' : percent(version.recall)),
    ]);
  }
  const advice =
    knee === undefined
      ? 'No number stands out: precision and recall trade evenly.'
      : `Beyond the knee, more recall costs more precision than before: ${knee.rule}`;
  return `${lines.join('\n')}\n\n${table.toString()}\n\n${advice}\n`;
}

export function lifecycleText(result: LifecycleResult, colours: Colours): string {
  const {
    purchase,
    customers,
    returning,
    gaps,
    gapPercentiles,
    returns,
    returnMs,
    thresholds,
    yaml,
    from,
    to,
  } = result;
  const head = `${colours.bold(`Purchases ${purchase}`)}, ${day(from)} to ${day(to)}: ${counted(customers, 'customer')}, ${wholeNumber(returning)} with two or more; ${wholeNumber(gaps)} times in between`;
  if (thresholds === undefined || yaml === undefined) {
    return `${head}\nThat is too little to propose anything from.\n`;
  }
  const gapTable = open(colours, [
    'times between purchases',
    ...gapPercentiles.map(({ percent: p }) => right(`${p} %`)),
  ]);
  gapTable.push(['are shorter than', ...gapPercentiles.map(({ gap }) => right(gap))]);
  const returnTable = open(colours, ['silent for', 'silences', `end within ${returnMs / dayMs} days`]);
  for (const { silentFor, silences, returned } of returns) {
    returnTable.push([silentFor, right(wholeNumber(silences)), right(percent(returned))]);
  }
  const why = thresholds.why.map((line) => `  ${line}`).join('\n');
  return `${head}\n\n${gapTable.toString()}\n\n${returnTable.toString()}\n\n${why}\n\n${yaml}`;
}

function day(instant: string | undefined): string {
  return instant?.slice(0, 10) ?? '';
}
