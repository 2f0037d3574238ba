import { connect } from 'node:net';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { bearer } from './door.ts';
import { plainEvents } from './plain-events.ts';
import { openWs } from './stream-clients.ts';
import { impatient, setting, wanted } from './stream-setting.ts';

describe('a WebSocket', () => {
  it('brings changes with the filter and from the place of its address', async () => {
    const { url, feed } = await setting();
    feed.publish(plainEvents(0, 10));
    const client = await openWs(`${url}/v1/stream/ws?from=4&segments=a`, bearer('viewer'));
    await client.until(() => client.changes().length === 3);
    expect(client.frames[0]).toEqual({ type: 'subscribed', data: { from: 4 } });
    expect(client.changes()).toEqual([4, 6, 8]);
    client.socket.close();
  });

  it('takes another subscription at any time, and says from where', async () => {
    const { url, feed } = await setting();
    const client = await openWs(`${url}/v1/stream/ws?segments=none`, bearer('viewer'));
    feed.publish(plainEvents(0, 20));
    client.send({ type: 'subscribe', customer: 'u3', from: 2 });
    await client.until(() => client.changes().length === 3);
    expect(client.changes()).toEqual([3, 10, 17]);
    client.send({ type: 'subscribe', segments: ['b'], changes: ['entered'] });
    await client.until(() => client.frames.filter(({ type }) => type === 'subscribed').length === 3);
    feed.publish(plainEvents(20, 40));
    const expected = wanted(20, 40, ({ seq }) => seq % 2 === 1 && seq % 3 === 0);
    await client.until(() => client.changes().length === 3 + expected.length);
    expect(client.changes().slice(3)).toEqual(expected);
    client.socket.close();
  });

  it('says what is missing, and how far it has looked', async () => {
    const { url, feed } = await setting({ heartbeatMs: 1_000 });
    feed.publish(plainEvents(50, 60));
    const client = await openWs(`${url}/v1/stream/ws?from=10&segments=none`, bearer('viewer'));
    await client.until(() =>
      client.frames.some(({ type, data }) => type === 'position' && data['next'] === 60),
    );
    expect(client.frames).toContainEqual({ type: 'gap', data: { from: 10, to: 50, reason: 'not_kept' } });
    client.socket.close();
  });

  it('loses and repeats nothing across any disconnections', async () => {
    const { url, feed } = await setting();
    let published = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ publish: fc.nat(120), read: fc.nat(80) }), { minLength: 2, maxLength: 6 }),
        async (steps) => {
          const begin = published;
          const seen: number[] = [];
          for (const { publish, read } of steps) {
            const client = await openWs(`${url}/v1/stream/ws?from=${begin + seen.length}`, bearer('viewer'));
            feed.publish(plainEvents(published, published + publish));
            published += publish;
            await client.until(
              () => client.changes().length >= Math.min(read, published - begin - seen.length),
            );
            client.socket.terminate();
            await client.closed;
            seen.push(...client.changes());
          }
          expect(seen).toEqual(wanted(begin, begin + seen.length, () => true));
        },
      ),
      { numRuns: 20 },
    );
  });

  it('answers frames that make no sense, and goes on', async () => {
    const { url, feed } = await setting();
    const client = await openWs(`${url}/v1/stream/ws`, bearer('viewer'));
    const bad = [
      '',
      '{',
      '[]',
      'null',
      '{"type":"x"}',
      '{"type":"subscribe","from":-1}',
      '{"type":"subscribe","segments":"a"}',
      '{"type":"subscribe","from":1}',
    ];
    for (const frame of bad) client.send(frame);
    client.send({ type: 'subscribe', __proto__: null, polluted: 1 });
    client.send({ type: 'subscribe', customer: 'nobody' });
    client.socket.send(Buffer.from([1, 2, 3]));
    await client.until(() => client.frames.filter(({ type }) => type === 'error').length === bad.length + 3);
    const codes = client.frames.filter(({ type }) => type === 'error').map(({ data }) => data['code']);
    expect(new Set(codes)).toEqual(
      new Set(['streams/frame', 'streams/unknown-customer', 'streams/position']),
    );
    feed.publish(plainEvents(0, 2));
    await client.until(() => client.changes().length === 2);
    expect(client.changes()).toEqual([0, 1]);
    client.socket.close();
  });

  it('closes on a flood of frames, or on one that is too large', async () => {
    const { url } = await setting();
    const flood = await openWs(`${url}/v1/stream/ws`, bearer('viewer'));
    for (let i = 0; i < 40; i++) flood.send({ type: 'subscribe' });
    expect(await flood.closed).toMatchObject({ code: 1008 });
    const large = await openWs(`${url}/v1/stream/ws`, bearer('viewer'));
    large.send('x'.repeat(100_000));
    expect((await large.closed).code).not.toBe(1000);
  });

  it('is for those who may read: no key, a write key, a page of another site do not get in', async () => {
    const { url } = await setting();
    await expect(openWs(`${url}/v1/stream/ws`)).rejects.toThrow('401');
    await expect(openWs(`${url}/v1/stream/ws`, bearer('writer'))).rejects.toThrow('403');
    await expect(openWs(`${url}/v1/stream/ws?from=x`, bearer('viewer'))).rejects.toThrow('400');
    await expect(openWs(`${url}/v1/stream/ws?from=1`, bearer('viewer'))).rejects.toThrow('400');
    const cookie = { cookie: 'segue_session=session' };
    await expect(
      openWs(`${url}/v1/stream/ws`, { ...cookie, origin: 'https://evil.example' }),
    ).rejects.toThrow('403');
    const own = await openWs(`${url}/v1/stream/ws`, { ...cookie, origin: url });
    own.socket.close();
  });

  it('leaves no connection behind that it refused, and takes no other upgrade', async () => {
    const { url, app } = await setting();
    const upgrade = async (path: string, protocol: string): Promise<string> => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      const closed = new Promise((resolve) => socket.once('close', resolve));
      let text = '';
      socket.on('data', (data: Buffer) => (text += data.toString()));
      const key = 'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==';
      socket.write(
        `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: ${protocol}\r\n${key}\r\n\r\n`,
      );
      await expect.poll(() => text).toMatch(/\r\n\r\n/u);
      socket.end();
      await closed;
      return text.slice(9, 12);
    };
    expect(await upgrade('/v1/stream/ws', 'websocket')).toBe('401');
    expect(await upgrade('/v1/stream/ws/by-ticket?ticket=x', 'websocket')).toBe('401');
    expect(await upgrade('/v1/stream/ws', 'h2c')).toBe('401');
    expect(await upgrade('/v1/stream', 'websocket')).toBe('401');
    expect(await upgrade('/nowhere', 'websocket')).toBe('404');
    const connections = (): Promise<number> =>
      new Promise((resolve) => {
        app.server.getConnections((_error, count) => {
          resolve(count);
        });
      });
    await expect.poll(connections).toBe(0);
  });

  it('opens with a ticket once, and soon', async () => {
    const made = await setting();
    const { url } = made;
    const ticket = async (): Promise<string> => {
      const answer = await fetch(`${url}/v1/stream/tickets`, { method: 'POST', headers: bearer('viewer') });
      expect(answer.status).toBe(201);
      return ((await answer.json()) as { ticket: string }).ticket;
    };
    const first = await ticket();
    const client = await openWs(`${url}/v1/stream/ws/by-ticket?ticket=${first}&from=0`);
    expect(
      client.frames[0] ?? (await client.until(() => client.frames.length > 0), client.frames[0]),
    ).toBeDefined();
    client.socket.close();
    await expect(openWs(`${url}/v1/stream/ws/by-ticket?ticket=${first}`)).rejects.toThrow('401');
    await expect(openWs(`${url}/v1/stream/ws/by-ticket?ticket=nonsense`)).rejects.toThrow('401');
    await expect(openWs(`${url}/v1/stream/ws/by-ticket`)).rejects.toThrow('400');
    const late = await ticket();
    made.clock += 31_000;
    await expect(openWs(`${url}/v1/stream/ws/by-ticket?ticket=${late}`)).rejects.toThrow('401');
    expect((await fetch(`${url}/v1/stream/tickets`, { method: 'POST' })).status).toBe(401);
  });

  it('lets a reader go that does not answer pings', async () => {
    const { url, count } = await setting(impatient);
    const client = await openWs(`${url}/v1/stream/ws`, bearer('viewer'));
    client.socket.pause();
    await expect.poll(count).toBe(0);
    client.socket.terminate();
  });

  it('says good-bye when the service stops', async () => {
    const { url, app } = await setting();
    const client = await openWs(`${url}/v1/stream/ws`, bearer('viewer'));
    await app.close();
    expect((await client.closed).code).toBe(1001);
  });
});
