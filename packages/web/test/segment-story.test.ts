/**
 * A marketer's story in a real browser before a real service: find the customers who abandoned a cart above 50, see who and why,
 * save, watch one enter; then try the rule on the past, take another number, and go back.
 */

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type App, hasBrowser, openApp, shot, skipped } from './open-app.ts';
import { violations } from './violations.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const rule =
  'seq("Product Added" where price >= 50, no "Order Completed" within 2h) last 30d\nand not did "Order Completed" after last "Product Added"';

/** Carts of the last weeks: every third is followed by an order, half of the others by one days later. */
function past(now: number): readonly object[] {
  return Array.from({ length: 60 }, (_, i) => {
    const userId = `shopper${String(i)}`;
    const at = now - (i + 3) * 0.5 * dayMs;
    const added = {
      type: 'track',
      userId,
      event: 'Product Added',
      properties: { price: i % 4 === 0 ? 20 : 80, category: i % 2 === 0 ? 'shoes' : 'bags' },
      timestamp: new Date(at).toISOString(),
      messageId: `added${String(i)}`,
    };
    const bought = {
      type: 'track',
      userId,
      event: 'Order Completed',
      properties: { revenue: 60 + i },
      timestamp: new Date(at + (i % 3 === 0 ? 0.5 * hourMs : 4 * dayMs)).toISOString(),
      messageId: `bought${String(i)}`,
    };
    return i % 3 === 0 || (i % 2 === 0 && i > 20) ? [added, bought] : [added];
  }).flat();
}

