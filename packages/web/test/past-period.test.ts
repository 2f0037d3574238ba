/** Stages, scores and retention over a period that ended in the past, with a year of a shop behind them. */

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { hasBrowser, shot, skipped } from './open-app.ts';
import { type Demo, openDemo } from './open-demo.ts';
import { violations } from './violations.ts';

const dayMs = 86_400_000;
const daysAgo = 100;

type Sized = { readonly pieces: readonly { readonly size: number }[] };
type Scored = {
  readonly cells: readonly { recency: number; frequency: number; size: number }[];
  readonly groups: readonly { readonly group: string; readonly size: number }[];
};

describe(`a period of the past${skipped}`, () => {
  let demo: Demo;
  let page: Page;
  /** The last day of the period, and the instant at which it is over: days are those of UTC here. */
  const day = new Date(Date.now() - daysAgo * dayMs).toISOString().slice(0, 10);
  const until = new Date(Date.parse(day) + dayMs).toISOString();
  const from = new Date(Date.parse(until) - 30 * dayMs).toISOString();

  beforeAll(async () => {
    if (!hasBrowser) return;
    demo = await openDemo({ customers: 400, pace: 60 });
    // The year is in history; what streams in follows.
    for (;;) {
      const { behind } = (await demo.ask('/api/history/status')) as { readonly behind: number };
      if (behind < 100) break;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    page = await demo.open({ viewport: { width: 1280, height: 900 } });
    await page.goto(`${demo.url}/lifecycles`);
    await page.getByRole('combobox', { name: 'Period' }).selectOption('Until another day…');
    await page.getByLabel('Last day of the period').fill(day);
  });
  afterAll(async () => {
    if (hasBrowser) await demo.close();
  });

  /** As another question says it: the size through time, up to an instant. */
  const sizeAt = async (stage: string, at: string): Promise<number> => {
    const begin = new Date(Date.parse(at) - dayMs).toISOString();
    const query = new URLSearchParams({ of: `default.${stage}`, from: begin, to: at, every: 'day' });
    const { pieces } = (await demo.ask(`/api/history/size?${query.toString()}`)) as Sized;
    return pieces.at(-1)?.size ?? 0;
  };
  const board = () => page.getByRole('region', { name: 'default', exact: true });
  const number = (text: string | null): number => Number((text ?? '').replaceAll(/[^\d]/g, ''));
  const figure = (n: number): string => n.toLocaleString('en-GB');

  test.runIf(hasBrowser)('the board has the sizes of its end, beside those of the one before', async () => {
    await page
      .getByText(/^As of .*Beside it: the change since/)
      .first()
      .waitFor();
    const cards = board().locator('.stage');
    await cards.locator('.figure-value', { hasText: /\d/ }).first().waitFor();
    const names = await cards.locator('.stage-name').allTextContents();
    expect(names.length).toBeGreaterThan(2);
    let all = 0;
    for (const name of names) {
      const card = cards.filter({ has: page.locator('.stage-name', { hasText: new RegExp(`^${name}$`) }) });
      const shown = number(await card.locator('.figure-value').textContent());
      const [then, before] = [await sizeAt(name, until), await sizeAt(name, from)];
      const beside = await card.locator('.beside').getAttribute('title');
      expect([name, shown, beside]).toEqual([name, then, `${figure(before)} before`]);
      all += shown;
    }
    expect(all).toBeGreaterThan(0);
    await shot(page, 'past-stages');
    expect(await violations(page)).toEqual([]);
  });

  test.runIf(hasBrowser)('whoever was in a stage then is named, and it says when', async () => {
    const card = board().locator('.stage', { has: page.locator('.stage-name', { hasText: /^active$/ }) });
    const size = number(await card.locator('.figure-value').textContent());
    await card.click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(`${figure(size)} customers`).waitFor();
    await dialog.getByText(/^As of /).waitFor();
    await dialog.getByRole('button', { name: 'Done' }).click();
  });

  test.runIf(hasBrowser)('scores are those of its end, with who had them', async () => {
    await page.getByRole('tab', { name: 'RFM' }).click();
    await page.getByText('That is how it would have been').waitFor();
    const { cells, groups } = (await demo.ask(`/api/history/rfm/default?at=${until}`)) as Scored;
    const sums = new Map<string, number>();
    for (const { recency, frequency, size } of cells) {
      const name = `Recency ${String(recency)}, frequency ${String(frequency)}`;
      sums.set(name, (sums.get(name) ?? 0) + size);
    }
    const [name, size] = [...sums].toSorted(([, a], [, b]) => b - a)[0] ?? ['', 0];
    const cell = page.getByRole('button', { name: new RegExp(`^${name}`) });
    expect(await cell.locator('b').textContent()).toBe(figure(size));
    await shot(page, 'past-rfm');
    expect(await violations(page)).toEqual([]);
    await cell.click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(`${figure(size)} customer`).waitFor();
    await dialog.getByText(/^As it would have been on /).waitFor();
    await dialog.getByRole('link').first().waitFor();
    await dialog.getByRole('button', { name: 'Done' }).click();
    const { group, size: many } = groups.toSorted((a, b) => b.size - a.size)[0] ?? { group: '', size: 0 };
    await page.getByRole('button', { name: group, exact: true }).click();
    await dialog.getByText(`${figure(many)} customer`).waitFor();
    await dialog.getByRole('button', { name: 'Done' }).click();
    // What would be taken anew now is of now.
    expect(await page.getByText('What scores are measured against').count()).toBe(0);
  });

  test.runIf(hasBrowser)('retention ends with it', async () => {
    const answer = page.waitForResponse((response) => response.url().includes('/api/history/retention'));
    await page.getByRole('tab', { name: 'Retention' }).click();
    expect(new URL((await answer).url()).searchParams.get('to')).toBe(until);
    await page.getByText(/^Of those who did it first between .* up to the end of it\.$/).waitFor();
    await shot(page, 'past-retention');
    expect(await violations(page)).toEqual([]);
  });

  test.runIf(hasBrowser)('up to now all of it is live again', async () => {
    await page.getByRole('combobox', { name: 'Period' }).selectOption('Until now');
    await page.getByRole('tab', { name: 'Stages' }).click();
    await page
      .getByText(/^Now, as it changes\. Beside it: the change since/)
      .first()
      .waitFor();
    await page.getByRole('tab', { name: 'RFM' }).click();
    await page.getByText('What scores are measured against').waitFor();
    expect(demo.problems).toEqual([]);
  });
});
