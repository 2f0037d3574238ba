/** How large everything is now, as the stream tells it: everything first, then what has become another. */

import type { SizesChange } from '@segue/client/change-stream.ts';

export type LiveSizes = {
  readonly customers: number;
  readonly segments: ReadonlyMap<string, number>;
  /** Of every lifecycle, its stages. */
  readonly lifecycles: ReadonlyMap<string, ReadonlyMap<string, number>>;
};

/** `known` is left as it is. */
export function withTold(known: LiveSizes | undefined, told: SizesChange): LiveSizes {
  const lifecycles = new Map(known?.lifecycles);
  for (const [name, stages] of Object.entries(told.lifecycles ?? {})) {
    if (stages === null) lifecycles.delete(name);
    else lifecycles.set(name, changed(lifecycles.get(name), stages));
  }
  return {
    customers: told.customers ?? known?.customers ?? 0,
    segments:
      told.segments === undefined ? (known?.segments ?? new Map()) : changed(known?.segments, told.segments),
    lifecycles,
  };
}

function changed(
  known: ReadonlyMap<string, number> | undefined,
  told: Readonly<Record<string, number | null>>,
): ReadonlyMap<string, number> {
  const sizes = new Map(known);
  for (const [name, size] of Object.entries(told)) {
    if (size === null) sizes.delete(name);
    else sizes.set(name, size);
  }
  return sizes;
}
