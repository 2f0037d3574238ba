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
  'size' | 'has' | 'at' | 'rank' | 'maximum' | 'andCardinality' | 'clone' | 'toArray' | 'toUint32Array'
>;
export type Bitmap = RoaringBitmap32;

export function emptyBitmap(): Bitmap {
  return new RoaringBitmap32();
}

/** Of numbers in any order; to be disposed of. */
export function bitmapOf(ids: readonly number[]): Bitmap {
  const set = emptyBitmap();
  set.addMany(ids);
  return set;
}

/** Some of a set, evenly spread over it. */
export function spread(set: ReadonlyBitmap, count: number): readonly number[] {
  const { size } = set;
  const n = Math.min(count, size);
  return Array.from({ length: n }, (_, i) => set.at(Math.floor((i * size) / n)) ?? 0);
}
