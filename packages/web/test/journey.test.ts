/** The app in a real browser, before a real service: from the first start to a segment whose members appear live. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { RunningSegue } from '../../cli/test/running-segue.ts';
import { buildApp, hasBrowser, launchBrowser, skipped, startService } from './open-app.ts';
import { violations } from './violations.ts';

describe(`the web app${skipped}`, () => {
  const data = mkdtempSync(path.join(tmpdir(), 'segue-journey-'));
  let service: RunningSegue;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    if (!hasBrowser) return;
    buildApp();
    service = await startService(data);
    browser = await launchBrowser();
    context = await browser.newContext({ locale: 'en-GB' });
    page = await context.newPage();
    page.setDefaultTimeout(120_000);
    page.on('pageerror', (error) => problems.push(error.message));
  });
  afterAll(async () => {
    if (!hasBrowser) return;
    await browser.close();
    await service.process.end('SIGKILL');
    rmSync(data, { recursive: true, force: true, maxRetries: 20 });
  });

  const send = async (event: string, userId: string, properties: object = {}): Promise<void> => {
    const response = await fetch(`${service.url}/v1/track`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${service.writeKey}:`)}`, 'content-type': 'application/json' },
      body: JSON.stringify({ userId, event, properties, messageId: crypto.randomUUID() }),
    });
    expect(response.status).toBe(200);
  };

  test.runIf(hasBrowser)('the first one here becomes the admin, and is on the overview', async () => {
    await page.goto(service.door);
    await page.getByLabel('Your name').fill('Asha Rao');
    await page.getByLabel('E-mail address').fill('asha@example.com');
    await page.getByLabel('New password').fill('correct horse battery');
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.getByText('Send the first event').waitFor();
    expect(await violations(page)).toEqual([]);
  });

  test.runIf(hasBrowser)(
    'a rule is read while it is written, and what is wrong is said where it is',
    async () => {
      await page.getByRole('link', { name: 'Segments', exact: true }).click();
      await page.getByRole('link', { name: 'New segment' }).first().click();
      await page.getByRole('tab', { name: 'Text' }).click();
      const rule = page.getByRole('textbox', { name: 'Rule' });
      await rule.fill('count("Product Viewed", last 7d) >= 2 and nto did "Order Completed"');
      await page.getByText(/Line 1, column \d+/).waitFor();
      expect(await violations(page)).toEqual([]);
      await rule.fill('');
    },
  );

  test.runIf(hasBrowser)(
    'a rule is put together from conditions, and its text and sentence follow',
    async () => {
      await page.getByRole('tab', { name: 'Conditions' }).click();
      await page.getByRole('button', { name: 'Something they did' }).click();
      await page.getByText('Customers who have done “Order Completed” in the last 30 days.').waitFor();
      await page.getByLabel('What is asked').selectOption('count');
      await page.getByRole('combobox', { name: 'Event', exact: true }).fill('Product Viewed');
      await page.getByRole('spinbutton', { name: 'Value' }).fill('2');
      await page.getByRole('spinbutton', { name: 'in the last' }).fill('7');
      await page
        .getByText('Customers who have done “Product Viewed” at least twice in the last 7 days.')
        .waitFor();
      // Asked of everybody while it was written.
      await page.getByText('of 0 customers').waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'A trait' }).click();
      await page.getByRole('combobox', { name: 'How conditions are joined' }).waitFor();
      await page.getByRole('button', { name: 'Undo' }).click();
      await page.getByRole('tab', { name: 'Text' }).click();
      const rule = page.getByRole('textbox', { name: 'Rule' });
      expect(await rule.inputValue()).toBe('count("Product Viewed", last 7d) >= 2');
    },
  );

  test.runIf(hasBrowser)(
    'a segment is saved, and whoever enters appears on its page by themselves',
    async () => {
      await page.getByRole('textbox', { name: 'Name' }).fill('browsers');
      await page.getByRole('button', { name: 'See who would move' }).click();
      await page.getByText('Nobody moves.').waitFor();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('heading', { name: 'browsers' }).waitFor();
      await page.getByRole('tab', { name: 'Activity' }).click();
      await send('Product Viewed', 'meera');
      await send('Product Viewed', 'meera');
      await page.getByRole('link', { name: 'meera' }).waitFor();
      for (const tab of [
        'Members',
        'Over time',
        'Next seven days',
        'Overlap',
        'Rule',
        'Versions',
        'Activity',
      ]) {
        await page.getByRole('tab', { name: tab }).click();
        expect(await violations(page)).toEqual([]);
      }
    },
  );

  test.runIf(hasBrowser)('a customer’s page says what is true of them, until when, and why', async () => {
    await page.getByRole('link', { name: 'meera' }).click();
    await page.getByRole('heading', { name: 'meera' }).waitFor();
    await page.getByRole('button', { name: 'Why? browsers' }).click();
    await page.getByText('In browsers since').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Done' }).click();
  });

  test.runIf(hasBrowser)('everything is reached by keys alone', async () => {
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('browsers');
    const option = page.getByRole('option', { name: 'browsers', exact: true });
    await option.waitFor();
    for (let i = 0; i < 10 && (await option.getAttribute('aria-selected')) !== 'true'; i++) {
      await page.keyboard.press('ArrowDown');
    }
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'browsers' }).waitFor();
  });

  test.runIf(hasBrowser)('the dark theme is as readable, and stays chosen', async () => {
    await page.getByRole('button', { name: 'Account of Asha Rao' }).click();
    await page.getByRole('menuitemradio', { name: 'Dark' }).click();
    await page.keyboard.press('Escape');
    for (const place of ['Overview', 'Segments', 'Customers', 'Lifecycles', 'Live', 'Settings']) {
      await page.getByRole('navigation').getByRole('link', { name: place, exact: true }).click();
      await page.getByRole('heading', { name: place, level: 1 }).waitFor();
      expect(await violations(page)).toEqual([]);
    }
    await page.reload();
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
  });

  test.runIf(hasBrowser)('it speaks Hindi when asked', async () => {
    await page.getByRole('button', { name: 'Account of Asha Rao' }).click();
    await page.getByRole('menuitemradio', { name: 'हिन्दी' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'सेगमेंट', exact: true }).click();
    await page.getByRole('heading', { name: 'सेगमेंट', level: 1 }).waitFor();
    await page.evaluate('localStorage.clear()');
    await page.reload();
  });

  test.runIf(hasBrowser)(
    'when the server is killed the app says so, and goes on when it is back',
    async () => {
      await page.goto(`${service.url}/live`);
      await page.getByRole('heading', { name: 'Live' }).waitFor();
      const { port } = new URL(service.url);
      await service.process.end('SIGKILL');
      await page.getByRole('link', { name: 'Segments', exact: true }).click();
      await page.getByText('The server cannot be reached.').waitFor();
      const { process: again, url } = await startService(data, Number(port));
      service = { ...service, process: again, url };
      await page.getByText('The server cannot be reached.').waitFor({ state: 'detached' });
      await page.getByRole('link', { name: 'browsers' }).waitFor();
    },
  );

  test.runIf(hasBrowser)('nothing went wrong in the page meanwhile', () => {
    expect(problems).toEqual([]);
  });
});
