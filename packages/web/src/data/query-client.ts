/** How answers are kept: shown at once when they were had before, asked anew when they may have changed. */

import { SegueError } from '@segue/client/problem-error.ts';
import { QueryCache, QueryClient } from '@tanstack/react-query';

import { askedAgainMs } from './as-of.ts';
import { isSignedOut } from './client.ts';
import { noteAnswer, noteSilence, whenBack } from './connection.ts';
import { liveChanges } from './live-changes.ts';
import { withTold } from './live-sizes.ts';
import { lifecyclesQuery, liveSizesQuery, type Segment, segmentQuery, segmentsQuery } from './queries.ts';

const freshMs = 10_000;
/** How soon what was not there is asked again, such as the history store, which opens some seconds after the service. */
const awayMs = 5_000;

/** `onSignedOut`: the session has ended meanwhile. */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  const client = new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (isSignedOut(error)) onSignedOut();
        else if (error instanceof SegueError && error.status === 0) noteSilence(Date.now());
      },
      onSuccess: () => {
        noteAnswer();
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: freshMs,
        retry: false,
        refetchOnWindowFocus: true,
        refetchInterval: ({ state: { data, dataUpdateCount, error } }) =>
          isAway(error) ? awayMs : askedAgainMs(data, dataUpdateCount, Date.now()),
      },
    },
  });
  whenBack(() => {
    void client.invalidateQueries();
  });
  keepSizesFresh(client);
  return client;
}

function isAway(error: unknown): boolean {
  return error instanceof SegueError && error.status === 503;
}

/** Sizes are told by the stream; what is defined is asked anew where a name came or went. */
function keepSizesFresh(client: QueryClient): void {
  liveChanges.onSizes = (told) => {
    const known = client.getQueryData(liveSizesQuery.queryKey);
    client.setQueryData(liveSizesQuery.queryKey, withTold(known, told));
    const sizes = told.segments ?? {};
    const names = client.getQueryData(segmentsQuery.queryKey)?.map(({ name }) => name);
    if (hasOthers(names, sizes)) {
      void client.invalidateQueries({ ...segmentsQuery, exact: true });
    }
    keep(client, segmentsQuery.queryKey, (all: readonly Segment[]) =>
      all.map((segment) => withSize(segment, sizes[segment.name])),
    );
    for (const [name, size] of Object.entries(sizes)) {
      keep(client, segmentQuery(name).queryKey, (segment: Segment) => withSize(segment, size));
    }
    const lifecycles = client.getQueryData(lifecyclesQuery.queryKey)?.items.map(({ name }) => name);
    if (hasOthers(lifecycles, told.lifecycles ?? {})) {
      void client.invalidateQueries({ ...lifecyclesQuery, exact: true });
    }
  };
}

/** Whether something is told of a name that is not known, or that one is no more; not where nothing was asked for yet. */
function hasOthers(known: readonly string[] | undefined, told: Readonly<Record<string, unknown>>): boolean {
  if (known === undefined) return false;
  const names = new Set(known);
  return Object.entries(told).some(([name, of]) => (of === null) === names.has(name));
}

/** What is known, changed: it is no fresher by that, and what is to be asked anew is left to that. */
function keep<T>(client: QueryClient, queryKey: readonly unknown[], change: (known: T) => T): void {
  const state = client.getQueryState<T>(queryKey);
  if (state?.data === undefined || state.isInvalidated) return;
  client.setQueryData<T>(queryKey, change(state.data), { updatedAt: state.dataUpdatedAt });
}

function withSize(segment: Segment, size: number | null | undefined): Segment {
  return typeof size === 'number' && size !== segment.size ? { ...segment, size } : segment;
}
