/**
 * The named groups of RFM: which of eleven a customer is in, from three scores 1..5.
 *
 * Recency picks the row. Frequency and monetary together pick the column: their mean, halves rounded up, because how
 * often and how much are two views of the same attachment. So all 125 combinations have a group, and a better score
 * never leads to a worse neighbourhood of the table.
 *
 *            weight 1             2                    3                    4          5
 * recency 5  new_customers        potential_loyalists  potential_loyalists  champions  champions
 *         4  promising            potential_loyalists  potential_loyalists  loyal      loyal
 *         3  about_to_sleep       about_to_sleep       needs_attention      loyal      loyal
 *         2  hibernating          hibernating          at_risk              at_risk    cannot_lose
 *         1  lost                 lost                 at_risk              at_risk    cannot_lose
 */

import { defined } from '../base/assert.ts';

export type RfmGroup =
  | 'champions'
  | 'loyal'
  | 'potential_loyalists'
  | 'new_customers'
  | 'promising'
  | 'needs_attention'
  | 'about_to_sleep'
  | 'at_risk'
  | 'cannot_lose'
  | 'hibernating'
  | 'lost';

/** Best first: the order for tables and menus. */
export const rfmGroups: readonly RfmGroup[] = [
  'champions',
  'loyal',
  'potential_loyalists',
  'new_customers',
  'promising',
  'needs_attention',
  'about_to_sleep',
  'at_risk',
  'cannot_lose',
  'hibernating',
  'lost',
];

/** Rows by recency 1..5, columns by weight 1..5. */
const table: readonly (readonly RfmGroup[])[] = [
  ['lost', 'lost', 'at_risk', 'at_risk', 'cannot_lose'],
  ['hibernating', 'hibernating', 'at_risk', 'at_risk', 'cannot_lose'],
  ['about_to_sleep', 'about_to_sleep', 'needs_attention', 'loyal', 'loyal'],
  ['promising', 'potential_loyalists', 'potential_loyalists', 'loyal', 'loyal'],
  ['new_customers', 'potential_loyalists', 'potential_loyalists', 'champions', 'champions'],
];

/** The group of three scores, each a whole number 1..5. */
export function rfmGroup(recency: number, frequency: number, monetary: number): RfmGroup {
  const weight = Math.ceil((frequency + monetary) / 2);
  return defined(table[recency - 1]?.[weight - 1], `the RFM group of ${recency}, ${frequency}, ${monetary}`);
}
