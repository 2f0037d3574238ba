/** Windows by the words that a form has for them, and how one becomes another. Pure. */

import type { DateLiteral, Window } from '@segue/core/rules/tree.ts';

export const windowKinds = [
  'ever',
  'last',
  'calendar',
  'since',
  'ago',
  'after_last',
  'before',
  'between',
] as const;
export type WindowKind = (typeof windowKinds)[number];

export function windowKindOf(window: Window | undefined): WindowKind {
  return window?.kind ?? 'ever';
}

/**
 * As another kind, with the length or the dates that it had; itself where it is of that kind.
 * @param today - such as 2026-11-01
 */
export function withWindowKind(
  window: Window | undefined,
  kind: WindowKind,
  today: string,
): Window | undefined {
  if (windowKindOf(window) === kind) return window;
  const [from, to] = datesOf(window, today);
  switch (kind) {
    case 'ever':
      return undefined;
    case 'last':
      return { kind, duration: window?.kind === 'ago' ? window.to : '30d' };
    case 'ago': {
      const to = window?.kind === 'last' ? window.duration : '30d';
      return { kind, from: doubled(to), to };
    }
    case 'calendar':
      return { kind, n: 1, unit: 'month' };
    case 'since':
      return { kind, from };
    case 'before':
      return { kind, to };
    case 'between':
      return { kind, from, to };
    case 'after_last':
      return { kind, events: { source: { kind: 'track', name: 'Order Completed' } } };
  }
}

function datesOf(window: Window | undefined, today: string): readonly [from: DateLiteral, to: DateLiteral] {
  const from: DateLiteral = { kind: 'date', text: `${today.slice(0, 4)}-01-01` };
  const to: DateLiteral = { kind: 'date', text: today };
  if (window?.kind === 'between') return [window.from, window.to];
  if (window?.kind === 'before') return [from, window.to];
  return [window?.kind === 'since' ? window.from : from, to];
}

/** `14d` for `7d`; a year for what is made of several units. */
function doubled(duration: string): string {
  const found = /^(\d+)(ms|[smhdw])$/.exec(duration);
  return found === null ? '365d' : `${String(2 * Number(found[1]))}${found[2] ?? 'd'}`;
}
