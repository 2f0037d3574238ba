/**
 * The partition's queue of customers by the instant at which time alone may next change something about them.
 *
 * A radix heap: instants taken from it never go back, so an entry's bucket is the highest bit in which its instant
 * differs from the last one taken. Adding is a push; taking re-files a bucket only when time has reached it, and each
 * entry moves to lower buckets at most 53 times, in practice a few. Unlike in a binary heap, memory is walked in order.
 *
 * Entries are never taken back: an entry counts only while the profile's `queuedAt` says so.
 */

import type { Instant } from '../model/message.ts';

const BUCKETS = 65;
/** Room for more entries than this is given back when a bucket is emptied. */
const KEPT_MAX = 1024;

class Bucket {
  instants = new Float64Array(4);
  profiles = new Int32Array(4);
  size = 0;
  /** The earliest entry's instant; Infinity when there is none. */
  least: Instant = Infinity;

  push(at: Instant, profile: number): void {
    if (this.size === this.instants.length) this.#grow();
    this.instants[this.size] = at;
    this.profiles[this.size] = profile;
    this.size++;
    if (at < this.least) this.least = at;
  }

  clear(): void {
    this.size = 0;
    this.least = Infinity;
    if (this.instants.length <= KEPT_MAX) return;
    this.instants = new Float64Array(4);
    this.profiles = new Int32Array(4);
  }

  #grow(): void {
    const instants = new Float64Array(this.size * 2);
    instants.set(this.instants);
    this.instants = instants;
    const profiles = new Int32Array(this.size * 2);
    profiles.set(this.profiles);
    this.profiles = profiles;
  }
}

export class DueQueue {
  readonly #buckets: Bucket[] = Array.from({ length: BUCKETS }, () => new Bucket());
  /** The last instant taken: no entry is earlier. */
  #last: Instant;
  #size = 0;
  #earliest: Instant = Infinity;

  constructor(start: Instant) {
    this.#last = start;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds an entry; one that is earlier than what was taken counts as due at once. */
  push(at: Instant, profile: number): void {
    const from = at < this.#last ? this.#last : at;
    (this.#buckets[bucketOf(from, this.#last)] as Bucket).push(from, profile);
    this.#size++;
    if (from < this.#earliest) this.#earliest = from;
  }

  /** The earliest instant in the queue; Infinity when it is empty. Entries that no longer count are counted. */
  peek(): Instant {
    return this.#earliest;
  }

  /** The profile that `take` would give; −1 where it would give none. */
  next(until: Instant): number {
    if (this.#earliest > until) return -1;
    const first = this.#buckets[0] as Bucket;
    if (first.size === 0) this.#moveTo(this.#earliest);
    return first.profiles[first.size - 1] as number;
  }

  /** Takes a profile whose entry is the earliest, if that is at or before `until`; −1 otherwise. */
  take(until: Instant): number {
    if (this.#earliest > until) return -1;
    const first = this.#buckets[0] as Bucket;
    if (first.size === 0) this.#moveTo(this.#earliest);
    this.#size--;
    first.size--;
    const profile = first.profiles[first.size] as number;
    if (first.size === 0) {
      first.clear();
      this.#earliest = this.#leastOfRest();
    }
    return profile;
  }

  #leastOfRest(): Instant {
    for (let b = 1; b < BUCKETS; b++) {
      const bucket = this.#buckets[b] as Bucket;
      if (bucket.size > 0) return bucket.least;
    }
    return Infinity;
  }

  /** The instant of the entry taken last. */
  get takenAt(): Instant {
    return this.#last;
  }

  /** Time has come to `at`: files the first bucket that is not empty anew. */
  #moveTo(at: Instant): void {
    let b = 1;
    while ((this.#buckets[b] as Bucket).size === 0) b++;
    const bucket = this.#buckets[b] as Bucket;
    this.#last = at;
    // Each entry goes to a bucket before this one.
    const { instants, profiles, size } = bucket;
    for (let i = 0; i < size; i++) {
      const instant = instants[i] as number;
      (this.#buckets[bucketOf(instant, at)] as Bucket).push(instant, profiles[i] as number);
    }
    bucket.clear();
    // One instant's profiles come in an order that does not depend on how they were added.
    const first = this.#buckets[0] as Bucket;
    if (first.size > 1) first.profiles.subarray(0, first.size).sort();
  }
}

const HIGH = 0x1_0000_0000;

/** 0 for equal instants, else 1 + the position of the highest bit in which they differ. */
function bucketOf(at: Instant, last: Instant): number {
  if (at === last) return 0;
  const high = Math.floor(at / HIGH) ^ Math.floor(last / HIGH);
  if (high !== 0) return 65 - Math.clz32(high);
  return 33 - Math.clz32((at >>> 0) ^ (last >>> 0));
}
