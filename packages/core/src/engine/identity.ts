/**
 * Who is who: which profile owns which identifier, and what a message that names several of them means.
 *
 * A message belongs to the profile of its user id, else of its most specific known identifier, else to a new one.
 * Its other identifiers join that profile; one that another profile owns merges the two, unless that would break a
 * limit (two user ids in one profile above all): then the merge is refused and kept for people to see. Only an alias
 * may bring two users together.
 */

import { aliasOrder, identifierLimit, refusedMergesMax } from '../base/limits.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import { IdentityTable } from './identity-table.ts';
import { readingsOf } from '../model/identifiers.ts';
import type { Identifier, Instant, Message } from '../model/message.ts';

export type RefusedMerge = {
  readonly at: Instant;
  readonly messageId: string;
  /** The profile that the message belongs to, and the one that owns the identifier (undefined: only a limit). */
  readonly profile: number;
  readonly other: number | undefined;
  readonly identifier: Identifier;
  readonly reason: string;
};

/** What the engine does to profiles on identity's behalf. */
export interface ProfileKeeper {
  create(sampleId: string): number;
  /** `gone` becomes part of `survivor`. */
  merge(survivor: number, gone: number): void;
}

export class Identity {
  /** For checkpoints; whoever changes it tells `onTouch`. */
  readonly table: IdentityTable = new IdentityTable();
  readonly refused: RefusedMerge[] = [];
  /** Told of the profile whose identifiers are about to change. */
  onTouch: ((profile: number) => void) | undefined = undefined;

  identifiersOf(profile: number): readonly Identifier[] {
    return this.table.identifiersOf(profile);
  }

  owner(kind: string, value: string): number | undefined {
    return this.table.owner(kind, value);
  }

  /** The owner of an identifier as a person writes it: of any kind, user ids first, e-mail in any case. */
  find(text: string): number | undefined {
    for (const reading of readingsOf(text)) {
      for (const kind of aliasOrder) {
        const found = this.owner(kind, reading);
        if (found !== undefined) return found;
      }
      for (const kind of this.table.kinds) {
        const found = this.owner(kind, reading);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  /** The profile of a message, after the links and merges that it brings. */
  resolve(message: Message, now: Instant, keeper: ProfileKeeper, notices: Diagnostic[]): number {
    const { identifiers } = message;
    const first = identifiers[0] as Identifier;
    if (identifiers.length === 1 && message.kind !== 'alias') {
      return this.owner(first.kind, first.value) ?? this.#create(first, keeper);
    }
    const step: Step = { message, now, keeper, notices };
    let profile = this.#primary(identifiers);
    if (profile === undefined && message.previousId !== undefined) profile = this.find(message.previousId);
    profile ??= this.#create(identifiers.find(({ kind }) => kind === 'user_id') ?? first, keeper);
    for (const identifier of identifiers) profile = this.#link(profile, identifier, step);
    return message.previousId === undefined ? profile : this.#alias(profile, message.previousId, step);
  }

  /** Whose a message is before it says anything new; undefined where it is somebody's of whom nothing is known. */
  ownerOf({ identifiers, previousId }: Message): number | undefined {
    const first = identifiers[0] as Identifier;
    const owner = identifiers.length === 1 ? this.owner(first.kind, first.value) : this.#primary(identifiers);
    return owner ?? (previousId === undefined ? undefined : this.find(previousId));
  }

  /** Forgets merges that were refused because of these identifiers, or that concerned the profile. */
  forgetRefused(identifiers: readonly Identifier[], gone: number | undefined): void {
    const isKept = ({ profile, other, identifier: { kind, value } }: RefusedMerge): boolean =>
      !identifiers.some((one) => one.kind === kind && one.value === value) &&
      (gone === undefined || (profile !== gone && other !== gone));
    const kept = this.refused.filter(isKept);
    if (kept.length < this.refused.length) this.refused.splice(0, this.refused.length, ...kept);
  }

  /** Takes a profile's identifiers away from it. */
  remove(profile: number): readonly Identifier[] {
    this.onTouch?.(profile);
    return this.table.remove(profile);
  }

  own(profile: number, identifier: Identifier): void {
    this.onTouch?.(profile);
    this.table.own(profile, identifier);
  }

  #create(identifier: Identifier, keeper: ProfileKeeper): number {
    const profile = keeper.create(identifier.value);
    this.own(profile, identifier);
    return profile;
  }

  #primary(identifiers: readonly Identifier[]): number | undefined {
    const user = identifiers.find(({ kind }) => kind === 'user_id');
    const owned = user === undefined ? undefined : this.owner(user.kind, user.value);
    if (owned !== undefined) return owned;
    for (const { kind, value } of identifiers) {
      const owner = this.owner(kind, value);
      // A new user takes over a profile that has no user yet; what another user owns stays theirs.
      if (owner !== undefined && (user === undefined || this.#count(owner, 'user_id') === 0)) return owner;
    }
    return undefined;
  }

  #link(profile: number, identifier: Identifier, step: Step): number {
    const owner = this.owner(identifier.kind, identifier.value);
    if (owner === profile) return profile;
    // An alias gives a known customer another user id.
    const free = step.message.kind === 'alias' && identifier.kind === 'user_id';
    if (owner === undefined) {
      if (free || this.#count(profile, identifier.kind) < identifierLimit(identifier.kind)) {
        this.own(profile, identifier);
      } else {
        this.#refuse(
          step,
          profile,
          undefined,
          identifier,
          `it has ${identifierLimit(identifier.kind)} already`,
        );
      }
      return profile;
    }
    const broken = this.#brokenLimit(profile, owner, false);
    if (broken === undefined) return this.#merge(profile, owner, step.keeper);
    this.#refuse(step, profile, owner, identifier, `one person would have more than ${broken}`);
    return profile;
  }

  #alias(profile: number, previousId: string, step: Step): number {
    const previous = this.find(previousId);
    if (previous === undefined) {
      // Nobody has come under that id yet; who does later, as a user or not, is this customer.
      this.own(profile, { kind: 'user_id', value: previousId });
      this.own(profile, { kind: 'anonymous_id', value: previousId });
      return profile;
    }
    if (previous === profile) return profile;
    const broken = this.#brokenLimit(profile, previous, true);
    if (broken === undefined) return this.#merge(profile, previous, step.keeper);
    const identifier = { kind: 'user_id', value: previousId };
    this.#refuse(step, profile, previous, identifier, `one person would have more than ${broken}`);
    return profile;
  }

