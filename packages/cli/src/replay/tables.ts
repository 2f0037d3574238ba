/** A replay's report as tables. */

import Table from 'cli-table3';

import { Zone } from '@segue/core/base/zone.ts';
import type { Instant } from '@segue/core/model/message.ts';
import type { ReasonCount } from '@segue/server/ingest/files/import-report.ts';
import type {
  InputSummary,
  LifecycleSummary,
  ReplayReport,
  RfmSummary,
} from '@segue/server/replay/replay-report.ts';
import type { Flow } from '@segue/server/replay/tallies.ts';

import type { Colours } from '../terminal.ts';
import { customerText } from './customer-text.ts';
import { counted, localTime, percent, wholeNumber } from './figures.ts';

/** Months and transitions of one table of flows; the rest is in the JSON. */
const MONTHS_SHOWN = 13;
const TRANSITIONS_SHOWN = 20;

type Cell = string | { readonly content: string; readonly hAlign: 'right' };

export function reportText(report: ReplayReport, colours: Colours): string {
  // Tables of nobody would only hide what went wrong.
  if (report.input.messages === 0) return `${inputText(report.input, colours)}\n`;
  const zone = new Zone(report.timeZone);
  const parts = [
    inputText(report.input, colours),
    clockText(report, zone, colours),
    segmentsText(report, zone, colours),
    ...report.lifecycles.map((lifecycle) => lifecycleText(lifecycle, colours)),
    ...report.rfm.map((rfm) => rfmText(rfm, colours)),
    report.customer === undefined ? '' : customerText(report.customer, zone, colours),
  ];
  return `${parts.filter((part) => part !== '').join('\n')}\n`;
}

/** What was read, and what became of every row. */
export function inputText(input: InputSummary, colours: Colours): string {
  const lines = [colours.bold('Input')];
  for (const file of input.files) {
    const found = [
      file.format === 'ndjson' ? 'NDJSON' : file.format.toUpperCase(),
      ...(file.compressed ? ['gzip'] : []),
      ...(file.mapping === undefined ? [] : [`mapping ${file.mapping}`]),
      file.encoding,
      ...(file.delimiter === undefined ? [] : [`delimiter ${delimiterName(file.delimiter)}`]),
      ...(file.dates === undefined ? [] : [`dates ${file.dates}`]),
      ...(file.sorted === undefined
        ? []
        : [`sorted ${file.sorted}`.replace('sorted in order already', 'in order of time')]),
    ];
    lines.push(`  ${file.file}  ${colours.dim(found.join(', '))}`);
  }
  lines.push(`  ${counted(input.rows, 'row')}, ${counted(input.messages, 'message')}`);
  for (const [why, count] of Object.entries(input.ignored)) {
    lines.push(`  ${counted(count, 'message')} ignored: ${why}`);
  }
  lines.push(...reasonLines('left out', input.skipped, colours));
  lines.push(...reasonLines(colours.yellow('rejected'), input.rejected, colours));
  lines.push(...reasonLines(colours.yellow('noted'), input.warnings, colours));
  return `${lines.join('\n')}\n`;
}

function delimiterName(delimiter: string): string {
  return delimiter === '\t' ? 'tab' : delimiter;
}

function reasonLines(label: string, reasons: readonly ReasonCount[], colours: Colours): string[] {
  return reasons.flatMap(({ reason, count, places }) => {
    const [first] = places;
    const where = places.map((place) => place.line).join(', ');
    const more = count > places.length ? ', …' : '';
    const detail = first === undefined ? '' : `: ${first.detail}`;
    return [`  ${label} ${wholeNumber(count)}: ${reason} ${colours.dim(`(line ${where}${more}${detail})`)}`];
  });
}

function clockText(report: ReplayReport, zone: Zone, colours: Colours): string {
  if (report.first === undefined || report.now === undefined) return '';
  const seconds = (report.tookMs / 1_000).toFixed(1);
  const lines = [
    `${colours.bold('Replay')} ${localTime(report.first, zone)} … ${localTime(report.now, zone)} (${report.timeZone})`,
    `  ${counted(report.customers, 'customer')}, ${counted(report.changes, 'change')} in ${seconds} s (${wholeNumber(report.messagesPerSecond)} messages/s)`,
  ];
  if (report.countedFrom !== undefined) {
    lines.push(`  changes counted from ${localTime(report.countedFrom, zone)}`);
  }
  if (!report.complete) {
    lines.push(colours.yellow('  stopped early: the figures are those of the last instant above'));
  }
  return `${lines.join('\n')}\n`;
}

