/** Who is in a segment, in pages. */

import type { Engine } from '@segue/core/engine/engine.ts';
import type { Instant } from '@segue/core/model/message.ts';

import type { ReadonlyBitmap } from '../sets/bitmaps.ts';
import type { MembershipSets } from '../sets/membership-sets.ts';
import { iso } from './customer-reader.ts';

/** The customers, and the live sets of who is where. */
export interface Members {
  readonly engine: Engine;
  readonly sets: Pick<MembershipSets, 'ready' | 'segment'>;
  now(): Instant;
}

export type MembersPage = {
  /** Of the whole segment. */
  readonly size: number;
  readonly members: readonly { readonly id: number; readonly displayId: string; readonly since: string }[];
  /** Where the next page begins; missing on the last. */
  readonly after?: number;
};

export function membersOf(
  { engine, set }: { readonly engine: Engine; readonly set: ReadonlyBitmap },
  segment: string,
  { limit, after = -1 }: { readonly limit: number; readonly after?: number },
): MembersPage {
  const from = after < 0 ? 0 : set.rank(after);
  const to = Math.min(from + limit, set.size);
  const members: { id: number; displayId: string; since: string }[] = [];
  let last: number | undefined;
  for (let place = from; place < to; place++) {
    const id = set.at(place);
    if (id === undefined) continue;
    last = id;
    const view = engine.profile(id);
    const membership = view?.segments.find((one) => one.segment === segment);
    if (view === undefined || membership === undefined) continue;
    members.push({ id, displayId: view.displayId, since: iso(membership.since) });
  }
  return to >= set.size || last === undefined
    ? { size: set.size, members }
    : { size: set.size, members, after: last };
}
