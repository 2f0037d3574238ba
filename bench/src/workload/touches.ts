/** How much a traffic has to do with a set of segments. */

import type { SegmentSet } from './segments.ts';
import { IDENTIFY, type Traffic } from './traffic.ts';

/** How many segments an event is about, and how many changes it makes in the end, on average; in words. */
export function touchesText(traffic: Traffic, set: SegmentSet, changes: number): string {
  const readers = readersByEvent(set);
  let touches = 0;
  for (let row = 0; row < traffic.rows; row++) {
    const category = (traffic.category[row] as number) % set.categories;
    touches += readers.get(`${traffic.name[row] as number}/${category}`) ?? 0;
    touches += readers.get(`${traffic.name[row] as number}/`) ?? 0;
  }
  const perEvent = (n: number): string => (n / traffic.rows).toFixed(1);
  return `an event is about ${perEvent(touches)} segments and makes ${perEvent(changes)} changes`;
}

function readersByEvent({ segments }: SegmentSet): ReadonlyMap<string, number> {
  const readers = new Map<string, number>();
  const add = (event: number, category: number | undefined): void => {
    const key = `${event}/${category ?? ''}`;
    readers.set(key, (readers.get(key) ?? 0) + 1);
  };
  for (const { shape, category } of segments) {
    if ('event' in shape) add(shape.event, category);
    if ('other' in shape) add(shape.other, category);
    if (shape.kind === 'club' || shape.kind === 'club_buyer') add(IDENTIFY, category ?? 0);
  }
  return readers;
}
