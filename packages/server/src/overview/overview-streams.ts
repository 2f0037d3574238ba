/**
 * The overview for whoever watches it: one answer a second for all of them, none while nobody does, and none where nothing
 * but the time has changed.
 */

import type { ServerResponse } from 'node:http';

import type { Principal, StandingGrants } from '../catalog/grants.ts';
import type { Overview, OverviewNow } from './overview.ts';

export type OverviewStreamsOptions = {
  readonly overview: Overview;
  readonly grants: StandingGrants;
  readonly onFault: (error: unknown) => void;
};

const everyMs = 1_000;
const streamsMax = 500;
/** A stream that has said nothing for so long says so, and whether its reader may still read is looked at. */
const beatMs = 15_000;
/** What may wait for a reader; one that takes less is let go, and comes again by itself. */
const waitingBytesMax = 262_144;

type Watcher = {
  readonly response: ServerResponse;
  readonly principal: Principal;
  told: string;
  beatAt: number;
};

export class OverviewStreams {
  readonly #options: OverviewStreamsOptions;
  readonly #watchers = new Set<Watcher>();
  #timer: NodeJS.Timeout | undefined = undefined;
  #isAsking = false;
  #stopped = false;

  constructor(options: OverviewStreamsOptions) {
    this.#options = options;
  }

  get hasRoom(): boolean {
    return this.#watchers.size < streamsMax && !this.#stopped;
  }

  /** The response is this one's from here on. */
  open(response: ServerResponse, principal: Principal): void {
    const watcher: Watcher = { response, principal, told: '', beatAt: performance.now() };
    const release = (): void => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
    response.on('close', release);
    response.on('error', release);
    response.socket?.setNoDelay(true);
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    response.write('retry: 1000\n\n');
    this.#watchers.add(watcher);
    this.#timer ??= setInterval(() => {
      void this.#tell();
    }, everyMs).unref();
    void this.#tell();
    if (response.destroyed) release();
  }

  stop(): void {
    this.#stopped = true;
    for (const { response } of this.#watchers) response.end();
  }

  async #tell(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      const now = await this.#options.overview.now();
      const essence = essenceOf(now);
      const text = `data: ${JSON.stringify(now)}\n\n`;
      for (const watcher of this.#watchers) this.#tellOne(watcher, essence, text);
    } catch (error) {
      this.#options.onFault(error);
    } finally {
      this.#isAsking = false;
    }
  }

  #tellOne(watcher: Watcher, essence: string, text: string): void {
    const { response, principal, told, beatAt } = watcher;
    if (response.writableEnded) return;
    const isBeat = performance.now() - beatAt >= beatMs;
    if (isBeat) watcher.beatAt = performance.now();
    if (isBeat && !this.#options.grants.isCurrent(principal)) {
      response.end();
      return;
    }
    if (told !== essence) response.write(text);
    else if (isBeat) response.write(': \n\n');
    watcher.told = essence;
    if (response.writableLength > waitingBytesMax) response.destroy();
  }
}

/** All of it but the clock; how far history lags is told by the second. */
function essenceOf({ at: _, history: { state, lagMs }, ...rest }: OverviewNow): string {
  return JSON.stringify([rest, state, Math.floor(lagMs / 1_000)]);
}
