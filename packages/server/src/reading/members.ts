/** Who is in a segment, in pages. */

import type { Engine } from '@segue/core/engine/engine.ts';

import type { Instant } from '@segue/core/model/message.ts';

import { iso } from './customer-reader.ts';

/** The customers, and how many of them are in each segment. */
export interface Members {
  readonly engine: Engine;
  sizes(): ReadonlyMap<string, number>;
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
  { engine, size }: { readonly engine: Engine; readonly size: number },
  segment: string,
  { limit, after = -1 }: { readonly limit: number; readonly after?: number },
): MembersPage {
  const members: { id: number; displayId: string; since: string }[] = [];
  let last: number | undefined;
  for (const id of engine.profileIds()) {
    if (id <= after || !engine.isMember(id, segment)) continue;
    if (members.length === limit) {
      last = members.at(-1)?.id;
      break;
    }
    const view = engine.profile(id);
    const membership = view?.segments.find((one) => one.segment === segment);
    if (view === undefined || membership === undefined) continue;
    members.push({ id, displayId: view.displayId, since: iso(membership.since) });
  }
  return { size, members, ...(last === undefined ? {} : { after: last }) };
}
