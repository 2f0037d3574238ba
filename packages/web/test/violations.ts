/** Rules of accessibility that a page breaks, as axe finds them once the page has come to rest. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** What moves for longer moves always, such as a mark that something is loading. */
const restMs = 2_000;

export async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  // What is half faded in has the colours of neither here nor there.
  await page.evaluate(
    `Promise.race([
      Promise.allSettled(document.getAnimations().map((animation) => animation.finished)),
      new Promise((resolve) => setTimeout(resolve, ${restMs})),
    ]).then(() => undefined)`,
  );
  return page.evaluate(async () => {
    const { axe: runner } = globalThis as unknown as {
      axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const found = (await runner.run()).violations;
    return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  });
}
