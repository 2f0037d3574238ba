/**
 * Something that changes, as server-sent events for whoever watches it: one look for all of them, none while nobody does,
 * and to each what they were not told yet. Whoever comes again after a break is told all anew, so nothing has to be kept.
 */

import type { ServerResponse } from 'node:http';

import type { Principal, StandingGrants } from '../catalog/grants.ts';

export type ToldStreamsOptions<Look, Told> = {
  /** Between two looks. */
  readonly everyMs: number;
  readonly look: () => Look | Promise<Look>;
  /** What somebody is told who was told `told`; undefined: they know. */
  readonly tell: (
    look: Look,
    told: Told | undefined,
  ) => { readonly told: Told; readonly data: string } | undefined;
  readonly grants: Pick<StandingGrants, 'isCurrent'>;
  readonly onFault: (error: unknown) => void;
};

const streamsMax = 500;
/** A stream that has said nothing for so long says so, and whether its reader may still read is looked at. */
const beatMs = 15_000;
/** What may wait for a reader; one that takes less is let go, and comes again by itself. */
const waitingBytesMax = 262_144;

type Watcher<Told> = {
  readonly response: ServerResponse;
  readonly principal: Principal;
  told: Told | undefined;
  beatAt: number;
};

export class ToldStreams<Look, Told> {
  readonly #options: ToldStreamsOptions<Look, Told>;
  readonly #watchers = new Set<Watcher<Told>>();
  #timer: NodeJS.Timeout | undefined = undefined;
  #isLooking = false;
  #stopped = false;

  constructor(options: ToldStreamsOptions<Look, Told>) {
    this.#options = options;
  }

  get hasRoom(): boolean {
    return this.#watchers.size < streamsMax && !this.#stopped;
  }

  /** The response is this one's from here on. */
  open(response: ServerResponse, principal: Principal): void {
    const watcher: Watcher<Told> = { response, principal, told: undefined, beatAt: performance.now() };
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
    }, this.#options.everyMs).unref();
    void this.#tell();
    if (response.destroyed) release();
  }

  stop(): void {
    this.#stopped = true;
    for (const { response } of this.#watchers) response.end();
  }

  async #tell(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      const look = await this.#options.look();
      for (const watcher of this.#watchers) this.#tellOne(watcher, look);
    } catch (error) {
      this.#options.onFault(error);
    } finally {
      this.#isLooking = false;
    }
  }

  #tellOne(watcher: Watcher<Told>, look: Look): void {
    const { response, principal, beatAt } = watcher;
    if (response.writableEnded) return;
    const isBeat = performance.now() - beatAt >= beatMs;
    if (isBeat) watcher.beatAt = performance.now();
    if (isBeat && !this.#options.grants.isCurrent(principal)) {
      response.end();
      return;
    }
    const telling = this.#options.tell(look, watcher.told);
    if (telling !== undefined) {
      watcher.told = telling.told;
      response.write(`data: ${telling.data}\n\n`);
    } else if (isBeat) response.write(': \n\n');
    if (response.writableLength > waitingBytesMax) response.destroy();
  }
}
