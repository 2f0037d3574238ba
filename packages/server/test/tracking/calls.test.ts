import { describe, expect, test } from 'vitest';

import { trackingPaths } from '../../src/ingest/tracking/routes.ts';
import { type Answer, basic, keys, NOW, openTrackingDoor, withKey } from './tracking-door.ts';

const bought = { userId: 'asha', event: 'Order Completed', properties: { revenue: 12.5 } };

describe('each path takes what its name says', () => {
  const calls = {
    identify: { userId: 'asha', traits: { city: 'Pune' } },
    track: { userId: 'asha', event: 'Order Completed' },
    page: { userId: 'asha', name: 'Pricing' },
    screen: { userId: 'asha', name: 'Home' },
    group: { userId: 'asha', groupId: 'g' },
    alias: { userId: 'asha', previousId: 'device' },
  };
  for (const [kind, call] of Object.entries(calls)) {
    const paths = [`/v1/${kind}`, `/v1/${kind.charAt(0)}`, `/api/s/${kind}`, `/api/s/s2s/${kind}`];
    for (const url of paths) {
      test(`POST ${url}`, async () => {
        const { app, intake } = await openTrackingDoor();
        const reply = await app.inject({ method: 'POST', url, headers: withKey(), payload: call });
        expect(reply.statusCode).toBe(200);
        expect(reply.body).toBe('{"success":true}');
        expect(intake.takes).toMatchObject([{ source: 'shop', messages: [{ kind }] }]);
      });
    }
  }

  for (const url of ['/v1/batch', '/v1/b', '/beacon/v1/batch', '/api/s/batch', '/api/s/s2s/batch']) {
    test(`POST ${url}`, async () => {
      const { app, intake } = await openTrackingDoor();
      const batch = Object.entries(calls).map(([type, call]) => ({ type, ...call }));
      const reply = await app.inject({ method: 'POST', url, headers: withKey(), payload: { batch } });
      expect(reply.statusCode).toBe(200);
      expect(reply.body).toBe('{"success":true}');
      expect(intake.takes).toHaveLength(1);
      expect(intake.messages.map(({ kind }) => kind)).toEqual(Object.keys(calls));
    });
  }

  test("Jitsu's generic event says its type itself", async () => {
    const { app, intake } = await openTrackingDoor();
    const reply = await app.inject({
      method: 'POST',
      url: '/api/s/event',
      headers: { 'x-write-key': keys.write },
      payload: { type: 'page', anonymousId: 'a' },
    });
    expect(reply.statusCode).toBe(200);
    expect(intake.messages).toMatchObject([{ kind: 'page' }]);
  });

  test('the path wins over the type in the message', async () => {
    const { app, intake } = await openTrackingDoor();
    const payload = { ...bought, type: 'identify' };
    await app.inject({ method: 'POST', url: '/v1/track', headers: withKey(), payload });
    expect(intake.messages).toMatchObject([{ kind: 'track', name: 'Order Completed' }]);
  });

  test('figures of the library about itself are accepted and ignored', async () => {
    const { app, intake } = await openTrackingDoor();
    const reply = await app.inject({ method: 'POST', url: '/v1/m', payload: { series: [{}] } });
    expect(reply.statusCode).toBe(200);
    expect(intake.takes).toEqual([]);
  });

  test('every path that takes messages also answers a preflight request, and only to send needs a key', async () => {
    const { app } = await openTrackingDoor();
    for (const url of trackingPaths.keys()) {
      const preflight = await app.inject({
        method: 'OPTIONS',
        url,
        headers: {
          origin: 'https://shop.example',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type,x-retry-count',
        },
      });
      expect(preflight.statusCode).toBe(204);
      expect(preflight.headers['access-control-allow-origin']).toBe('*');
      expect(preflight.headers['access-control-allow-credentials']).toBeUndefined();
      expect(preflight.headers['access-control-allow-headers']).toContain('authorization');
      expect((await app.inject({ method: 'POST', url, payload: {} })).statusCode).toBe(401);
    }
  });
});