  /** The one with a user id survives, else the older; of two users (alias) the one that the message is about. */
  #merge(profile: number, other: number, keeper: ProfileKeeper): number {
    const mine = this.#count(profile, 'user_id') > 0;
    const theirs = this.#count(other, 'user_id') > 0;
    const stays = mine === theirs ? mine || profile < other : mine;
    const survivor = stays ? profile : other;
    const gone = stays ? other : profile;
    for (const identifier of this.remove(gone)) this.own(survivor, identifier);
    keeper.merge(survivor, gone);
    return survivor;
  }

  #brokenLimit(a: number, b: number, usersMayMeet: boolean): string | undefined {
    const kinds = new Set([...this.identifiersOf(a), ...this.identifiersOf(b)].map(({ kind }) => kind));
    for (const kind of kinds) {
      if (usersMayMeet && kind === 'user_id') continue;
      const limit = identifierLimit(kind);
      const mine = this.#count(a, kind);
      const theirs = this.#count(b, kind);
      // Who has more already (by alias) may still gain what has none.
      if (mine > 0 && theirs > 0 && mine + theirs > limit) return `${limit} ${kind}`;
    }
    return undefined;
  }

  #count(profile: number, kind: string): number {
    return this.table.count(profile, kind);
  }

  #refuse(
    step: Step,
    profile: number,
    other: number | undefined,
    identifier: Identifier,
    reason: string,
  ): void {
    const { message, now, notices } = step;
    if (this.refused.length >= refusedMergesMax) this.refused.shift();
    this.refused.push({ at: now, messageId: message.messageId, profile, other, identifier, reason });
    notices.push({
      code: other === undefined ? 'identity/limit' : 'identity/refused-merge',
      severity: 'warning',
      message:
        `${identifier.kind} “${identifier.value}” was not linked to the customer of message ` +
        `${message.messageId}: ${reason}. If they are one person, send an alias.`,
    });
  }
}

type Step = {
  readonly message: Message;
  readonly now: Instant;
  readonly keeper: ProfileKeeper;
  readonly notices: Diagnostic[];
};
