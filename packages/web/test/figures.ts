/** What one waits for, as the browser measures it: how much the first view loads, when it is there, how soon a preview answers. */

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import type { Page } from 'playwright-core';
import { format, resolveConfig } from 'prettier';
import { vi } from 'vitest';

export type Figures = {
  /** Of page, scripts, styles and pictures of the first view as they came over the wire, compressed. */
  readonly bytes: number;
  /** From the address to the first thing drawn. */
  readonly paintMs: number;
  /** From the address to the overview with its figures. */
  readonly overviewMs: number;
  /** From the key to the preview of the rule as it is then: the middle one of several. */
  readonly previewMs: number;
};

const presses = 5;
const page = path.join(import.meta.dirname, '../../../docs/web-app.md');
const begin = '<!-- Written by npm run screenshots, from here … -->';
const end = '<!-- … to here -->';

/** When the first figure of the overview is in the page. */
const watchOverview = `
  new MutationObserver((_, observer) => {
    if (document.querySelector('.figure-value') === null) return;
    performance.mark('overview');
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true });
`;

/** Marks each key, and the first preview after it that is of what is written. */
const watchPreview = `
  let pressed;
  let wasBusy = false;
  addEventListener('keydown', () => { pressed = performance.now(); wasBusy = false; }, true);
  new MutationObserver(() => {
    const isBusy = document.querySelector('.preview')?.getAttribute('aria-busy') === 'true';
    wasBusy ||= isBusy;
    if (pressed === undefined || isBusy || !wasBusy) return;
    performance.measure('preview', { start: pressed, end: performance.now() });
    pressed = undefined;
  }).observe(document, { childList: true, subtree: true, attributes: true });
`;

/** Of a browser that has loaded nothing before. */
export async function firstView(view: Page, url: string): Promise<Omit<Figures, 'previewMs'>> {
  await view.addInitScript(watchOverview);
  await view.goto(url);
  await view.locator('.figure-value').first().waitFor();
  const [bytes, paintMs, overviewMs] = await view.evaluate<[number, number, number]>(`[
    [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
      .filter(({ name }) => !new URL(name).pathname.startsWith('/api/') && !new URL(name).pathname.startsWith('/v1/'))
      .reduce((sum, { transferSize }) => sum + transferSize, 0),
    performance.getEntriesByName('first-contentful-paint')[0].startTime,
    performance.getEntriesByName('overview')[0].startTime,
  ]`);
  await view.context().close();
  return { bytes, paintMs, overviewMs };
}

export async function previewMs(view: Page, url: string): Promise<number> {
  await view.addInitScript(watchPreview);
  await view.goto(`${url}/segments/new`);
  await view.getByRole('tab', { name: 'Text' }).click();
  const rule = view.getByRole('textbox', { name: 'Rule' });
  await rule.fill('count("Product Viewed", last 30d) >= 1');
  await view.locator('.preview[aria-busy=false]').waitFor();
  // Each key makes another rule, which is asked about for the first time.
  for (let i = 1; i <= presses; i++) {
    await rule.press(String(i));
    await vi.waitUntil(async () => (await previews(view)).length === i, { timeout: 120_000, interval: 25 });
  }
  const took = (await previews(view)).toSorted((a, b) => a - b);
  await view.context().close();
  return took[Math.floor(took.length / 2)] ?? NaN;
}

/** How long each preview took so far, ms. */
async function previews(view: Page): Promise<readonly number[]> {
  return view.evaluate<number[]>(`performance.getEntriesByName('preview').map(({ duration }) => duration)`);
}

export function saidFigures({ bytes, paintMs, overviewMs, previewMs: preview }: Figures): string {
  const ms = (value: number): string => `${value.toFixed(0)} ms`;
  return [
    '| figure | here | limit |',
    '| --- | --- | --- |',
    `| the first view over the wire: page, scripts, styles, compressed | ${(bytes / 1_000).toFixed(0)} kB | 200 kB, held by a test |`,
    `| first contentful paint, nothing loaded before | ${ms(paintMs)} | |`,
    `| the overview with its figures, nothing loaded before | ${ms(overviewMs)} | |`,
    `| from a key in the builder to the preview of the new rule | ${ms(preview)} | |`,
  ].join('\n');
}

/** Into the page of the documentation, between its marks. */
export async function keepFigures(figures: Figures): Promise<void> {
  const text = readFileSync(page, 'utf8');
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${page} has lost its marks.`);
  const written = `${before}${begin}\n\n${saidFigures(figures)}\n\n${end}${after}`;
  writeFileSync(page, await format(written, { ...(await resolveConfig(page)), parser: 'markdown' }));
}
