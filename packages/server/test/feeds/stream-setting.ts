/** A feed in memory, and the routes by which it is followed: what tests of streams begin with. */

import { afterAll } from 'vitest';

import type { Principal } from '../../src/catalog/grants.ts';
import { ChangeFeed } from '../../src/feeds/change-feed.ts';
import type { FeedEvent } from '../../src/feeds/feed.ts';
import { MemoryFeedStore } from '../../src/feeds/memory-feed-store.ts';
import type { StreamLimits } from '../../src/feeds/open-streams.ts';
import { streamRoutes, type StreamOptions } from '../../src/feeds/stream-routes.ts';
import { type Door, openDoor } from './door.ts';
import { plainEvents, start } from './plain-events.ts';

export type Setting = Door & {
  readonly feed: ChangeFeed;
  readonly count: () => number;
  readonly gone: Set<string>;
  /** Says that somebody's access has changed. */
  readonly tell: () => void;
  clock: number;
};

const hourMs = 3_600_000;
/** No reader is let go of because this machine was slow. */
const patient: Partial<StreamLimits> = { heartbeatMs: hourMs, stallMs: hourMs, lastWordsMs: 60_000 };
/** Whoever does not take or answer is let go of at once. */
export const impatient: Partial<StreamLimits> = { heartbeatMs: 20, stallMs: 200, lastWordsMs: 200 };
const open: Setting[] = [];
afterAll(async () => {
  await Promise.all(open.map(({ app }) => app.close()));
});

/** A feed with its doors, closed when the file has been run. */
export async function setting(
  limits: Partial<StreamLimits> = {},
  more: Partial<StreamOptions> = {},
): Promise<Setting> {
  const feed = new ChangeFeed({
    store: new MemoryFeedStore(),
    now: () => start,
    onFault: () => undefined,
    keepEventsMax: 10_000,
    writeAfterMs: 0,
  });
  let count = (): number => 0;
  const gone = new Set<string>();
  let told = (): void => undefined;
  const door = await openDoor(
    streamRoutes({
      feed,
      now: () => made.clock,
      findProfile: (identifier) => {
        const [, number] = /^(?:user_id:)?u([0-6])$/u.exec(identifier) ?? [];
        return number === undefined ? undefined : Number(number);
      },
      grants: {
        isCurrent: ({ id }: Principal) => !gone.has(id),
        watch: (listener) => {
          told = listener;
          return () => undefined;
        },
      },
      limits: { ...patient, ...limits },
      watch: (read) => {
        count = read;
      },
      ...more,
    }),
  );
  const tell = (): void => {
    told();
  };
  const made: Setting = { ...door, feed, gone, tell, clock: start, count: () => count() };
  open.push(made);
  return made;
}

export const seqs = (events: readonly { id?: string | undefined }[]): number[] =>
  events.map(({ id }) => Number(id));
export const wanted = (from: number, to: number, test: (event: FeedEvent) => boolean): number[] =>
  plainEvents(from, to)
    .filter(test)
    .map(({ seq }) => seq);
