/**
 * The deliveries of one endpoint that are not settled. Of one customer only the earliest may be sent, and only one at a
 * time, so each customer's changes arrive in their order.
 */

import type { Instant } from '@segue/core/model/message.ts';

import type { Delivery } from './delivery-store.ts';

export class WaitingDeliveries {
  /** By the number of their change. */
  readonly #bySeq = new Map<number, Delivery>();
  /** Profile → the numbers of its changes that wait, in order. */
  readonly #byProfile = new Map<number, number[]>();
  /** Profile → the one that is under way. */
  readonly #underWay = new Map<number, Delivery>();

  constructor(deliveries: readonly Delivery[]) {
    for (const delivery of deliveries) this.put(delivery);
  }

  get size(): number {
    return this.#bySeq.size;
  }

  get underWay(): number {
    return this.#underWay.size;
  }

  has(seq: number): boolean {
    return this.#bySeq.has(seq);
  }

  isUnderWay(seq: number): boolean {
    const delivery = this.#bySeq.get(seq);
    return delivery !== undefined && this.#underWay.get(delivery.event.customer.profile) === delivery;
  }

  /** Whether it waits just as it is: not settled, replaced or dropped meanwhile. */
  isCurrent(delivery: Delivery): boolean {
    return this.#bySeq.get(delivery.event.seq) === delivery;
  }

  /** Adds a delivery, or puts it in place of the one of the same change. */
  put(delivery: Delivery): void {
    const { seq, customer } = delivery.event;
    if (!this.#bySeq.has(seq)) {
      const line = this.#byProfile.get(customer.profile) ?? [];
      // Nearly always the last: the feed comes in order.
      let place = line.length;
      while (place > 0 && (line[place - 1] as number) > seq) place--;
      line.splice(place, 0, seq);
      this.#byProfile.set(customer.profile, line);
    }
    this.#bySeq.set(seq, delivery);
  }

  /** Takes the next that may be sent at an instant, of those the earliest due, and counts it as under way. */
  begin(now: Instant): Delivery | undefined {
    const next = this.#next();
    if (next === undefined || next.nextAt > now) return undefined;
    this.#underWay.set(next.event.customer.profile, next);
    return next;
  }

  /** When the next may be sent; undefined where none waits for its time. */
  nextAt(): Instant | undefined {
    return this.#next()?.nextAt;
  }

  /** It is not under way any more; it, or what was put in its place, waits again. */
  release({ event }: Delivery): void {
    this.#underWay.delete(event.customer.profile);
  }

  settle(delivery: Delivery): void {
    const { seq, customer } = delivery.event;
    this.release(delivery);
    if (!this.#bySeq.delete(seq)) return;
    const line = (this.#byProfile.get(customer.profile) ?? []).filter((waiting) => waiting !== seq);
    if (line.length === 0) this.#byProfile.delete(customer.profile);
    else this.#byProfile.set(customer.profile, line);
  }

  /** Everything may be tried now. */
  hurry(now: Instant): void {
    for (const [seq, delivery] of this.#bySeq) {
      if (delivery.nextAt > now && !this.isUnderWay(seq)) this.#bySeq.set(seq, { ...delivery, nextAt: now });
    }
  }

  /** Everything begins anew: no attempt was made. Returns what has changed. */
  renew(now: Instant): readonly Delivery[] {
    const renewed: Delivery[] = [];
    for (const [seq, { event, replay }] of this.#bySeq) {
      if (this.isUnderWay(seq)) continue;
      const delivery = { event, replay, attempts: 0, nextAt: now };
      this.#bySeq.set(seq, delivery);
      renewed.push(delivery);
    }
    return renewed;
  }

  /** Drops all; what is under way goes on and then concerns nobody. Returns their numbers. */
  clear(): readonly number[] {
    const seqs = [...this.#bySeq.keys()];
    this.#bySeq.clear();
    this.#byProfile.clear();
    return seqs;
  }

  /** Drops some; what is under way goes on and then concerns nobody. Returns their numbers. */
  drop(isGone: (delivery: Delivery) => boolean): readonly number[] {
    const gone = [...this.#bySeq.values()].filter(isGone).map(({ event }) => event);
    for (const { seq, customer } of gone) {
      this.#bySeq.delete(seq);
      const line = (this.#byProfile.get(customer.profile) ?? []).filter((waiting) => waiting !== seq);
      if (line.length === 0) this.#byProfile.delete(customer.profile);
      else this.#byProfile.set(customer.profile, line);
    }
    return gone.map(({ seq }) => seq);
  }

  #next(): Delivery | undefined {
    let next: Delivery | undefined;
    for (const [profile, [seq]] of this.#byProfile) {
      if (this.#underWay.has(profile) || seq === undefined) continue;
      const delivery = this.#bySeq.get(seq);
      if (delivery !== undefined && (next === undefined || isBefore(delivery, next))) next = delivery;
    }
    return next;
  }
}

function isBefore(a: Delivery, b: Delivery): boolean {
  return a.nextAt === b.nextAt ? a.event.seq < b.event.seq : a.nextAt < b.nextAt;
}
