/** Numbers and instants for people. */

import type { Zone } from '@segue/core/base/zone.ts';
import type { Instant } from '@segue/core/model/message.ts';

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `12,345`. */
export function wholeNumber(value: number): string {
  return whole.format(value);
}

/** `12.3 %`, of a share 0..1. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** `2011-11-16 17:26:00`, local time of the zone; milliseconds where there are some. */
export function localTime(t: Instant, zone: Zone): string {
  const text = zone.format(t);
  const ms = text.slice(19, 23);
  return text.slice(0, 19).replace('T', ' ') + (ms === '.000' || !ms.startsWith('.') ? '' : ms);
}

/** `1 row`, `2 rows`. */
export function counted(count: number, what: string): string {
  return `${wholeNumber(count)} ${what}${count === 1 ? '' : 's'}`;
}
