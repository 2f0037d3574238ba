/** Holds the service against the client's book. */

import { HttpClient } from './http-client.ts';
import type { Customer, Ledger } from './ledger.ts';
import type { Offline } from './offline.ts';
import type { Watcher } from './watcher.ts';
import type { Keys } from './workspace.ts';

type TimelinePage = {
  readonly items: readonly { readonly position: number; readonly messageId: string }[];
};

/** How often each message of a customer is on their timeline, or on that of who they were before they were known. */
async function timesSeen(client: HttpClient, key: string, customer: Customer): Promise<Map<string, number>> {
  const { userId, anonymousId } = customer;
  const names = [`user_id:${userId}`, ...(anonymousId === undefined ? [] : [`anonymous_id:${anonymousId}`])];
  const at = new Map<number, string>();
  for (const name of names) {
    const { status, body } = await client.call('GET', `/v1/profiles/${name}/timeline?limit=1000`, { key });
    if (status === 404) continue;
    if (status !== 200) throw new Error(`the timeline of ${name} was answered with ${status}`);
    for (const { position, messageId } of (body as TimelinePage).items) at.set(position, messageId);
  }
  const times = new Map<string, number>();
  for (const messageId of at.values()) times.set(messageId, (times.get(messageId) ?? 0) + 1);
  return times;
}

export type Fates = {
  readonly faults: readonly string[];
  /** Messages whose fate was unknown, and how many of them are there. */
  readonly unknown: number;
  readonly unknownThere: number;
};

/** Acknowledged: there, once. Unknown: there once, or not. Refused and never sent: not there. */
export async function checkFates(url: string, { serverKey }: Keys, ledger: Ledger): Promise<Fates> {
  const client = new HttpClient(url);
  const faults: string[] = [];
  let unknown = 0;
  let unknownThere = 0;
  for (const customer of ledger.customers) {
    const times = await timesSeen(client, serverKey, customer);
    for (const { messageId, fate } of customer.entries) {
      const seen = times.get(messageId) ?? 0;
      if (fate === 'unknown') {
        unknown++;
        unknownThere += Math.min(seen, 1);
      }
      const most = fate === 'acknowledged' || fate === 'unknown' ? 1 : 0;
      const least = fate === 'acknowledged' ? 1 : 0;
      if (seen < least || seen > most) faults.push(`${messageId}, ${fate}, is there ${seen} times`);
    }
  }
  client.close();
  return { faults, unknown, unknownThere };
}

/** After all was acknowledged: each message of each customer was counted once, which a segment says. */
export async function checkCounted(
  url: string,
  { serverKey }: Keys,
  customers: number,
): Promise<readonly string[]> {
  const client = new HttpClient(url);
  const { size } = await client.get<{ readonly size: number }>(
    '/v1/segments/exact/members?limit=1',
    serverKey,
  );
  client.close();
  return size === customers ? [] : [`${customers} customers sent all, and the counts of ${size} are right`];
}

/** Whatever a live reader saw is what the log gives, under the same numbers. */
export function checkChanges({ seen, faults }: Watcher, { changes }: Offline): readonly string[] {
  const found = faults.map((fault) => `the stream: ${fault}`);
  if (seen.length > changes.length) {
    found.push(`${seen.length} changes were seen, and the log gives ${changes.length}`);
  }
  seen.forEach((change, seq) => {
    if (change !== changes[seq]) {
      found.push(`change ${seq} was seen as ${change}, the log gives ${changes[seq]}`);
    }
  });
  return found;
}