describe('times and ids', () => {
  test('a clock that is wrong is corrected by sentAt, of the message or of its batch', async () => {
    const { app, intake } = await openTrackingDoor();
    const wrong = { timestamp: '2020-01-01T00:00:00Z', sentAt: '2020-01-01T00:01:00Z' };
    await app.inject({
      method: 'POST',
      url: '/v1/track',
      headers: withKey(),
      payload: { ...bought, ...wrong },
    });
    const batch = [{ ...bought, type: 'track', timestamp: wrong.timestamp }];
    await app.inject({
      method: 'POST',
      url: '/v1/batch',
      headers: withKey(),
      payload: { batch, sentAt: wrong.sentAt },
    });
    expect(intake.messages.map(({ time }) => time)).toEqual([NOW - 60_000, NOW - 60_000]);
  });

  test('a message without an id gets one; ids of one batch compare in the order of the batch', async () => {
    const { app, intake } = await openTrackingDoor();
    const batch = Array.from({ length: 2500 }, () => ({ ...bought, type: 'track' }));
    await app.inject({ method: 'POST', url: '/v1/batch', headers: withKey(), payload: { batch } });
    const ids = intake.messages.map(({ messageId }) => messageId);
    expect(new Set(ids).size).toBe(2500);
    expect(ids).toEqual(ids.toSorted());
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(ids[0]!.replace('-', '').slice(0, 12), 16)).toBe(NOW);
  });

  test('the context of a batch is that of its messages, where they say nothing else', async () => {
    const { app, intake } = await openTrackingDoor();
    const batch = [
      { type: 'track', event: 'A', context: { traits: { email: 'own@example.com' } } },
      { type: 'track', event: 'A' },
    ];
    const context = { traits: { email: 'shared@example.com' } };
    await app.inject({ method: 'POST', url: '/v1/batch', headers: withKey(), payload: { batch, context } });
    expect(intake.messages.map(({ identifiers }) => identifiers)).toEqual([
      [{ kind: 'email', value: 'own@example.com' }],
      [{ kind: 'email', value: 'shared@example.com' }],
    ]);
  });

  test("RudderStack's anonymousId header names the customer of a message that names nobody", async () => {
    const { app, intake } = await openTrackingDoor();
    const device = '3f1c7c0e-91f3-4dbd-8b0a-6c6f6f5d8a01';
    for (const anonymousid of [device, Buffer.from(device).toString('base64')]) {
      const headers = { ...withKey(), anonymousid };
      await app.inject({ method: 'POST', url: '/v1/track', headers, payload: { event: 'A' } });
    }
    await app.inject({
      method: 'POST',
      url: '/v1/track',
      headers: { ...withKey(), anonymousid: device },
      payload: bought,
    });
    expect(intake.messages.map(({ identifiers }) => identifiers)).toEqual([
      [{ kind: 'anonymous_id', value: device }],
      [{ kind: 'anonymous_id', value: device }],
      [{ kind: 'user_id', value: 'asha' }],
    ]);
  });
});

