/** Lists, stages, scores and live in a real browser: what is told by the stream, what is made a test of, who may what. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type App, hasBrowser, openApp, shot, skipped } from './open-app.ts';
import { violations } from './violations.ts';

const segmentsMany = 1_000;
const dayMs = 86_400_000;

/** Orders of forty customers over the last hundred days, some often, some once. */
function orders(now: number): object[] {
  return Array.from({ length: 400 }, (_, i) => {
    const person = (i * 17 + (i >> 3)) % 40;
    return {
      type: 'track',
      userId: `c${String(person)}`,
      event: 'Order Completed',
      messageId: `o${String(i)}`,
      timestamp: new Date(now - ((i * 37) % 100) * dayMs - person * 60_000).toISOString(),
      properties: { revenue: 10 + ((i * 13) % 90) },
    };
  });
}

const definitions = {
  segments: {
    ...Object.fromEntries(
      Array.from({ length: segmentsMany }, (_, i) => [
        `spent_${String(i).padStart(4, '0')}`,
        { rule: `sum(revenue of "Order Completed") >= ${String(i + 1)}` },
      ]),
    ),
    best: { rule: 'rfm(group) = "champions"' },
    fresh: { rule: 'did "Order Completed" last 7d' },
  },
  lifecycles: {
    default: {
      stages: [
        { lost: 'did "Order Completed" and not did "Order Completed" last 60d' },
        { loyal: 'count("Order Completed") >= 9' },
        { buyer: 'did "Order Completed"' },
        'visitor',
      ],
    },
  },
  rfm: { default: { purchase: '"Order Completed"', value: 'revenue', window: 'last 365d' } },
};

