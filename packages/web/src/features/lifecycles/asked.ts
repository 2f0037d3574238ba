/** Questions of this view: about a period, and about the one before it. */

import type { Output } from '@segue/client/operation-types.ts';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';

import type { Period } from '../../charts/days.ts';
import type { ChosenPeriod } from '../../charts/period.tsx';
import { api } from '../../data/client.ts';
import { choiceOf, type RfmPick } from './rfm-cells.ts';

export type Flows = Output<'getFlows'>;
export type Conversions = Output<'getConversions'>;
export type Stay = Output<'getStay'>;
export type Returns = Output<'getReturns'>;
export type Retention = Output<'getRetention'>;
export type RfmTable = Output<'getRfmTable'>;
export type RefreshMoves = Output<'previewRefresh'>;

/** What a view about a chosen period is told of it. */
export type Chosen = Pick<ChosenPeriod, 'days' | 'until' | 'isPast'>;

export const flowsQuery = (lifecycle: string, period: Period) =>
  queryOptions({
    queryKey: ['lifecycles', lifecycle, 'flows', period],
    queryFn: ({ signal }) => api.call('getFlows', { query: { lifecycle, ...period } }, { signal }),
  });

export const conversionsQuery = (lifecycle: string, period: Period) =>
  queryOptions({
    queryKey: ['lifecycles', lifecycle, 'conversions', period],
    queryFn: ({ signal }) => api.call('getConversions', { query: { lifecycle, ...period } }, { signal }),
  });

/** `of`: a segment, or a stage as in `default.active`. Followed to the end of the period, so that periods can be compared. */
export const stayQuery = (of: string, { from, to }: Period) =>
  queryOptions({
    queryKey: ['stay', of, from, to],
    queryFn: ({ signal }) =>
      api.call('getStay', { query: { of, from, to, until: to, unit: 'day' } }, { signal }),
  });

export const returnsQuery = (of: string, { from, to }: Period) =>
  queryOptions({
    queryKey: ['returns', of, from, to],
    queryFn: ({ signal }) => api.call('getReturns', { query: { of, from, to } }, { signal }),
  });

export const retentionQuery = (event: string, every: 'week' | 'month', { from, to }: Period) =>
  queryOptions({
    queryKey: ['retention', event, every, from, to],
    queryFn: ({ signal }) => api.call('getRetention', { query: { event, every, from, to } }, { signal }),
  });

/** Who somebody asks for: everybody in a stage, who went from one to another over a period, who had scores at an instant. */
export type Wanted =
  | {
      readonly kind: 'stage';
      readonly lifecycle: string;
      readonly stage: string;
      /** Just before this instant; undefined: now. */
      readonly until: string | undefined;
    }
  /** As of an instant, or now where there is none. */
  | { readonly kind: 'scores'; readonly pick: RfmPick; readonly at: string | undefined }
  | {
      readonly kind: 'flow';
      readonly lifecycle: string;
      readonly from: string;
      readonly to: string;
      readonly period: Period;
    };

export type People = {
  readonly size: number;
  readonly members: readonly { readonly id: number; readonly displayId?: string; readonly since?: string }[];
  readonly next?: string;
  /** Of the past: up to where it is known. */
  readonly asOf?: Flows['asOf'];
  /** Of scores of now: against whom they are measured. */
  readonly measuredAt?: string;
};

const pageSize = 100;

export const peopleQuery = (wanted: Wanted) =>
  infiniteQueryOptions({
    queryKey: ['people', wanted],
    // Of now: as of when one looks.
    gcTime: 0,
    queryFn: ({ signal, pageParam }): Promise<People> => {
      const page = { limit: pageSize, ...(pageParam === undefined ? {} : { cursor: pageParam }) };
      switch (wanted.kind) {
        case 'stage': {
          const { lifecycle, stage, until } = wanted;
          const at = until === undefined ? {} : { at: new Date(Date.parse(until) - 1).toISOString() };
          const query = { of: `${lifecycle}.${stage}`, ...at, ...page };
          return api.call('getMembersThen', { query }, { signal });
        }
        case 'scores': {
          const { pick, at } = wanted;
          if (at === undefined) {
            const query = { ...choiceOf(pick), ...page };
            return api.call('getRfmMembers', { path: { name: pick.model }, query }, { signal });
          }
          const query = { at, ...choiceOf(pick), ...page };
          return api.call('getRfmMembersThen', { path: { name: pick.model }, query }, { signal });
        }
        case 'flow': {
          const { lifecycle, from, to, period } = wanted;
          const query = { lifecycle, fromStage: from, toStage: to, ...period, ...page };
          return api.call('getFlowMembers', { query }, { signal });
        }
      }
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
  });

export const rfmModelsQuery = queryOptions({
  queryKey: ['rfm'],
  queryFn: ({ signal }) => api.call('listRfms', { query: { limit: 200 } }, { signal }),
});

export const rfmTableQuery = (name: string) =>
  queryOptions({
    queryKey: ['rfm', name, 'table'],
    queryFn: ({ signal }) => api.call('getRfmTable', { path: { name } }, { signal }),
  });

/** Of a past instant, by the history store. */
export const rfmThenQuery = (name: string, at: string) =>
  queryOptions({
    queryKey: ['rfm', name, 'then', at],
    queryFn: ({ signal }) => api.call('getRfmTableThen', { path: { name }, query: { at } }, { signal }),
  });

export const populationsQuery = queryOptions({
  queryKey: ['populations'],
  queryFn: ({ signal }) => api.call('listPopulations', {}, { signal }),
});
