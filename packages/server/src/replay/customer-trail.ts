/**
 * Following one customer through a replay: the changes and the last messages.
 *
 * The customer is named by an identifier that may be seen only late (an anonymous visitor signs up), and profiles may
 * merge. So what lately happened to anybody is remembered, bounded; when a message shows which profile is meant, its past
 * is looked up there.
 */

import type { Change } from '@segue/core/model/change.ts';
import { readingsOf } from '@segue/core/model/identifiers.ts';
import type { Message } from '@segue/core/model/message.ts';

/** Changes of anybody, and messages of anybody, that are remembered. */
const RECENT_MAX = 200_000;
/** Changes and messages of the customer that are kept; the oldest go first. */
const KEPT_CHANGES_MAX = 10_000;
const KEPT_MESSAGES_MAX = 1_000;

type Owned<T> = { readonly profile: number; readonly item: T };

export class CustomerTrail {
  readonly #readings: ReadonlySet<string>;
  readonly #recentChanges = new Recent<Owned<Change>>(RECENT_MAX);
  readonly #recentMessages = new Recent<Owned<Message>>(RECENT_MAX);
  readonly #changes = new Recent<Change>(KEPT_CHANGES_MAX);
  readonly #messages = new Recent<Message>(KEPT_MESSAGES_MAX);
  #profile: number | undefined;

  /** `name` is any identifier of the customer, as a person writes it. */
  constructor(name: string) {
    this.#readings = new Set(readingsOf(name));
  }

  addChange(change: Change): void {
    if (change.profile === this.#profile) this.#changes.add(change);
    this.#recentChanges.add({ profile: change.profile, item: change });
  }

  /** After the message was applied; `profile` is whose it is. */
  addMessage(message: Message, profile: number | undefined): void {
    if (profile === undefined) return;
    this.#recentMessages.add({ profile, item: message });
    if (profile === this.#profile) this.#messages.add(message);
    else if (this.#names(message)) this.#follow(profile);
  }

  /** In the order in which they were emitted. */
  changes(): Change[] {
    return this.#changes.list();
  }

  /** In the order in which they arrived. */
  messages(): Message[] {
    return this.#messages.list();
  }

  #names(message: Message): boolean {
    for (const identifier of message.identifiers) if (this.#readings.has(identifier.value)) return true;
    return false;
  }

  #follow(profile: number): void {
    this.#profile = profile;
    for (const { profile: owner, item } of this.#recentChanges.list()) {
      if (owner === profile) this.#changes.add(item);
    }
    for (const { profile: owner, item } of this.#recentMessages.list()) {
      if (owner === profile) this.#messages.add(item);
    }
  }
}

/** The newest items up to a number. */
class Recent<T> {
  readonly #max: number;
  readonly #items: T[] = [];
  #oldest = 0;

  constructor(max: number) {
    this.#max = max;
  }

  add(item: T): void {
    if (this.#items.length < this.#max) {
      this.#items.push(item);
      return;
    }
    this.#items[this.#oldest] = item;
    this.#oldest = (this.#oldest + 1) % this.#max;
  }

  /** Oldest first. */
  list(): T[] {
    return [...this.#items.slice(this.#oldest), ...this.#items.slice(0, this.#oldest)];
  }
}
