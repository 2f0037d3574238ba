/** What the shop sells and writes about. */

import { zipf, type Random } from './shop-random.ts';

export type Product = {
  readonly product_id: string;
  readonly name: string;
  readonly category: string;
  readonly price: number;
};

export type Catalogue = {
  readonly byCategory: readonly (readonly Product[])[];
  /** Popularity within a category. */
  readonly popularity: Float64Array;
};

/** Name, and the least and greatest price. */
const CATEGORIES: readonly (readonly [string, number, number])[] = [
  ['running-shoes', 59, 189],
  ['outdoor-jackets', 79, 349],
  ['tents', 99, 599],
  ['backpacks', 39, 199],
  ['climbing', 9, 149],
  ['cycling', 12, 229],
  ['swimwear', 15, 79],
  ['yoga', 12, 89],
  ['nutrition', 2, 39],
  ['books', 8, 35],
  ['watches', 89, 649],
  ['gift-cards', 10, 100],
];
const ADJECTIVES = [
  'Light',
  'Classic',
  'Alpine',
  'Urban',
  'Rapid',
  'Quiet',
  'Bright',
  'Solid',
  'Nordic',
  'Coastal',
];
const PRODUCTS_PER_CATEGORY = 40;
const ENDINGS = [0.99, 0.95, 0.5, 0.49, 0];

export const TOPICS: readonly string[] = [
  'trail running',
  'winter hiking',
  'bike repair',
  'training plans',
  'nutrition',
  'travel',
  'retirement planning',
];
export const FEATURES: readonly string[] = [
  'wishlist',
  'size advisor',
  'compare',
  'route planner',
  'reviews',
];
export const QUERIES: readonly string[] = [
  'waterproof',
  'rain jacket',
  'size 43',
  'gift',
  'kids',
  'sale',
  'lightweight tent',
];
export const CITIES: readonly (readonly [string, string])[] = [
  ['London', 'GB'],
  ['Leeds', 'GB'],
  ['Dublin', 'IE'],
  ['Berlin', 'DE'],
  ['Hamburg', 'DE'],
  ['Vienna', 'AT'],
  ['Paris', 'FR'],
  ['Lyon', 'FR'],
  ['Madrid', 'ES'],
  ['Kolkata', 'IN'],
];

export const CATEGORY_COUNT: number = CATEGORIES.length;

export function makeCatalogue(random: Random): Catalogue {
  const byCategory = CATEGORIES.map(([category, low, high], number) => {
    const products: Product[] = [];
    for (let i = 0; i < PRODUCTS_PER_CATEGORY; i++) {
      const cents = Math.round((Math.floor(random.between(low, high)) + random.pick(ENDINGS)) * 100);
      const name = `${random.pick(ADJECTIVES)} ${category.replace('-', ' ')} ${i + 1}`;
      products.push({ product_id: `p${number + 1}-${i + 1}`, name, category, price: cents / 100 });
    }
    return products;
  });
  return { byCategory, popularity: zipf(PRODUCTS_PER_CATEGORY, 1) };
}

export function pickProduct(catalogue: Catalogue, category: number, random: Random): Product {
  const product = catalogue.byCategory[category]?.[random.weighted(catalogue.popularity)];
  if (product === undefined) throw new Error('Invariant broken: no such product');
  return product;
}