function segmentsText(report: ReplayReport, zone: Zone, colours: Colours): string {
  if (report.segments.length === 0) return '';
  const table = openTable(colours, [
    'Segment',
    right('members'),
    right('entered'),
    right('exited'),
    right('peak'),
    'peak at',
  ]);
  for (const segment of report.segments) {
    table.push([
      segment.segment,
      ...numbers([segment.members, segment.entered, segment.exited, segment.peak]),
      segment.peakAt === undefined ? '' : minute(segment.peakAt, zone),
    ]);
  }
  const samples = report.segments
    .filter(({ sample }) => sample !== undefined && sample.length > 0)
    .map(({ segment, sample }) => `  ${segment}: ${sample?.join(', ') ?? ''}`);
  const shown = samples.length === 0 ? '' : `${colours.dim('Some members')}\n${samples.join('\n')}\n`;
  return `${table.toString()}\n${shown}`;
}

function lifecycleText(lifecycle: LifecycleSummary, colours: Colours): string {
  const table = openTable(colours, [`Lifecycle ${lifecycle.lifecycle}`, right('customers'), right('share')]);
  for (const { stage, customers, share } of lifecycle.stages) {
    table.push([stage, right(wholeNumber(customers)), right(percent(share))]);
  }
  const flows = lifecycle.flows.length === 0 ? '' : flowsText(lifecycle, colours);
  return `${table.toString()}\n${flows}`;
}

function flowsText({ lifecycle, flows }: LifecycleSummary, colours: Colours): string {
  const months = [...new Set(flows.map(({ month }) => month))];
  const shown = months.slice(-MONTHS_SHOWN);
  const transitions = byTransition(flows.filter(({ month }) => shown.includes(month)));
  const table = openTable(colours, [
    `Moves in ${lifecycle}`,
    ...shown.map((month) => right(month.slice(2))),
    right('all'),
  ]);
  for (const { name, byMonth, total } of transitions.slice(0, TRANSITIONS_SHOWN)) {
    const counts = shown.map((month) =>
      right(byMonth.has(month) ? wholeNumber(byMonth.get(month) ?? 0) : '·'),
    );
    table.push([name, ...counts, right(wholeNumber(total))]);
  }
  const hidden = transitions.length - TRANSITIONS_SHOWN;
  const notes = [
    ...(months.length > shown.length ? [`the last ${MONTHS_SHOWN} of ${months.length} months`] : []),
    ...(hidden > 0 ? [`${hidden} more kinds of moves`] : []),
  ];
  return `\n${table.toString()}\n${notes.length === 0 ? '' : colours.dim(`  (${notes.join('; ')}: all with --json)\n`)}`;
}

type Transition = { readonly name: string; readonly byMonth: Map<string, number>; total: number };

function byTransition(flows: readonly Flow[]): Transition[] {
  const transitions = new Map<string, Transition>();
  for (const { month, from, to, count } of flows) {
    const name = `${from === '' ? '(new)' : from} → ${to === '' ? '(merged)' : to}`;
    const transition = transitions.get(name) ?? { name, byMonth: new Map<string, number>(), total: 0 };
    transition.byMonth.set(month, count);
    transition.total += count;
    transitions.set(name, transition);
  }
  return [...transitions.values()].sort((a, b) => b.total - a.total);
}

function rfmText(rfm: RfmSummary, colours: Colours): string {
  const head = [`RFM ${rfm.model}`, right('customers'), right('share'), right('R'), right('F'), right('M')];
  const table = openTable(colours, head);
  for (const row of rfm.groups) {
    const scores = [row.recency, row.frequency, row.monetary].map((score) => right(score.toFixed(1)));
    table.push([row.group, right(wholeNumber(row.customers)), right(percent(row.share)), ...scores]);
  }
  const without =
    rfm.without === 0
      ? ''
      : `${colours.dim(`  ${counted(rfm.without, 'customer')} without a purchase in the window`)}\n`;
  return `${table.toString()}\n${without}`;
}

function openTable(colours: Colours, head: readonly Cell[]): Table.Table {
  const table = new Table({
    chars: {
      top: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
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

function right(content: string): { readonly content: string; readonly hAlign: 'right' } {
  return { content, hAlign: 'right' };
}

function numbers(values: readonly number[]): Cell[] {
  return values.map((value) => right(wholeNumber(value)));
}

function minute(t: Instant, zone: Zone): string {
  return localTime(t, zone).slice(0, 16);
}
