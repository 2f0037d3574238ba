import { describe, expect, it } from 'vitest';

import { systemActor } from '../../src/catalog/catalog.ts';
import { answerKeptMs } from '../../src/catalog/limits.ts';
import { good } from '../catalog/catalog-conformance.ts';
import { openDoor, type Answer, type Door } from './api-door.ts';

function post(
  door: Door,
  key: string,
  body: unknown,
  more: { key?: string; path?: string } = {},
): Promise<Answer> {
  const options = {
    headers: { 'idempotency-key': key },
    ...(more.key === undefined ? {} : { key: more.key }),
  };
  return door.call('POST', more.path ?? '/sources', body, options);
}

async function sources(door: Door): Promise<number> {
  return (await door.catalog.keys.sources({ limit: 100 })).items.length;
}

describe('a write with an Idempotency-Key', () => {
  it('sent again gets the answer of the first, and is carried out once', async () => {
    const door = await openDoor();
    const first = await post(door, 'k1', { name: 'web' });
    const again = await post(door, 'k1', { name: 'web' });
    expect(first.status).toBe(201);
    expect(again).toMatchObject({
      status: 201,
      body: first.body,
      headers: { 'idempotent-replayed': 'true' },
    });
    expect(first.headers).not.toHaveProperty('idempotent-replayed');
    expect(await sources(door)).toBe(1);
    await door.close();
  });

  it('without a body to answer with is repeated as such', async () => {
    const door = await openDoor();
    await door.call('POST', '/sources', { name: 'web' });
    const remove = (): Promise<Answer> =>
      door.call('DELETE', '/sources/web', undefined, { headers: { 'idempotency-key': 'k' } });
    expect((await remove()).status).toBe(204);
    expect(await remove()).toMatchObject({
      status: 204,
      text: '',
      headers: { 'idempotent-replayed': 'true' },
    });
    await door.close();
  });

  it('belongs to who sent it, and to this request', async () => {
    const door = await openDoor();
    const other = good(await door.catalog.keys.createServerKey({ name: 'x', role: 'admin' }, systemActor));
    await post(door, 'k', { name: 'web' });
    for (const [body, path] of [
      [{ name: 'web2' }, '/sources'],
      [{ source: 'web' }, '/write-keys'],
    ] as const) {
      expect(await post(door, 'k', body, { path })).toMatchObject({
        status: 422,
        body: { code: 'request/idempotency-reused' },
      });
    }
    expect((await post(door, 'k', { name: 'web2' }, { key: other.secret })).status).toBe(201);
    await door.close();
  });

  it('is refused while the first is being carried out', async () => {
    const door = await openDoor();
    const { keys } = door.catalog;
    const create = keys.createSource.bind(keys);
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    keys.createSource = async (source, by) => {
      await finished;
      return create(source, by);
    };
    const first = post(door, 'k', { name: 'web' });
    for (let i = 0; i < 2; i++) {
      expect(await post(door, 'k', { name: 'web' })).toMatchObject({
        status: 409,
        body: { code: 'request/idempotency-running' },
        headers: { 'retry-after': '1' },
      });
    }
    finish();
    expect((await first).status).toBe(201);
    expect((await post(door, 'k', { name: 'web' })).status).toBe(201);
    await door.close();
  });

  it('may be tried again where it was refused: nothing was done', async () => {
    const door = await openDoor();
    expect((await post(door, 'k', { source: 'web' }, { path: '/write-keys' })).status).toBe(404);
    await post(door, 'l', { name: 'web' });
    expect((await post(door, 'k', { source: 'web' }, { path: '/write-keys' })).status).toBe(201);
    await door.close();
  });

  it('whose process died over it is not carried out again', async () => {
    const door = await openDoor();
    const { items } = await door.catalog.keys.serverKeys({ limit: 9 });
    const admin = items.find(({ role }) => role === 'admin')!;
    await post(door, 'k', { name: 'web' });
    await door.catalog.answers.release(`server_key:${admin.id}`, 'k');
    // As the process before left it: begun, and no answer.
    const { createHash } = await import('node:crypto');
    const text = JSON.stringify(['POST', '/api/sources', { name: 'web' }]);
    const fingerprint = createHash('sha256').update(text).digest('base64url');
    await door.catalog.answers.begin(`server_key:${admin.id}`, 'k', fingerprint);
    expect(await post(door, 'k', { name: 'web' })).toMatchObject({
      status: 409,
      body: { code: 'request/idempotency-unknown' },
    });
    await door.close();
  });

  it('whose answer holds a secret does not have it kept', async () => {
    const door = await openDoor();
    const path = '/server-keys';
    const body = { name: 'ci', role: 'viewer' };
    expect((await post(door, 'k', body, { path })).status).toBe(201);
    expect(await post(door, 'k', body, { path })).toMatchObject({
      status: 409,
      body: { code: 'request/idempotency-not-kept' },
    });
    await door.close();
  });

  it('is forgotten after a day', async () => {
    const door = await openDoor();
    await post(door, 'k', { name: 'web' });
    door.clock.now += answerKeptMs;
    expect((await post(door, 'k', { name: 'web2' })).status).toBe(201);
    await door.close();
  });

  it('of no use is refused', async () => {
    const door = await openDoor();
    for (const key of ['', ' ', 'a b', 'x'.repeat(256), 'ü']) {
      expect(await post(door, key, { name: 'web' })).toMatchObject({
        status: 400,
        body: { code: 'request/idempotency-key' },
      });
    }
    await door.close();
  });
});