describe('who may send', () => {
  const ways = {
    'Basic with an empty password': { headers: { authorization: basic(keys.write) } },
    "Basic with RudderStack's quotes as password": {
      headers: { authorization: `Basic ${Buffer.from(`${keys.write}:""`).toString('base64')}` },
    },
    'Basic without a colon': {
      headers: { authorization: `basic ${Buffer.from(keys.write).toString('base64')}` },
    },
    Bearer: { headers: { authorization: `Bearer ${keys.write}` } },
    'X-Write-Key': { headers: { 'x-write-key': keys.write } },
    'the address': { query: { writeKey: keys.write } },
    'the body': { body: { writeKey: keys.write } },
  };
  for (const [way, { headers, query, body }] of Object.entries(ways) as [
    string,
    { headers?: Record<string, string>; query?: Record<string, string>; body?: object },
  ][]) {
    test(`a write key in ${way}`, async () => {
      const { app, intake } = await openTrackingDoor();
      const reply = await app.inject({
        method: 'POST',
        url: '/v1/track',
        headers: headers ?? {},
        query: query ?? {},
        payload: { ...bought, ...body },
      });
      expect(reply.statusCode).toBe(200);
      expect(intake.takes).toMatchObject([{ source: 'shop' }]);
    });
  }

  test('a server key of a marketer or admin sends under its own name', async () => {
    const { app, intake } = await openTrackingDoor();
    for (const key of [keys.marketer, keys.admin]) {
      await app.inject({ method: 'POST', url: '/v1/track', headers: withKey(key), payload: bought });
    }
    expect(intake.takes).toMatchObject([{ source: 'till' }, { source: 'backend' }]);
  });

  const refusals: readonly (readonly [string, number, string, object])[] = [
    ['no key', 401, 'tracking/no-key', {}],
    ['an unknown key', 401, 'tracking/unknown-key', { headers: withKey('wk_other') }],
    ['an unknown key in the body', 401, 'tracking/unknown-key', { payload: { ...bought, writeKey: 'x' } }],
    ['an endless key', 401, 'tracking/unknown-key', { headers: { 'x-write-key': 'k'.repeat(5000) } }],
    ['a key that is no text', 401, 'tracking/no-key', { payload: { ...bought, writeKey: { a: 1 } } }],
    ['a server key in the address', 401, 'tracking/key-in-address', { query: { writeKey: keys.admin } }],
    ['a server key that only reads', 403, 'tracking/key-role', { headers: withKey(keys.viewer) }],
    ['no key and a body that is none', 401, 'tracking/no-key', { payload: '{"writeKey":' }],
    ['no key and no body', 401, 'tracking/no-key', { payload: undefined }],
    ['broken Basic', 401, 'tracking/no-key', { headers: { authorization: 'Basic' } }],
  ];
  for (const [what, status, code, request] of refusals) {
    test(`${what} is answered with ${status} ${code}`, async () => {
      const { app, intake, quarantine, counted } = await openTrackingDoor();
      const reply = await app.inject({ method: 'POST', url: '/v1/track', payload: bought, ...request });
      expect(reply.statusCode).toBe(status);
      expect(reply.headers['content-type']).toContain('application/problem+json');
      expect(reply.headers['access-control-allow-origin']).toBe('*');
      const answer = reply.json<Answer>();
      expect(answer).toMatchObject({ success: false, status, code });
      expect(answer.message).toMatch(/expected .+\.$|send it as .+\.$/);
      expect(intake.takes).toEqual([]);
      expect(quarantine.kept).toEqual([]);
      expect(counted.get(`refused ${code}`)).toBe(1);
    });
  }

  test('a bad key in the header is not saved by a good one in the body', async () => {
    const { app } = await openTrackingDoor();
    const reply = await app.inject({
      method: 'POST',
      url: '/v1/track',
      headers: withKey('wk_other'),
      payload: { ...bought, writeKey: keys.write },
    });
    expect(reply.statusCode).toBe(401);
  });
});

