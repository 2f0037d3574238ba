import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { useStrictValidation } from '../../src/api/validation.ts';
import type { App } from '../../src/http/app.ts';
import { webApp } from '../../src/http/web-app.ts';
import { appWith } from './fake-service.ts';

const apps: App[] = [];
afterAll(async () => {
  await Promise.all(apps.map((app) => app.close(AbortSignal.abort())));
});

function serving(folder: string): App['fastify'] {
  const app = appWith((routes) => {
    // As in front of all routes: what the API refuses is none of the pages' business.
    useStrictValidation(routes);
    void routes.register(async (scope) => webApp(folder)(scope));
  });
  apps.push(app);
  return app.fastify;
}

function built(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'segue-web-'));
  mkdirSync(path.join(folder, 'assets'));
  writeFileSync(path.join(folder, 'index.html'), '<!doctype html><title>Segue</title>');
  writeFileSync(path.join(folder, 'icon.svg'), '<svg/>');
  writeFileSync(path.join(folder, 'theme.js'), '');
  writeFileSync(path.join(folder, 'assets/index-abc.js'), 'plain');
  writeFileSync(path.join(folder, 'assets/index-abc.js.br'), 'small');
  return folder;
}

describe('the web app', () => {
  it('is the page at the root and at every address of its own', async () => {
    const app = serving(built());
    for (const url of [
      '/',
      '/segments/vip?tab=backtest',
      '/customers/ann%40example.com',
      '/sign-in?to=%2Flive',
    ]) {
      const { statusCode, headers, body } = await app.inject(url);
      expect([statusCode, headers['content-type'], headers['cache-control']]).toEqual([
        200,
        'text/html; charset=utf-8',
        'no-cache',
      ]);
      expect(body).toContain('<title>Segue</title>');
    }
  });

  it('leaves the addresses of the APIs to them: what is not there is a problem, not a page', async () => {
    const app = serving(built());
    for (const url of ['/api', '/api/nothing', '/v1/nothing']) {
      const { statusCode, headers } = await app.inject(url);
      expect([statusCode, headers['content-type']]).toEqual([404, expect.stringContaining('problem+json')]);
    }
    expect((await app.inject('/health')).statusCode).toBe(200);
  });

  it('sends files that were compressed before, and says that they never change', async () => {
    const app = serving(built());
    const small = await app.inject({ url: '/assets/index-abc.js', headers: { 'accept-encoding': 'br' } });
    expect([small.body, small.headers['content-encoding']]).toEqual(['small', 'br']);
    expect(small.headers['cache-control']).toContain('immutable');
    expect((await app.inject('/assets/index-abc.js')).body).toBe('plain');
  });

  it('lets its page run nothing but its own files, and be framed by nobody', async () => {
    const { headers } = await serving(built()).inject('/');
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });

  it('gives no file from outside of its folder', async () => {
    const app = serving(built());
    for (const url of [
      '/assets/../../../etc/passwd',
      '/assets/%2e%2e%2f%2e%2e%2fetc/passwd',
      '/assets/..%5c..%5cetc',
    ]) {
      const { body, statusCode } = await app.inject(url);
      expect(body).not.toContain('root:');
      expect(statusCode).toBeLessThan(500);
    }
    expect((await app.inject('/assets/none.js')).statusCode).toBe(404);
  });

  it('says how it is built where it is not, and everything else works', async () => {
    const app = serving(path.join(tmpdir(), 'segue-web-missing'));
    const { statusCode, body } = await app.inject('/');
    expect([statusCode, body.includes('npm run build')]).toEqual([200, true]);
    expect((await app.inject('/health')).statusCode).toBe(200);
  });
});
