/** Makes a demo: the past of its shop, its keys, and somebody who can sign in. */

import { randomBytes } from 'node:crypto';

import type { Result } from '@segue/core/base/result.ts';
import { Zone } from '@segue/core/base/zone.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Instant } from '@segue/core/model/message.ts';
import { parseMessage } from '@segue/core/model/parse-message.ts';
import { systemActor, type Catalog, type Refusal } from '@segue/server/catalog/catalog.ts';
import { Passwords } from '@segue/server/catalog/passwords.ts';
import type { ShopMessage } from '@segue/testkit/shop.ts';

import { type Arrival, liveThroughPast } from '../past/live-through-past.ts';
import { clearDemo, dataOf, writeDemo, type Demo } from './demo-folder.ts';
import { pastOf, startOfYear, type DemoShopOptions } from './demo-shop.ts';

export type MakeDemoOptions = Omit<DemoShopOptions, 'start'> & {
  readonly folder: string;
  readonly timeZone: string;
  readonly definitions: Definitions;
  readonly now: Instant;
  /** Is told now and then which part of the year is in, from 0 to 1. */
  readonly onProgress: (share: number) => void;
};

export type MadeDemo = { readonly demo: Demo; readonly messages: number };

const source = 'shop';
const email = 'demo@example.com';

export async function makeDemo(options: MakeDemoOptions): Promise<MadeDemo> {
  const { folder, timeZone, definitions, now, onProgress, seed, customers } = options;
  const start = startOfYear(now);
  await clearDemo(folder);
  const password = secret();
  const arranged = { writeKey: '' };
  const past = {
    data: dataOf(folder),
    timeZone,
    definitions,
    source,
    start,
    arrivals: arrivalsOf(pastOf({ ...options, start }, now), new Zone(timeZone)),
    author: 'demo',
    reason: 'ready-made',
    onProgress: (at: Instant) => {
      onProgress((at - start) / (now - start));
    },
  };
  const messages = await liveThroughPast(past, async (catalog) => {
    arranged.writeKey = await arrange(catalog, password);
  });
  const demo: Demo = { seed, customers, start, runs: 0, ...arranged, email, password, door: secret() };
  await writeDemo(folder, demo);
  return { demo, messages };
}

function* arrivalsOf(shop: Iterable<readonly ShopMessage[]>, zone: Zone): Generator<readonly Arrival[]> {
  for (const some of shop) yield some.map((raw) => arrivalOf(raw, zone));
}

function arrivalOf(raw: ShopMessage, zone: Zone): Arrival {
  const at = Date.parse(raw.receivedAt);
  const parsed = parseMessage(raw, { receivedAt: at, zone, nextMessageId: () => raw.messageId });
  if (!parsed.ok) throw new Error(`The shop says what cannot be read: ${parsed.error.message}`);
  return { at, message: parsed.value };
}

/** A source with a write key, which is given back, and an admin. */
async function arrange({ keys, links }: Catalog, password: string): Promise<string> {
  const description = 'The web shop and tills of the demo.';
  expected(await keys.createSource({ name: source, description }, systemActor));
  const { text } = expected(await keys.createWriteKey({ source }, systemActor));
  const { token } = expected(await links.create({}, systemActor));
  const passwordHash = expected(await new Passwords().hash(password));
  expected(await links.redeem(token, { passwordHash, email, name: 'Demo' }));
  return text;
}

function secret(): string {
  return randomBytes(24).toString('base64url');
}

/** What cannot be refused in a catalog that is empty. */
function expected<T>(result: Result<T, Refusal>): T {
  if (result.ok) return result.value;
  throw new Error(`${result.error.code}: ${result.error.message}`);
}
