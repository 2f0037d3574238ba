/**
 * Who is who, the naive way: which profile owns which identifier.
 *
 * A message with several identifiers links them. It belongs to the profile of its user id, else to that of its first
 * known identifier, else to a new one. An identifier that nobody owns joins that profile; one that another profile owns
 * merges the two unless that broke a limit: then the merge is refused, and the message's profile does without it. Only an
 * alias may put two user ids into one profile; a limit that an alias has exceeded forbids only what would exceed it more.
 */

import { defined } from '@segue/core/base/assert.ts';
import { readingsOf } from '@segue/core/model/identifiers.ts';
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

/** Kinds in which an id of unsaid kind is looked for first. */
const lookUpOrder: readonly string[] = ['user_id', 'anonymous_id', 'email', 'phone', 'loyalty_id'];

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

  /** The owner of an identifier whose kind nobody said, as people write it; a user id first. */
  find(text: string): Person | undefined {
    return readingsOf(text)
      .map((reading) => this.#ownerOfValue(reading))
      .find((owner) => owner !== undefined);
  }

  /** The profile to which the message belongs, after all links and merges that it brings. */
  resolve(message: Message): Person {
    const { identifiers, previousId } = message;
    const user = identifiers.find(({ kind }) => kind === 'user_id');
    let person =
      this.#primary(identifiers) ??
      (previousId === undefined ? undefined : this.find(previousId)) ??
      this.#create(defined(user ?? identifiers[0], 'an identifier of a message'));
    for (const identifier of identifiers) person = this.#link(person, identifier, message);
    return previousId === undefined ? person : this.#alias(person, previousId, message.messageId);
  }

  remove(person: Person): void {
    for (const identifier of person.identifiers) this.#owners.delete(keyOf(identifier));
    this.#persons.delete(person.id);
  }

  #ownerOfValue(value: string): Person | undefined {
    return lookUpOrder
      .map((kind) => this.owner({ kind, value }))
      .concat(
        [...this.#owners.values()].filter(({ identifiers }) => identifiers.some((i) => i.value === value)),
      )
      .find((owner) => owner !== undefined);
  }

  #primary(identifiers: readonly Identifier[]): Person | undefined {
    const user = identifiers.find(({ kind }) => kind === 'user_id');
    const known = identifiers
      .map((identifier) => this.owner(identifier))
      .filter((owner) => owner !== undefined);
    if (user === undefined) return known[0];
    // A new user takes over a profile that has no user yet; what another user owns stays theirs.
    return this.owner(user) ?? known.find((person) => countOf(person, 'user_id') === 0);
  }

  #create(identifier: Identifier): Person {
    this.#created += 1;
    const person: Person = { id: this.#created, sampleId: identifier.value, identifiers: [] };
    this.#persons.set(person.id, person);
    return person;
  }

  #link(person: Person, identifier: Identifier, message: Message): Person {
    const { messageId } = message;
    const owner = this.owner(identifier);
    if (owner === person) return person;
    if (owner !== undefined) {
      if (mayMerge(person, owner, false)) return this.#merge(person, owner);
      this.refused.push({ messageId, identifier });
      return person;
    }
    // An alias gives a known customer another user id.
    const free = message.kind === 'alias' && identifier.kind === 'user_id';
    if (free || countOf(person, identifier.kind) < limitOf(identifier.kind)) this.#own(person, identifier);
    else this.refused.push({ messageId, identifier });
    return person;
  }

  #alias(person: Person, previousId: string, messageId: string): Person {
    const previous = this.find(previousId);
    if (previous === undefined) {
      // Nobody has come under that id yet; who does later, as a user or not, is this customer.
      this.#own(person, { kind: 'user_id', value: previousId });
      this.#own(person, { kind: 'anonymous_id', value: previousId });
      return person;
    }
    if (previous === person) return person;
    if (mayMerge(person, previous, true)) return this.#merge(person, previous);
    this.refused.push({ messageId, identifier: { kind: 'user_id', value: previousId } });
    return person;
  }

  #own(person: Person, identifier: Identifier): void {
    person.identifiers.push(identifier);
    this.#owners.set(keyOf(identifier), person);
  }

  /** The one with a user id survives, else the older; of two users (alias) the one that the message is about. */
  #merge(person: Person, other: Person): Person {
    const [mine, theirs] = [countOf(person, 'user_id') > 0, countOf(other, 'user_id') > 0];
    const older = person.id < other.id ? person : other;
    const survivor = mine ? person : theirs ? other : older;
    const gone = survivor === person ? other : person;
    this.#onMerge(survivor, gone);
    for (const identifier of gone.identifiers) this.#own(survivor, identifier);
    this.#persons.delete(gone.id);
    return survivor;
  }
}

function countOf(person: Person, kind: string): number {
  return person.identifiers.filter((identifier) => identifier.kind === kind).length;
}

function limitOf(kind: string): number {
  return identifiersMax.get(kind) ?? customIdentifiersMax;
}

/** Whether both together are within all limits of what both of them have; an alias may bring users together. */
function mayMerge(a: Person, b: Person, byAlias: boolean): boolean {
  return a.identifiers.every(({ kind }) => {
    const more = countOf(b, kind);
    return more === 0 || countOf(a, kind) + more <= limitOf(kind) || (byAlias && kind === 'user_id');
  });
}
