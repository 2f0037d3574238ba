import { connect, type Socket } from 'node:net';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { FeedEvent } from '../../src/feeds/feed.ts';
import { bearer } from './door.ts';
import { plainEvent, plainEvents, start } from './plain-events.ts';
import { openSse, openWs } from './stream-clients.ts';
import { impatient, seqs, setting, wanted } from './stream-setting.ts';

describe('server-sent events', () => {
  it('bring a change as one line of JSON with all there is to know', async () => {
    const { url, feed } = await setting();
    const client = await openSse(`${url}/v1/stream`);
    expect(client.status).toBe(200);
    expect(client.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    feed.publish([
      plainEvent(0),
      {
        seq: 1,
        at: start + 7,
        customer: { profile: 3, displayId: 'u3', identifiers: [] },
        cause: 'time',
        kind: 'stage',
        lifecycle: 'buyer',
        from: 'new',
        to: 'loyal',
      },
    ]);
    await client.until(2);
    expect(seqs(client.events)).toEqual([0, 1]);
    expect(client.events.map(({ data }) => JSON.parse(data) as unknown)).toEqual([
      {
        seq: 0,
        customer: { id: 0, displayId: 'u0', identifiers: [{ kind: 'user_id', value: 'u0' }] },
        segment: 'a',
        version: 1,
        change: 'entered',
        at: '2026-01-01T00:00:00.000Z',
        atMs: start,
        cause: 'event',
        messageId: 'm0',
      },
      {
        seq: 1,
        customer: { id: 3, displayId: 'u3', identifiers: [] },
        lifecycle: 'buyer',
        from: 'new',
        to: 'loyal',
        change: 'stage_changed',
        at: '2026-01-01T00:00:00.007Z',
        atMs: start + 7,
        cause: 'time',
      },
    ]);
    client.close();
  });

  it.each([
    ['segments=a', (event: FeedEvent) => event.kind === 'segment' && event.segment === 'a'],
    [
      'segments=a,b&changes=exited',
      (event: FeedEvent) => event.kind === 'segment' && event.change === 'exited',
    ],
    ['customer=u3', (event: FeedEvent) => event.customer.profile === 3],
    [
      'customer=user_id:u3&segments=b',
      (event: FeedEvent) => event.customer.profile === 3 && event.seq % 2 === 1,
    ],
    ['lifecycles=buyer', () => false],
    ['changes=stage_changed', () => false],
    ['segments=', () => false],
  ])('?%s brings those alone', async (query, test) => {
    const { url, feed } = await setting();
    feed.publish(plainEvents(0, 60));
    const expected = wanted(0, 60, test);
    const client = await openSse(`${url}/v1/stream?from=0&${query}`);
    await client.until(expected.length);
    expect(seqs(client.events)).toEqual(expected);
    client.close();
  });

  it('begin with the next change, or with any that is kept', async () => {
    const { url, feed } = await setting();
    feed.publish(plainEvents(0, 10));
    const now = await openSse(`${url}/v1/stream`);
    const past = await openSse(`${url}/v1/stream?from=7`);
    feed.publish(plainEvents(10, 12));
    await Promise.all([now.until(2), past.until(5)]);
    expect([seqs(now.events), seqs(past.events)]).toEqual([
      [10, 11],
      [7, 8, 9, 10, 11],
    ]);
    now.close();
    past.close();
  });

  it('bring a long past without anything new happening', async () => {
    const { url, feed } = await setting();
    feed.publish(plainEvents(0, 7_000));
    const client = await openSse(`${url}/v1/stream?from=0`);
    await client.until(7_000);
    expect(seqs(client.events)).toEqual(plainEvents(0, 7_000).map(({ seq }) => seq));
    client.close();
  });

  it('say what is missing where changes were let go', async () => {
    const { url, feed } = await setting();
    feed.publish(plainEvents(50, 60));
    const client = await openSse(`${url}/v1/stream`, { lastEventId: '9' });
    await client.until(11);
    expect(client.events[0]).toMatchObject({
      event: 'gap',
      id: '49',
      data: JSON.stringify({ from: 10, to: 50, reason: 'not_kept' }),
    });
    expect(seqs(client.events.slice(1))).toEqual(plainEvents(50, 60).map(({ seq }) => seq));
    client.close();
  });

  it('say so where a reader knows more than the feed', async () => {
    const { url, feed } = await setting();
    feed.publish(plainEvents(0, 5));
    const client = await openSse(`${url}/v1/stream`, { lastEventId: '99' });
    await client.until(1);
    feed.publish(plainEvents(5, 6));
    await client.until(2);
    expect(client.events.map(({ event, data }) => [event, JSON.parse(data) as unknown])).toMatchObject([
      ['gap', { from: 100, to: 5, reason: 'unknown' }],
      [undefined, { seq: 5 }],
    ]);
    client.close();
  });

  it('move the place to go on even where the filter lets nothing through', async () => {
    const { url, feed } = await setting({ heartbeatMs: 20 });
    const client = await openSse(`${url}/v1/stream?segments=none`);
    feed.publish(plainEvents(0, 40));
    await expect.poll(() => client.lastEventId()).toBe('39');
    expect(client.events).toEqual([]);
    client.close();
  });

  it('lose and repeat nothing across any disconnections', async () => {
    const { url, feed } = await setting();
    let published = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ publish: fc.nat(120), read: fc.nat(80), filtered: fc.boolean() }), {
          minLength: 2,
          maxLength: 8,
        }),
        fc.boolean(),
        async (steps, filtered) => {
          const begin = published;
          const query = filtered ? '?segments=a' : '';
          const seen: number[] = [];
          let lastEventId = String(begin - 1);
          for (const { publish, read } of steps) {
            const client = await openSse(`${url}/v1/stream${query}`, { lastEventId });
            feed.publish(plainEvents(published, published + publish));
            published += publish;
            const all = wanted(begin, published, (event) => !filtered || event.seq % 2 === 0);
            await client.until(Math.min(read, all.length - seen.length));
            client.close();
            await client.ended;
            seen.push(...seqs(client.events));
            lastEventId = client.lastEventId();
          }
          const rest = await openSse(`${url}/v1/stream${query}`, { lastEventId });
          const all = wanted(begin, published, (event) => !filtered || event.seq % 2 === 0);
          await rest.until(all.length - seen.length);
          seen.push(...seqs(rest.events));
          rest.close();
          expect(seen).toEqual(all);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('let a reader go that takes nothing, with no more waiting for it than allowed', async () => {
    const bufferBytesMax = 100_000;
    const { url, app, feed, count } = await setting({ ...impatient, bufferBytesMax });
    const connections: Socket[] = [];
    app.server.on('connection', (connection) => connections.push(connection));
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    socket.write('GET /v1/stream?from=0 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer viewer\r\n\r\n');
    await expect.poll(count).toBe(1);
    let mostBytes = 0;
    let published = 0;
    while (count() > 0) {
      feed.publish(plainEvents(published, published + 1_000));
      published += 1_000;
      await new Promise((resolve) => setImmediate(resolve));
      for (const { writableLength } of connections) mostBytes = Math.max(mostBytes, writableLength);
    }
    expect(mostBytes).toBeGreaterThan(bufferBytesMax);
    expect(mostBytes).toBeLessThan(bufferBytesMax + 200_000);
    socket.destroy();
  });

  it('keep a reader that is slow but reads', async () => {
    const { url, feed } = await setting({ bufferBytesMax: 10_000 });
    feed.publish(plainEvents(0, 8_000));
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('GET /v1/stream?from=0 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer viewer\r\n\r\n');
    let text = '';
    for await (const chunk of socket) {
      text += (chunk as Buffer).toString('latin1');
      if (/id: 7999\ndata: .*\n/u.test(text.slice(-1_000_000))) break;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(text.match(/^data: \{/gmu)).toHaveLength(8_000);
  });

  it('end with last words when the service stops', async () => {
    const { url, app } = await setting();
    const client = await openSse(`${url}/v1/stream`);
    await app.close();
    await client.ended;
    expect(client.comments.at(-1)).toMatch(/Segue is stopping.*Last-Event-ID/u);
  });

  it('end when the key is withdrawn, and when they have been open for long', async () => {
    const withdrawn = await setting({ heartbeatMs: 20 });
    const client = await openSse(`${withdrawn.url}/v1/stream`);
    withdrawn.gone.add('viewer');
    await client.ended;
    expect(client.comments.at(-1)).toMatch(/not valid any more/u);

    // Told of it, they do not wait for the next heartbeat.
    const slow = await setting();
    const viewer = await openSse(`${slow.url}/v1/stream`);
    const admin = await openSse(`${slow.url}/v1/stream`, { key: 'admin' });
    const answer = await fetch(`${slow.url}/v1/stream/tickets`, {
      method: 'POST',
      headers: bearer('viewer'),
    });
    const { ticket } = (await answer.json()) as { ticket: string };
    slow.gone.add('viewer');
    slow.tell();
    await viewer.ended;
    expect(viewer.comments.at(-1)).toMatch(/not valid any more/u);
    await expect.poll(slow.count).toBe(1);
    await expect(openWs(`${slow.url}/v1/stream/ws/by-ticket?ticket=${ticket}`)).rejects.toThrow('401');
    admin.close();

    const short = await setting({ heartbeatMs: 20, lifetimeMs: 60 });
    const long = await openSse(`${short.url}/v1/stream`);
    await long.ended;
    expect(long.comments.at(-1)).toMatch(/open for long/u);
  });

  it('are limited, all together and for one key, and room is given back', async () => {
    const { url, count } = await setting({ streamsMax: 3, streamsPerPrincipalMax: 2 });
    const first = await openSse(`${url}/v1/stream`);
    const second = await openSse(`${url}/v1/stream`);
    const third = await fetch(`${url}/v1/stream`, { headers: bearer('viewer') });
    expect([third.status, third.headers.get('retry-after')]).toEqual([429, '10']);
    expect(await third.json()).toMatchObject({ code: 'streams/too-many', status: 429 });
    const other = await openSse(`${url}/v1/stream`, { key: 'admin' });
    expect(await fetch(`${url}/v1/stream`, { headers: bearer('marketer') })).toMatchObject({ status: 429 });
    first.close();
    await expect.poll(count).toBe(2);
    const again = await openSse(`${url}/v1/stream`);
    expect(again.status).toBe(200);
    for (const client of [second, other, again]) client.close();
    await expect.poll(count).toBe(0);
  });

  it.each([
    ['?from=-1', {}, 400, 'request/invalid'],
    ['?from=1e3', {}, 400, 'request/invalid'],
    ['?from=1', {}, 400, 'streams/position'],
    ['?from=999999999999999', {}, 400, 'streams/position'],
    ['?changes=left', {}, 400, 'streams/changes'],
    ['?segments=' + 'a,'.repeat(201), {}, 400, 'streams/filter'],
    ['?customer=nobody', {}, 404, 'streams/unknown-customer'],
    ['?segment=a', {}, 400, 'request/invalid'],
    ['', { 'last-event-id': 'x' }, 400, 'streams/position'],
    ['', { authorization: 'Bearer nobody' }, 401, 'access/bad-key'],
    ['', bearer('writer'), 403, 'access/write-key'],
  ])('refuse what makes no sense or is not allowed: %#', async (query, headers, status, code) => {
    const { app, count } = await setting();
    const response = await app.inject({
      url: `/v1/stream${query}`,
      headers: { ...bearer('viewer'), ...headers },
    });
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([status, code]);
    expect(count()).toBe(0);
  });

  it('take any query and header without a 500 or a stream left behind', async () => {
    const { app, url, count } = await setting();
    const value = fc.oneof(
      fc.string({ maxLength: 30 }),
      fc.constantFrom('__proto__', '-1', '99999999999999999999', '\u0000'),
    );
    const name = fc.constantFrom('segments', 'lifecycles', 'changes', 'customer', 'from', '__proto__', 'x');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, value), { maxLength: 4 }), value, async (pairs, id) => {
        const query = new URLSearchParams(pairs);
        const lastEventId = encodeURIComponent(id).slice(0, 60);
        const client = await openSse(`${url}/v1/stream?${query.toString()}`, { lastEventId });
        expect(client.status).toBeLessThan(500);
        client.close();
        await client.ended;
      }),
      { numRuns: 60 },
    );
    await expect.poll(count).toBe(0);
    expect(app.server.listening).toBe(true);
  });
});
