/**
 * Every screen of the app before a real service with a shop in it: each shows what it must, in light, and some in the dark and on
 * a phone. How much the first view loads is held under its limit; how long it takes is said.
 *
 * `npm run screenshots` (SEGUE_SCREENSHOTS=1) also keeps the pictures in docs/images, and the figures in docs/web-app.md.
 */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { type Figures, firstView, keepFigures, previewMs, saidFigures } from './figures.ts';
import { hasBrowser, skipped } from './open-app.ts';
import { type Demo, openDemo } from './open-demo.ts';
import { type Look, screens, type Subject } from './screens.ts';

const isKept = process.env['SEGUE_SCREENSHOTS'] === '1';
const folder = path.join(import.meta.dirname, '../../../docs/images');
const firstViewBytesMax = 200_000;

const looks: Readonly<Record<Look, BrowserContextOptions>> = {
  light: { viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  dark: { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 800 }, colorScheme: 'light' },
};

const cases = screens.flatMap((screen) =>
  screen.looks.map((look) => ({
    screen,
    look,
    picture: look === 'light' ? screen.name : `${screen.name}-${look}`,
  })),
);

test('every picture is on the page about the app, and none is there that nobody takes', () => {
  const page = readFileSync(path.join(folder, '../web-app.md'), 'utf8');
  const shown = [...page.matchAll(/\]\(images\/([\w-]+\.png)\)/g)].map((match) => match[1] ?? '').sort();
  expect(shown).toEqual(cases.map(({ picture }) => `${picture}.png`).sort());
  // While they are taken anew, a new one is not there yet.
  if (!isKept) expect(readdirSync(folder).sort()).toEqual(shown);
});

describe.runIf(hasBrowser)(`every screen${skipped}`, () => {
  let demo: Demo;
  /** Bytes of a picture on which there is nothing, of each look. */
  const blankBytes = new Map<Look, number>();

  beforeAll(async () => {
    demo = await openDemo(isKept ? { customers: 800, pace: 240 } : { customers: 300, pace: 600 });
    await vi.waitUntil(() => hasHistory(demo), { timeout: 120_000, interval: 500 });
    for (const look of ['light', 'dark', 'phone'] as const) {
      const page = await demo.open(looks[look]);
      blankBytes.set(look, (await page.screenshot()).length);
      await page.context().close();
    }
  });
  afterAll(async () => {
    await demo.close();
  });

  test('the first view is small, and what one waits for is measured', async () => {
    const first = await firstView(await demo.open(looks.light), demo.url);
    const figures: Figures = { ...first, previewMs: await previewMs(await demo.open(looks.light), demo.url) };
    process.stdout.write(`${saidFigures(figures)}\n`);
    expect(figures.bytes).toBeGreaterThan(10_000);
    expect(figures.bytes).toBeLessThanOrEqual(firstViewBytesMax);
    if (isKept) await keepFigures(figures);
  });

  test.for(cases)('$picture', async ({ screen, look, picture }) => {
    const subject = await subjectOf(demo);
    const page = await demo.open(looks[look]);
    await page.goto(demo.url + screen.path(subject));
    await screen.arrive(page, subject);
    await comeToRest(page);
    const text = await page.locator('body').innerText();
    for (const said of screen.says) expect(text).toContain(said);
    expect(text).not.toMatch(/\b(?:undefined|NaN|Infinity|Invalid Date)\b|\[object/);
    expect(await page.getByRole('alert').allInnerTexts()).toEqual([]);
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(overflow).toBe(0);
    const image = await page.screenshot();
    expect(image.length).toBeGreaterThan(3 * (blankBytes.get(look) ?? Infinity));
    if (isKept) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, `${picture}.png`), image);
    }
    await page.context().close();
  });

  test('nothing went wrong in the pages meanwhile', () => {
    expect(demo.problems).toEqual([]);
  });
});

/** Nothing is on its way any more; for a picture that is kept, what is drawn with a movement stands still. */
async function comeToRest(page: Page): Promise<void> {
  await expect.poll(() => page.locator('.skeleton').count()).toBe(0);
  await page.mouse.move(0, 0);
  if (isKept) await page.waitForTimeout(1_200);
}

/** The year that the shop has behind it is in. */
async function hasHistory(demo: Demo): Promise<boolean> {
  const { history } = (await demo.ask('/api/overview')) as {
    readonly history: { readonly state: string; readonly lagMs: number };
  };
  return history.state === 'running' && history.lagMs < 5_000;
}

/** Of those who left a cart and have gone, whoever is in the most segments: they will be in it for a while. */
async function subjectOf(demo: Demo): Promise<Subject> {
  const segment = 'cart_abandoners';
  const { items } = (await demo.ask(`/api/customers?segment=${segment}&sort=lastSeen&limit=10`)) as {
    readonly items: readonly { readonly displayId: string; readonly segments: number }[];
  };
  const [found] = items.toSorted((a, b) => b.segments - a.segments);
  if (found === undefined) throw new Error(`Nobody is in ${segment}.`);
  return { displayId: found.displayId, segment };
}
