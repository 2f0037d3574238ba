/**
 * Compressed sets of customers' numbers. They live outside of JavaScript's memory and are disposed of by hand: whoever makes
 * one disposes of it, or gives it to somebody who does.
 */

import { RoaringBitmap32, roaringLibraryInitialize } from 'roaring-wasm';

// WebAssembly is made ready once, before anybody can make a set.
await roaringLibraryInitialize();

/** A set that is somebody else's. */
export type ReadonlyBitmap = Pick<
  RoaringBitmap32,
  | 'size'
  | 'has'
  | 'toArray'
  | 'at'
  | 'andCardinality'
  | 'orCardinality'
  | 'andNotCardinality'
  | 'clone'
  | 'rank'
  | 'select'
>;
export type Bitmap = RoaringBitmap32;

export function emptyBitmap(): Bitmap {
  return new RoaringBitmap32();
}

/** What is in both, in either, in the first only; to be disposed of. */
export function both(a: ReadonlyBitmap, b: ReadonlyBitmap): Bitmap {
  return RoaringBitmap32.and(a as Bitmap, b as Bitmap);
}
export function either(a: ReadonlyBitmap, b: ReadonlyBitmap): Bitmap {
  return RoaringBitmap32.or(a as Bitmap, b as Bitmap);
}
export function without(a: ReadonlyBitmap, b: ReadonlyBitmap): Bitmap {
  return RoaringBitmap32.andNot(a as Bitmap, b as Bitmap);
}
