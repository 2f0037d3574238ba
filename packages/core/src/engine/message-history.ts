/**
 * Where the messages of customers are kept, so that definitions may change and anything can be asked and explained: in
 * memory, or wherever the caller keeps them (a log with an index).
 */

import type { Message } from '../model/message.ts';

export interface MessageHistory {
  /** A track, page or screen message of the profile whose time has come. */
  add(profile: number, message: Message): void;
  /** The profile's messages, in any order that is the same every time. */
  of(profile: number): readonly Message[];
  /** What `gone` has belongs to `survivor` from now on. */
  merge(survivor: number, gone: number): void;
  forget(profile: number): void;
}

export class MemoryHistory implements MessageHistory {
  readonly #messages = new Map<number, Message[]>();

  add(profile: number, message: Message): void {
    const messages = this.#messages.get(profile);
    if (messages === undefined) this.#messages.set(profile, [message]);
    else messages.push(message);
  }

  of(profile: number): readonly Message[] {
    return this.#messages.get(profile) ?? [];
  }

  merge(survivor: number, gone: number): void {
    const theirs = this.#messages.get(gone);
    if (theirs === undefined) return;
    this.#messages.set(survivor, [...this.of(survivor), ...theirs]);
    this.#messages.delete(gone);
  }

  forget(profile: number): void {
    this.#messages.delete(profile);
  }
}

/** What a copy of an engine asks of the original's messages: what happens to the copy stays with it. */
export function aside(history: MessageHistory): MessageHistory {
  const own = new MemoryHistory();
  return {
    add: (profile, message) => {
      own.add(profile, message);
    },
    of: (profile) => [...history.of(profile), ...own.of(profile)],
    merge: (survivor, gone) => {
      for (const message of history.of(gone)) own.add(survivor, message);
      own.merge(survivor, gone);
    },
    forget: (profile) => {
      own.forget(profile);
    },
  };
}
