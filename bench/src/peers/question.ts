/**
 * What all peers are asked: who did an event at least so often within a window, by category. None of them has a
 * clock, so the driver tells them at the right instant that an event has left the window; and it keeps repeated
 * messages, and events that nobody asked about, away from them. All of that the engine does itself.
 */

import type { Segment, SegmentSet, Shape } from '../workload/segments.ts';
import type { Traffic } from '../workload/traffic.ts';

/** An event that enters its window (+1) or leaves it (−1). */
export type Delta = {
  readonly row: number;
  readonly customer: number;
  readonly category: number;
  readonly weight: 1 | -1;
};

export type CountSegment = Segment & { readonly shape: Extract<Shape, { kind: 'count' }> };

export function countSegments({ segments }: SegmentSet): readonly CountSegment[] {
  return segments.map((segment) => {
    if (segment.shape.kind !== 'count') throw new Error('Peers are asked for counts.');
    return segment as CountSegment;
  });
}

/** All deltas up to the end of the traffic, in order of their instants; what leaves comes before what arrives. */
export function deltasOf(traffic: Traffic, set: SegmentSet): readonly Delta[] {
  const [segment] = countSegments(set);
  if (segment?.shape.windowMs === undefined) throw new Error('Peers are asked about a window.');
  const { event, windowMs } = segment.shape;
  const moves: { at: number; delta: Delta }[] = [];
  for (let row = 0; row < traffic.rows; row++) {
    if (traffic.name[row] !== event || traffic.isRepeated[row] === 1) continue;
    const arrival = traffic.arrival[row] as number;
    const leaves = (traffic.time[row] as number) + windowMs;
    if (leaves <= arrival) continue;
    const customer = traffic.customer[row] as number;
    const category = (traffic.category[row] as number) % set.categories;
    moves.push({ at: arrival, delta: { row, customer, category, weight: 1 } });
    if (leaves <= traffic.end) moves.push({ at: leaves, delta: { row, customer, category, weight: -1 } });
  }
  moves.sort((a, b) => a.at - b.at || a.delta.weight - b.delta.weight);
  return moves.map(({ delta }) => delta);
}

/** Who is in what at the end, by plain counting: `segment/customer`. */
export function membersAtEnd(deltas: readonly Delta[], set: SegmentSet): ReadonlySet<string> {
  const counts = new Map<string, { customer: number; category: number; count: number }>();
  for (const { customer, category, weight } of deltas) {
    const key = `${customer}/${category}`;
    const entry = counts.get(key) ?? { customer, category, count: 0 };
    entry.count += weight;
    counts.set(key, entry);
  }
  const members = new Set<string>();
  for (const { customer, category, count } of counts.values()) {
    for (const { id, shape } of segmentsAbout(set, category)) {
      if (count >= shape.atLeast) members.add(memberKey(id, customer));
    }
  }
  return members;
}

/** The segments that an event of a category is about. */
export function segmentsAbout(set: SegmentSet, category: number): readonly CountSegment[] {
  const segments = countSegments(set);
  return set.categories === 1 ? segments : segments.slice(category, category + 1);
}

export function memberKey(segment: number, customer: number): string {
  return `${segment}/${customer}`;
}

/** Throws when the members are not those they should be. */
export function mustAgree(name: string, found: ReadonlySet<string>, right: ReadonlySet<string>): void {
  const missing = [...right].find((key) => !found.has(key));
  const extra = [...found].find((key) => !right.has(key));
  if (missing === undefined && extra === undefined) return;
  throw new Error(
    `${name}: ${found.size} members, should be ${right.size}; ` +
      `missing ${missing ?? 'nobody'}, too many ${extra ?? 'nobody'} (segment/customer)`,
  );
}
