/** Questions to the API by name, so that every view that asks the same shares the answer. */

import type { Output } from '@segue/client/operation-types.ts';
import { SegueError } from '@segue/client/problem-error.ts';
import { infiniteQueryOptions, queryOptions, skipToken } from '@tanstack/react-query';

import { api } from './client.ts';
import type { LiveSizes } from './live-sizes.ts';

export type Segment = Output<'getSegment'>;
export type Profile = Output<'getProfile'>;
export type Session = Output<'getSession'>;
export type Role = Session['role'];

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => api.call('getSession', {}, { signal }),
  staleTime: Infinity,
});

export const segmentsQuery = queryOptions({
  queryKey: ['segments'],
  queryFn: async ({ signal }): Promise<readonly Segment[]> => {
    const all: Segment[] = [];
    for await (const segment of api.each('listSegments', { query: { limit: 200 } }, { signal })) {
      all.push(segment);
    }
    return all;
  },
});

export const segmentQuery = (name: string) =>
  queryOptions({
    queryKey: ['segments', name],
    queryFn: ({ signal }) => api.call('getSegment', { path: { name } }, { signal }),
  });

export const versionsQuery = (name: string) =>
  queryOptions({
    queryKey: ['segments', name, 'versions'],
    queryFn: ({ signal }) =>
      api.call('listSegmentVersions', { path: { name }, query: { limit: 50 } }, { signal }),
  });

/** The first few customers whom what was typed finds. */
export const foundCustomersQuery = (typed: string) =>
  queryOptions({
    queryKey: ['customers', 'found', typed],
    queryFn: ({ signal }) =>
      api.call('listCustomers', { query: { q: typed.slice(0, 200), limit: 6 } }, { signal }),
  });

/** What time alone will bring, a day each. */
export const forecastQuery = (segment: string) =>
  queryOptions({
    queryKey: ['segments', segment, 'forecast'],
    queryFn: ({ signal }) =>
      api.call('forecastSegment', { path: { segment }, query: { days: 7 } }, { signal }),
  });

export const profileQuery = (identifier: string) =>
  queryOptions({
    queryKey: ['profiles', identifier],
    queryFn: ({ signal }) =>
      api.call('getProfile', { path: { identifier }, query: { until: true } }, { signal }),
  });

/** `events`: these alone; empty for all. */
export const timelineQuery = (identifier: string, events: readonly string[] = []) =>
  infiniteQueryOptions({
    queryKey: ['profiles', identifier, 'timeline', ...events],
    queryFn: ({ signal, pageParam }) =>
      api.call(
        'getTimeline',
        {
          path: { identifier },
          query: {
            limit: 50,
            ...(events.length === 0 ? {} : { event: [...events] }),
            ...(pageParam === undefined ? {} : { before: pageParam }),
          },
        },
        { signal },
      ),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last) => last.before,
  });

export const explanationQuery = (identifier: string, segment: string) =>
  queryOptions({
    queryKey: ['profiles', identifier, 'explain', segment],
    queryFn: ({ signal }) => api.call('explain', { path: { identifier, segment } }, { signal }),
    staleTime: 0,
  });

export const lifecyclesQuery = queryOptions({
  queryKey: ['lifecycles'],
  queryFn: ({ signal }) => api.call('listLifecycles', { query: { limit: 200 } }, { signal }),
});

export const definitionsQuery = queryOptions({
  queryKey: ['definitions'],
  queryFn: ({ signal }) => api.call('getDefinitions', {}, { signal }),
});

export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: ({ signal }) => api.call('listUsers', { query: { limit: 200 } }, { signal }),
});

export const serverKeysQuery = queryOptions({
  queryKey: ['server-keys'],
  queryFn: ({ signal }) => api.call('listServerKeys', { query: { limit: 200 } }, { signal }),
});

export const writeKeysQuery = queryOptions({
  queryKey: ['write-keys'],
  queryFn: ({ signal }) => api.call('listWriteKeys', { query: { limit: 200 } }, { signal }),
});

/** `actor`: what one person or key did; '' for all. */
export const auditQuery = (actor: string) =>
  infiniteQueryOptions({
    queryKey: ['audit', actor],
    queryFn: ({ signal, pageParam }) =>
      api.call(
        'listAudit',
        {
          query: {
            limit: 100,
            ...(actor === '' ? {} : { actor }),
            ...(pageParam === undefined ? {} : { cursor: pageParam }),
          },
        },
        { signal },
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
  });

/** Each may do what those before it may. */
export const roles: readonly Role[] = ['viewer', 'marketer', 'admin'];

/** `rank('admin') > rank('viewer')`. */
export function rank(role: Role): number {
  return roles.indexOf(role);
}

export type SizeThroughTime = Output<'getSizeThroughTime'>;
export type RulePreview = Output<'previewRule'>;

export const sizeThroughTimeQuery = (
  segment: string,
  period: { readonly from: string; readonly to: string; readonly every: 'hour' | 'day' | 'week' },
) =>
  queryOptions({
    queryKey: ['segments', segment, 'size', period],
    queryFn: ({ signal }) =>
      api.call('getSizeThroughTime', { query: { of: segment, ...period } }, { signal }),
  });

export const overlapQuery = (sets: readonly string[]) =>
  queryOptions({
    queryKey: ['overlap', ...sets],
    queryFn: ({ signal }) => api.call('compareSets', { body: { sets: [...sets] } }, { signal }),
  });

/** One preview at a time: a later one takes the place of the one before, here and at the service. */
export const previewQuery = (rule: string) =>
  queryOptions({
    queryKey: ['preview', rule],
    queryFn: ({ signal }) =>
      api.call('previewRule', { body: { rule, name: 'editor', members: 12 } }, { signal }),
  });

/** Sizes as the stream tells them: never asked for, put here as they come. */
export const liveSizesQuery = queryOptions<LiveSizes>({
  queryKey: ['live-sizes'],
  queryFn: skipToken,
  staleTime: Infinity,
  gcTime: Infinity,
});

/** A small chart's worth of every segment; days do not change while one looks. */
export const sizesOfAllQuery = queryOptions({
  queryKey: ['sizes-of-all'],
  queryFn: ({ signal }) => api.call('getSizesOfAll', { query: { days: 30 } }, { signal }),
  staleTime: 300_000,
  // The history store begins some seconds after the service, and may be away: it comes by itself when it is there.
  retry: (failures, error) => failures < 60 && error instanceof SegueError && error.status === 503,
  retryDelay: 3_000,
});
