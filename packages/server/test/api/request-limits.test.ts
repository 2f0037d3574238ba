import fastify, { type FastifyInstance } from 'fastify';
import asPartOfRoot from 'fastify-plugin';
import { describe, expect, it } from 'vitest';

import { useAccess } from '../../src/api/access.ts';
import { answerError } from '../../src/api/problem.ts';
import { type RequestLimits, useRequestLimits } from '../../src/api/request-limits.ts';
import { SessionCookie } from '../../src/api/session-cookie.ts';
import type { Access } from '../../src/catalog/grants.ts';
import { bearer, grants } from '../feeds/door.ts';

const paths: readonly (readonly [string, Access])[] = [
  ['/api/segments', 'viewer'],
  ['/api/session', 'open'],
  ['/api/s/track', 'send'],
  ['/v1/profiles/:identifier', 'viewer'],
  ['/v1/track', 'send'],
  ['/health', 'open'],
  ['/metrics', 'viewer'],
];

type Door = { readonly app: FastifyInstance; readonly clock: { now: number } };

async function open(limits: RequestLimits): Promise<Door> {
  const clock = { now: 0 };
  const app = fastify();
  app.setErrorHandler(answerError as never);
  app.register(
    asPartOfRoot((root, _, done) => {
      useAccess(root, { grants, cookie: new SessionCookie(false) });
      useRequestLimits(root, limits, () => clock.now);
      done();
    }),
  );
  app.register((scope, _, done) => {
    for (const [path, access] of paths) scope.get(path, { config: { access } }, () => ({ ok: true }));
    done();
  });
  await app.ready();
  return { app, clock };
}

async function statuses(door: Door, url: string, times: number, key = 'viewer'): Promise<readonly number[]> {
  const found: number[] = [];
  for (let i = 0; i < times; i++) {
    found.push((await door.app.inject({ url, headers: bearer(key) })).statusCode);
  }
  return found;
}

describe('requests', () => {
  it('are counted for each key, answered with how many are left, and with 429 above the limit', async () => {
    const door = await open({ api: 3, reads: Infinity });
    const { headers } = await door.app.inject({ url: '/api/segments', headers: bearer('viewer') });
    expect(headers).toMatchObject({
      'ratelimit-limit': '3',
      'ratelimit-remaining': '2',
      'ratelimit-reset': '1',
    });
    expect(await statuses(door, '/api/segments', 3)).toEqual([200, 200, 429]);
    const refused = await door.app.inject({ url: '/api/segments', headers: bearer('viewer') });
    expect(refused.json()).toMatchObject({ code: 'request/rate', status: 429 });
    expect(refused.headers).toMatchObject({ 'retry-after': '1', 'ratelimit-remaining': '0' });
    // Others are not held up.
    expect(await statuses(door, '/api/segments', 2, 'admin')).toEqual([200, 200]);
    door.clock.now += 1_000;
    expect(await statuses(door, '/api/segments', 4)).toEqual([200, 200, 200, 429]);
  });

  it('that are open to everybody count by address', async () => {
    const door = await open({ api: 2, reads: Infinity });
    expect(await statuses(door, '/api/session', 3)).toEqual([200, 200, 429]);
    const other = await door.app.inject({ url: '/api/session', remoteAddress: '192.0.2.1' });
    expect(other.statusCode).toBe(200);
  });

  it('of probes, metrics and senders are not counted, and those of readers apart', async () => {
    const door = await open({ api: 1, reads: 2 });
    expect(await statuses(door, '/api/segments', 2)).toEqual([200, 429]);
    for (const path of ['/health', '/metrics', '/api/s/track', '/v1/track']) {
      expect(await statuses(door, path, 5)).toEqual([200, 200, 200, 200, 200]);
    }
    expect(await statuses(door, '/v1/profiles/ann', 3)).toEqual([200, 200, 429]);
    const unlimited = await open({ api: Infinity, reads: Infinity });
    const { headers } = await unlimited.app.inject({ url: '/api/segments', headers: bearer('viewer') });
    expect(headers['ratelimit-limit']).toBeUndefined();
  });
});
