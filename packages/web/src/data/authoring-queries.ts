/** Questions of whoever writes a rule: what has come, the rule as SQL, backtests and suggestions. */

import type { Output } from '@segue/client/operation-types.ts';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';

import { api } from './client.ts';

export type EventKind = 'track' | 'page' | 'screen';
export type SeenValues = Output<'listSeenPropertyValues'>;
export type Job = Output<'listBacktests'>['items'][number];
export type BacktestResult = NonNullable<Output<'getBacktest'>['result']>;
type SuggestionResult = NonNullable<Output<'getSuggestion'>['result']>;
export type ThresholdResult = Extract<SuggestionResult, { readonly versions: unknown }>;

/** What has come changes slowly, and the service keeps it at hand. */
const seenMs = 60_000;

export const seenEventsQuery = queryOptions({
  queryKey: ['seen', 'events'],
  queryFn: ({ signal }) => api.call('listSeenEvents', {}, { signal }),
  staleTime: seenMs,
});

export const seenTraitsQuery = queryOptions({
  queryKey: ['seen', 'traits'],
  queryFn: ({ signal }) => api.call('listSeenTraits', {}, { signal }),
  staleTime: seenMs,
});

export const seenPropertiesQuery = (kind: EventKind, event: string) =>
  queryOptions({
    queryKey: ['seen', 'properties', kind, event],
    queryFn: ({ signal }) => api.call('listSeenProperties', { query: { kind, event } }, { signal }),
    staleTime: seenMs,
  });

export const seenPropertyValuesQuery = (kind: EventKind, event: string, property: string, like: string) =>
  queryOptions({
    queryKey: ['seen', 'values', kind, event, property, like],
    queryFn: ({ signal }) =>
      api.call(
        'listSeenPropertyValues',
        { query: { kind, event, property, ...(like === '' ? {} : { like }) } },
        { signal },
      ),
    staleTime: seenMs,
    placeholderData: keepPreviousData,
  });

export const seenTraitValuesQuery = (trait: string, like: string) =>
  queryOptions({
    queryKey: ['seen', 'trait-values', trait, like],
    queryFn: ({ signal }) =>
      api.call('listSeenTraitValues', { query: { trait, ...(like === '' ? {} : { like }) } }, { signal }),
    staleTime: seenMs,
    placeholderData: keepPreviousData,
  });

export const ruleSqlQuery = (rule: string) =>
  queryOptions({
    queryKey: ['rule-sql', rule],
    queryFn: ({ signal }) => api.call('showRuleSql', { body: { rule } }, { signal }),
    staleTime: 0,
  });

export const ruleNumbersQuery = (segment: string) =>
  queryOptions({
    queryKey: ['segments', segment, 'numbers'],
    queryFn: ({ signal }) => api.call('listRuleNumbers', { body: { segment } }, { signal }),
  });

export const backtestsQuery = queryOptions({
  queryKey: ['backtests'],
  queryFn: ({ signal }) => api.call('listBacktests', {}, { signal }),
});

/** How far it is, the stream of jobs tells. */
export const backtestQuery = (id: string) =>
  queryOptions({
    queryKey: ['backtests', id],
    queryFn: ({ signal }) => api.call('getBacktest', { path: { id } }, { signal }),
  });

export const suggestionsQuery = queryOptions({
  queryKey: ['suggestions'],
  queryFn: ({ signal }) => api.call('listSuggestions', {}, { signal }),
});

export const suggestionQuery = (id: string) =>
  queryOptions({
    queryKey: ['suggestions', id],
    queryFn: ({ signal }) => api.call('getSuggestion', { path: { id } }, { signal }),
  });

export function isUnderWay(job: Job | undefined): boolean {
  return job?.state === 'waiting' || job?.state === 'running';
}
