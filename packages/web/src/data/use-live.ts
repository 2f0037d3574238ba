/** Live changes in a component. */

import { useSyncExternalStore } from 'react';

import { liveChanges, type LiveState } from './live-changes.ts';

export function useLive(): LiveState {
  return useSyncExternalStore(liveChanges.subscribe, liveChanges.snapshot);
}
