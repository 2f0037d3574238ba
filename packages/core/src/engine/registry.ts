/**
 * What the partitions of a workspace know in common: who is who and where each lives, which messages were taken, which
 * identifiers are on a list or were erased, and in which order changes are told.
 *
 * A customer's number is given once, when they become known, and stays theirs wherever they live. So nothing that is said
 * or written down shows how many partitions there are.
 */

import { seenMessagesMax } from '../base/limits.ts';
import type { Change } from '../model/change.ts';
import type { Instant } from '../model/message.ts';
import { ChangeOrder } from './change-order.ts';
import { Identity } from './identity.ts';
import { Lists } from './lists.ts';
import { MemoryHistory, type MessageHistory } from './message-history.ts';
import { SeenMessages } from './seen-messages.ts';

/** Partitions of one engine at most: where a customer lives is kept in one byte. */
export const partitionsMax = 64;

export class Registry {
  /** How many partitions there are. */
  readonly partitions: number;
  readonly identity: Identity = new Identity();
  readonly seen: SeenMessages = new SeenMessages(seenMessagesMax);
  readonly lists: Lists = new Lists();
  /** Identifier (see erase.ts) → when it was erased. */
  readonly erased: Map<string, Instant> = new Map();
  /** Messages by customer, where they are kept. */
  readonly history: MessageHistory;
  readonly changes: ChangeOrder;
  #count = 0;
  /** By number: the partition; only where there is more than one. */
  #places = new Uint8Array(0);

  constructor(partitions: number, history: MessageHistory | undefined, onChange: (change: Change) => void) {
    this.partitions = partitions;
    this.history = history ?? new MemoryHistory();
    this.changes = new ChangeOrder(onChange, partitions > 1);
  }

  /** How many numbers have been given: all are below it. */
  get count(): number {
    return this.#count;
  }

  /** Where somebody with this number begins to live. */
  homeOf(id: number): number {
    return id % this.partitions;
  }

  /** The partition in which a customer lives, lived last, or will begin to. */
  placeOf(id: number): number {
    return this.partitions === 1 ? 0 : id < this.#count ? (this.#places[id] as number) : this.homeOf(id);
  }

  /** A number for somebody new, who lives in a partition. */
  give(partition: number): number {
    const id = this.#count;
    this.reserve(id + 1);
    this.place(id, partition);
    return id;
  }

  /** From now on the customer lives in a partition. */
  place(id: number, partition: number): void {
    this.reserve(id + 1);
    if (this.partitions > 1) this.#places[id] = partition;
  }

  /** Numbers below `count` have been given. */
  reserve(count: number): void {
    if (count <= this.#count) return;
    const was = this.#count;
    this.#count = count;
    if (this.partitions === 1) return;
    if (count > this.#places.length) {
      const places = new Uint8Array(Math.max(1024, count, this.#places.length * 2));
      places.set(this.#places);
      this.#places = places;
    }
    for (let id = was; id < count; id++) this.#places[id] = this.homeOf(id);
  }
}
