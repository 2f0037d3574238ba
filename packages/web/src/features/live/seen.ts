/** What comes over a connection of its own, which brings messages and changes in one order and is open while somebody looks. */

import type { StreamItem } from '@segue/client/change-stream.ts';
import { useEffect, useState } from 'react';

import { api, isSignedOut } from '../../data/client.ts';
import { liveChanges } from '../../data/live-changes.ts';
import { seenChange, type SeenState, withSeen } from './seen-state.ts';

/** What comes within it is shown together. */
const gatherMs = 100;
const againMs = 2_000;

/** From when the view was opened; it begins with the changes that the app has seen before. */
export function useSeen(): SeenState {
  const [state, setState] = useState<SeenState>(() => ({
    items: liveChanges.state.changes.map(seenChange),
    count: 0,
    hasGap: false,
  }));
  useEffect(() => {
    const leaving = new AbortController();
    void listen(leaving.signal, (items) => {
      setState((was) => withSeen(was, items));
    });
    return () => {
      leaving.abort();
    };
  }, []);
  return state;
}

async function listen(signal: AbortSignal, tell: (items: readonly StreamItem[]) => void): Promise<void> {
  let fresh: StreamItem[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined = undefined;
  const gathered = (): void => {
    timer = undefined;
    tell(fresh);
    fresh = [];
  };
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
  });
  while (!signal.aborted) {
    try {
      for await (const item of api.changes({ messages: true, signal })) {
        fresh.push(item);
        timer ??= setTimeout(gathered, gatherMs);
      }
    } catch (error) {
      if (isSignedOut(error)) return;
    }
    await new Promise((resolve) => setTimeout(resolve, againMs));
  }
}
