/** Answers about the past as tables. */

import Table from 'cli-table3';

import { counted, percent, wholeNumber } from '../replay/figures.ts';
import type { Colours } from '../terminal.ts';

type AsOf = { readonly at?: string; readonly behind: number };
type Period = { readonly from: string; readonly to: string };

const dayMs = 86_400_000;
/** Lines of a survival curve; the rest is in the JSON. */
const survivalLines = 31;
/** Columns of retention; the rest is in the JSON. */
const cohortColumns = 13;

export type SizeAnswer = {
  readonly pieces: readonly {
    readonly from: string;
    readonly size: number;
    readonly entered: number;
    readonly exited: number;
    readonly causes: {
      readonly entered: Readonly<Record<string, number>>;
      readonly exited: Readonly<Record<string, number>>;
    };
  }[];
  readonly asOf: AsOf;
};

export function sizeText({ pieces, asOf }: SizeAnswer, colours: Colours): string {
  const table = openTable(colours, ['From', '>size', '>entered', '>exited', 'because of']);
  for (const { from, size, entered, exited, causes } of pieces) {
    table.push([
      dateText(from),
      right(wholeNumber(size)),
      right(entered === 0 ? '·' : `+${wholeNumber(entered)}`),
      right(exited === 0 ? '·' : `−${wholeNumber(exited)}`),
      [causesText('+', causes.entered), causesText('−', causes.exited)]
        .filter((text) => text !== '')
        .join('  '),
    ]);
  }
  return `${table.toString()}\n${asOfText(asOf, colours)}`;
}

function causesText(sign: string, causes: Readonly<Record<string, number>>): string {
  return Object.entries(causes)
    .sort(([, a], [, b]) => b - a)
    .map(([cause, count]) => `${sign}${wholeNumber(count)} ${cause}`)
    .join(' ');
}

export type MembersAnswer = {
  readonly at: string;
  readonly size: number;
  readonly members: readonly { readonly id: number; readonly displayId?: string; readonly since: string }[];
  readonly asOf: AsOf;
};

export function membersText({ at, size, members, asOf }: MembersAnswer, colours: Colours): string {
  const table = openTable(colours, ['Customer', '>number', 'since']);
  for (const { id, displayId, since } of members) {
    table.push([displayId ?? '(gone)', right(String(id)), since]);
  }
  const shown = members.length === size ? '' : ` (${wholeNumber(members.length)} shown)`;
  return `${table.toString()}\n${counted(size, 'member')} at ${at}${shown}\n${asOfText(asOf, colours)}`;
}

export type StayAnswer = {
  readonly unit: string;
  readonly spells: number;
  readonly ended: number;
  readonly ongoing: number;
  readonly endedMs: Readonly<Record<string, number>> | null;
  readonly survival: readonly { readonly after: number; readonly share: number; readonly atRisk: number }[];
  readonly medianUnits: number | null;
  readonly asOf: AsOf;
};

export function stayText(answer: StayAnswer, colours: Colours): string {
  const { unit, spells, ended, ongoing, endedMs, survival, medianUnits, asOf } = answer;
  const lines = [`${counted(spells, 'stay')}: ${wholeNumber(ended)} ended, ${wholeNumber(ongoing)} go on`];
  if (endedMs !== null) {
    const parts = Object.entries(endedMs).map(([name, ms]) => `${name} ${(ms / dayMs).toFixed(1)} d`);
    lines.push(`of those that ended: ${parts.join(', ')}`);
  }
  const half =
    medianUnits === null
      ? 'more than half are still in'
      : `half have left after ${counted(medianUnits, unit)}`;
  lines.push(`with those that go on: ${half}`);
  const table = openTable(colours, [`After ${unit}s`, '>still in', '>known of']);
  for (const { after, share, atRisk } of survival.slice(0, survivalLines)) {
    table.push([String(after), right(percent(share)), right(wholeNumber(atRisk))]);
  }
  return `${lines.join('\n')}\n\n${table.toString()}\n${asOfText(asOf, colours)}`;
}

export type ReturnsAnswer = {
  readonly within: readonly { readonly days: number; readonly exits: number; readonly returned: number }[];
  readonly asOf: AsOf;
};

