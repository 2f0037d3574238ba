/** What the app says in the language of its reader: rules, reasons and dates in Hindi; and what the workspace is called. */

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type App, hasBrowser, openApp, shot, skipped } from './open-app.ts';

const rule = 'count("Product Viewed" where category = "shoes", last 7d) >= 2';
/** Words that only an English sentence about customers or reasons has. */
const english = /\b(customers? who|since|leaves on|enters on|unless|smallest|have done|at least)\b/i;

describe.skipIf(!hasBrowser)(`the language of the reader${skipped}`, () => {
  let app: App;
  let page: Page;

  beforeAll(async () => {
    app = await openApp();
    await app.call('PUT', '/api/segments/keen', { rule });
    const view = (messageId: string, minutes: number): object => ({
      type: 'track',
      userId: 'asha',
      event: 'Product Viewed',
      messageId,
      timestamp: new Date(Date.now() - minutes * 60_000).toISOString(),
      properties: { category: 'shoes' },
    });
    await app.send([view('v1', 20), view('v2', 10)]);
    page = await app.signIn('admin');
  });
  afterAll(async () => {
    await app.close();
  });

  const inHindi = async (): Promise<void> => {
    await page.evaluate(() => {
      localStorage.setItem('segue.language', 'hi');
    });
  };

  test('an admin names the workspace; it stands beside the logo and in titles', async () => {
    await page.goto(`${app.url}/settings`);
    await page.getByRole('tab', { name: 'Workspace' }).click();
    await page.getByLabel('Name').fill('  Asha’s\u202E Shoes ');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: 'Asha’s Shoes' }).waitFor();
    await page.waitForFunction(`document.title === 'Settings · Asha’s Shoes'`);
    await shot(page, 'settings-workspace');
    await page.getByRole('tab', { name: 'Audit log' }).click();
    await page.getByText('workspace.renamed').waitFor();
    await expect(app.call('PUT', '/api/workspace/name', { name: 'x'.repeat(81) })).rejects.toThrow('400');
  });

  test('the rule of a segment, with numbers and time in the words of the language', async () => {
    await inHindi();
    await page.goto(`${app.url}/segments/keen`);
    await page
      .getByText('वे ग्राहक जिन्होंने पिछले 7 दिनों में category “shoes” वाला “Product Viewed” कम से कम 2 बार किया है।')
      .waitFor();
    await shot(page, 'hindi-segment');
    await page.goto(`${app.url}/segments`);
    await page.getByText('वे ग्राहक जिन्होंने पिछले 7 दिनों में').waitFor();
    await page.getByRole('searchbox').fill('कम से कम 2 बार');
    await page.getByRole('link', { name: 'keen' }).waitFor();
    expect(await page.locator('main').innerText()).not.toMatch(english);
  });

  test('why somebody is in it, until when unless what, and what would happen', async () => {
    await page.goto(`${app.url}/customers/asha`);
    await page.getByRole('button', { name: 'क्यों? keen' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/से keen में हैं।$/).waitFor();
    await dialog.getByText(/category “shoes” वाला एक और “Product Viewed” न होने पर .* को निकलेंगे/).waitFor();
    await dialog.getByText('वे ग्राहक जिन्होंने पिछले 7 दिनों में').waitFor();
    const said = await dialog.innerText();
    expect(said).not.toMatch(english);
    // As the country writes dates, not as machines do.
    expect(said).not.toMatch(/\d{4}-\d{2}-\d{2}/);
    await shot(page, 'hindi-why');
    await page.keyboard.press('Escape');
    const box = page.locator('section.card', { has: page.getByRole('heading', { name: 'अगर ऐसा हो तो…' }) });
    await box.getByRole('combobox').first().selectOption('wait');
    await box.getByRole('button', { name: 'आज़माएँ' }).click();
    await box.getByRole('group').or(box.locator('details')).first().waitFor();
    await box.locator('details summary').first().click();
    await box.getByText('keen में नहीं हैं।').waitFor();
    expect(await box.innerText()).not.toMatch(english);
    await shot(page, 'hindi-what-if');
  });

  test('what is refused, and what is wrong with a rule', async () => {
    await page.goto(`${app.url}/segments/nobody`);
    await page.getByText('इस नाम की कोई परिभाषा नहीं है: ').waitFor();
    await page.goto(`${app.url}/settings`);
    await page.getByLabel('A admin की भूमिका').selectOption('viewer');
    await page.getByText('तब एडमिन के रूप में कोई साइन इन नहीं कर सकेगा।').waitFor();
    await shot(page, 'hindi-refused');
    await page.goto(`${app.url}/segments/new`);
    await page.getByRole('tab', { name: 'पाठ' }).click();
    await page.locator('textarea').first().fill('did "Order Completed" last 7x');
    await page
      .getByText(/समय इस तरह लिखें: 30d, 1h30m/)
      .first()
      .waitFor();
    await shot(page, 'hindi-rule-problem');
  });

  test('an English reader reads the same in English', async () => {
    await page.evaluate(() => {
      localStorage.setItem('segue.language', 'en');
    });
    await page.goto(`${app.url}/segments/keen`);
    await page
      .getByText(
        'Customers who have done “Product Viewed” with category “shoes” at least twice in the last 7 days.',
      )
      .waitFor();
    await page.goto(`${app.url}/segments/keen?tab=forecast`);
    await page.getByRole('img', { name: /Entries and exits of keen/ }).waitFor();
    await shot(page, 'forecast');
    expect(app.problems).toEqual([]);
  });
});

describe.skipIf(!hasBrowser)(`a backtest that is watched${skipped}`, () => {
  test('is told by the stream: nobody asks again and again, also where the stream had broken', async () => {
    const app = await openApp();
    try {
      await app.call('PUT', '/api/segments/keen', { rule });
      await app.send(
        Array.from({ length: 100 }, (_, i) => ({
          type: 'track',
          userId: `c${String(i % 50)}`,
          event: 'Product Viewed',
          messageId: `m${String(i)}`,
          timestamp: new Date(Date.now() - ((i % 50) + 5) * 86_400_000 + i).toISOString(),
          properties: { category: 'shoes' },
        })),
      );
      const page = await app.signIn('admin');
      const asked: string[] = [];
      page.on('request', (request) => {
        const { pathname } = new URL(request.url());
        if (/^\/api\/(backtests|jobs)/.test(pathname) && request.method() === 'GET') asked.push(pathname);
      });
      // An answer in place of the stream, as a proxy gives one: the browser gives that up, the app does not.
      let isBroken = true;
      await page.route('**/api/jobs/stream', async (route) => {
        if (!isBroken) return route.continue();
        isBroken = false;
        return route.fulfill({ status: 502, body: 'away' });
      });
      await page.goto(`${app.url}/segments/keen?tab=backtest`);
      await page.getByRole('button', { name: 'Run the backtest' }).click();
      await page.getByRole('heading', { name: 'What it found' }).waitFor();
      await page.getByText('done', { exact: true }).waitFor();
      await page.getByText('Members at the end').waitFor();
      await page.getByText(/of those who entered, and why/).click();
      await page
        .getByText(/^In keen.* since /)
        .first()
        .waitFor();
      await shot(page, 'backtest-streamed');
      const looks = asked.filter((where) => where.startsWith('/api/backtests/'));
      // Once when it is made, once for each state that it came to.
      expect(looks.length).toBeLessThanOrEqual(4);
      expect(asked.filter((where) => where === '/api/jobs/stream').length).toBeGreaterThanOrEqual(2);
      expect(app.problems).toEqual([]);
    } finally {
      await app.close();
    }
  });
});
