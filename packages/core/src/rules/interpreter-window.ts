/** Windows: which event times they hold at an instant, and when an event that happened comes in or goes out. */

import { defined } from '../base/assert.ts';
import type { Zone } from '../base/zone.ts';
import type { Instant } from '../model/message.ts';
import { durationMs } from './semantics.ts';
import type { DateLiteral, Window } from './tree.ts';

function dateMs(literal: DateLiteral, zone: Zone): Instant {
  return defined(zone.parseInstant(literal.text), `the instant of ${literal.text}`);
}

/**
 * Whether something that happened at `e` is in the window at `t`; e ≤ t everywhere. `lastOther` is the customer's most
 * recent E2 of `after last E2` at t.
 */
export function inWindow(
  e: Instant,
  t: Instant,
  window: Window | undefined,
  zone: Zone,
  lastOther: Instant | undefined,
): boolean {
  if (e > t) return false;
  if (window === undefined) return true;
  switch (window.kind) {
    case 'last':
      return t - durationMs(window.duration) < e;
    case 'ago':
      return t - durationMs(window.from) < e && e <= t - durationMs(window.to);
    case 'calendar':
      return e >= zone.windowStart(t, window.n, window.unit);
    case 'since':
      return e >= dateMs(window.from, zone);
    case 'before':
      return e < dateMs(window.to, zone);
    case 'between':
      return e >= dateMs(window.from, zone) && e < dateMs(window.to, zone);
    case 'after_last':
      return lastOther !== undefined && e > lastOther;
  }
}

/** The instants at which something that happened at `e` may come into the window or leave it by time alone. */
export function windowEdges(e: Instant, window: Window | undefined, zone: Zone): readonly Instant[] {
  switch (window?.kind) {
    case 'last':
      return [e, e + durationMs(window.duration)];
    case 'ago':
      return [e + durationMs(window.to), e + durationMs(window.from)];
    case 'calendar':
      return [e, zone.windowEnd(e, window.n, window.unit)];
    case 'since':
    case 'before':
    case 'between':
    case 'after_last':
    case undefined:
      return [e];
  }
}
