/** What has come, newest first: messages and changes in the order in which they came. */

import type { Change, SeenMessage, StreamItem } from '@segue/client/change-stream.ts';

export type Seen =
  | { readonly kind: 'change'; readonly key: string; readonly change: Change }
  | { readonly kind: 'message'; readonly key: string; readonly message: SeenMessage }
  /** More came in this moment than is shown. */
  | { readonly kind: 'skipped'; readonly key: string; readonly n: number };

export type SeenState = {
  /** Newest first. */
  readonly items: readonly Seen[];
  /** Number of all that came, also of what is no longer kept. */
  readonly count: number;
  readonly hasGap: boolean;
};

const keptMax = 1_000;

/** `items` in the order in which they came. */
export function withSeen(state: SeenState, items: readonly StreamItem[]): SeenState {
  const fresh: Seen[] = [];
  let { hasGap } = state;
  for (const item of items) {
    switch (item.kind) {
      case 'change':
        fresh.push(seenChange(item.change));
        break;
      case 'messages': {
        const { messages, skipped } = item.seen;
        const [first] = messages;
        if (skipped > 0) {
          fresh.push({ kind: 'skipped', key: `s${String(first?.position ?? 0)}`, n: skipped });
        }
        for (const message of messages) {
          fresh.push({ kind: 'message', key: `m${String(message.position)}`, message });
        }
        break;
      }
      case 'gap':
        hasGap = true;
        break;
      case 'sizes':
        break;
    }
  }
  const known = new Set(state.items.map(({ key }) => key));
  const added = fresh.filter(({ key }) => !known.has(key)).reverse();
  return {
    items: [...added, ...state.items].slice(0, keptMax),
    count: state.count + added.length,
    hasGap,
  };
}

export function seenChange(change: Change): Seen {
  return { kind: 'change', key: `c${String(change.seq)}`, change };
}
