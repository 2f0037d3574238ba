/** What the service and the thread that finds customers say to each other. */

import type { JsonObject } from '@segue/core/model/message.ts';

import type { SearchTerm } from './search-terms.ts';

/** A customer as they are sent: number, when first seen, kinds and values of identifiers in turn, traits; `null`: gone. */
export type SentCustomer = readonly [
  id: number,
  known: readonly [bornAt: number, identifiers: readonly string[], traits: JsonObject] | null,
];

/** By what a list is ordered. */
export type FoundOrder =
  /** As they became known. */
  | { readonly by: 'known' }
  /** As their latest message arrived. */
  | { readonly by: 'lastSeen' }
  | { readonly by: 'firstSeen' }
  | { readonly by: 'name' }
  /** A trait by its path, `address.city`. */
  | { readonly by: 'trait'; readonly trait: string }
  /** Numbers that belong to the `among` of the question. */
  | { readonly by: 'given'; readonly keys: Float64Array<ArrayBuffer> };

export type FinderQuestion = {
  readonly terms: readonly SearchTerm[];
  /** Who may be found at all, ascending. */
  readonly among: Uint32Array<ArrayBuffer>;
  readonly order: FoundOrder;
  readonly descending: boolean;
  /** Stands first, where they are found. */
  readonly first?: number;
};

export type FinderRequest =
  /** Customers as JSON of `SentCustomer`s. */
  | { readonly kind: 'customers'; readonly json: string }
  /** By number: position in the log of the latest message; the same memory as that of the service. */
  | { readonly kind: 'seen'; readonly positions: SharedArrayBuffer }
  | { readonly kind: 'find'; readonly ask: number; readonly question: FinderQuestion }
  | { readonly kind: 'cancel'; readonly ask: number };

export type FinderReply = {
  readonly kind: 'found';
  readonly ask: number;
  readonly ids: Uint32Array<ArrayBuffer>;
};