describe('?return=segments', () => {
  const url = '/v1/track?return=segments';

  test('answers a server key with the memberships after the event', async () => {
    const { app } = await openTrackingDoor();
    const reply = await app.inject({ method: 'POST', url, headers: withKey(keys.marketer), payload: bought });
    expect(reply.json()).toEqual({
      success: true,
      segments: [{ segment: 'vip', since: '2026-11-01T09:59:59.000Z' }],
    });
  });

  test('says so when nobody was concerned', async () => {
    const { app } = await openTrackingDoor();
    const payload = { ...bought, messageId: 'erased' };
    const reply = await app.inject({ method: 'POST', url, headers: withKey(keys.admin), payload });
    expect(reply.json()).toEqual({ success: true, segments: null, ignored: 'erased' });
  });

  test('answers a call that is sent again as the first, and says that it was a repetition', async () => {
    const { app } = await openTrackingDoor();
    const payload = { ...bought, messageId: 'once' };
    const send = async () => app.inject({ method: 'POST', url, headers: withKey(keys.admin), payload });
    const first: object = (await send()).json();
    expect((await send()).json()).toEqual({ ...first, ignored: 'duplicate' });
  });

  test('is refused to a write key, and nothing is taken', async () => {
    const { app, intake } = await openTrackingDoor();
    const reply = await app.inject({ method: 'POST', url, headers: withKey(), payload: bought });
    expect(reply.statusCode).toBe(403);
    expect(reply.json<Answer>().code).toBe('tracking/write-key-reads-nothing');
    expect(intake.takes).toEqual([]);
  });

  test('is for one message, and the only thing that can be returned', async () => {
    const { app } = await openTrackingDoor();
    for (const target of ['/v1/batch?return=segments', '/v1/track?return=traits', '/v1/track?return=']) {
      const payload = { ...bought, batch: [] };
      const reply = await app.inject({
        method: 'POST',
        url: target,
        headers: withKey(keys.admin),
        payload,
      });
      expect(reply.statusCode).toBe(400);
      expect(reply.json<Answer>().code).toBe('tracking/return');
    }
  });
});

describe('what is bad in a message', () => {
  test('one bad message is answered with 400 and kept aside as it came', async () => {
    const { app, intake, quarantine, counted } = await openTrackingDoor();
    const payload = '{ "userId": "asha", "properties": {} }';
    const reply = await app.inject({ method: 'POST', url: '/v1/track', headers: withKey(), payload });
    expect(reply.statusCode).toBe(400);
    expect(reply.json()).toMatchObject({ success: false, status: 400, code: 'message/event' });
    expect(intake.takes).toEqual([]);
    expect(quarantine.kept).toEqual([
      { at: NOW, source: 'shop', code: 'message/event', reason: reply.json<Answer>().message, raw: payload },
    ]);
    expect(counted.get('refused message/event')).toBe(1);
  });

  test('a batch with some bad messages takes the good, keeps the bad aside and tells which', async () => {
    const { app, intake, quarantine } = await openTrackingDoor();
    const good = { ...bought, type: 'track' };
    const batch = [good, { type: 'track' }, 7, good, { ...good, messageId: 'x'.repeat(100) }, good];
    const reply = await app.inject({
      method: 'POST',
      url: '/v1/batch',
      headers: withKey(),
      payload: { batch },
    });
    expect(reply.statusCode).toBe(200);
    const answer = reply.json<Answer>();
    expect(answer).toMatchObject({ success: true, accepted: 3, refusedCount: 3 });
    expect(answer.refused?.map(({ index, code }) => [index, code])).toEqual([
      [1, 'message/event'],
      [2, 'message/shape'],
      [4, 'message/id'],
    ]);
    expect(intake.messages).toHaveLength(3);
    expect(quarantine.kept.map(({ raw }) => JSON.parse(raw) as unknown)).toEqual([
      batch[1],
      batch[2],
      batch[4],
    ]);
  });

  test('the first twenty refusals are told, all are counted and kept', async () => {
    const { app, quarantine } = await openTrackingDoor();
    const batch = [{ ...bought, type: 'track' }, ...Array.from({ length: 50 }, () => ({ type: 'track' }))];
    const payload = { batch };
    const reply = await app.inject({ method: 'POST', url: '/v1/batch', headers: withKey(), payload });
    expect(reply.json<Answer>()).toMatchObject({ accepted: 1, refusedCount: 50 });
    expect(reply.json<Answer>().refused).toHaveLength(20);
    expect(quarantine.kept).toHaveLength(50);
  });

  test('a batch in which all are bad is answered with 400 and the same list', async () => {
    const { app } = await openTrackingDoor();
    const payload = { batch: [{ type: 'track' }, { type: 'dance' }] };
    const reply = await app.inject({ method: 'POST', url: '/v1/batch', headers: withKey(), payload });
    expect(reply.statusCode).toBe(400);
    expect(reply.json()).toMatchObject({
      success: false,
      code: 'tracking/none-accepted',
      accepted: 0,
      refusedCount: 2,
      refused: [{ index: 0 }, { index: 1 }],
    });
  });

  test('a batch of nothing is taken', async () => {
    const { app, intake } = await openTrackingDoor();
    const reply = await app.inject({
      method: 'POST',
      url: '/v1/batch',
      headers: withKey(),
      payload: { batch: [] },
    });
    expect(reply.body).toBe('{"success":true}');
    expect(intake.takes).toEqual([]);
  });

  test('a quarantine that fails loses none of the good, and is counted', async () => {
    const { app, intake, quarantine, counted } = await openTrackingDoor();
    quarantine.failure = new Error('no space left');
    const payload = { batch: [{ ...bought, type: 'track' }, {}] };
    const reply = await app.inject({ method: 'POST', url: '/v1/batch', headers: withKey(), payload });
    expect(reply.statusCode).toBe(200);
    expect(reply.json<Answer>()).toMatchObject({ accepted: 1, refusedCount: 1 });
    expect(intake.messages).toHaveLength(1);
    expect(counted.get('quarantine failed')).toBe(1);
  });
});

