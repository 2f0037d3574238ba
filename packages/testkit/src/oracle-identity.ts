/**
 * Who is who, the naive way: which profile owns which identifier.
 *
 * A message with several identifiers links them. It belongs to the profile of its user id, else to that of its first
 * known identifier, else to a new one. An identifier that nobody owns joins that profile; one that another profile owns
 * merges the two unless that broke a limit: then the merge is refused, and the message's profile does without it. Only an
 * alias may put two user ids into one profile.
 */

import { defined } from '@segue/core/base/assert.ts';
import type { Identifier, Message } from '@segue/core/model/message.ts';

/** Identifiers of one kind that a profile may have; kinds that are not listed: `customIdentifiersMax`. */
const identifiersMax: ReadonlyMap<string, number> = new Map([
  ['user_id', 1],
  ['email', 5],
  ['phone', 5],
  ['anonymous_id', 100],
  ['loyalty_id', 5],
]);
const customIdentifiersMax = 5;

export type RefusedMerge = { readonly messageId: string; readonly identifier: Identifier };

export type Person = {
  /** In order of arrival, from 1; the lower is the older. */
  readonly id: number;
  /** The value of the identifier under which the profile first arrived. */
  readonly sampleId: string;
  readonly identifiers: Identifier[];
};

const keyOf = ({ kind, value }: Identifier): string => JSON.stringify([kind, value]);

export class OracleIdentity {
  readonly #owners = new Map<string, Person>();
  readonly #persons = new Map<number, Person>();
  /** Called before `gone` ceases to exist. */
  readonly #onMerge: (survivor: Person, gone: Person) => void;
  readonly refused: RefusedMerge[] = [];
  #created = 0;

  constructor(onMerge: (survivor: Person, gone: Person) => void) {
    this.#onMerge = onMerge;
  }

  person(id: number): Person | undefined {
    return this.#persons.get(id);
  }

  persons(): readonly Person[] {
    return [...this.#persons.values()].sort((a, b) => a.id - b.id);
  }

  owner(identifier: Identifier): Person | undefined {
    return this.#owners.get(keyOf(identifier));
  }

  /** The owner of an identifier whose kind nobody said; a user id first. */
  ownerOfValue(value: string): Person | undefined {
    const owned = [...this.#owners.values()].filter((person) =>
      person.identifiers.some((identifier) => identifier.value === value),
    );
    return (
      this.owner({ kind: 'user_id', value }) ??
      this.owner({ kind: 'anonymous_id', value }) ??
      owned.sort((a, b) => a.id - b.id)[0]
    );
  }

  /** The profile to which the message belongs, after all links and merges that it brings. */
  resolve(message: Message): Person {
    const { identifiers } = message;
    let person = this.#primary(identifiers);
    for (const identifier of identifiers) person = this.#link(person, identifier, message.messageId);
    if (message.kind === 'alias' && message.previousId !== undefined) {
      person = this.#alias(person, message.previousId, message.messageId);
    }
    return person;
  }

  remove(person: Person): void {
    for (const identifier of person.identifiers) this.#owners.delete(keyOf(identifier));
    this.#persons.delete(person.id);
  }

  #primary(identifiers: readonly Identifier[]): Person {
    const user = identifiers.find(({ kind }) => kind === 'user_id');
    const known = identifiers
      .map((identifier) => this.owner(identifier))
      .filter((owner) => owner !== undefined);
    // A new user takes over a profile that has no user yet; what another user owns stays theirs.
    const found =
      user === undefined ? known[0] : (this.owner(user) ?? known.find((person) => userIds(person) === 0));
    return found ?? this.#create(defined(user ?? identifiers[0], 'an identifier of a message'));
  }

  #create(identifier: Identifier): Person {
    this.#created += 1;
    const person: Person = { id: this.#created, sampleId: identifier.value, identifiers: [] };
    this.#persons.set(person.id, person);
    return person;
  }

  #link(person: Person, identifier: Identifier, messageId: string): Person {
    const owner = this.owner(identifier);
    if (owner === person) return person;
    if (owner === undefined) {
      if (withinLimits([...person.identifiers, identifier])) this.#own(person, identifier);
      else this.refused.push({ messageId, identifier });
      return person;
    }
    if (withinLimits([...person.identifiers, ...owner.identifiers])) return this.#merge(person, owner);
    this.refused.push({ messageId, identifier });
    return person;
  }

  #alias(person: Person, previousId: string, messageId: string): Person {
    const previous = this.ownerOfValue(previousId);
    if (previous === undefined) {
      // Nobody has come under that id yet; who does later, as a user or not, is this customer.
      this.#own(person, { kind: 'user_id', value: previousId });
      this.#own(person, { kind: 'anonymous_id', value: previousId });
      return person;
    }
    if (previous === person) return person;
    const others = [...person.identifiers, ...previous.identifiers].filter(({ kind }) => kind !== 'user_id');
    if (withinLimits(others)) return this.#merge(person, previous);
    this.refused.push({ messageId, identifier: { kind: 'user_id', value: previousId } });
    return person;
  }

  #own(person: Person, identifier: Identifier): void {
    person.identifiers.push(identifier);
    this.#owners.set(keyOf(identifier), person);
  }

  /** The one with a user id survives, else the older; of two users (alias) the one that the message is about. */
  #merge(person: Person, other: Person): Person {
    const byUser = Math.sign(userIds(person)) - Math.sign(userIds(other));
    const older = userIds(person) > 0 || person.id < other.id ? person : other;
    const survivor = byUser === 0 ? older : byUser > 0 ? person : other;
    const gone = survivor === person ? other : person;
    this.#onMerge(survivor, gone);
    for (const identifier of gone.identifiers) this.#own(survivor, identifier);
    this.#persons.delete(gone.id);
    return survivor;
  }
}

function userIds(person: Person): number {
  return person.identifiers.filter(({ kind }) => kind === 'user_id').length;
}

function withinLimits(identifiers: readonly Identifier[]): boolean {
  const counts = new Map<string, number>();
  for (const { kind } of identifiers) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].every(([kind, count]) => count <= (identifiersMax.get(kind) ?? customIdentifiersMax));
}
