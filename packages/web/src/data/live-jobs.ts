/** Backtests and suggestions as the service tells them, while somebody looks at one: how far it is, and when it is done. */

import { type QueryClient, type QueryKey, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';

import type { Job } from './authoring-queries.ts';
import { ToldStream } from './told-stream.ts';

type JobsTold = { readonly jobs: readonly Job[]; readonly removed: readonly string[] };
type Kept = { readonly job: Job };

let client: QueryClient | undefined = undefined;
const stream = new ToldStream('/api/jobs/stream', (told) => {
  if (client !== undefined) takeTold(client, told as JobsTold);
});

/** Keeps what is known of jobs as it is now. */
export function useLiveJobs(): void {
  const queryClient = useQueryClient();
  useEffect(() => {
    client = queryClient;
    return stream.listen();
  }, [queryClient]);
}

/** Of one that is over, what it found is asked for; a list that knows another one is asked for anew. */
export function takeTold(queryClient: QueryClient, { jobs, removed }: JobsTold): void {
  for (const job of jobs) {
    const kind = job.kind === 'backtest' ? 'backtests' : 'suggestions';
    const key = [kind, job.id];
    const known = queryClient.getQueryData<Kept>(key);
    if (known !== undefined) queryClient.setQueryData<Kept>(key, { ...known, job });
    if (known === undefined) void askAnew(queryClient, key);
    else if (known.job.state !== job.state) void queryClient.invalidateQueries({ queryKey: key });
    const listed = queryClient.getQueryData<{ readonly items: readonly Job[] }>([kind]);
    if (listed !== undefined && listed.items.find(({ id }) => id === job.id)?.state !== job.state) {
      void queryClient.invalidateQueries({ queryKey: [kind], exact: true });
    }
  }
  for (const id of removed) {
    for (const kind of ['backtests', 'suggestions']) {
      const listed = queryClient.getQueryData<{ readonly items: readonly Job[] }>([kind]);
      if (listed?.items.some((job) => job.id === id) === true) {
        void queryClient.invalidateQueries({ queryKey: [kind], exact: true });
      }
    }
  }
}

/** An answer that is on its way may be from before what was told; one that nobody waits for is left alone. */
async function askAnew(queryClient: QueryClient, queryKey: QueryKey): Promise<void> {
  if (queryClient.isFetching({ queryKey, exact: true }) === 0) return;
  await queryClient.cancelQueries({ queryKey, exact: true });
  await queryClient.refetchQueries({ queryKey, exact: true });
}
