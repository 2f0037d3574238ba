/**
 * Erasure: a customer leaves all segments and is forgotten. Messages from before that name them are no longer taken,
 * so what is played again does not bring them back. Their names go from all lists, where whoever else is meant by one of
 * these names loses their place too.
 */

import type { Identifier, Message } from '../model/message.ts';
import type { Applied } from './engine.ts';
import { type EngineState, NO_NOTICES, type Partitions } from './engine-state.ts';
import type { Profile } from './profile.ts';
import { isMember } from './stored-answers.ts';
import { takeOffLists } from './take-list.ts';
import { stagesOf } from './views.ts';

/** Forgets a customer, known or not: what is told of them later, if dated before now, is not taken. `state`: where they live. */
export function eraseCustomer(parts: Partitions, state: EngineState, customer: Identifier): Applied {
  const id = state.identity.owner(customer.kind, customer.value);
  const known = id === undefined ? [] : state.identity.identifiersOf(id);
  const applied = forget(state, customer);
  takeOffLists(parts, new Set([customer, ...known].map(({ value }) => value)));
  return applied;
}

function forget(state: EngineState, customer: Identifier): Applied {
  const id = state.identity.owner(customer.kind, customer.value);
  const p = id === undefined ? undefined : state.profiles.use(id);
  if (id === undefined || p === undefined) {
    state.erased.set(keyOf(customer), state.now);
    state.identity.forgetRefused([customer], undefined);
    return { ignored: 'unknown_customer', notices: NO_NOTICES };
  }
  exitAll(state, p);
  const identifiers = [...state.identity.remove(id)];
  for (const identifier of identifiers) state.erased.set(keyOf(identifier), state.now);
  state.identity.forgetRefused(identifiers, id);
  state.profiles.remove(id);
  state.history.forget(id);
  return { profile: id, notices: NO_NOTICES };
}

function exitAll(state: EngineState, p: Profile): void {
  if (p.bornAt > state.now) return;
  for (const unit of state.plan.segments.values()) {
    if (!isMember(p, unit)) continue;
    const { name: segment, version } = unit;
    state.report.emit({
      kind: 'segment',
      profile: p.id,
      segment,
      version,
      change: 'exited',
      at: state.now,
      cause: 'erasure',
    });
  }
  for (const { lifecycle, stage } of stagesOf(state, p)) {
    state.report.emit({
      kind: 'stage',
      profile: p.id,
      lifecycle,
      from: stage,
      at: state.now,
      cause: 'erasure',
    });
  }
}

/** Whether a message is from before the erasure of somebody whom it names. */
export function isErased(state: EngineState, message: Message): boolean {
  return message.identifiers.some((identifier) => {
    const at = state.erased.get(keyOf(identifier));
    return at !== undefined && message.time < at;
  });
}

/**
 * Key of `EngineState.erased`: 128 bits of hash, so that what has to be remembered of somebody erased does not name them.
 * It tells whoever has the identifier already whether it was erased.
 */
function keyOf({ kind, value }: Identifier): string {
  const text = `${kind} ${value}`;
  let a = 0x9e3779b9;
  let b = 0x243f6a88;
  let c = 0xb7e15162;
  let d = 0x85ebca6b;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = b ^ Math.imul(a ^ unit, 0x239b961b);
    b = c ^ Math.imul(b ^ unit, 0xab0e9789);
    c = d ^ Math.imul(c ^ unit, 0x38b34ae5);
    d = a ^ Math.imul(d ^ unit, 0xa1e38b93);
  }
  a = Math.imul(c ^ (a >>> 18), 0x239b961b);
  b = Math.imul(d ^ (b >>> 22), 0xab0e9789);
  c = Math.imul(a ^ (c >>> 17), 0x38b34ae5);
  d = Math.imul(b ^ (d >>> 19), 0xa1e38b93);
  return [a ^ b ^ c ^ d, b ^ a, c ^ a, d ^ a]
    .map((word) => (word >>> 0).toString(16).padStart(8, '0'))
    .join('');
}
