/** What the plain interpreter is asked about: all that is known of one customer, and of the world around. */

import { compareStrings } from '../base/order.ts';
import type { Zone } from '../base/zone.ts';
import type { Definitions } from '../model/definitions.ts';
import type { Instant, JsonObject } from '../model/message.ts';
import type { Population } from './population.ts';

export type HistoryEvent = {
  readonly kind: 'track' | 'page' | 'screen';
  readonly name: string;
  readonly time: Instant;
  readonly messageId: string;
  readonly properties: JsonObject;
};

export type HistoryIdentify = {
  readonly time: Instant;
  readonly messageId: string;
  readonly traits: JsonObject;
};

/** A prediction that arrived; of two with one `at`, the one later in the list stands. */
export type HistoryScore = { readonly name: string; readonly value: number; readonly at: Instant };

/** A consent given or withdrawn through the API (those given by events are in `events`); in order of arrival. */
export type HistoryConsent = {
  /** Left out: email. */
  readonly channel?: string;
  readonly topic?: string;
  readonly status: 'subscribed' | 'unsubscribed';
  readonly at: Instant;
};

/** On a list for from ≤ t < until; `until` left out: still. */
export type ListSpell = { readonly from: Instant; readonly until?: Instant };

export type History = {
  /** Earliest time of any message that names the customer; undefined: nobody has. */
  readonly bornAt: Instant | undefined;
  /** The value of the identifier under which the customer first arrived; `sample` hashes it. */
  readonly sampleId: string;
  /** In any order; future ones take part when their time comes. */
  readonly events: readonly HistoryEvent[];
  readonly identifies: readonly HistoryIdentify[];
  readonly scores: readonly HistoryScore[];
  readonly consents: readonly HistoryConsent[];
  readonly lists: ReadonlyMap<string, readonly ListSpell[]>;
};

export type World = {
  readonly zone: Zone;
  readonly definitions: Definitions;
  /** By population key, each in the order in which they were taken. */
  readonly populations: ReadonlyMap<string, readonly Population[]>;
};

/** A customer about whom nothing is known. */
export const emptyHistory: History = {
  bornAt: undefined,
  sampleId: '',
  events: [],
  identifies: [],
  scores: [],
  consents: [],
  lists: new Map(),
};

type Dated = { readonly time: Instant; readonly messageId: string };

/** By event time; of those at one instant the greater messageId is the later. */
export function compareByTime(a: Dated, b: Dated): number {
  return a.time === b.time ? compareStrings(a.messageId, b.messageId) : a.time - b.time;
}

/** The latest by (time, messageId); undefined of none. */
export function latest<T extends Dated>(items: readonly T[]): T | undefined {
  return items.reduce<T | undefined>(
    (best, item) => (best === undefined || compareByTime(best, item) < 0 ? item : best),
    undefined,
  );
}

/** The earliest by time, and at that instant the one with the greatest messageId. */
export function earliest<T extends Dated>(items: readonly T[]): T | undefined {
  const first = items.reduce((least, item) => Math.min(least, item.time), Infinity);
  return latest(items.filter((item) => item.time === first));
}
