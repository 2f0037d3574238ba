/** What a backtest found, as tables. */

import Table from 'cli-table3';

import type { Estimate } from '@segue/server/backtest/intervals.ts';
import type {
  Afterwards,
  BacktestPart,
  BacktestResult,
  GroupFigures,
  SideBySide,
  TrackFigures,
} from '@segue/server/backtest/backtest-result.ts';

import { counted, wholeNumber } from '../replay/figures.ts';
import type { Colours } from '../terminal.ts';

const samplesShown = 3;

export function backtestText(result: BacktestResult, colours: Colours): string {
  const days = Math.round((result.withinMs / 86_400_000) * 10) / 10;
  const head = `${colours.bold('Period')} ${result.from.slice(0, 10)} to ${result.to.slice(0, 10)}, people followed for ${days} days, up to ${result.until.slice(0, 10)}; ${counted(result.customers, 'customer')} in all`;
  const parts = result.parts.map((part) => partText(part, colours));
  return `${[head, ...parts].join('\n\n')}\n`;
}

function partText({ stage, draft, against, sideBySide }: BacktestPart, colours: Colours): string {
  const sides: readonly (readonly [string, TrackFigures])[] = [
    ...(draft === undefined
      ? []
      : [[`draft ${draft.title === 'draft' ? '' : draft.title}`.trim(), draft] as const]),
    ...(against === undefined ? [] : [[`in force ${against.title}`, against] as const]),
  ];
  const blocks = [
    ...(stage === undefined ? [] : [colours.bold(`Stage ${stage}`)]),
    movesText(sides, colours),
    monthsText(sides, colours),
    ...sides.map(([name, { afterwards }]) => afterwardsText(name, afterwards, colours)),
    ...(sideBySide === undefined ? [] : [sideBySideText(sideBySide, colours)]),
    ...sides.slice(0, 1).map(([, figures]) => sampleText(figures, colours)),
  ];
  return blocks.filter((block) => block !== '').join('\n\n');
}

function movesText(sides: readonly (readonly [string, TrackFigures])[], colours: Colours): string {
  const table = open(colours, [
    '',
    'members at the end',
    'entered',
    'exited',
    'customers',
    'entered by',
    'exited by',
  ]);
  for (const [name, { size, entered, exited, customersEntered, enteredBy, exitedBy }] of sides) {
    table.push([
      name,
      right(wholeNumber(size)),
      right(wholeNumber(entered)),
      right(wholeNumber(exited)),
      right(wholeNumber(customersEntered)),
      causes(enteredBy),
      causes(exitedBy),
    ]);
  }
  return table.toString();
}

function causes(by: Readonly<Record<string, number>>): string {
  return Object.entries(by)
    .sort(([, a], [, b]) => b - a)
    .map(([cause, count]) => `${cause} ${wholeNumber(count)}`)
    .join(', ');
}

/** Days are in the JSON. */
function monthsText(sides: readonly (readonly [string, TrackFigures])[], colours: Colours): string {
  const months = [...new Set(sides.flatMap(([, { days }]) => days.map(({ day }) => day.slice(0, 7))))];
  if (months.length < 2) return '';
  const table = open(colours, [
    'month',
    ...sides.flatMap(([name]) => [`${name}: entered`, 'exited', 'size']),
  ]);
  for (const month of months) {
    const cells = sides.flatMap(([, { days }]) => {
      const own = days.filter(({ day }) => day.startsWith(month));
      const sum = (of: 'entered' | 'exited'): number => own.reduce((n, day) => n + day[of], 0);
      return [sum('entered'), sum('exited'), own.at(-1)?.size ?? 0].map((n) => right(wholeNumber(n)));
    });
    table.push([month, ...cells]);
  }
  return table.toString();
}

