/**
 * What is said of changes, and when. Most are passed on as they happen. While customers are built anew nothing is said,
 * and what a merging message does is held back until it is done with, so that only what lasts is told.
 */

import { defined } from '../base/assert.ts';
import type { Change } from '../model/change.ts';
import type { Plan } from './make-plan.ts';
import type { Customers } from './customers.ts';
import { answerOf, type Profile, sinceOf } from './profile.ts';
import { isMember } from './stored-answers.ts';

/** Changes of one message, held back until it is done with, and the survivor's memberships before. */
type Held = { readonly changes: Change[]; readonly memberships: ReadonlyMap<number, number> };

export class ChangeReport {
  readonly #onChange: (change: Change) => void;
  #silent = false;
  #held: Held | undefined = undefined;

  constructor(onChange: (change: Change) => void) {
    this.#onChange = onChange;
  }

  readonly emit = (change: Change): void => {
    if (this.#silent) return;
    if (this.#held === undefined) this.#onChange(change);
    else this.#held.changes.push(change);
  };

  /** Says nothing until `speak`: while customers are built anew. */
  silence(): void {
    this.#silent = true;
  }

  speak(): void {
    this.#silent = false;
  }

  /** A message that merges is one input: what one step of it does and another undoes was never so. */
  hold(survivor: Profile): void {
    this.#held ??= { changes: [], memberships: membershipsOf(survivor) };
  }

  /** Reports what was held back, with the cause that decided it. */
  release(profiles: Customers, plan: Plan): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    for (const change of lastingChanges(held.changes)) this.#onChange(change);
    keepSince(held, profiles, plan);
  }
}

function membershipsOf({ memberships }: Profile): ReadonlyMap<number, number> {
  const answers = new Map<number, number>();
  for (let i = 0; i < memberships.size; i++) answers.set(memberships.keyAt(i), memberships.valueAt(i));
  return answers;
}

/** Leaves out pairs that undo each other. */
function lastingChanges(changes: readonly Change[]): readonly Change[] {
  const bySubject = new Map<string, Change[]>();
  for (const change of changes) {
    const key = `${change.kind} ${change.profile} ${change.kind === 'segment' ? change.segment : change.lifecycle}`;
    bySubject.set(key, [...(bySubject.get(key) ?? []), change]);
  }
  const lasting = new Set<Change>();
  for (const steps of bySubject.values()) {
    const [first, last] = [steps[0], steps[steps.length - 1]];
    if (first === undefined || last === undefined) continue;
    const back =
      first.kind === 'segment' ? steps.length % 2 === 0 : last.kind === 'stage' && first.from === last.to;
    if (back) continue;
    const from = first.kind === 'stage' && last.kind === 'stage' ? first.from : undefined;
    lasting.add(from === undefined ? last : ({ ...last, from } as Change));
  }
  return [...lasting];
}

/** Who left and came back within the message has been there all the time. */
function keepSince({ changes, memberships }: Held, profiles: Customers, plan: Plan): void {
  for (const change of changes) {
    const p = profiles.use(change.profile);
    if (p === undefined || change.kind !== 'segment') continue;
    const unit = defined(plan.segments.get(change.segment), 'a segment');
    const answer = memberships.get(unit.id);
    if (answer !== undefined && answerOf(answer) && isMember(p, unit)) {
      p.setMembership(unit.id, true, sinceOf(answer));
    }
  }
}
