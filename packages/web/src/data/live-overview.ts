/** The overview as the service tells it, over one connection while somebody looks. */

import type { Output } from '@segue/client/operation-types.ts';
import { useSyncExternalStore } from 'react';

import { ToldStream } from './told-stream.ts';

export type OverviewNow = Output<'getOverview'>;

class LiveOverview {
  readonly #stream = new ToldStream('/api/overview/stream', (told) => {
    this.#now = told as OverviewNow;
    for (const listener of this.#listeners) listener();
  });
  #now: OverviewNow | undefined = undefined;
  #stop: (() => void) | undefined = undefined;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#stop ??= this.#stream.listen();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#stop?.();
      this.#stop = undefined;
      // What is shown first when somebody comes back is asked anew, not remembered.
      this.#now = undefined;
    };
  };

  readonly snapshot = (): OverviewNow | undefined => this.#now;
}

const liveOverview = new LiveOverview();

/** Undefined until the first word of the stream. */
export function useLiveOverview(): OverviewNow | undefined {
  return useSyncExternalStore(liveOverview.subscribe, liveOverview.snapshot);
}
