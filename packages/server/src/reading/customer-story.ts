/**
 * How a customer came together: which identifier came with which message, which message showed that two were one, what was said
 * of each trait in turn, and which events there are how often. Told from the messages themselves, one after the other in the
 * order in which they arrived.
 *
 * Idea. Identifiers that one message names are one group. A message that names identifiers of two groups is where these
 * became one. Identifiers that are not the customer's (a link that was refused) say nothing.
 */

import type { Identifier, Instant, JsonValue, Message } from '@segue/core/model/message.ts';

export type IdentifierOrigin = {
  readonly kind: string;
  readonly value: string;
  /** Of the message that first named it; missing where that is no longer kept. */
  readonly since?: Instant;
  readonly messageId?: string;
};

export type Joining = {
  readonly at: Instant;
  readonly messageId: string;
  readonly type: Message['kind'];
  /** Who was known apart until then: their identifiers, how many messages they had, and since when. */
  readonly parts: readonly {
    readonly identifiers: readonly Identifier[];
    readonly messages: number;
    readonly since: Instant;
  }[];
};

export type TraitHistory = {
  readonly trait: string;
  /** By time, the latest last; what was said again is left out. `null`: it was cleared. */
  readonly values: readonly { readonly at: Instant; readonly value: JsonValue }[];
};

export type EventCount = {
  readonly type: Message['kind'];
  /** Empty where messages of the type have none. */
  readonly name: string;
  readonly count: number;
  readonly first: Instant;
  readonly last: Instant;
};

export type Story = {
  readonly identifiers: readonly IdentifierOrigin[];
  readonly merges: readonly Joining[];
  readonly traits: readonly TraitHistory[];
  readonly events: readonly EventCount[];
  readonly messages: number;
};

/** Values of a trait that are told, the latest. */
const valuesMax = 50;

type Group = { identifiers: Identifier[]; messages: number; since: Instant };
type Said = { readonly at: Instant; readonly messageId: string; readonly value: JsonValue };

export class StoryTeller {
  readonly #own: ReadonlyMap<string, Identifier>;
  readonly #groups = new Map<string, Group>();
  readonly #origins = new Map<string, IdentifierOrigin>();
  readonly #merges: Joining[] = [];
  readonly #traits = new Map<string, Said[]>();
  readonly #events = new Map<string, { -readonly [K in keyof EventCount]: EventCount[K] }>();
  #messages = 0;

  /** `identifiers` are those that the customer has now. */
  constructor(identifiers: readonly Identifier[]) {
    this.#own = new Map(identifiers.map((identifier) => [keyOf(identifier), identifier]));
  }

  /** The next message in the order of the log. */
  take(message: Message): void {
    this.#messages++;
    this.#join(message);
    this.#count(message);
    if (message.kind !== 'identify') return;
    const { time: at, messageId } = message;
    for (const [trait, value] of Object.entries(message.traits)) {
      const said = this.#traits.get(trait);
      if (said === undefined) this.#traits.set(trait, [{ at, messageId, value }]);
      else said.push({ at, messageId, value });
    }
  }

  story(): Story {
    return {
      identifiers: [...this.#own].map(([key, { kind, value }]) => this.#origins.get(key) ?? { kind, value }),
      merges: this.#merges,
      traits: [...this.#traits].map(([trait, said]) => ({ trait, values: inTurn(said) })),
      events: [...this.#events.values()].sort((a, b) => b.count - a.count || b.last - a.last),
      messages: this.#messages,
    };
  }

  #join(message: Message): void {
    const { time, messageId, kind: type } = message;
    const named = this.#named(message);
    const groups = [...new Set(named.flatMap((identifier) => this.#groups.get(keyOf(identifier)) ?? []))];
    const [first, ...others] = groups;
    const group: Group = first ?? { identifiers: [], messages: 0, since: time };
    if (others.length > 0) {
      const parts = groups.map(({ identifiers, messages, since }) => ({ identifiers, messages, since }));
      this.#merges.push({ at: time, messageId, type, parts });
      group.identifiers = groups.flatMap(({ identifiers }) => identifiers);
      group.messages = groups.reduce((sum, { messages }) => sum + messages, 0);
      group.since = Math.min(...groups.map(({ since }) => since));
      for (const identifier of group.identifiers) this.#groups.set(keyOf(identifier), group);
    }
    group.messages++;
    group.since = Math.min(group.since, time);
    for (const identifier of named) {
      const key = keyOf(identifier);
      if (this.#groups.has(key)) continue;
      this.#groups.set(key, group);
      group.identifiers = [...group.identifiers, identifier];
      this.#origins.set(key, { ...identifier, since: time, messageId });
    }
  }

  /** Those of its identifiers that are the customer's. */
  #named({ identifiers, previousId }: Message): readonly Identifier[] {
    const previous = [...this.#own.values()].filter(({ value }) => value === previousId);
    return [...identifiers, ...previous].flatMap((identifier) => this.#own.get(keyOf(identifier)) ?? []);
  }

  #count({ kind: type, name, time }: Message): void {
    const key = `${type} ${name}`;
    const known = this.#events.get(key);
    if (known === undefined) {
      this.#events.set(key, { type, name, count: 1, first: time, last: time });
      return;
    }
    known.count++;
    known.first = Math.min(known.first, time);
    known.last = Math.max(known.last, time);
  }
}

function inTurn(said: readonly Said[]): TraitHistory['values'] {
  const sorted = [...said].sort((a, b) => a.at - b.at || (a.messageId < b.messageId ? -1 : 1));
  const values: { at: Instant; value: JsonValue }[] = [];
  for (const { at, value } of sorted) {
    const before = values.at(-1);
    if (before === undefined || JSON.stringify(before.value) !== JSON.stringify(value)) {
      values.push({ at, value });
    }
  }
  return values.slice(-valuesMax);
}

const keyOf = ({ kind, value }: Identifier): string => `${kind}:${value}`;
