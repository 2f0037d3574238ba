import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { keys, listen, openTrackingDoor, type TrackingDoor } from './tracking-door.ts';

const chromiumPath = process.env['SEGUE_CHROMIUM'] ?? '/usr/bin/chromium';
const here = existsSync(chromiumPath);
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A shop's page, from another origin than the one it sends to. */
const shop = (trackingUrl: string, options: object): string => `<!doctype html><title>Shop</title>
<script src="/standalone.js"></script>
<script>
  window.loaded = window.AnalyticsNext.AnalyticsBrowser.load(
    ${JSON.stringify({ writeKey: keys.write, cdnURL: trackingUrl })},
    ${JSON.stringify(options)},
  );
</script>`;

describe(here ? 'a page in Chromium' : `a page in Chromium (skipped: there is no ${chromiumPath})`, () => {
  let browser: Browser;
  let site: Server;
  let door: TrackingDoor;
  let trackingUrl: string;
  let page: Page;
  let addresses: string[];

  beforeAll(async () => {
    if (!here) return;
    browser = await chromium.launch({ executablePath: chromiumPath, headless: true, args: flags });
    const script = await readFile(new URL(import.meta.resolve('@segment/analytics-next/dist/umd/index.js')));
    site = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://site');
      if (pathname === '/standalone.js') {
        response.setHeader('content-type', 'text/javascript').end(script);
        return;
      }
      response.setHeader('content-type', 'text/html');
      if (pathname === '/empty') response.end('<!doctype html><title>Bye</title>');
      else response.end(shop(trackingUrl, JSON.parse(searchParams.get('options') ?? '{}') as object));
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    if (!here) return;
    await browser.close();
    site.close();
  });
  beforeEach(async () => {
    if (!here) return;
    door = await openTrackingDoor();
    trackingUrl = await listen(door.app);
    page = await (await browser.newContext()).newPage();
    addresses = [];
    page.on('request', (request) => addresses.push(request.url()));
  });
  afterEach(async () => {
    if (!here) return;
    await page.context().close();
    await door.app.close();
  });

  const siteUrl = (): string => `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  const visit = async (options: object = {}) =>
    page.goto(`${siteUrl()}/?options=${encodeURIComponent(JSON.stringify(options))}`);
  const taken = async (count: number): Promise<void> => {
    await expect.poll(() => door.intake.messages.length).toBe(count);
  };

  test.skipIf(!here)(
    'analytics.js loads its settings from here and sends each call to its path',
    async () => {
      await visit();
      await page.evaluate(`(async () => {
      const [analytics] = await window.loaded;
      await analytics.identify('asha', { email: 'asha@example.com' });
      await analytics.track('Order Completed', { revenue: 12.5 });
      await analytics.page('Pricing');
      await analytics.group('acme');
      await analytics.alias('asha-new');
    })()`);
      await taken(5);
      expect(door.intake.messages).toMatchObject([
        { kind: 'identify', traits: { email: 'asha@example.com' } },
        { kind: 'track', name: 'Order Completed', properties: { revenue: 12.5 } },
        { kind: 'page', name: 'Pricing' },
        { kind: 'group' },
        { kind: 'alias', previousId: 'asha' },
      ]);
      expect(door.intake.takes.every(({ source }) => source === 'shop')).toBe(true);
      // Nothing goes anywhere else, figures about the library included.
      const elsewhere = addresses.filter(
        (address) => !address.startsWith(trackingUrl) && !address.startsWith(siteUrl()),
      );
      expect(elsewhere).toEqual([]);
      expect(door.requests).toContain('POST /v1/t');
    },
  );

  test.skipIf(!here)('in batches, what is left is sent when the page goes away', async () => {
    const strategy = { strategy: 'batching', config: { size: 100, timeout: 600_000 } };
    await visit({ integrations: { 'Segment.io': { deliveryStrategy: strategy } } });
    await page.evaluate(`(async () => {
      const [analytics] = await window.loaded;
      for (let i = 0; i < 5; i++) analytics.track('Product Viewed', { i });
      await new Promise((resolve) => setTimeout(resolve, 300));
    })()`);
    expect(door.intake.messages).toEqual([]);
    await page.goto(`${siteUrl()}/empty`);
    await taken(5);
    expect(door.requests).toContain('POST /v1/b');
    expect(door.intake.messages.map(({ properties }) => properties['i'])).toEqual([0, 1, 2, 3, 4]);
  });

  test.skipIf(!here)('one by one with keepalive, a call made as the page goes away arrives', async () => {
    const deliveryStrategy = { config: { keepalive: true } };
    await visit({ integrations: { 'Segment.io': { deliveryStrategy } } });
    await page.evaluate(`(async () => {
      const [analytics] = await window.loaded;
      analytics.track('Link Clicked');
      await new Promise((resolve) => setTimeout(resolve, 50));
    })()`);
    await page.goto(`${siteUrl()}/empty`);
    await taken(1);
  });

  test.skipIf(!here)(
    'sendBeacon on the way out arrives, with its key in the body or in the address',
    async () => {
      await visit();
      await page.evaluate(`addEventListener('pagehide', () => {
      const event = { event: 'Left', anonymousId: 'device', type: 'track' };
      const url = ${JSON.stringify(trackingUrl)};
      const key = ${JSON.stringify(keys.write)};
      navigator.sendBeacon(url + '/v1/t', JSON.stringify({ ...event, writeKey: key }));
      navigator.sendBeacon(url + '/beacon/v1/batch?writeKey=' + key, JSON.stringify({ batch: [event] }));
    })`);
      await page.goto(`${siteUrl()}/empty`);
      await taken(2);
    },
  );

  test.skipIf(!here)('a page may read why it was refused, and when to come again', async () => {
    door.intake.closed = { code: 'intake/overloaded', message: 'Busy.', retryAfterSeconds: 9 };
    await visit();
    const answer = await page.evaluate(`(async () => {
      const url = ${JSON.stringify(`${trackingUrl}/v1/track`)};
      const reply = await fetch(url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Write-Key': ${JSON.stringify(keys.write)} },
        body: '{}',
      });
      return [reply.status, reply.headers.get('Retry-After'), (await reply.json()).code];
    })()`);
    expect(answer).toEqual([503, '9', 'intake/overloaded']);
  });
});
