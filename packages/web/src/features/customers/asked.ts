/** Customers as the service lists them: the beginning of a list, and any part of that very list. */

import type { Output } from '@segue/client/operation-types.ts';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';

import { api } from '../../data/client.ts';

export type CustomerPage = Output<'listCustomers'>;
export type CustomerRow = CustomerPage['items'][number];
export type Story = Output<'getStory'>;
export type WhatIf = Output<'tryWhatIf'>;

/** What is asked of all customers. */
export type CustomerQuestion = {
  readonly q: string;
  readonly segment: readonly string[];
  readonly stage: readonly string[];
  /** As the API has it: `-lastSeen`, `name`, `trait.city`. */
  readonly sort: string;
  /** Traits to show. */
  readonly columns: readonly string[];
};

/** Rows asked for at once. */
export const pageRows = 100;
/** While customers are still being read after a start. */
const againMs = 1_000;

const wire = ({ q, segment, stage, sort, columns }: CustomerQuestion) => ({
  sort,
  limit: pageRows,
  ...(q === '' ? {} : { q }),
  ...(segment.length === 0 ? {} : { segment: [...segment] }),
  ...(stage.length === 0 ? {} : { stage: [...stage] }),
  ...(columns.length === 0 ? {} : { columns: [...columns] }),
});

/** The list and its first rows; what was shown stays until they are here. An answer that nobody waits for is called off. */
export const customersQuery = (question: CustomerQuestion) =>
  queryOptions({
    queryKey: ['customers', 'list', question],
    queryFn: ({ signal }) => api.call('listCustomers', { query: wire(question) }, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => ((state.data?.searched ?? 1) < 1 ? againMs : false),
  });

/** Some rows of a list, by their place in it. */
export const customerRowsQuery = (question: CustomerQuestion, list: string, page: number) =>
  queryOptions({
    queryKey: ['customers', 'rows', list, page, question],
    queryFn: ({ signal }) =>
      api.call(
        'listCustomers',
        { query: { ...wire(question), offset: page * pageRows, ...(list === '' ? {} : { list }) } },
        { signal },
      ),
    staleTime: 60_000,
    gcTime: 60_000,
  });

export const storyQuery = (identifier: string) =>
  queryOptions({
    queryKey: ['profiles', identifier, 'story'],
    queryFn: ({ signal }) => api.call('getStory', { path: { identifier } }, { signal }),
  });

/** What time alone will bring to them. */
export const comingQuery = (identifier: string, days: number) =>
  queryOptions({
    queryKey: ['profiles', identifier, 'coming', days],
    queryFn: ({ signal }) =>
      api.call(
        'tryWhatIf',
        { path: { identifier }, body: { steps: [{ wait: `${String(days)}d` }] } },
        { signal },
      ),
  });
