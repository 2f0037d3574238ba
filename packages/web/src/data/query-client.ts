/** How answers are kept: shown at once when they were had before, asked anew when they may have changed. */

import { SegueError } from '@segue/client/problem-error.ts';
import { QueryCache, QueryClient } from '@tanstack/react-query';

import { isSignedOut } from './client.ts';
import { noteAnswer, noteSilence, whenBack } from './connection.ts';
import { liveChanges } from './live-changes.ts';
import { withTold } from './live-sizes.ts';
import { lifecyclesQuery, liveSizesQuery, segmentQuery, segmentsQuery } from './queries.ts';

const freshMs = 10_000;

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
      queries: { staleTime: freshMs, retry: false, refetchOnWindowFocus: true },
    },
  });
  whenBack(() => {
    void client.invalidateQueries();
  });
  keepSizesFresh(client);
  return client;
}

/** Sizes are told by the stream; what is defined is asked anew where a name came or went. */
function keepSizesFresh(client: QueryClient): void {
  liveChanges.onSizes = (told) => {
    const known = client.getQueryData(liveSizesQuery.queryKey);
    client.setQueryData(liveSizesQuery.queryKey, withTold(known, told));
    const sizes = told.segments ?? {};
    const listed = client.getQueryData(segmentsQuery.queryKey);
    if (listed !== undefined) {
      const names = new Set(listed.map(({ name }) => name));
      const isOther = Object.entries(sizes).some(([name, size]) => (size === null) === names.has(name));
      if (isOther) void client.invalidateQueries({ ...segmentsQuery, exact: true });
      client.setQueryData(
        segmentsQuery.queryKey,
        listed.map((segment) => {
          const size = sizes[segment.name];
          return typeof size === 'number' && size !== segment.size ? { ...segment, size } : segment;
        }),
      );
    }
    for (const [name, size] of Object.entries(sizes)) {
      const segment = client.getQueryData(segmentQuery(name).queryKey);
      if (segment !== undefined && size !== null) {
        client.setQueryData(segmentQuery(name).queryKey, { ...segment, size });
      }
    }
    if (Object.values(told.lifecycles ?? {}).includes(null)) {
      void client.invalidateQueries({ queryKey: lifecyclesQuery.queryKey });
    }
  };
}
