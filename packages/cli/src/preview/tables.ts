/** Answers about the whole base as tables. */

import Table from 'cli-table3';

import { counted, percent, wholeNumber } from '../replay/figures.ts';
import type { Colours } from '../terminal.ts';

type Named = { readonly id: number; readonly displayId: string };

export type OverlapAnswer = {
  readonly size: number;
  readonly everybody: number;
  readonly share: number;
  readonly members: readonly Named[];
};

export function overlapText({ size, everybody, share, members }: OverlapAnswer, colours: Colours): string {
  const head = `${colours.bold(counted(size, 'customer'))}, ${percent(share)} of ${wholeNumber(everybody)}`;
  return [head, ...membersText(members)].join('\n');
}

export type MatrixAnswer = {
  readonly sets: readonly { readonly name: string; readonly size: number; readonly share: number }[];
  readonly pairs: readonly {
    readonly a: string;
    readonly b: string;
    readonly both: number;
    readonly jaccard: number;
    readonly shareOfA: number;
    readonly shareOfB: number;
  }[];
  readonly exclusive: readonly { readonly sets: readonly string[]; readonly size: number }[];
  readonly exclusiveCount: number;
  readonly inNone: number;
};

/** Exclusive parts that are shown; the rest is in the JSON. */
const exclusiveShown = 20;

export function matrixText(answer: MatrixAnswer, colours: Colours): string {
  const sets = table(colours, ['Set', '>customers', '>of all']);
  for (const { name, size, share } of answer.sets) {
    sets.push([name, wholeNumber(size), percent(share)]);
  }
  const pairs = table(colours, ['Pair', '>in both', '>of the first', '>of the second', '>Jaccard']);
  for (const { a, b, both, jaccard, shareOfA, shareOfB } of answer.pairs) {
    pairs.push([`${a} & ${b}`, wholeNumber(both), percent(shareOfA), percent(shareOfB), jaccard.toFixed(3)]);
  }
  const parts = table(colours, ['In exactly', '>customers']);
  for (const { sets: names, size } of answer.exclusive.slice(0, exclusiveShown)) {
    parts.push([names.join(', '), wholeNumber(size)]);
  }
  parts.push([colours.dim('none of them'), wholeNumber(answer.inNone)]);
  const more = answer.exclusiveCount - exclusiveShown;
  const rest = more > 0 ? [colours.dim(`… ${wholeNumber(more)} smaller parts; --json has more`)] : [];
  return [sets, ...(answer.pairs.length === 0 ? [] : [pairs]), parts, ...rest].join('\n');
}

export type PreviewAnswer = OverlapAnswer & {
  readonly joined: 'and' | 'or';
  readonly parts: readonly { readonly rule: string; readonly size: number; readonly alone: number }[];
  readonly stages: readonly {
    readonly lifecycle: string;
    readonly stages: readonly { readonly stage: string; readonly size: number }[];
  }[];
  readonly traits: readonly {
    readonly trait: string;
    readonly values: readonly { readonly value: string | number | boolean | null; readonly size: number }[];
    readonly others: number;
  }[];
  readonly answeredBy: string;
  readonly at: string;
  readonly tookMs: number;
};

const waysText: Readonly<Record<string, string>> = {
  sets: 'the live sets',
  engine: 'what is kept of each customer',
  history: 'the history store',
  log: 'a build from the log',
};

export function previewText(answer: PreviewAnswer, colours: Colours): string {
  const { size, joined, parts, stages, traits, answeredBy, at, tookMs } = answer;
  const by = waysText[answeredBy] ?? answeredBy;
  const lines = [overlapText(answer, colours), colours.dim(`by ${by}, as of ${at}, in ${tookMs} ms`)];
  if (parts.length > 1) {
    const alone = joined === 'and' ? '>fail this alone' : '>by this alone';
    const conditions = table(colours, ['Condition', '>holds for', alone]);
    for (const part of parts) {
      conditions.push([part.rule, wholeNumber(part.size), wholeNumber(part.alone)]);
    }
    lines.push(conditions.toString());
  }
  for (const { lifecycle, stages: all } of stages) {
    lines.push(
      sharesText(
        `Stage of ${lifecycle}`,
        all.map((one) => [one.stage, one.size]),
        size,
        colours,
      ),
    );
  }
  for (const { trait, values, others } of traits) {
    const known = values.map((one): Share => [one.value === null ? '(none)' : String(one.value), one.size]);
    const rows = others === 0 ? known : [...known, ['(others)', others] as const];
    lines.push(sharesText(trait, rows, size, colours));
  }
  return lines.join('\n');
}

type Share = readonly [name: string, size: number];

function sharesText(title: string, rows: readonly Share[], whole: number, colours: Colours): string {
  const shares = table(colours, [title, '>customers', '>share']);
  for (const [name, size] of rows) {
    shares.push([name, wholeNumber(size), percent(whole === 0 ? 0 : size / whole)]);
  }
  return shares.toString();
}

export type PopulationsAnswer = {
  readonly items: readonly {
    readonly of: string;
    readonly model?: string;
    readonly size: number;
    readonly at?: string;
    readonly cuts: readonly number[];
  }[];
};

export function populationsText({ items }: PopulationsAnswer, colours: Colours): string {
  if (items.length === 0) return 'No rule measures against a population.';
  const populations = table(colours, ['Measured', '>customers', 'taken at', '>cuts at 20, 40, 60, 80 %']);
  for (const { of, model, size, at, cuts } of items) {
    populations.push([
      model === undefined ? of : `rfm(${of}, ${model})`,
      wholeNumber(size),
      at ?? 'never',
      cuts.map((cut) => Number(cut.toPrecision(6)).toString()).join('  '),
    ]);
  }
  return populations.toString();
}

export type MovesAnswer = {
  readonly at: string;
  readonly segments: readonly {
    readonly segment: string;
    readonly entering: number;
    readonly leaving: number;
  }[];
  readonly stages: readonly {
    readonly lifecycle: string;
    readonly from?: string;
    readonly to: string;
    readonly size: number;
  }[];
};

export function movesText({ segments, stages }: MovesAnswer, colours: Colours): string {
  if (segments.length === 0 && stages.length === 0) return 'Nobody would move.';
  const moves = table(colours, ['Moves', '>in', '>out']);
  for (const { segment, entering, leaving } of segments) {
    moves.push([segment, `+${wholeNumber(entering)}`, `−${wholeNumber(leaving)}`]);
  }
  for (const { lifecycle, from = '(none)', to, size } of stages) {
    moves.push([`${lifecycle}: ${from} → ${to}`, wholeNumber(size), '']);
  }
  return moves.toString();
}

export type RfmAnswer = {
  readonly model: string;
  readonly groups: readonly { readonly group: string; readonly size: number }[];
  readonly none: number;
};

export function rfmText({ model, groups, none }: RfmAnswer, colours: Colours): string {
  const rows = groups.map(({ group, size }): Share => [group, size]);
  const whole = groups.reduce((sum, { size }) => sum + size, 0);
  return `${sharesText(`RFM model ${model}`, rows, whole, colours)}\n${colours.dim(`${counted(none, 'customer')} without a score`)}`;
}

function membersText(members: readonly Named[]): readonly string[] {
  return members.length === 0 ? [] : [`such as ${members.map(({ displayId }) => displayId).join(', ')}`];
}

function table(colours: Colours, columns: readonly string[]): Table.Table {
  return new Table({
    head: columns.map((column) => colours.bold(column.replace(/^>/, ''))),
    colAligns: columns.map((column) => (column.startsWith('>') ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  });
}
