/** The overview as the service tells it, over one connection while somebody looks; the browser mends a break by itself. */

import type { Output } from '@segue/client/operation-types.ts';
import { useSyncExternalStore } from 'react';

export type OverviewNow = Output<'getOverview'>;

class LiveOverview {
  #now: OverviewNow | undefined = undefined;
  #source: EventSource | undefined = undefined;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    this.#source ??= this.#open();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#source?.close();
      this.#source = undefined;
      // What is shown first when somebody comes back is asked anew, not remembered.
      this.#now = undefined;
    };
  };

  readonly snapshot = (): OverviewNow | undefined => this.#now;

  #open(): EventSource {
    const source = new EventSource('/api/overview/stream');
    source.onmessage = ({ data }: MessageEvent<string>) => {
      this.#now = JSON.parse(data) as OverviewNow;
      for (const listener of this.#listeners) listener();
    };
    return source;
  }
}

const liveOverview = new LiveOverview();

/** Undefined until the first word of the stream. */
export function useLiveOverview(): OverviewNow | undefined {
  return useSyncExternalStore(liveOverview.subscribe, liveOverview.snapshot);
}
