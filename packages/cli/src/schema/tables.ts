/** What has come, as tables. */

import { asOfText, openTable, right } from '../history/tables.ts';
import { percent, wholeNumber } from '../replay/figures.ts';
import type { Colours } from '../terminal.ts';

type AsOf = { readonly at?: string; readonly behind: number };

export type EventsAnswer = {
  readonly items: readonly {
    readonly kind: string;
    readonly name: string;
    readonly events: number;
    readonly customers: number;
    readonly last: string;
  }[];
  readonly asOf: AsOf;
};

export function eventsText({ items, asOf }: EventsAnswer, colours: Colours): string {
  const table = openTable(colours, ['Kind', 'Name', '>times', '>customers', 'last']);
  for (const { kind, name, events, customers, last } of items) {
    table.push([kind, name, right(wholeNumber(events)), right(wholeNumber(customers)), last]);
  }
  return `${table.toString()}\n${asOfText(asOf, colours)}`;
}

export type TraitsAnswer = {
  readonly items: readonly {
    readonly path: string;
    readonly customers: number;
    readonly last: string;
    readonly personal: boolean;
  }[];
  readonly asOf: AsOf;
};

export function traitsText({ items, asOf }: TraitsAnswer, colours: Colours): string {
  const table = openTable(colours, ['Trait', '>customers', 'last given', '']);
  for (const { path, customers, last, personal } of items) {
    table.push([path, right(wholeNumber(customers)), last, personal ? 'personal' : '']);
  }
  return `${table.toString()}\n${asOfText(asOf, colours)}`;
}

export type PathsAnswer = {
  readonly items: readonly {
    readonly path: string;
    readonly type: string;
    readonly share: number;
    readonly different: number;
    readonly personal: boolean;
  }[];
  readonly asOf: AsOf;
};

export function pathsText({ items, asOf }: PathsAnswer, colours: Colours): string {
  const table = openTable(colours, ['Path', 'kind', '>have it', '>different', '']);
  for (const { path, type, share, different, personal } of items) {
    table.push([
      path,
      type,
      right(percent(share)),
      right(wholeNumber(different)),
      personal ? 'personal' : '',
    ]);
  }
  return `${table.toString()}\n${asOfText(asOf, colours)}`;
}

export type ValuesAnswer = {
  readonly values: readonly { readonly value: string | number | boolean; readonly count: number }[];
  readonly different: number;
  readonly withheld: boolean;
  readonly asOf: AsOf;
};

export function valuesText({ values, different, withheld, asOf }: ValuesAnswer, colours: Colours): string {
  const table = openTable(colours, ['Value', '>times']);
  for (const { value, count } of values) {
    table.push([
      typeof value === 'string' ? JSON.stringify(value) : String(value),
      right(wholeNumber(count)),
    ]);
  }
  const rest = different - values.length;
  const more = rest > 0 ? colours.dim(`and ${wholeNumber(rest)} more\n`) : '';
  const kept = withheld
    ? colours.dim('What says who somebody is, is not listed; that takes the role marketer.\n')
    : '';
  return `${table.toString()}\n${more}${kept}${asOfText(asOf, colours)}`;
}
