/** Customers in a real browser before a real service: a long list, searches, the page of one, and what would happen to them. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { RunningSegue } from '../../cli/test/running-segue.ts';
import { buildApp, hasBrowser, launchBrowser, skipped, startService } from './open-app.ts';
import { violations } from './violations.ts';

const count = 50_000;
const million = 1_000_000;

describe(`customers${skipped}`, () => {
  const data = mkdtempSync(path.join(tmpdir(), 'segue-customers-'));
  let service: RunningSegue;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  const ask = async (method: string, at: string, body: string, type = 'application/json'): Promise<void> => {
    const headers = { authorization: `Bearer ${service.serverKey}`, 'content-type': type };
    const response = await fetch(service.url + at, { method, headers, body });
    expect([at, response.status, response.ok ? '' : await response.text()]).toEqual([at, 200, '']);
  };
  const send = (call: string, body: object): Promise<void> =>
    ask('POST', `/v1/${call}`, JSON.stringify({ messageId: crypto.randomUUID(), ...body }));

  async function importMany(): Promise<void> {
    const cities = ['Mumbai', 'New Delhi', 'Pune', 'Zürich', 'Tromsø'];
    const lines = Array.from({ length: count }, (_, n) => {
      const userId = `u${String(n).padStart(6, '0')}`;
      const timestamp = new Date(Date.now() - (count - n) * 1_000).toISOString();
      const traits = { name: `Person ${String(n)}`, email: `${userId}@example.com`, city: cities[n % 5] };
      return JSON.stringify({ type: 'identify', userId, messageId: `i${String(n)}`, timestamp, traits });
    });
    await ask('POST', '/v1/import', lines.join('\n'), 'application/x-ndjson');
  }

  beforeAll(async () => {
    if (!hasBrowser) return;
    buildApp();
    service = await startService(data);
    const definitions = {
      segments: {
        pune: 'trait.city = "Pune"',
        buyers: 'did "Order Completed" last 30d',
        frequent: 'count("Order Completed", last 30d) >= 3',
      },
      lifecycles: { life: { stages: [{ buyer: 'in buyers' }, 'visitor'] } },
    };
    await ask('POST', '/api/definitions', JSON.stringify({ definitions, reason: 'the first' }));
    await importMany();
    await send('track', { anonymousId: 'phone-1', event: 'Product Viewed', properties: { price: 80 } });
    await send('identify', { userId: 'meera', traits: { name: 'Meera Sharma', city: 'Pune', plan: 'free' } });
    await send('identify', { userId: 'meera', traits: { plan: 'pro' } });
    await send('identify', { userId: 'meera', anonymousId: 'phone-1' });
    for (const revenue of [80, 90]) {
      await send('track', { userId: 'meera', event: 'Order Completed', properties: { revenue } });
    }
    browser = await launchBrowser();
    page = await (await browser.newContext({ locale: 'en-GB' })).newPage();
    page.setDefaultTimeout(120_000);
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(service.door);
    await page.getByLabel('Your name').fill('Asha Rao');
    await page.getByLabel('E-mail address').fill('asha@example.com');
    await page.getByLabel('New password').fill('correct horse battery');
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  });
  afterAll(async () => {
    if (!hasBrowser) return;
    await browser.close();
    await service.process.end('SIGKILL');
    rmSync(data, { recursive: true, force: true, maxRetries: 20 });
  });

  const toEnd = (): Promise<void> =>
    page.evaluate(
      `{ const table = document.querySelector('[role=table]'); table.scrollTop = table.scrollHeight; }`,
    );

  test.runIf(hasBrowser)(
    'all are in one list, of which only what is seen is drawn, to the last row',
    async () => {
      await page.getByRole('link', { name: 'Customers', exact: true }).click();
      await page.getByText('50,001 customers of 50,001').waitFor();
      await page.getByRole('link', { name: 'Meera Sharma' }).waitFor();
      expect(await page.getByRole('row').count()).toBeLessThan(80);
      await toEnd();
      await page.getByRole('link', { name: 'Person 0', exact: true }).waitFor();
      expect(await page.getByRole('row').count()).toBeLessThan(80);
      expect(await violations(page)).toEqual([]);
    },
  );

  test.runIf(hasBrowser)('they are found while one types, by anything, and in an order', async () => {
    await page.getByLabel('Find').fill('tromso 4999');
    await page.getByText('7 customers of 50,001').waitFor();
    await page.getByLabel('Columns').fill('city');
    await page.getByRole('cell', { name: 'Tromsø' }).first().waitFor();
    await page.getByRole('button', { name: 'First seen' }).click();
    await page.getByRole('columnheader', { name: 'First seen' }).waitFor();
    await page.getByLabel('Find').fill('nobody at all');
    await page.getByText('Nobody is found by “nobody at all”.').waitFor();
    await page.getByLabel('Find').fill('');
    await page.getByLabel('In segment').selectOption('pune');
    await page.getByText('10,001 customers of 50,001').waitFor();
    expect(new URL(page.url()).search).toContain('segment=pune');
    expect(await violations(page)).toEqual([]);
  });

  test.runIf(hasBrowser)(
    'members of a segment are such a list, and who enters is in it by themselves',
    async () => {
      await page.goto(`${service.url}/segments/buyers`);
      await page.getByText('1 customer of 50,001').waitFor();
      await send('track', { userId: 'u000007', event: 'Order Completed' });
      await page.getByText('2 customers of 50,001').waitFor();
      await page.getByRole('link', { name: 'Person 7', exact: true }).waitFor();
      await page.getByLabel('Search members').fill('meera');
      await page.getByText('1 customer of 50,001').waitFor();
      expect(await violations(page)).toEqual([]);
    },
  );

  test.runIf(hasBrowser)('the palette finds them by a part of their name', async () => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search or jump to' }).fill('eera shar');
    await page.getByRole('option', { name: 'Meera Sharma meera' }).click();
    await page.getByRole('heading', { name: 'Meera Sharma' }).waitFor();
  });

  test.runIf(hasBrowser)(
    'the page of one says how they came together, what was said, and what comes',
    async () => {
      await page.getByText('A message (identify) showed that 2 are one').waitFor();
      await page.getByText('1 value before').click();
      await page.getByText(/^free ·/).waitFor();
      await page.getByText('Leaves buyers').waitFor();
      await page.getByLabel('Which events').selectOption('Product Viewed');
      await page.getByText('Order Completed', { exact: true }).first().waitFor({ state: 'hidden' });
      await page.getByRole('button', { name: 'Why? buyers' }).click();
      await page.getByText('In buyers since').waitFor();
      await page.getByRole('img', { name: 'holds', exact: true }).first().waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Done' }).click();
    },
  );

  test.runIf(hasBrowser)('what would happen is tried on a copy, and nothing does', async () => {
    await page.getByLabel('An event', { exact: true }).fill('Order Completed');
    await page.getByLabel('Properties').fill('revenue: 70');
    await page.getByRole('button', { name: 'Add a step' }).click();
    await page.getByLabel('How long').fill('soon');
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByText('Step 2 waits “soon”').waitFor();
    await page.getByLabel('How long').fill('31d');
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByText('Enters frequent').waitFor();
    await page.getByText('Leaves frequent').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.reload();
    await page.getByRole('button', { name: 'Why? buyers' }).waitFor();
    expect(await page.getByRole('button', { name: 'Why? frequent' }).count()).toBe(0);
  });

  test.runIf(hasBrowser)(
    'a million are scrolled through to the last, a little at a time or at once',
    async () => {
      await page.route('**/api/customers?*', async (route) => {
        const asked = new URL(route.request().url()).searchParams;
        const offset = Number(asked.get('offset') ?? 0);
        const items = Array.from({ length: Math.min(100, million - offset) }, (_, i) => {
          const id = offset + i + 1;
          return { id, displayId: `c${String(id)}`, stages: {}, segments: 0, columns: {} };
        });
        const total = { total: million, everybody: million, list: 'fake', searched: 1 };
        await route.fulfill({ json: { items, offset, ...total, at: new Date().toISOString() } });
      });
      await page.goto(`${service.url}/customers`);
      await page.getByText('1,000,000 customers of 1,000,000').waitFor();
      await page.getByRole('table').hover();
      await page.mouse.wheel(0, 440);
      await page.getByRole('link', { name: 'c12', exact: true }).waitFor();
      await toEnd();
      await page.getByRole('link', { name: 'c1000000', exact: true }).waitFor();
      await page.mouse.wheel(0, -440);
      await page.getByRole('link', { name: 'c999985', exact: true }).waitFor();
      expect(await page.getByRole('row').count()).toBeLessThan(80);
      await page.unroute('**/api/customers?*');
    },
  );

  test.runIf(hasBrowser)('nothing went wrong in the page meanwhile', () => {
    expect(problems).toEqual([]);
  });
});
