/** The overview in a real browser: it teaches while there is nothing, follows everything that arrives, and says what needs somebody. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type App, hasBrowser, openApp, skipped } from './open-app.ts';
import { violations } from './violations.ts';

/** A busy machine takes longer. */

describe(`the overview${skipped}`, () => {
  let app: App;
  beforeAll(async () => {
    if (hasBrowser) app = await openApp();
  });
  afterAll(async () => {
    if (hasBrowser) await app.close();
  });

  const order = (userId: string): object => ({
    type: 'track',
    userId,
    event: 'Order Completed',
    properties: {},
  });

  test.runIf(hasBrowser)('teaches, then follows what arrives without being loaded again', async () => {
    const page = await app.signIn('viewer');
    await page.getByText('Send the first event').waitFor();
    expect(await violations(page)).toEqual([]);

    await app.call('PUT', '/api/segments/buyers', { rule: 'did "Order Completed"' });
    await app.send([order('ann'), order('bob')]);
    const figure = (name: string) =>
      page.locator('section', { has: page.getByText(name, { exact: true }) }).locator('.figure-value');
    await expect.poll(() => figure('Customers').textContent()).toBe('2');
    await expect.poll(() => figure('Events today').textContent()).toBe('2');
    await expect.poll(() => figure('Flows today').textContent()).toBe('+2 −0');
    await page.getByRole('img', { name: '2 events in the last hour, at most 2 in a minute' }).waitFor();
    await app.send([order('cleo'), { type: 'track', userId: 'cleo', event: 'Product Viewed' }]);
    await expect.poll(() => figure('Customers').textContent()).toBe('3');
    await expect.poll(() => figure('Flows today').textContent()).toBe('+3 −0');
    await page.getByText('Nothing. Everything that came was understood.').waitFor();
    await page.getByRole('row', { name: /^default 4/ }).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(app.problems).toEqual([]);
  });

  test.runIf(hasBrowser)('says at once what was refused; in the dark and on a phone as well', async () => {
    const page = await app.signIn('marketer', { dark: true, width: 390 });
    await app.send([order('dora'), { type: 'track', event: 'Order Completed' }]);
    await page.getByText('1 message was refused as not understood').waitFor();
    expect(await violations(page)).toEqual([]);
    const wider = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
    expect(wider).toBe(false);
  });

  test.runIf(hasBrowser)(
    'shows days and hours as the workspace has them, wherever the browser is',
    async () => {
      const page = await app.signIn('viewer');
      const context = await app.browser.newContext({
        locale: 'en-GB',
        timezoneId: 'Pacific/Kiritimati',
        storageState: await page.context().storageState(),
      });
      const far = await context.newPage();
      far.setDefaultTimeout(120_000);
      const before = Date.now();
      await far.goto(app.url);
      const hours = far.locator('.minutes figcaption span').last();
      const shown = await hours.textContent();
      const utc: string[] = [];
      for (let at = before - 60_000; at < Date.now() + 60_000; at += 60_000) {
        utc.push(new Date(at).toISOString().slice(11, 16));
      }
      expect(utc).toContain(shown);
      await context.close();
    },
  );
});
