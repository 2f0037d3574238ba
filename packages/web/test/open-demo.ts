/** A real service with the demo's shop in it, its year behind it and its present streaming in, and a real browser before it. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

import { startSegue } from '../../cli/test/running-segue.ts';
import { buildApp, launchBrowser } from './open-app.ts';

export type Demo = {
  readonly url: string;
  /** Errors of all pages. */
  readonly problems: readonly string[];
  /** Of the API, as the one who is signed in. */
  ask(where: string): Promise<unknown>;
  /** A browser of its own, in which nothing was loaded before, signed in and nowhere yet. */
  open(options?: BrowserContextOptions): Promise<Page>;
  close(): Promise<void>;
};

export type ShopSize = {
  readonly customers: number;
  /** Messages a minute. */
  readonly pace: number;
};

export async function openDemo(size: ShopSize): Promise<Demo> {
  buildApp();
  const folder = mkdtempSync(path.join(tmpdir(), 'segue-pictures-'));
  const { process: service, door } = await startSegue([
    ...['demo', '--folder', path.join(folder, 'demo'), '--port', '0', '--no-open', '--timezone', 'UTC'],
    ...['--customers', String(size.customers), '--seed', '1', '--pace', String(size.pace)],
  ]);
  const url = new URL(door).origin;
  const browser: Browser = await launchBrowser();
  const first = await browser.newContext();
  await first.request.get(door);
  const storageState = await first.storageState();
  const problems: string[] = [];
  const ask: Demo['ask'] = async (where) => {
    const answer = await first.request.get(`${url}${where}`);
    if (!answer.ok()) throw new Error(`${where}: ${String(answer.status())} ${await answer.text()}`);
    return answer.json();
  };
  return {
    url,
    problems,
    ask,
    open: async (options) => {
      const context = await browser.newContext({ locale: 'en-GB', ...options, storageState });
      const page = await context.newPage();
      page.setDefaultTimeout(120_000);
      page.on('pageerror', (error) => problems.push(error.message));
      return page;
    },
    close: async () => {
      await browser.close();
      await service.end('SIGKILL');
      rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}