export function returnsText({ within, asOf }: ReturnsAnswer, colours: Colours): string {
  const table = openTable(colours, ['Within', '>left', '>came back', '>share']);
  for (const { days, exits, returned } of within) {
    const share = exits === 0 ? '·' : percent(returned / exits);
    table.push([counted(days, 'day'), right(wholeNumber(exits)), right(wholeNumber(returned)), right(share)]);
  }
  return `${table.toString()}\n${asOfText(asOf, colours)}`;
}

export type FlowsAnswer = {
  readonly period: Period;
  readonly nodes: readonly { readonly stage: string; readonly before: number; readonly after: number }[];
  readonly moves: readonly {
    readonly from: string;
    readonly to: string;
    readonly moves: number;
    readonly customers: number;
  }[];
  readonly asOf: AsOf;
};

export function flowsText({ period, nodes, moves, asOf }: FlowsAnswer, colours: Colours): string {
  const sizes = openTable(colours, ['Stage', '>before', '>after']);
  for (const { stage, before, after } of nodes) {
    sizes.push([stage, right(wholeNumber(before)), right(wholeNumber(after))]);
  }
  const table = openTable(colours, ['Moved', '>times', '>customers']);
  for (const { from, to, moves: times, customers } of moves) {
    const move = `${from === '' ? '(new)' : from} → ${to === '' ? '(gone)' : to}`;
    table.push([move, right(wholeNumber(times)), right(wholeNumber(customers))]);
  }
  return `${dateText(period.from)} to ${dateText(period.to)}\n${sizes.toString()}\n\n${table.toString()}\n${asOfText(asOf, colours)}`;
}

export type RetentionAnswer = {
  readonly every: string;
  readonly cohorts: readonly {
    readonly from: string;
    readonly customers: number;
    readonly active: readonly number[];
  }[];
  readonly asOf: AsOf;
};

export function retentionText({ every, cohorts, asOf }: RetentionAnswer, colours: Colours): string {
  const columns = Math.min(cohortColumns, cohorts[0]?.active.length ?? 0);
  const head = Array.from({ length: columns }, (_, i) => `>${i}`);
  const table = openTable(colours, [`First ${every}`, '>customers', ...head]);
  for (const { from, customers, active } of cohorts) {
    const shares = Array.from({ length: columns }, (_, i) => {
      const count = active[i];
      if (count === undefined) return '';
      return right(customers === 0 ? '·' : percent(count / customers));
    });
    table.push([dateText(from), right(wholeNumber(customers)), ...shares]);
  }
  return `${table.toString()}\n${asOfText(asOf, colours)}`;
}

export type StatusAnswer = {
  readonly state: string;
  readonly position: number;
  readonly at?: string;
  readonly behind: number;
  readonly lagMs: number;
  readonly restarts: number;
  readonly rebuilding?: { readonly position: number; readonly end: number };
  readonly error?: string;
};

export function statusText(status: StatusAnswer): string {
  const { state, position, at, behind, lagMs, restarts, rebuilding, error } = status;
  const lines = [
    `state      ${state}`,
    `reached    ${counted(position, 'entry').replace('entrys', 'entries')}${at === undefined ? '' : `, up to ${at}`}`,
    `behind     ${wholeNumber(behind)}${behind === 0 ? '' : `, since ${(lagMs / 1000).toFixed(1)} s`}`,
    `restarts   ${restarts}`,
  ];
  if (rebuilding !== undefined) {
    lines.push(`rebuilding ${wholeNumber(rebuilding.position)} of ${wholeNumber(rebuilding.end)}`);
  }
  if (error !== undefined) lines.push(`error      ${error}`);
  return `${lines.join('\n')}\n`;
}

/** Nothing where history has everything. */
export function asOfText({ at, behind }: AsOf, colours: Colours): string {
  if (behind === 0) return '';
  const until = at === undefined ? '' : ` (it knows until ${at})`;
  return colours.yellow(`history lacks the last ${counted(behind, 'message')}${until}\n`);
}

function dateText(instant: string): string {
  return instant.replace('T', ' ').replace(/(:00)?\.000Z$/, 'Z');
}

export function right(content: string): { readonly content: string; readonly hAlign: 'right' } {
  return { content, hAlign: 'right' };
}

const chars = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
    ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'],
  ].map((name) => [name, '']),
);

/** `>` before a name: the column stands to the right. */
export function openTable(colours: Colours, head: readonly string[]): Table.Table {
  const table = new Table({
    chars: { ...chars, middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(
    head.map((name) => (name.startsWith('>') ? right(colours.bold(name.slice(1))) : colours.bold(name))),
  );
  return table;
}