describe('when nothing can be taken', () => {
  const closed = {
    code: 'intake/disk-low',
    message: 'The disk is almost full; free some space.',
    retryAfterSeconds: 30,
  } as const;
  const payload = { batch: [{ ...bought, type: 'track' }, {}] };

  test('the answer is 503 with Retry-After, and nothing is kept aside, as all of it comes again', async () => {
    const { app, intake, quarantine } = await openTrackingDoor();
    const send = async () => app.inject({ method: 'POST', url: '/v1/batch', headers: withKey(), payload });
    intake.failure = closed;
    const late = await send();
    intake.closed = closed;
    const early = await send();
    for (const reply of [early, late]) {
      expect(reply.statusCode).toBe(503);
      expect(reply.headers['retry-after']).toBe('30');
      expect(reply.json<Answer>()).toMatchObject({ success: false, code: 'intake/disk-low' });
    }
    expect(quarantine.kept).toEqual([]);
  });

  test('a log that fails is 503 too: nothing was acknowledged', async () => {
    const { app, intake, quarantine } = await openTrackingDoor();
    intake.failure = new Error('EIO');
    const reply = await app.inject({ method: 'POST', url: '/v1/batch', headers: withKey(), payload });
    expect(reply.statusCode).toBe(503);
    expect(reply.headers['retry-after']).toBe('5');
    expect(reply.json<Answer>().code).toBe('tracking/not-stored');
    expect(reply.body).not.toContain('EIO');
    expect(quarantine.kept).toEqual([]);
  });

  test('a bad key is told so all the same', async () => {
    const { app, intake } = await openTrackingDoor();
    intake.closed = closed;
    const reply = await app.inject({ method: 'POST', url: '/v1/batch', headers: withKey('x'), payload });
    expect(reply.statusCode).toBe(401);
  });
});

describe('counting', () => {
  test('accepted and duplicate messages are counted by source', async () => {
    const { app, counted } = await openTrackingDoor();
    const payload = JSON.stringify({ ...bought, messageId: 'once' });
    const send = async (key: string) =>
      app.inject({ method: 'POST', url: '/v1/track', headers: withKey(key), payload });
    await send(keys.write);
    await send(keys.write);
    await send(keys.otherSource);
    expect(Object.fromEntries(counted)).toEqual({
      'accepted shop': 2,
      'duplicate shop': 1,
      'accepted app': 1,
      'duplicate app': 1,
      bytes: 3 * payload.length,
    });
  });
});
