/**
 * Whether what the engine did is right: for each customer and segment, how often the customer entered and left, and
 * whether the customer is in at the end, against the brute-force answer at every instant at which it could change.
 *
 * Time passes before what arrives, so at one instant the answer is asked twice: without what arrives then, and with
 * each arrival in turn. Beyond a budget every n-th customer is looked at, and of a busy one every n-th segment; the
 * number of pairs is reported.
 */

import type { Segment, SegmentSet, Shape } from '../workload/segments.ts';
import { IDENTIFY, type Traffic } from '../workload/traffic.ts';
import { type Evidence, type Happening, holds, turningPoints } from './answers.ts';
import type { ChangeLog } from './change-log.ts';

/** Steps (instants × happenings) that the oracle spends on one customer. */
const CUSTOMER_STEPS_MAX = 3e7;
const CUSTOMERS_MAX = 20_000;
/** Pairs that it looks at, about, where every customer concerns every segment. */
const PAIRS_MAX = 500_000;
const SHOWN_MAX = 5;

export type Checked = {
  /** Pairs of a customer and a segment that were compared. */
  readonly pairs: number;
  readonly customers: number;
  /** Changes of those pairs, that both agree on. */
  readonly changes: number;
  /** Nothing was left out. */
  readonly isWhole: boolean;
  /** Differences, in words; empty when all is right. */
  readonly problems: readonly string[];
};

/** `profileOf`: the engine's number of a customer, −1 when it knows none. */
export function checkChanges(
  traffic: Traffic,
  set: SegmentSet,
  log: ChangeLog,
  profileOf: (customer: number) => number,
): Checked {
  const byCustomer = rowsByCustomer(traffic);
  const bySegment = new SegmentIndex(set);
  const customersMax =
    set.categories === 1 ? Math.min(CUSTOMERS_MAX, PAIRS_MAX / set.segments.length) : CUSTOMERS_MAX;
  const stride = Math.max(1, Math.ceil(traffic.customers / customersMax));
  const problems: string[] = [];
  let pairs = 0;
  let customers = 0;
  let changes = 0;
  let isWhole = stride === 1;
  for (let customer = 0; customer <= traffic.customers; customer++) {
    // The bot is the last customer, and never left out.
    if (customer % stride !== 0 && customer !== traffic.customers) continue;
    const streams = new Streams(traffic, set, byCustomer.of(customer));
    const concerned = bySegment.concerned(streams);
    const every = Math.max(1, Math.ceil(streams.steps(concerned) / CUSTOMER_STEPS_MAX));
    const found = log.ofProfile(profileOf(customer));
    customers++;
    if (every > 1) isWhole = false;
    for (let i = 0; i < concerned.length; i += every) {
      const segment = concerned[i] as Segment;
      const right = changesOf(segment.shape, streams.evidence(segment), traffic.end);
      const ours = found.get(segment.id);
      found.delete(segment.id);
      pairs++;
      changes += right.entered + right.exited;
      if (right.entered === (ours?.entered ?? 0) && right.exited === (ours?.exited ?? 0)) continue;
      problems.push(
        `customer ${customer}, ${segment.name} (${segment.rule}): entered ${ours?.entered ?? 0} and left ` +
          `${ours?.exited ?? 0} times, should be ${right.entered} and ${right.exited}`,
      );
    }
    for (const [id] of every > 1 ? [] : found) {
      problems.push(`customer ${customer} entered s${id} without an event that it is about`);
    }
    if (problems.length > SHOWN_MAX) break;
  }
  return { pairs, customers, changes, isWhole, problems };
}

/** How often the answer flips up to `end`; it is in at the end when it entered once more than it left. */
function changesOf(
  shape: Shape,
  evidence: Evidence,
  end: number,
): { readonly entered: number; readonly exited: number } {
  const arrivals = [...evidence.events, ...evidence.others, ...evidence.clubs].map(({ arrival }) => arrival);
  const instants = [...new Set([...arrivals, ...turningPoints(shape, evidence)])].sort((a, b) => a - b);
  let entered = 0;
  let exited = 0;
  let is = false;
  const step = (t: number, seen: Evidence): void => {
    const now = holds(shape, seen, t);
    if (now === is) return;
    is = now;
    if (now) entered++;
    else exited++;
  };
  const arriving = new Set(arrivals);
  for (const t of instants) {
    if (t > end) break;
    if (!arriving.has(t)) {
      step(t, evidence);
      continue;
    }
    step(t, before(evidence, t));
    step(t, evidence);
  }
  return { entered, exited };
}

