/** Questions about the workspace as a whole. */

import type { Output } from '@segue/client/operation-types.ts';
import { queryOptions } from '@tanstack/react-query';

import { api } from './client.ts';

export type Workspace = Output<'getWorkspace'>;
export type Moves = Output<'getMoves'>;

export const workspaceQuery = queryOptions({
  queryKey: ['workspace'],
  queryFn: ({ signal }) => api.call('getWorkspace', {}, { signal }),
  staleTime: Infinity,
});

/** Asked once; the stream tells what comes after it. */
export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: ({ signal }) => api.call('getOverview', {}, { signal }),
});

/** Since an instant, up to now. */
export const movesQuery = (from: string) =>
  queryOptions({
    queryKey: ['moves', from],
    queryFn: ({ signal }) => api.call('getMoves', { query: { from, fresh: true } }, { signal }),
  });
