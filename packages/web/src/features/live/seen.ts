/**
 * What comes while somebody looks: messages and changes, in one order, over a connection of its own that is open as long as the
 * view is. Changes of before it began, which the whole app hears of, are not missing.
 */

import type { StreamItem } from '@segue/client/change-stream.ts';
import { useEffect, useState } from 'react';

import { api, isSignedOut } from '../../data/client.ts';
import { liveChanges } from '../../data/live-changes.ts';
import { seenChange, type SeenState, withSeen } from './seen-state.ts';

/** What comes within it is shown together. */
const gatherMs = 100;
const againMs = 2_000;

/** It begins with the changes that the app has seen before. */
export function useSeen(): SeenState {
  const [state, setState] = useState<SeenState>(() => ({
    items: liveChanges.state.changes.map(seenChange),
    count: 0,
    hasGap: false,
  }));
  useEffect(() => {
    const leaving = new AbortController();
    const tell = gathering(leaving.signal, (items) => {
      setState((was) => withSeen(was, items));
    });
    const own: Own = { from: Infinity };
    const stop = listenToOthers(own, tell);
    void listen(own, leaving.signal, tell);
    return () => {
      stop();
      leaving.abort();
    };
  }, []);
  return state;
}

type Tell = (items: readonly StreamItem[]) => void;

/** Many of one moment are one telling. */
function gathering(signal: AbortSignal, tell: Tell): Tell {
  let fresh: StreamItem[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined = undefined;
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
  });
  return (items) => {
    fresh.push(...items);
    timer ??= setTimeout(() => {
      timer = undefined;
      tell(fresh);
      fresh = [];
    }, gatherMs);
  };
}

/** Number of the first change that the connection of this view has brought. */
type Own = { from: number };

/** Changes that the app has heard of, as long as this view's connection does not bring them. */
function listenToOthers(own: Own, tell: Tell): () => void {
  let told = -1;
  const look = (): void => {
    const { changes } = liveChanges.state;
    const fresh = changes.filter(({ seq }) => seq > told && seq < own.from).reverse();
    told = changes[0]?.seq ?? told;
    if (fresh.length > 0) tell(fresh.map((change) => ({ kind: 'change', change })));
  };
  look();
  return liveChanges.subscribe(look);
}

async function listen(own: Own, signal: AbortSignal, tell: Tell): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const item of api.changes({ messages: true, signal })) {
        if (item.kind === 'change') own.from = Math.min(own.from, item.change.seq);
        tell([item]);
      }
    } catch (error) {
      if (isSignedOut(error)) return;
    }
    await new Promise((resolve) => setTimeout(resolve, againMs));
  }
}
