/** What a change of definitions does, for people: which differ, and who would move. */

import { counted, wholeNumber } from '../replay/figures.ts';
import type { Colours } from '../terminal.ts';

type Difference = {
  readonly kind: string;
  readonly name: string;
  readonly change: 'created' | 'changed' | 'removed';
};

type Moves = {
  readonly kind: 'segments' | 'lifecycles';
  readonly name: string;
  /** Of a lifecycle, those whose stage changes. */
  readonly entering: number;
  readonly leaving: number;
  readonly enteringExamples: readonly string[];
  readonly leavingExamples: readonly string[];
};

/** What `POST /api/definitions` answers, as far as it is shown. */
export type DefinitionsAnswer = {
  /** Now in force; after a dry run, the one compared with. */
  readonly revision: number;
  readonly difference: readonly Difference[];
  /** After a dry run. */
  readonly moves?: readonly Moves[];
};

/** Examples of customers that are shown of one segment. */
const examplesShown = 5;

/**
 * @example
 * + segments.vip
 *     12 would enter: ann, bob, …
 * ~ segments.lapsed
 * - lists.old
 */
export function differenceText({ difference, moves = [] }: DefinitionsAnswer, colours: Colours): string {
  const moved = new Map(moves.map((move) => [`${move.kind}.${move.name}`, move]));
  const lines = difference.map((one) => {
    const path = `${one.kind}.${one.name}`;
    const move = moved.get(path);
    moved.delete(path);
    return headLine(one, colours) + (move === undefined ? '' : movesText(move));
  });
  // Segments that are the same themselves and refer to one that is not.
  const others = [...moved].map(([path, move]) => `  ${path}\n${movesText(move)}`);
  return [...lines, ...others].join('');
}

function headLine({ kind, name, change }: Difference, colours: Colours): string {
  const path = `${kind}.${name}`;
  switch (change) {
    case 'created':
      return colours.green(`+ ${path}\n`);
    case 'changed':
      return colours.yellow(`~ ${path}\n`);
    case 'removed':
      return colours.red(`- ${path}\n`);
  }
}

function movesText({ kind, entering, leaving, enteringExamples, leavingExamples }: Moves): string {
  const enters = kind === 'segments' ? 'would enter' : 'would change their stage';
  return movesLine(entering, enters, enteringExamples) + movesLine(leaving, 'would leave', leavingExamples);
}

function movesLine(count: number, what: string, examples: readonly string[]): string {
  if (count === 0) return '';
  const shown = examples.slice(0, examplesShown);
  const more = count > shown.length ? ', …' : '';
  return `    ${wholeNumber(count)} ${what}: ${shown.join(', ')}${more}\n`;
}

/** `2 created, 1 changed`. */
export function differenceCounts(difference: readonly Difference[]): string {
  const counts = (['created', 'changed', 'removed'] as const).map((change) => ({
    change,
    count: difference.filter((one) => one.change === change).length,
  }));
  const said = counts.filter(({ count }) => count > 0).map(({ change, count }) => `${count} ${change}`);
  return said.length === 0 ? counted(0, 'difference') : said.join(', ');
}
