/** What needs somebody: what the overview says, as matters with how grave they are. */

import type { OverviewNow } from '../../data/live-overview.ts';

export type Matter =
  | { readonly kind: 'intake'; readonly code: string; readonly message: string }
  | { readonly kind: 'silent'; readonly source: string; readonly since: string }
  | { readonly kind: 'refused'; readonly messages: number; readonly since: string }
  | { readonly kind: 'history'; readonly state: 'away' | 'rebuilding' }
  | { readonly kind: 'behind'; readonly seconds: number; readonly entries: number }
  | {
      readonly kind: 'webhook';
      readonly id: string;
      readonly url: string;
      readonly reason: string;
      readonly since: string;
    }
  | { readonly kind: 'building'; readonly revision: number; readonly share: number };

const dayMs = 86_400_000;
/** History follows about half a second behind. */
const lagMsMax = 10_000;

/** The gravest first. */
export function mattersOf(overview: OverviewNow): readonly Matter[] {
  const { intake, sources, refused, history, webhooks, building, at } = overview;
  const matters: Matter[] = [];
  if (intake !== undefined) matters.push({ kind: 'intake', ...intake });
  for (const { name, lastAt, silent } of sources) {
    if (silent) matters.push({ kind: 'silent', source: name, since: lastAt });
  }
  for (const webhook of webhooks) {
    // What somebody switched off is as it should be.
    if (webhook.reason !== 'by_hand') matters.push({ kind: 'webhook', ...webhook });
  }
  const { lastAt } = refused;
  if (lastAt !== undefined && Date.parse(at) - Date.parse(lastAt) < dayMs) {
    const messages = Object.values(refused.counts).reduce((sum, n) => sum + n, 0);
    if (messages > 0) matters.push({ kind: 'refused', messages, since: lastAt });
  }
  if (history.state === 'down' || history.state === 'stopped') {
    matters.push({ kind: 'history', state: 'away' });
  } else if (history.state === 'rebuilding') matters.push({ kind: 'history', state: 'rebuilding' });
  else if (history.lagMs > lagMsMax) {
    matters.push({ kind: 'behind', seconds: Math.round(history.lagMs / 1_000), entries: history.behind });
  }
  if (building !== undefined) {
    const { revision, done, total } = building;
    matters.push({ kind: 'building', revision, share: total === 0 ? 0 : Math.min(1, done / total) });
  }
  return matters;
}
