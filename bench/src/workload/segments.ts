/**
 * The segments of the benchmark: ten shapes of question, six of which time alone can change. A shape is data that both
 * a rule (for the engine) and a brute-force answer (oracle/answers.ts) are made from.
 *
 * Two families. Touch-constant: every ten segments are about a category of their own, so an event touches about the
 * same number of segments however many there are. Touch-proportional: no category, only other windows and thresholds,
 * so an event touches more the more there are.
 */

import type { Definitions } from '@segue/core/model/definitions.ts';
import { parseDefinitions } from '@segue/core/model/parse-definitions.ts';
import { checkDefinitions } from '@segue/core/rules/check-definitions.ts';
import { categoryName, clubTrait } from './messages.ts';
import { EVENT_NAMES } from './traffic.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Indexes of EVENT_NAMES. */
export const VIEWED = 0;
export const ADDED = 1;
export const ORDERED = 2;

export type Shape =
  | { readonly kind: 'count'; readonly event: number; readonly windowMs?: number; readonly atLeast: number }
  | {
      readonly kind: 'sum';
      readonly event: number;
      readonly windowMs?: number;
      readonly atLeastCents: number;
    }
  /** Did one and not the other, within the window. */
  | { readonly kind: 'lapse'; readonly event: number; readonly other: number; readonly windowMs: number }
  /** One, then the other within a time. */
  | {
      readonly kind: 'then';
      readonly event: number;
      readonly other: number;
      readonly withinMs: number;
      readonly windowMs: number;
    }
  /** One, and none of the other within a time. */
  | {
      readonly kind: 'silence';
      readonly event: number;
      readonly other: number;
      readonly withinMs: number;
      readonly windowMs: number;
    }
  /** Did it within the window, without a break for a time. */
  | { readonly kind: 'held'; readonly event: number; readonly windowMs: number; readonly forMs: number }
  | { readonly kind: 'club' }
  | { readonly kind: 'club_buyer'; readonly event: number; readonly atLeast: number };

export type Segment = {
  readonly id: number;
  readonly name: string;
  /** Undefined: about all categories. */
  readonly category: number | undefined;
  readonly shape: Shape;
  readonly rule: string;
};

export type SegmentSet = {
  readonly segments: readonly Segment[];
  /** Into how many the categories of the traffic are folded. */
  readonly categories: number;
  readonly definitions: Definitions;
};

export const SHAPES_PER_CATEGORY = 10;

/** Segments of which each event touches about the same number, however many there are. */
export function touchConstant(count: number): SegmentSet {
  const categories = Math.max(1, Math.floor(count / SHAPES_PER_CATEGORY));
  return segmentSet(count, categories, (i) => ({
    category: i % categories,
    variant: 0,
    which: Math.floor(i / categories),
  }));
}

/** Segments of which each event touches a fixed part. */
export function touchProportional(count: number): SegmentSet {
  return segmentSet(count, 1, (i) => ({
    category: undefined,
    variant: Math.floor(i / SHAPES_PER_CATEGORY),
    which: i % SHAPES_PER_CATEGORY,
  }));
}

/** Counts, sums, absences and sequences of which all events matter, over a window of that many days. */
export function windowShapes(days: number): SegmentSet {
  const windowMs = days * DAY;
  const shapes: readonly Shape[] = [
    { kind: 'count', event: VIEWED, windowMs, atLeast: 3 },
    { kind: 'count', event: VIEWED, windowMs, atLeast: 30 },
    { kind: 'count', event: VIEWED, windowMs, atLeast: 300 },
    { kind: 'sum', event: ADDED, windowMs, atLeastCents: 10_000 },
    { kind: 'sum', event: ADDED, windowMs, atLeastCents: 100_000 },
    { kind: 'sum', event: ADDED, windowMs, atLeastCents: 1_000_000 },
    { kind: 'lapse', event: ADDED, other: ORDERED, windowMs },
    { kind: 'then', event: VIEWED, other: ADDED, withinMs: HOUR, windowMs },
  ];
  return assemble(
    shapes.map((shape, id) => makeSegment(id, undefined, shape)),
    1,
  );
}

/**
 * Questions that every peer can be asked: counts over 30 days. Either each segment is about a category of its own, or
 * all are about the same event and differ only in how often.
 */
export function plainCounts(count: number, about: 'categories' | 'everything'): SegmentSet {
  const each = about === 'categories' && count > 1;
  const segments = Array.from({ length: count }, (_, id) => {
    const atLeast = each ? 2 + (id % 3) : 2 + id;
    return makeSegment(id, each ? id : undefined, {
      kind: 'count',
      event: VIEWED,
      windowMs: 30 * DAY,
      atLeast,
    });
  });
  return assemble(segments, each ? count : 1);
}