describe.runIf(hasBrowser)(`a segment, from the question to the answer${skipped}`, () => {
  let app: App;
  let page: Page;
  const combobox = (name: string) => page.getByRole('combobox', { name, exact: true });
  const tab = async (name: string): Promise<void> => {
    await page.getByRole('tab', { name, exact: true }).click();
  };

  beforeAll(async () => {
    app = await openApp();
    await app.send(past(Date.now()));
    page = await app.signIn('marketer');
  });
  afterAll(async () => {
    await app.close();
  });

  test('a rule is begun from what is ready-made, and narrowed by values that have come', async () => {
    await page.goto(`${app.url}/segments/new`);
    await page.getByRole('button', { name: /^cart_abandoners/ }).click();
    await page.getByText('of 60 customers').waitFor();
    await page.getByRole('tab', { name: 'Text' }).click();
    await page.getByRole('textbox', { name: 'Rule' }).fill('did "Product Added" last 30d');
    await page.getByRole('tab', { name: 'Conditions' }).click();
    // The events that have come, with how often.
    await combobox('Event').fill('');
    await page.getByRole('option', { name: /^Product Added 60/ }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Only where…' }).click();
    await combobox('Property').click();
    await page.getByRole('option', { name: /^price 100/ }).waitFor();
    await page.keyboard.press('Escape');
    await combobox('Value').click();
    await page.getByRole('option', { name: /^shoes 30/ }).click();
    await page
      .getByText(/category.*“shoes”/)
      .first()
      .waitFor();
    await shot(page, 'builder-conditions');
  });

  test('what has never come is said softly, with what was perhaps meant', async () => {
    await combobox('Event').fill('Product Addde');
    await page.keyboard.press('Enter');
    await page.getByText('No event “Product Addde” has ever come.').waitFor();
    expect(await violations(page)).toEqual([]);
    await shot(page, 'builder-unseen');
    await page.getByRole('button', { name: 'Did you mean “Product Added”?' }).click();
    await page.getByText('No event “Product Addde” has ever come.').waitFor({ state: 'detached' });
    await combobox('Value').fill('shoe');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Did you mean “shoes”?' }).click();
  });

  test('what is wrong with a condition stands at the condition, and every step can be taken back', async () => {
    await page.getByRole('tab', { name: 'Text' }).click();
    const text = page.getByRole('textbox', { name: 'Rule' });
    await text.fill('did "Product Added" last 30d and in nobody_knows');
    await page.getByRole('tab', { name: 'Conditions' }).click();
    await page.locator('.leaf .problem').getByText('nobody_knows').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.locator('.leaf .problem').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Redo' }).click();
    await page.locator('.leaf .problem').waitFor();
    await page.getByRole('button', { name: 'Undo' }).focus();
    await page.keyboard.press('Control+z');
    await page.locator('.leaf .problem').waitFor({ state: 'detached' });
  });

  test('an abandoned cart above 50 is put together by clicking', async () => {
    await page.goto(`${app.url}/segments/new`);
    await page.getByRole('button', { name: 'Things in an order' }).click();
    await page.getByRole('button', { name: 'Only where…' }).first().click();
    await combobox('Property').fill('price');
    await page.getByLabel('Comparison').selectOption('>=');
    await combobox('Value').fill('50');
    await page.keyboard.press('Enter');
    await page.getByRole('spinbutton', { name: 'in the last' }).fill('30');
    await shot(page, 'builder-sequence');
    expect(await violations(page)).toEqual([]);
    await page.getByRole('tab', { name: 'Text' }).click();
    expect(await page.getByRole('textbox', { name: 'Rule' }).inputValue()).toBe(
      'seq("Product Added" where price >= 50, no "Order Completed" within 2h) last 30d',
    );
  });

  test('who it is about is seen before it is saved, and why after', async () => {
    await page.getByRole('textbox', { name: 'Rule' }).fill(rule);
    await page.getByText(/of 60 customers/).waitFor();
    await page
      .getByText(/fails? only this/)
      .first()
      .waitFor();
    await page.getByRole('textbox', { name: 'Name' }).fill('left_a_cart');
    await page.getByRole('button', { name: 'See who would move' }).click();
    await page.getByText(/\d+ customers enter/).waitFor();
    await shot(page, 'builder-preview');
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'left_a_cart' }).waitFor();
    await page.getByRole('link', { name: 'shopper1', exact: true }).click();
    await page.getByRole('heading', { name: 'shopper1' }).waitFor();
    await page.getByText('left_a_cart').first().waitFor();
    await page.goBack();
  });

  test('somebody who leaves a cart now enters by time, before one’s eyes', async () => {
    await tab('Activity');
    const soon = Date.now() - 2 * hourMs + 4_000;
    await app.send([
      {
        type: 'track',
        userId: 'meera',
        event: 'Product Added',
        properties: { price: 99 },
        timestamp: new Date(soon).toISOString(),
        messageId: 'meera-1',
      },
    ]);
    await page.getByRole('link', { name: 'meera' }).waitFor();
    await shot(page, 'segment-activity');
    expect(await violations(page)).toEqual([]);
  });

  test('its past, its next days and its query are there', async () => {
    await tab('Next seven days');
    await page.getByRole('heading', { name: 'Who, and when' }).waitFor();
    await shot(page, 'segment-forecast');
    expect(await violations(page)).toEqual([]);
    await tab('Over time');
    await page.getByRole('heading', { name: 'Why they came and went' }).waitFor();
    await shot(page, 'segment-time');
    expect(await violations(page)).toEqual([]);
    await tab('SQL');
    await page.getByText('FROM events').first().waitFor();
    await shot(page, 'segment-sql');
    expect(await violations(page)).toEqual([]);
    expect(new URL(page.url()).search).toBe('?tab=sql');
  });

  test('a draft is tried on the past beside the rule in force', async () => {
    await tab('Backtest');
    await page.getByRole('heading', { name: 'No backtest yet' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('textbox', { name: 'Rule to try' }).fill(rule.replace('last 30d', 'last 10d'));
    await page.getByLabel('Within').selectOption('7d');
    await page.getByRole('button', { name: 'Run the backtest' }).click();
    await page.getByRole('heading', { name: 'In the 7 days after they entered' }).waitFor();
    await page.getByRole('columnheader', { name: 'Rule in force' }).first().waitFor();
    await page.getByRole('columnheader', { name: 'Others at the same time' }).waitFor();
    await shot(page, 'segment-backtest');
    expect(await violations(page)).toEqual([]);
  });

  test('other numbers are tried, and one is taken into the editor, which says what changes', async () => {
    await tab('Suggest');
    const numbers = page.getByLabel('Number', { exact: true });
    await numbers.waitFor();
    await numbers.selectOption({ index: 1 });
    await page.getByLabel('Within').selectOption('7d');
    await page.getByRole('button', { name: 'Try numbers' }).click();
    const take = page.getByRole('link', { name: /^Take / }).first();
    await take.waitFor();
    await shot(page, 'segment-suggest');
    expect(await violations(page)).toEqual([]);
    await take.click();
    await page.getByRole('heading', { name: 'Edit “left_a_cart”' }).waitFor();
    await page.getByText('After saving').waitFor();
    await page.getByRole('button', { name: 'See who would move' }).click();
    await page
      .getByText(/customers? (enters?|leaves?)|Nobody moves/)
      .first()
      .waitFor();
    await shot(page, 'builder-difference');
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('Why').fill('Another number');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'left_a_cart' }).waitFor();
  });

  test('the versions are there, and the one before is put back', async () => {
    await tab('Versions');
    await page.getByText('Another number').waitFor();
    await page.getByRole('button', { name: 'Back to this' }).click();
    await page
      .getByRole('dialog')
      .getByText(/customers? (enters?|leaves?)|Nobody moves/)
      .first()
      .waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Back to this' }).click();
    await page.getByText('Back to version 1').waitFor();
    await shot(page, 'segment-versions');
    await tab('Rule');
    expect(await page.locator('pre.rule').textContent()).toContain('price >= 50');
  });

  test('a viewer sees all of it and is offered nothing that changes', async () => {
    const viewer = await app.signIn('viewer', { dark: true, width: 390 });
    await viewer.goto(`${app.url}/segments/left_a_cart?tab=backtest`);
    await viewer.getByRole('heading', { name: 'What it found' }).waitFor();
    expect(await viewer.getByRole('button', { name: 'Run the backtest' }).count()).toBe(0);
    await shot(viewer, 'segment-backtest-phone-dark');
    expect(await violations(viewer)).toEqual([]);
    await viewer.getByRole('tab', { name: 'Versions' }).click();
    await viewer.getByText('Another number').waitFor();
    expect(await viewer.getByRole('button', { name: 'Back to this' }).count()).toBe(0);
    await viewer.context().close();
  });

  test('nothing went wrong in the pages meanwhile', () => {
    expect(app.problems).toEqual([]);
  });
});
