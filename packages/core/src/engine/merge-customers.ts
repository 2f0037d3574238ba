/**
 * What identity asks of the engine: a profile for somebody new, and one of two that turn out to be the same person.
 */

import { defined } from '../base/assert.ts';
import type { EngineState } from './engine-state.ts';
import type { ProfileKeeper } from './identity.ts';
import { mergeProfiles } from './merge.ts';
import { noteLists } from './take-list.ts';

/** `bring` has a customer move here who lives in another partition. */
export function keeperOf(state: EngineState, bring: (id: number) => void): ProfileKeeper {
  return {
    create: (sampleId) => {
      const id = state.registry.give(state.partition);
      state.profiles.addAt(id, sampleId);
      return id;
    },
    merge: (survivor, gone) => {
      bring(survivor);
      bring(gone);
      mergeCustomers(state, survivor, gone);
    },
  };
}

function mergeCustomers(state: EngineState, survivor: number, gone: number): void {
  const to = defined(state.profiles.use(survivor), 'a surviving profile');
  const from = defined(state.profiles.use(gone), 'a merged profile');
  const isNew = to.bornAt > state.now;
  state.options.onMerge?.(survivor, gone);
  state.report.hold(to);
  mergeProfiles(to, from, state.plan, state.now, state.keepsMessages);
  state.profiles.remove(gone);
  state.history.merge(survivor, gone);
  if (state.lists.size > 0) noteLists(state, to, state.now);
  if (to.bornAt > state.now) return;
  if (isNew) state.machine.beginOutside(to);
  state.machine.renew(to, state.now);
  state.machine.settle(to, state.now);
  state.enqueue(to);
}