type Place = { readonly category: number | undefined; readonly variant: number; readonly which: number };

function segmentSet(count: number, categories: number, place: (i: number) => Place): SegmentSet {
  const segments: Segment[] = [];
  for (let id = 0; id < count; id++) {
    const { category, variant, which } = place(id);
    segments.push(makeSegment(id, category, shapeOf(which % SHAPES_PER_CATEGORY, variant)));
  }
  return assemble(segments, categories);
}

function assemble(segments: readonly Segment[], categories: number): SegmentSet {
  const parsed = parseDefinitions({
    segments: Object.fromEntries(segments.map(({ name, rule }) => [name, rule])),
  });
  const problems = [...parsed.diagnostics, ...checkDefinitions(parsed.definitions)];
  const error = problems.find(({ severity }) => severity === 'error');
  if (error !== undefined) throw new Error(`A rule of the benchmark is wrong: ${error.message}`);
  return { segments, categories, definitions: parsed.definitions };
}

/** Six of ten depend on time. A variant has other windows and thresholds. */
function shapeOf(which: number, variant: number): Shape {
  const windowMs = (7 + 3 * (variant % 9)) * DAY;
  const step = Math.floor(variant / 9);
  const withinMs = (1 + (variant % 12)) * HOUR;
  switch (which) {
    case 0:
      return { kind: 'count', event: VIEWED, windowMs, atLeast: 3 + step };
    case 1:
      return { kind: 'lapse', event: ADDED, other: ORDERED, windowMs: windowMs + step * HOUR };
    case 2:
      return { kind: 'silence', event: ADDED, other: ORDERED, withinMs, windowMs };
    case 3:
      return { kind: 'count', event: VIEWED, atLeast: 5 + variant };
    case 4:
      return { kind: 'sum', event: ORDERED, windowMs, atLeastCents: 10_000 + 2_500 * step };
    case 5:
      return { kind: 'sum', event: ORDERED, atLeastCents: 25_000 + 2_500 * variant };
    case 6:
      return { kind: 'then', event: VIEWED, other: ADDED, withinMs, windowMs };
    case 7:
      return { kind: 'club' };
    case 8:
      return {
        kind: 'held',
        event: VIEWED,
        windowMs: 3 * DAY,
        forMs: DAY + step * HOUR + (variant % 9) * 2 * HOUR,
      };
    default:
      return { kind: 'club_buyer', event: ORDERED, atLeast: 1 + variant };
  }
}

function makeSegment(id: number, category: number | undefined, shape: Shape): Segment {
  return { id, name: `s${id}`, category, shape, rule: ruleOf(category, shape) };
}

function ruleOf(category: number | undefined, shape: Shape): string {
  const where = category === undefined ? '' : ` where category = "${categoryName(category)}"`;
  const event = (index: number): string => `"${EVENT_NAMES[index] as string}"${where}`;
  const club = `trait.${clubTrait(category ?? 0)} = "gold"`;
  const window = (ms: number | undefined): string => (ms === undefined ? '' : `, last ${duration(ms)}`);
  switch (shape.kind) {
    case 'count':
      return `count(${event(shape.event)}${window(shape.windowMs)}) >= ${shape.atLeast}`;
    case 'sum':
      return `sum(price of ${event(shape.event)}${window(shape.windowMs)}) >= ${shape.atLeastCents / 100}`;
    case 'lapse': {
      const last = `last ${duration(shape.windowMs)}`;
      return `did ${event(shape.event)} ${last} and did not ${event(shape.other)} ${last}`;
    }
    case 'then': {
      const then = `${event(shape.other)} within ${duration(shape.withinMs)}`;
      return `seq(${event(shape.event)}, ${then}) last ${duration(shape.windowMs)}`;
    }
    case 'silence': {
      const silence = `no ${event(shape.other)} within ${duration(shape.withinMs)}`;
      return `seq(${event(shape.event)}, ${silence}) last ${duration(shape.windowMs)}`;
    }
    case 'held':
      return `(did ${event(shape.event)} last ${duration(shape.windowMs)}) for ${duration(shape.forMs)}`;
    case 'club':
      return club;
    case 'club_buyer':
      return `count(${event(shape.event)}) >= ${shape.atLeast} and ${club}`;
  }
}

function duration(ms: number): string {
  return ms % DAY === 0 ? `${ms / DAY}d` : `${ms / HOUR}h`;
}
