/** Questions that no definition asks: the customer is built anew from history, under a plan made for the question. */

import type { Compiler } from './compiler.ts';
import type { EngineState } from './engine-state.ts';
import { Machine } from './machine.ts';
import { makePlanFor } from './make-plan.ts';
import { Profile } from './profile.ts';

/** The question compiled, and the customer to ask it of. */
export function ask<T>(
  state: EngineState,
  old: Profile,
  question: (compiler: Compiler) => T,
): { readonly compiled: T; readonly p: Profile } {
  const { plan, compiled } = makePlanFor(state.env, state.plan.definitions, question);
  const machine = new Machine(plan, () => undefined);
  const p = new Profile(old.id, old.sampleId);
  p.bornAt = old.bornAt;
  p.facts = old.facts;
  for (const message of state.messagesOf(p.id)) machine.load(p, message, state.now);
  machine.renew(p, state.now);
  machine.settle(p, state.now);
  return { compiled, p };
}
