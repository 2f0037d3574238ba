/**
 * The engine's changes as they are noted down: columns instead of objects, since a million may come within a second and
 * most are read once, to be written to the store.
 */

import type { Cause, Change } from '@segue/core/model/change.ts';
import type { Instant } from '@segue/core/model/message.ts';

import type { FeedEvent } from './feed.ts';
import type { NamesThen } from './names-then.ts';
import type { ChangeCounts, Published } from './published.ts';

/** What very many changes have in common. */
type Subject = {
  readonly cause: Cause;
} & (
  | {
      readonly kind: 'segment';
      readonly segment: string;
      readonly version: number;
      readonly change: 'entered' | 'exited';
    }
  | {
      readonly kind: 'stage';
      readonly lifecycle: string;
      readonly from?: string | undefined;
      readonly to?: string | undefined;
    }
);

/** One object for all changes that differ in customer, instant and message only. */
export class ChangeSubjects {
  /** By segment or lifecycle. */
  readonly #known = new Map<string, Subject[]>();
  #last: Subject | undefined = undefined;

  of(change: Change): Subject {
    // Those who are due together mostly leave the same.
    const last = this.#last;
    if (last?.kind === 'segment' && change.kind === 'segment' && last.segment === change.segment) {
      if (isOf(last, change)) return last;
    }
    return (this.#last = this.#find(change));
  }

  #find(change: Change): Subject {
    const name = change.kind === 'segment' ? change.segment : change.lifecycle;
    let known = this.#known.get(name);
    if (known === undefined) this.#known.set(name, (known = []));
    for (const subject of known) if (isOf(subject, change)) return subject;
    const subject = subjectOf(change);
    known.push(subject);
    return subject;
  }
}

function isOf(subject: Subject, change: Change): boolean {
  if (subject.cause !== change.cause) return false;
  if (subject.kind === 'segment') {
    return (
      change.kind === 'segment' && change.change === subject.change && change.version === subject.version
    );
  }
  return change.kind === 'stage' && change.from === subject.from && change.to === subject.to;
}

function subjectOf(change: Change): Subject {
  const { cause } = change;
  if (change.kind === 'segment') {
    const { segment, version } = change;
    return { cause, kind: 'segment', segment, version, change: change.change };
  }
  const { lifecycle, from, to } = change;
  return { cause, kind: 'stage', lifecycle, from, to };
}

export class ChangeColumns implements Published {
  readonly first: number;
  readonly #names: NamesThen;
  readonly #subjects: ChangeSubjects;
  readonly #counts = { entered: 0, exited: 0, stage: 0 };
  readonly #at: Instant[] = [];
  readonly #profile: number[] = [];
  readonly #subject: Subject[] = [];
  readonly #messageIds: (string | undefined)[] = [];
  /** Events that were read, by place. */
  #made: (FeedEvent | undefined)[] | undefined = undefined;

  /** `first`: number of the first change that will be noted. */
  constructor(first: number, names: NamesThen, subjects: ChangeSubjects) {
    this.first = first;
    this.#names = names;
    this.#subjects = subjects;
  }

  get length(): number {
    return this.#at.length;
  }

  get counts(): ChangeCounts {
    return this.#counts;
  }

  /** Only before anything is read. */
  add(change: Change): void {
    const { profile, at, messageId } = change;
    const place = this.#at.length;
    this.#names.note(profile, this.first + place);
    this.#counts[change.kind === 'segment' ? change.change : 'stage']++;
    this.#at.push(at);
    this.#profile.push(profile);
    this.#subject.push(this.#subjects.of(change));
    this.#messageIds.push(messageId);
  }

  at(place: number): FeedEvent | undefined {
    if (place < 0 || place >= this.length) return undefined;
    this.#made ??= new Array<FeedEvent | undefined>(this.length);
    return (this.#made[place] ??= this.#make(place));
  }

  release(): void {
    this.#names.release(this.first + this.length);
  }

  *[Symbol.iterator](): Iterator<FeedEvent> {
    for (let place = 0; place < this.length; place++) yield this.at(place) as FeedEvent;
  }

  #make(place: number): FeedEvent {
    const seq = this.first + place;
    const subject = this.#subject[place] as Subject;
    const { cause } = subject;
    const messageId = this.#messageIds[place];
    const shared = {
      seq,
      at: this.#at[place] as Instant,
      customer: this.#names.of(this.#profile[place] as number, seq),
      cause,
      ...(messageId === undefined ? undefined : { messageId }),
    };
    if (subject.kind === 'segment') {
      const { segment, version, change } = subject;
      return { ...shared, kind: 'segment', segment, version, change };
    }
    const { lifecycle, from, to } = subject;
    return {
      ...shared,
      kind: 'stage',
      lifecycle,
      ...(from === undefined ? undefined : { from }),
      ...(to === undefined ? undefined : { to }),
    };
  }
}
