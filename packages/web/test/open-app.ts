/** A real service, and a real browser before it; where there is no browser, tests are skipped with the reason in their name. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

import { type RunningSegue, startSegue } from '../../cli/test/running-segue.ts';

const root = path.join(import.meta.dirname, '../../..');
const chromiumPath = process.env['SEGUE_CHROMIUM'] ?? '/usr/bin/chromium';
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
];

export const hasBrowser: boolean = existsSync(chromiumPath);
/** For the names of tests. */
export const skipped: string = hasBrowser ? '' : ` (skipped: there is no ${chromiumPath})`;
/** Where pictures of what was seen are put; none are made where it is not set. */
const shots = process.env['SEGUE_SHOTS'];

export type App = {
  readonly url: string;
  readonly writeKey: string;
  readonly browser: Browser;
  /** Errors of all pages. */
  readonly problems: readonly string[];
  /** A call of the API as an admin; the answer's body. */
  call(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Sends messages as a website does. */
  send(messages: readonly object[]): Promise<void>;
  /** A browser of its own, in which somebody of that role is signed in and on the overview. */
  signIn(
    role: 'viewer' | 'marketer' | 'admin',
    options?: { readonly dark?: true; readonly width?: number },
  ): Promise<Page>;
  close(): Promise<void>;
};

/** The app as its sources are now. */
export function buildApp(): void {
  execFileSync(process.execPath, [path.join(root, 'packages/web/build/main.ts')]);
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath, args: flags });
}

export async function openApp(): Promise<App> {
  buildApp();
  const data = mkdtempSync(path.join(tmpdir(), 'segue-app-'));
  const { process: service, url, writeKey, serverKey } = await startService(data);
  const browser = await launchBrowser();
  const problems: string[] = [];
  const request = async (key: string, method: string, where: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${url}${where}`, {
      method,
      headers: { authorization: `Basic ${btoa(`${key}:`)}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`${method} ${where}: ${String(response.status)} ${text}`);
    }
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  };
  const call = (method: string, where: string, body?: unknown): Promise<unknown> =>
    request(serverKey, method, where, body);
  // What is asked of the past is answered from the beginning on.
  for (;;) {
    const { state } = (await call('GET', '/api/history/status')) as { readonly state: string };
    if (state === 'running') break;
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
  }
  const signIn: App['signIn'] = async (role, { dark, width = 1280 } = {}) => {
    const user = { email: `${crypto.randomUUID()}@example.com`, name: `A ${role}`, role };
    const { link } = (await call('POST', '/api/users', user)) as { link: { token: string } };
    const context: BrowserContext = await browser.newContext({
      locale: 'en-GB',
      viewport: { width, height: 900 },
      colorScheme: dark === true ? 'dark' : 'light',
    });
    const page = await context.newPage();
    page.setDefaultTimeout(120_000);
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(`${url}/sign-in#${link.token}`);
    await page.getByLabel('New password').fill('correct horse battery');
    await page.getByRole('button', { name: 'Begin' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    return page;
  };
  return {
    url,
    writeKey,
    browser,
    problems,
    call,
    send: async (messages) => {
      await request(writeKey, 'POST', '/v1/batch', { batch: messages });
    },
    signIn,
    close: async () => {
      await browser.close();
      await service.end('SIGKILL');
      rmSync(data, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}

/** `segue start` on a data directory; resolves when it says where it is. */
export function startService(data: string, port = 0): Promise<RunningSegue> {
  return startSegue(['start', '--data', data, '--port', String(port)]);
}

/** A picture of the page as it is, where somebody wants them. */
export async function shot(page: Page, name: string): Promise<void> {
  if (shots === undefined) return;
  // What is drawn with a movement has come to rest.
  await page.waitForTimeout(1_200);
  await page.screenshot({ path: path.join(shots, `${name}.png`), fullPage: !name.startsWith('live') });
}