/** What had arrived before t. */
function before(evidence: Evidence, t: number): Evidence {
  const known = (all: readonly Happening[]): Happening[] => all.filter(({ arrival }) => arrival < t);
  return { events: known(evidence.events), others: known(evidence.others), clubs: known(evidence.clubs) };
}

type Rows = { of(customer: number): readonly number[] };

/** Rows that count (no repeated ones), by customer. */
function rowsByCustomer({ customer, customers, isRepeated, rows }: Traffic): Rows {
  const lists: number[][] = Array.from({ length: customers + 1 }, () => []);
  for (let row = 0; row < rows; row++) {
    if (isRepeated[row] === 0) (lists[customer[row] as number] as number[]).push(row);
  }
  return { of: (wanted) => lists[wanted] ?? [] };
}

const NONE: readonly Happening[] = [];

/** One customer's happenings by event and category. */
class Streams {
  readonly #byKey = new Map<string, Happening[]>();

  constructor(traffic: Traffic, set: SegmentSet, rows: readonly number[]) {
    for (const row of rows) {
      const event = traffic.name[row] as number;
      const category = (traffic.category[row] as number) % set.categories;
      const happening = {
        time: traffic.time[row] as number,
        arrival: traffic.arrival[row] as number,
        cents: traffic.cents[row] as number,
      };
      this.#add(keyOf(event, category), happening);
      this.#add(keyOf(event, undefined), happening);
    }
    for (const list of this.#byKey.values()) list.sort((a, b) => a.time - b.time);
  }

  keys(): Iterable<string> {
    return this.#byKey.keys();
  }

  evidence({ shape, category }: Segment): Evidence {
    const of = (event: number | undefined): readonly Happening[] =>
      event === undefined ? NONE : (this.#byKey.get(keyOf(event, category)) ?? NONE);
    const isClub = shape.kind === 'club' || shape.kind === 'club_buyer';
    return {
      events: of('event' in shape ? shape.event : undefined),
      others: of('other' in shape ? shape.other : undefined),
      clubs: isClub ? (this.#byKey.get(keyOf(IDENTIFY, category ?? 0)) ?? NONE) : NONE,
    };
  }

  /** What asking all these questions costs, about. */
  steps(segments: readonly Segment[]): number {
    let steps = 0;
    for (const segment of segments) {
      const { events, others, clubs } = this.evidence(segment);
      const happenings = events.length + others.length + clubs.length;
      steps += 3 * happenings * happenings;
    }
    return steps;
  }

  #add(key: string, happening: Happening): void {
    const list = this.#byKey.get(key);
    if (list === undefined) this.#byKey.set(key, [happening]);
    else list.push(happening);
  }
}

function keyOf(event: number, category: number | undefined): string {
  return `${event}/${category ?? ''}`;
}

/** Segments by what they are about. */
class SegmentIndex {
  readonly #byKey = new Map<string, Segment[]>();

  constructor({ segments }: SegmentSet) {
    for (const segment of segments) {
      const { shape, category } = segment;
      if ('event' in shape) this.#add(keyOf(shape.event, category), segment);
      if ('other' in shape) this.#add(keyOf(shape.other, category), segment);
      if (shape.kind === 'club' || shape.kind === 'club_buyer') {
        this.#add(keyOf(IDENTIFY, category ?? 0), segment);
      }
    }
  }

  concerned(streams: Streams): readonly Segment[] {
    const found = new Set<Segment>();
    for (const key of streams.keys()) for (const segment of this.#byKey.get(key) ?? []) found.add(segment);
    return [...found];
  }

  #add(key: string, segment: Segment): void {
    const list = this.#byKey.get(key);
    if (list === undefined) this.#byKey.set(key, [segment]);
    else list.push(segment);
  }
}
