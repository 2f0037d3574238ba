/** Names that fields offer: those that the definitions in force speak of, and those that shops usually send. */

import { createContext } from 'react';

export type Names = {
  readonly events: readonly string[];
  readonly properties: readonly string[];
  readonly traits: readonly string[];
  readonly segments: readonly string[];
  /** Stages by lifecycle. */
  readonly stages: ReadonlyMap<string, readonly string[]>;
};

/** Segment's e-commerce events, which most shops send. */
export const usualEvents: readonly string[] = [
  'Order Completed',
  'Order Refunded',
  'Product Viewed',
  'Product Added',
  'Product Removed',
  'Products Searched',
  'Product List Viewed',
  'Cart Viewed',
  'Checkout Started',
  'Signed Up',
  'Signed In',
  'Email Opened',
  'Email Link Clicked',
  'Article Read',
];

export const usualProperties: readonly string[] = [
  'revenue',
  'price',
  'quantity',
  'category',
  'product_id',
  'currency',
  'coupon',
];

export const NamesContext = createContext<Names>({
  events: usualEvents,
  properties: usualProperties,
  traits: [],
  segments: [],
  stages: new Map(),
});
