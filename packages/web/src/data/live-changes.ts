/**
 * Changes as they happen, for the whole app over one connection: whoever listens gets those from now on, and the last few
 * that came before. A break is mended by the client, which goes on after the last number it saw.
 */

import type { Change, SizesChange } from '@segue/client/change-stream.ts';

import { api, isSignedOut } from './client.ts';

export type { Change } from '@segue/client/change-stream.ts';

/** Kept in memory, newest first. */
export const keptChangesMax = 500;
const againMs = 2_000;

export type LiveState = {
  /** Newest first. */
  readonly changes: readonly Change[];
  /** Since the page was opened. */
  readonly entered: number;
  readonly exited: number;
  readonly hasGap: boolean;
};

type Listener = () => void;

class LiveChanges {
  #state: LiveState = { changes: [], entered: 0, exited: 0, hasGap: false };
  readonly #listeners = new Set<Listener>();
  /** Called with what has become another size: all sizes first, and again after every break. */
  onSizes: (sizes: SizesChange) => void = () => undefined;
  #stop: AbortController | undefined = undefined;
  /** Changes that came since the listeners were told. */
  #fresh: Change[] = [];
  #isTelling = false;

  get state(): LiveState {
    return this.#state;
  }

  /** For `useSyncExternalStore`. */
  readonly subscribe = (listener: Listener): (() => void) => {
    this.#listeners.add(listener);
    if (this.#stop === undefined) void this.#run();
    return () => {
      this.#listeners.delete(listener);
    };
  };

  readonly snapshot = (): LiveState => this.#state;

  /** Ends the connection and forgets what came: somebody else may sign in. */
  reset(): void {
    this.#stop?.abort();
    this.#stop = undefined;
    this.#fresh = [];
    this.#state = { changes: [], entered: 0, exited: 0, hasGap: false };
  }

  async #run(): Promise<void> {
    const stop = new AbortController();
    this.#stop = stop;
    while (!stop.signal.aborted) {
      try {
        for await (const item of api.changes({ sizes: true, signal: stop.signal })) {
          if (item.kind === 'change') this.#take(item.change);
          else if (item.kind === 'sizes') this.onSizes(item.sizes);
          else if (item.kind === 'gap') this.#state = { ...this.#state, hasGap: true };
        }
      } catch (error) {
        if (isSignedOut(error)) return;
      }
      await new Promise((resolve) => setTimeout(resolve, againMs));
    }
  }

  /** Many changes of one moment are one telling. */
  #take(change: Change): void {
    this.#fresh.push(change);
    if (this.#isTelling) return;
    this.#isTelling = true;
    setTimeout(() => {
      this.#isTelling = false;
      this.#tell();
    }, 60);
  }

  #tell(): void {
    const fresh = this.#fresh;
    this.#fresh = [];
    const { changes } = this.#state;
    let { entered, exited } = this.#state;
    for (const { change } of fresh) {
      if (change === 'entered') entered++;
      if (change === 'exited') exited++;
    }
    const newest = fresh.reverse();
    this.#state = {
      changes: [...newest, ...changes].slice(0, keptChangesMax),
      entered,
      exited,
      hasGap: this.#state.hasGap,
    };
    for (const listener of this.#listeners) listener();
  }
}

export const liveChanges = new LiveChanges();
