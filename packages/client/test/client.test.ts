import { describe, expect, it } from 'vitest';

import { openDoor, type Door } from '../../server/test/api/api-door.ts';
import { createClient, type SegueClient } from '../src/client.ts';
import { SegueError } from '../src/problem-error.ts';
import type { ClientOptions } from '../src/transport.ts';

async function listening(options: Partial<ClientOptions> = {}): Promise<{ door: Door; client: SegueClient }> {
  const door = await openDoor();
  const url = await door.app.listen({ host: '127.0.0.1', port: 0 });
  return { door, client: createClient({ url, key: door.keys.admin, ...options }) };
}

/** A fetch that loses the answers of its first `n` requests after the service has carried them out. */
function losing(n: number): { fetch: typeof fetch; sent: Headers[] } {
  const sent: Headers[] = [];
  return {
    sent,
    fetch: async (input, init) => {
      sent.push(new Headers(init?.headers));
      const response = await fetch(input, init);
      if (sent.length > n) return response;
      await response.arrayBuffer();
      throw new TypeError('the connection broke');
    },
  };
}

describe('the client', () => {
  it('changes definitions and reads them', async () => {
    const { door, client } = await listening();
    const tried = await client.putSegment('vip', { rule: 'true' }, { dryRun: true });
    expect(tried).toMatchObject({ dryRun: true, moves: [{ name: 'vip', entering: 2 }] });
    const put = await client.putSegment('vip', { rule: 'did "A"' }, { reason: 'Sale', expectedRevision: 0 });
    expect(put).toMatchObject({ revision: 1, difference: [{ name: 'vip', change: 'created' }] });
    await client.putList('staff', ['ann', 'bob']);
    const { definitions } = await client.getDefinitions();
    expect(definitions).toMatchObject({
      segments: { vip: { rule: 'did "A"' } },
      lists: { staff: ['ann', 'bob'] },
    });
    await client.removeSegment('vip');
    await client.rollBack(2, { reason: 'It was right' });
    expect(await client.call('getSegment', { path: { name: 'vip' } })).toMatchObject({ name: 'vip' });
    expect(await client.checkRule('in vip')).toMatchObject({
      ok: true,
      english: expect.any(String) as string,
    });
    await door.close();
  });

  it('reads a list to its end, in parts', async () => {
    const { door, client } = await listening();
    for (let i = 0; i < 5; i++) await client.call('createSource', { body: { name: `s${i}` } });
    const names: string[] = [];
    for await (const { name } of client.each('listSources', { query: { limit: 2 } })) names.push(name);
    expect(names).toEqual(['s0', 's1', 's2', 's3', 's4']);
    await door.close();
  });

  it('rejects with the code and the problem of what is refused', async () => {
    const { door, client } = await listening();
    const error = await client.putSegment('lapsed', { rule: 'in vpi' }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(SegueError);
    expect(error).toMatchObject({
      code: 'definitions/invalid',
      status: 400,
      problem: { errors: [{ code: 'rule/unknown-name', definition: 'segments.lapsed' }] },
    });
    await expect(client.call('getUser', { path: { id: 'a/b ?ü' } })).rejects.toMatchObject({ status: 404 });
    await door.close();
  });

  it('sends a write again whose answer was lost, and it is carried out once', async () => {
    const { fetch: lossy, sent } = losing(2);
    const { door, client } = await listening({ fetch: lossy });
    const source = await client.call('createSource', { body: { name: 'web' } });
    expect(source).toMatchObject({ name: 'web' });
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map((headers) => headers.get('idempotency-key'))).size).toBe(1);
    expect((await door.catalog.keys.sources({ limit: 9 })).items).toHaveLength(1);
    await door.close();
  });

  it('waits as long as the service asks for, and no longer than it may', async () => {
    const { door, client } = await listening({ pauseMsMax: 10 });
    const closed = { code: 'intake/disk-low', message: 'Low.', retryAfterSeconds: 30 } as const;
    door.desk.refusal = { kind: 'closed', closed };
    await expect(client.putSegment('a', { rule: 'true' })).rejects.toMatchObject({
      status: 503,
      code: 'intake/disk-low',
      retryAfterMs: 30_000,
    });
    door.desk.refusal = { kind: 'closed', closed: { ...closed, retryAfterSeconds: 0 } };
    const put = client.putSegment('a', { rule: 'true' });
    door.desk.refusal = undefined;
    await expect(put).resolves.toMatchObject({ revision: 1 });
    await door.close();
  });

  it('says what it could not reach', async () => {
    const client = createClient({ url: 'http://127.0.0.1:1', key: 'x', retries: 0 });
    await expect(client.getDefinitions()).rejects.toMatchObject({ code: 'client/no-answer', status: 0 });
    const page = (): Promise<Response> => Promise.resolve(new Response('<html>', { status: 502 }));
    const elsewhere = createClient({ url: 'http://example.invalid', retries: 0, fetch: page });
    await expect(elsewhere.getDefinitions()).rejects.toMatchObject({ code: 'client/no-answer', status: 502 });
    expect(() => createClient({ url: 'localhost 8787' })).toThrow(TypeError);
  });

  it('stops at once when the caller wants it', async () => {
    const stopping = new AbortController();
    const never: typeof fetch = (_input, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => {
          reject(init.signal?.reason as Error);
        });
      });
    const client = createClient({ url: 'http://example.invalid', fetch: never });
    const call = client.getDefinitions({ signal: stopping.signal });
    stopping.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
  });
});