describe(`what has been and what happens${skipped}`, () => {
  let app: App;
  let page: Page;

  beforeAll(async () => {
    if (!hasBrowser) return;
    app = await openApp();
    await app.call('POST', '/api/definitions', { definitions, reason: 'for the test' });
    await app.send(orders(Date.now()));
    await app.call('POST', '/api/populations/refresh', {});
    page = await app.signIn('admin');
  });
  afterAll(async () => {
    if (hasBrowser) await app.close();
  });

  const order = (userId: string, revenue: number): Promise<void> =>
    app.send([
      {
        type: 'track',
        userId,
        event: 'Order Completed',
        messageId: crypto.randomUUID(),
        properties: { revenue },
      },
    ]);
  const goTo = async (where: Page, place: string): Promise<void> => {
    await where.getByRole('navigation').getByRole('link', { name: place, exact: true }).click();
    await where.getByRole('heading', { name: place, level: 1 }).waitFor();
  };
  const row = (name: string) =>
    page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });

  test.runIf(hasBrowser)(
    'a thousand segments: only what is seen is drawn, sorted, searched, live',
    async () => {
      await goTo(page, 'Segments');
      await row('best').waitFor();
      expect(await page.getByRole('row').count()).toBeLessThan(60);
      await page.locator('svg.spark').first().waitFor({ state: 'attached' });
      await shot(page, 'segments');
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Members' }).click();
      await row('spent_0000').waitFor();
      await page.getByLabel('Filter segments').fill('spent_0001');
      expect(await row('spent_0001').getByRole('cell').last().textContent()).toBe('40');
      // Nobody asks for it: the stream tells it.
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      await order('newcomer', 500);
      await row('spent_0001').getByRole('cell', { name: '41', exact: true }).waitFor();
      expect(asked.filter((url) => url.includes('/api/segments'))).toEqual([]);
    },
  );

  test.runIf(hasBrowser)('stages: how many now, where they went, who they are', async () => {
    await goTo(page, 'Lifecycles');
    const board = page.getByRole('region', { name: 'default', exact: true });
    await board.getByRole('button', { name: /^loyal/ }).waitFor();
    await page.getByText('Conversion between stages').waitFor();
    await page.getByRole('img', { name: 'Flows between stages' }).locator('svg path').first().waitFor();
    await page
      .getByRole('img', { name: /^Share still in/ })
      .locator('svg path')
      .nth(6)
      .waitFor({ state: 'attached' });
    await board.getByRole('cell', { name: 'loyal', exact: true }).first().waitFor();
    await shot(page, 'lifecycles');
    expect(await violations(page)).toEqual([]);
    await board.getByRole('button', { name: /^loyal/ }).click();
    const people = page.getByRole('dialog');
    await people.getByRole('link').first().waitFor();
    expect(await violations(page)).toEqual([]);
    await people.getByRole('button', { name: 'Done' }).click();
    await page.getByText('As a table').first().click();
    await page
      .getByRole('button', { name: /^From not a customer to/ })
      .first()
      .click();
    await page.getByRole('dialog').getByRole('link').first().waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
  });

  test.runIf(hasBrowser)(
    'where history lags or is away, that is said, and not that nobody was there',
    async () => {
      const asked = '**/api/history/flows?*';
      const period = page.getByRole('combobox', { name: 'Period' }).first();
      await page.route(asked, async (route) => {
        const nobody = { links: [], nodes: [], moves: [], asOf: { position: 0, behind: 1_234 } };
        const json = { ...((await (await route.fetch()).json()) as object), ...nobody };
        await route.fulfill({ json });
      });
      await period.selectOption('90');
      await page.getByText('1,234 entries of the log are not in history yet.').first().waitFor();
      expect(await page.getByText('Nobody was in a stage').count()).toBe(0);
      expect(await violations(page)).toEqual([]);
      await page.unroute(asked);
      await page.route(asked, (route) =>
        route.fulfill({
          status: 409,
          contentType: 'application/problem+json',
          json: {
            status: 409,
            code: 'history/off',
            title: 'x',
            detail: 'The history store is switched off.',
          },
        }),
      );
      await period.selectOption('7');
      await page.getByText('The history store is switched off.').waitFor();
      // How many are in each stage now is known all the same.
      await page.getByRole('button', { name: /^loyal/ }).waitFor();
      expect(await page.getByText('Conversion between stages').count()).toBe(0);
      expect(await violations(page)).toEqual([]);
      await shot(page, 'lifecycles-away');
      await page.unroute(asked);
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByText('Conversion between stages').waitFor();
    },
  );

  test.runIf(hasBrowser)(
    'scores: a grid, groups, who they are, and who would move before anybody does',
    async () => {
      await page.getByRole('tab', { name: 'RFM' }).click();
      const cell = page.getByRole('button', { name: /^Recency \d, frequency \d/ }).first();
      await cell.waitFor();
      await shot(page, 'rfm');
      expect(await violations(page)).toEqual([]);
      await cell.click();
      await page.getByRole('dialog').getByRole('link').first().waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
      for (let i = 0; i < 30; i++) await order(`rich${String(i)}`, 5_000);
      // Nothing was taken anew: the list has as many as the grid, and as the segment.
      await page.getByRole('button', { name: 'champions', exact: true }).click();
      const { size } = (await app.call('GET', '/api/segments/best')) as { readonly size: number };
      expect(size).toBeGreaterThan(0);
      await page
        .getByRole('dialog')
        .getByText(`${String(size)} customers`)
        .waitFor();
      await page
        .getByRole('dialog')
        .getByText(/^Compared with everybody as they were on/)
        .waitFor();
      await shot(page, 'rfm-people');
      expect(await violations(page)).toEqual([]);
      await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
      const group = page.getByRole('row').filter({ has: page.getByRole('button', { name: 'champions' }) });
      await group.getByRole('cell', { name: new RegExp(`^${String(size)} `) }).waitFor();
      await page.getByRole('button', { name: 'Take anew' }).click();
      await page.getByRole('dialog').getByRole('cell', { name: /^best/ }).waitFor();
      await shot(page, 'rfm-refresh');
      expect(await violations(page)).toEqual([]);
      await page.getByRole('dialog').getByRole('button', { name: 'Take anew' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    },
  );

  test.runIf(hasBrowser)('retention is of an event that one chooses', async () => {
    await page.getByRole('tab', { name: 'Retention' }).click();
    await page.getByText('First did it').waitFor();
    await shot(page, 'retention');
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('Event', { exact: true }).fill('Never Happened');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByText('Nobody did “Never Happened” for the first time').waitFor();
  });

  test.runIf(hasBrowser)(
    'what happens is seen as it happens, paused, and made a test that passes',
    async () => {
      await goTo(page, 'Live');
      // Messages are shown from when the view listens, a moment after it is there.
      const seen = page.getByRole('button', { name: 'track · Order Completed' }).first();
      while (!(await seen.isVisible())) {
        await order('meera', 700);
        await seen.waitFor({ timeout: 700 }).catch(() => undefined);
      }
      await page.getByLabel('What is shown').selectOption('changes');
      await page.getByRole('searchbox').fill('fresh');
      const entered = page
        .getByRole('row')
        .filter({ hasText: 'meera' })
        .getByRole('button', { name: 'Entered fresh' });
      await entered.waitFor();
      await shot(page, 'live');
      expect(await violations(page)).toEqual([]);
      await page.getByRole('button', { name: 'Pause' }).click();
      await order('meera', 1);
      await page.getByText(/more came while paused/).waitFor();
      await page.getByRole('button', { name: 'Go on' }).click();
      await entered.click();
      await page.getByRole('button', { name: 'Make a test of it' }).click();
      await page.getByText('Living through it again gives what was seen.').waitFor();
      await shot(page, 'live-scenario');
      expect(await violations(page)).toEqual([]);
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Download' }).click(),
      ]);
      expect(file.suggestedFilename()).toBe('meera-enters-fresh.yaml');
      const folder = mkdtempSync(path.join(tmpdir(), 'segue-scenario-'));
      const saved = path.join(folder, 'meera-enters-fresh.yaml');
      await file.saveAs(saved);
      expect(readFileSync(saved, 'utf8')).toContain('fresh:\n        - meera');
      const main = path.join(import.meta.dirname, '../../cli/src/main.ts');
      const said = execFileSync(process.execPath, [main, 'test', saved], { encoding: 'utf8' });
      expect(said).toContain('1 passed, 0 failed');
      rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
      await page.getByRole('button', { name: 'Done' }).click();
    },
  );

  test.runIf(hasBrowser)('who did what is found by person and by deed', async () => {
    await goTo(page, 'Settings');
    await shot(page, 'users');
    await page.getByRole('tab', { name: 'Keys' }).click();
    await shot(page, 'keys');
    expect(await violations(page)).toEqual([]);
    // A name of blanks is said to be none before anybody is asked, and once it is one it will do.
    await page.getByRole('button', { name: 'New server key' }).click();
    const dialog = page.getByRole('dialog');
    const name = dialog.getByLabel('Name');
    await name.fill('   ');
    await dialog.getByRole('button', { name: 'New server key' }).click();
    const said = await name.evaluate(
      (input) => (input as unknown as { readonly validationMessage: string }).validationMessage,
    );
    expect(said).toBe('A name is needed.');
    await name.fill('for the till');
    await dialog.getByRole('button', { name: 'New server key' }).click();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('cell', { name: 'for the till' }).waitFor();
    await page.getByRole('tab', { name: 'Audit log' }).click();
    await page.getByRole('cell', { name: 'definitions.applied' }).first().waitFor();
    await page.getByRole('searchbox').fill('populations');
    await page.getByRole('cell', { name: 'populations.refreshed' }).first().waitFor();
    expect(await page.getByRole('cell', { name: 'definitions.applied' }).count()).toBe(0);
    await page.getByLabel('Who').selectOption({ label: 'A admin' });
    await page.getByRole('cell', { name: 'populations.refreshed' }).first().waitFor();
    await shot(page, 'audit');
    expect(await violations(page)).toEqual([]);
  });

  test.runIf(hasBrowser)('each role sees what it may do, and no more', async () => {
    for (const role of ['viewer', 'marketer'] as const) {
      const theirs = await app.signIn(role);
      const mayChange = role === 'marketer';
      await goTo(theirs, 'Segments');
      await theirs.getByRole('link', { name: 'best', exact: true }).waitFor();
      expect([role, await theirs.getByRole('link', { name: 'New segment' }).count()]).toEqual([
        role,
        mayChange ? 1 : 0,
      ]);
      await theirs.getByRole('link', { name: 'best', exact: true }).click();
      await theirs.getByRole('heading', { name: 'best' }).waitFor();
      await theirs.getByRole('tab').first().waitFor();
      expect([role, await theirs.getByRole('link', { name: 'Edit' }).count()]).toEqual([
        role,
        mayChange ? 1 : 0,
      ]);
      await goTo(theirs, 'Lifecycles');
      await theirs.getByRole('tab', { name: 'RFM' }).click();
      await theirs.getByText('What scores are measured against').waitFor();
      const refresh = await theirs.getByRole('button', { name: 'Take anew' }).count();
      expect([role, refresh]).toEqual([role, mayChange ? 1 : 0]);
      await goTo(theirs, 'Settings');
      await theirs.getByText('Only admins see this.').waitFor();
      expect(await violations(theirs)).toEqual([]);
      await theirs.context().close();
    }
  });

  test.runIf(hasBrowser)('an admin takes a role away, and it is gone at once', async () => {
    const theirs = await app.signIn('marketer');
    await goTo(page, 'Settings');
    // Who was invited elsewhere is in the list when it is asked for anew.
    await page.reload();
    await page.getByRole('tab', { name: 'Users' }).click();
    await page.getByLabel('Role of A marketer').last().waitFor();
    for (const choice of await page.getByLabel('Role of A marketer').all()) {
      const saved = page.waitForResponse(
        (answer) => answer.request().method() !== 'GET' && answer.url().includes('/api/users/'),
      );
      await choice.selectOption('viewer');
      await saved;
    }
    await page.getByRole('row').filter({ hasText: 'A marketer' }).last().waitFor();
    await theirs.reload();
    await goTo(theirs, 'Segments');
    await theirs.getByRole('link', { name: 'best', exact: true }).waitFor();
    expect(await theirs.getByRole('link', { name: 'New segment' }).count()).toBe(0);
    await theirs.context().close();
  });

  test.runIf(hasBrowser)('in the dark and on a phone all of it is as readable', async () => {
    const phone = await app.signIn('viewer', { dark: true, width: 390 });
    for (const place of ['Segments', 'Lifecycles', 'Live']) {
      await goTo(phone, place);
      if (place === 'Lifecycles') await phone.getByRole('button', { name: /^loyal/ }).waitFor();
      expect([place, await violations(phone)]).toEqual([place, []]);
      const overflow = await phone.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect([place, overflow]).toEqual([place, 0]);
      await shot(phone, `phone-${place.toLowerCase()}`);
    }
    await goTo(phone, 'Lifecycles');
    await phone.getByRole('tab', { name: 'RFM' }).click();
    await phone
      .getByRole('button', { name: /^Recency/ })
      .first()
      .waitFor();
    expect(await violations(phone)).toEqual([]);
    await shot(phone, 'phone-rfm');
    await phone.context().close();
  });

  test.runIf(hasBrowser)('nothing went wrong in the pages meanwhile', () => {
    expect(app.problems).toEqual([]);
  });
});
