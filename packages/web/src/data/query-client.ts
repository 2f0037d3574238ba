/** How answers are kept: shown at once when they were had before, asked anew when they may have changed. */

import { SegueError } from '@segue/client/problem-error.ts';
import { QueryCache, QueryClient } from '@tanstack/react-query';

import { isSignedOut } from './client.ts';
import { noteAnswer, noteSilence, whenBack } from './connection.ts';
import { liveChanges } from './live-changes.ts';
import { segmentsQuery } from './queries.ts';

const freshMs = 10_000;
const sizesEveryMs = 1_000;

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

/** Sizes are asked anew when somebody has moved, at most once in a while. */
function keepSizesFresh(client: QueryClient): void {
  let timer: ReturnType<typeof setTimeout> | undefined = undefined;
  liveChanges.onChange = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void client.invalidateQueries({ ...segmentsQuery, exact: true });
    }, sizesEveryMs);
  };
}