function afterwardsText(
  name: string,
  { followed, notFollowed, measures }: Afterwards,
  colours: Colours,
): string {
  const left = notFollowed === 0 ? '' : `; ${wholeNumber(notFollowed)} more entered too late to be followed`;
  const title = `Afterwards, ${name}: ${counted(followed, 'customer')} after their first entry, against those outside at the same instants${left}`;
  const table = open(colours, ['', 'entered', 'others', 'difference (95 %)']);
  for (const { measure, entered, others, rateDifference, meanDifference } of measures) {
    table.push([`${measure}: share`, rate(entered), rate(others), difference(rateDifference, true)]);
    if (meanDifference === undefined) continue;
    table.push([`${measure}: mean value`, mean(entered), mean(others), difference(meanDifference, false)]);
  }
  return `${title}\n${table.toString()}`;
}

function rate({ rate: estimate }: GroupFigures): string {
  return estimate === undefined
    ? '–'
    : `${points(estimate.value)} % (${points(estimate.low)} to ${points(estimate.high)})`;
}

function mean({ mean: estimate }: GroupFigures): string {
  return estimate === undefined
    ? '–'
    : `${estimate.value.toFixed(2)} (${estimate.low.toFixed(2)} to ${estimate.high.toFixed(2)})`;
}

function difference(estimate: Estimate | undefined, isShare: boolean): string {
  if (estimate === undefined) return '–';
  const { value, low, high } = estimate;
  const text = isShare ? points : (x: number): string => x.toFixed(2);
  return `${signed(value, text)}${isShare ? ' points' : ''} (${signed(low, text)} to ${signed(high, text)})`;
}

function signed(x: number, text: (x: number) => string): string {
  return x > 0 ? `+${text(x)}` : text(x);
}

function points(share: number): string {
  return (share * 100).toFixed(1);
}

function sideBySideText({ members, entered, onlyDraft, onlyAgainst }: SideBySide, colours: Colours): string {
  const table = open(colours, ['Side by side', 'both', 'only the draft', 'only in force']);
  const row = (name: string, { both, onlyDraft: one, onlyAgainst: other }: typeof entered): void => {
    table.push([name, ...[both, one, other].map((n) => right(wholeNumber(n)))]);
  };
  row('members at the end', members);
  row('entered in the period', entered);
  for (const [i, { measure, ...figures }] of onlyDraft.entries()) {
    table.push([
      `then ${measure}`,
      '',
      right(rate(figures)),
      right(rate(onlyAgainst[i] ?? { customers: 0 })),
    ]);
  }
  return table.toString();
}

function sampleText({ sample }: TrackFigures, colours: Colours): string {
  const rows = sample.slice(0, samplesShown).map(({ customer, at, cause, why }) => {
    const lines = (why ?? []).map((line) => `    ${line}`);
    return [`  ${customer}  ${at.slice(0, 19).replace('T', ' ')} UTC, by ${cause}`, ...lines].join('\n');
  });
  return rows.length === 0 ? '' : `${colours.bold('Some of those who entered')}\n${rows.join('\n')}`;
}

type Cell = string | { readonly content: string; readonly hAlign: 'right' };

export function right(content: string): { readonly content: string; readonly hAlign: 'right' } {
  return { content, hAlign: 'right' };
}

const noLine = '';

/** A table without lines. */
export function open(colours: Colours, head: readonly Cell[]): Table.Table {
  const table = new Table({
    chars: {
      top: noLine,
      'top-mid': noLine,
      'top-left': noLine,
      'top-right': noLine,
      bottom: noLine,
      'bottom-mid': noLine,
      'bottom-left': noLine,
      'bottom-right': noLine,
      left: noLine,
      'left-mid': noLine,
      mid: noLine,
      'mid-mid': noLine,
      right: noLine,
      'right-mid': noLine,
      middle: '  ',
    },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(
    head.map((cell) =>
      typeof cell === 'string' ? colours.bold(cell) : { ...cell, content: colours.bold(cell.content) },
    ),
  );
  return table;
}
