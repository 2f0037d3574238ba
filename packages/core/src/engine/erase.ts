/**
 * Erasure: a customer leaves all segments and is forgotten. Messages from before that name them are no longer taken,
 * so what is played again does not bring them back.
 */

import type { Identifier, Message } from '../model/message.ts';
import type { Applied } from './engine.ts';
import { type EngineState, NO_NOTICES } from './engine-state.ts';
import type { Profile } from './profile.ts';
import { isMember } from './stored-answers.ts';
import { stagesOf } from './views.ts';

/** Forgets a customer, known or not: what is told of them later, if dated before now, is not taken. */
export function eraseCustomer(state: EngineState, customer: Identifier): Applied {
  const id = state.identity.owner(customer.kind, customer.value);
  const p = id === undefined ? undefined : state.profiles.use(id);
  if (id === undefined || p === undefined) {
    state.erased.set(keyOf(customer), state.now);
    return { ignored: 'unknown_customer', notices: NO_NOTICES };
  }
  exitAll(state, p);
  for (const identifier of state.identity.remove(id)) state.erased.set(keyOf(identifier), state.now);
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

/** Key of `EngineState.erased`. */
function keyOf({ kind, value }: Identifier): string {
  return `${kind} ${value}`;
}
