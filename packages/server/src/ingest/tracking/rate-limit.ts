/**
 * How many messages a second one sender may send. A token bucket holds one second's worth; a request is let in while
 * there is any, and pays for all its messages, so that a batch of any size gets through and is paid off by waiting.
 */

/** Senders remembered; those that have been quiet for a second are forgotten first. */
const sendersMax = 100_000;

type Bucket = { tokens: number; at: number };

export class RateLimit {
  readonly #perSecond: number;
  readonly #nowMs: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** `nowMs` is a clock that never goes back. */
  constructor(perSecond: number, nowMs: () => number) {
    this.#perSecond = perSecond;
    this.#nowMs = nowMs;
  }

  /** How long until this sender is let in again, in seconds; 0: now. */
  waitSeconds(sender: string): number {
    if (this.#perSecond === Infinity) return 0;
    const bucket = this.#buckets.get(sender);
    if (bucket === undefined) return 0;
    this.#fill(bucket);
    // A little above nothing, so that waiting this long is surely long enough.
    return bucket.tokens > 0 ? 0 : (1e-6 - bucket.tokens) / this.#perSecond;
  }

  /** What this sender has left of a second's worth; below 0 where a batch was larger. */
  left(sender: string): number {
    const bucket = this.#buckets.get(sender);
    if (bucket === undefined) return this.#perSecond;
    this.#fill(bucket);
    return bucket.tokens;
  }

  spend(sender: string, messages: number): void {
    if (this.#perSecond === Infinity || messages === 0) return;
    let bucket = this.#buckets.get(sender);
    if (bucket === undefined) {
      if (this.#buckets.size >= sendersMax) this.#forget();
      bucket = { tokens: this.#perSecond, at: this.#nowMs() };
      this.#buckets.set(sender, bucket);
    } else this.#fill(bucket);
    bucket.tokens -= messages;
  }

  #fill(bucket: Bucket): void {
    const now = this.#nowMs();
    bucket.tokens = Math.min(this.#perSecond, bucket.tokens + ((now - bucket.at) / 1000) * this.#perSecond);
    bucket.at = now;
  }

  #forget(): void {
    for (const [sender, bucket] of this.#buckets) {
      this.#fill(bucket);
      if (bucket.tokens >= this.#perSecond) this.#buckets.delete(sender);
    }
    for (const sender of this.#buckets.keys()) {
      if (this.#buckets.size <= sendersMax / 2) break;
      this.#buckets.delete(sender);
    }
  }
}

/**
 * One sender of the network: an IPv4 address, or the 64 bits that a network gives to one customer of IPv6. A client that
 * has gone since it sent its request has no address any more, whatever Fastify's types say; those count as one.
 */
export function networkOf(address: string | undefined): string {
  if (address === undefined) return 'gone';
  if (!address.includes(':') || address.includes('.')) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const after = tail === '' ? [] : tail.split(':');
    while (groups.length + after.length < 8) groups.push('0');
    groups.push(...after);
  }
  return groups.slice(0, 4).join(':');
}
