/** Names that fields offer: those that the definitions in force speak of, and those that shops usually send. */

import { nameProblem } from '@segue/core/rules/names.ts';
import { createContext } from 'react';

export type Names = {
  readonly events: readonly string[];
  readonly properties: readonly string[];
  readonly traits: readonly string[];
  readonly segments: readonly string[];
  readonly lists: readonly string[];
  readonly rfm: readonly string[];
  readonly scores: readonly string[];
  readonly channels: readonly string[];
  readonly topics: readonly string[];
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

/** Over which customers are usually reached. */
export const usualChannels: readonly string[] = ['email', 'sms', 'push', 'whatsapp'];

export const usualNames: Names = {
  events: usualEvents,
  properties: usualProperties,
  traits: [],
  segments: [],
  lists: [],
  rfm: [],
  scores: [],
  channels: usualChannels,
  topics: [],
  stages: new Map(),
};

export const NamesContext = createContext<Names>(usualNames);

/** A name as definitions have them; undefined where what was typed is none. */
export function nameOf(typed: string): string | undefined {
  const name = typed.trim();
  return nameProblem(name) === undefined ? name : undefined;
}
