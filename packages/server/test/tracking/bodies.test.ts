import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';

import { afterEach, describe, expect, test } from 'vitest';

import {
  type Answer,
  basic,
  keys,
  listen,
  openTrackingDoor,
  type TrackingDoor,
  type TrackingDoorOptions,
  withKey,
} from './tracking-door.ts';

const bought = { userId: 'asha', event: 'Kauf für 5 €' };
const json = JSON.stringify(bought);
const KIB = 1024;

const open: TrackingDoor[] = [];
async function opened(options?: TrackingDoorOptions): Promise<TrackingDoor> {
  const door = await openTrackingDoor(options);
  open.push(door);
  return door;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ app }) => app.close()));
});

type Sent = { readonly headers?: Record<string, string>; readonly payload: string | Buffer };

async function send(door: TrackingDoor, { headers, payload }: Sent, url = '/v1/track') {
  return door.app.inject({ method: 'POST', url, headers: { ...withKey(), ...headers }, payload });
}

describe('a body is read as', () => {
  const bodies: Record<string, Sent> = {
    JSON: { headers: { 'content-type': 'application/json' }, payload: json },
    'JSON in UTF-8 with its mark': { payload: `\ufeff${json}` },
    "a beacon's text": { headers: { 'content-type': 'text/plain;charset=UTF-8' }, payload: json },
    'whatever a form calls it': {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: json,
    },
    gzip: { headers: { 'content-encoding': 'gzip' }, payload: gzipSync(json) },
    'gzip that nobody announced': { payload: gzipSync(json) },
    deflate: { headers: { 'content-encoding': 'deflate' }, payload: deflateSync(json) },
    'raw deflate': { headers: { 'content-encoding': 'deflate' }, payload: deflateRawSync(json) },
    br: { headers: { 'content-encoding': 'br' }, payload: brotliCompressSync(json) },
    'latin-1': {
      headers: { 'content-type': 'application/json; charset=windows-1252' },
      payload: Buffer.from(json.replace('€', '\x80'), 'latin1'),
    },
    'UTF-16': {
      headers: { 'content-type': 'application/json; charset="UTF-16LE"' },
      payload: Buffer.from(json, 'utf16le'),
    },
  };
  for (const [what, sent] of Object.entries(bodies)) {
    test(what, async () => {
      const door = await opened();
      const reply = await send(door, sent);
      expect(reply.body).toBe('{"success":true}');
      expect(door.intake.messages).toMatchObject([{ name: bought.event }]);
    });
  }
});

describe('a body is refused which', () => {
  const gzipped = gzipSync(json);
  const refusals: readonly (readonly [string, number, string, Sent])[] = [
    ['is empty', 400, 'tracking/empty', { payload: '' }],
    ['is cut short', 400, 'tracking/json', { payload: json.slice(0, -5) }],
    ['is no JSON', 400, 'tracking/json', { payload: 'userId=asha' }],
    ['has brackets without end', 400, 'tracking/json', { payload: '['.repeat(400_000) }],
    ['is a list', 400, 'message/shape', { payload: '[]' }],
    ['is null', 400, 'message/shape', { payload: 'null' }],
    ['is not UTF-8', 400, 'tracking/text', { payload: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) }],
    [
      'is not in its charset',
      400,
      'tracking/text',
      { headers: { 'content-type': 'text/plain; charset=gb18030' }, payload: Buffer.from([0xff]) },
    ],
    [
      'has an unknown charset',
      415,
      'tracking/charset',
      { headers: { 'content-type': 'text/plain; charset=klingon' }, payload: json },
    ],
    [
      'has a content type that is none',
      415,
      'tracking/content-type',
      { headers: { 'content-type': 'json please' }, payload: json },
    ],
    [
      'has an unknown encoding',
      415,
      'tracking/encoding',
      { headers: { 'content-encoding': 'zstd, gzip' }, payload: json },
    ],
    [
      'is not the gzip it says it is',
      400,
      'tracking/compressed',
      { headers: { 'content-encoding': 'gzip' }, payload: json },
    ],
    ['is gzip cut short', 400, 'tracking/compressed', { payload: gzipped.subarray(0, -10) }],
    [
      'is gzip with a bit turned',
      400,
      'tracking/compressed',
      { payload: Buffer.from(gzipped.map((byte, i) => (i === 20 ? byte ^ 4 : byte))) },
    ],
    ['is too large', 400, 'tracking/body-too-large', { payload: json + ' '.repeat(500 * KIB) }],
    [
      'is a gzip bomb',
      400,
      'tracking/body-too-large',
      { payload: gzipSync(Buffer.alloc(200 * KIB * KIB, 32), { level: 9 }) },
    ],
  ];
  for (const [what, status, code, sent] of refusals) {
    test(`${what}: ${status} ${code}`, async () => {
      const door = await opened();
      const reply = await send(door, sent);
      expect(reply.statusCode).toBe(status);
      const answer = reply.json<Answer>();
      expect(answer).toMatchObject({ success: false, status, code });
      expect(answer.message).toMatch(/[.]$/);
      expect(door.intake.takes).toEqual([]);
      // What can be read by people is kept for them, cut to a bounded size.
      expect(door.quarantine.kept.map((kept) => kept.code)).toEqual(
        status === 400 && sent.payload.length > 0 ? [code] : [],
      );
      for (const { raw } of door.quarantine.kept) expect(raw.length).toBeLessThanOrEqual(64 * KIB);
      expect(door.counted.get(`refused ${code}`)).toBe(1);
    });
  }
});

describe('limits of messages', () => {
  const track = (properties: unknown) => JSON.stringify({ userId: 'a', event: 'A', properties });
  const atMost = (bytes: number): string => {
    const around = track({ text: '' }).length;
    return track({ text: 'é'.repeat(Math.floor((bytes - around) / 2)).padEnd(0) });
  };
  const nested = `${'['.repeat(20_000)}1${']'.repeat(20_000)}`;

  test('32 KiB of JSON are taken, more are not', async () => {
    const door = await opened();
    expect((await send(door, { payload: atMost(32 * KIB) })).statusCode).toBe(200);
    const reply = await send(door, { payload: atMost(32 * KIB + 4) });
    expect(reply.statusCode).toBe(400);
    expect(reply.json<Answer>().code).toBe('tracking/message-too-large');
    // Room around it does not count.
    expect((await send(door, { payload: track({}) + ' '.repeat(100 * KIB) })).statusCode).toBe(200);
  });

  test('in a batch, too, the size is that of the message', async () => {
    const door = await opened();
    const batch = [track({}), atMost(32 * KIB - 20), atMost(40 * KIB), track({})].map((text) => ({
      ...(JSON.parse(text) as object),
      type: 'track',
    }));
    const reply = await send(door, { payload: JSON.stringify({ batch }) }, '/v1/batch');
    expect(reply.json()).toMatchObject({
      accepted: 3,
      refused: [{ index: 2, code: 'tracking/message-too-large' }],
    });
  });

  const refusals: Record<string, readonly [string, string]> = {
    'too many values': ['tracking/too-many-values', track({ list: Array.from({ length: 5000 }, () => 1) })],
    'too deep': ['message/json', track(1).replace(':1}', `:{"n":${nested}}}`)],
    'too deep outside of what is kept': ['message/json', `{"userId":"a","event":"A","timestamp":${nested}}`],
    'a number too large to be one': ['message/json', track(1).replace(':1}', ':{"n":1e999}}')],
    'an id that is infinite': ['message/json', '{"userId":1e999,"event":"A"}'],
    'too many identifiers': [
      'tracking/too-many-identifiers',
      JSON.stringify({
        event: 'A',
        context: { externalIds: Array.from({ length: 21 }, (_, i) => ({ type: 'crm', id: `c${i}` })) },
      }),
    ],
  };
  for (const [what, [code, payload]] of Object.entries(refusals)) {
    test(`${what}: ${code}`, async () => {
      const door = await opened();
      const reply = await send(door, { payload });
      expect(reply.statusCode).toBe(400);
      expect(reply.json<Answer>().code).toBe(code);
      const batch = `{"batch":[${payload}]}`;
      const batched = await send(
        door,
        { payload: batch.replace('{"userId"', '{"type":"track","userId"') },
        '/v1/b',
      );
      expect(batched.statusCode).toBe(400);
      expect(door.quarantine.kept).toHaveLength(2);
    });
  }

  test('2,500 messages are a batch, 2,501 are not', async () => {
    const door = await opened();
    const batchOf = (length: number) =>
      JSON.stringify({ batch: Array.from({ length }, () => ({ type: 'page', userId: 'a' })) });
    expect((await send(door, { payload: batchOf(2500) }, '/v1/batch')).statusCode).toBe(200);
    const reply = await send(door, { payload: batchOf(2501) }, '/v1/batch');
    expect(reply.statusCode).toBe(400);
    expect(reply.json<Answer>().code).toBe('tracking/batch-too-long');
    expect((await send(door, { payload: '{"batch":{}}' }, '/v1/batch')).json<Answer>().code).toBe(
      'tracking/batch',
    );
  });
});

describe('rates', () => {
  const batchOf = (length: number) =>
    JSON.stringify({ batch: Array.from({ length }, () => ({ type: 'page', userId: 'a' })) });

  test('a key above its rate is answered with 429 until it is paid off; another one is not', async () => {
    const door = await opened({ limits: { keyMessagesPerSecond: 10 } });
    expect((await send(door, { payload: batchOf(35) }, '/v1/batch')).statusCode).toBe(200);
    const refused = await send(door, { payload: json });
    expect(refused.statusCode).toBe(429);
    expect(refused.headers['retry-after']).toBe('3');
    expect(refused.headers['access-control-expose-headers']).toBe('Retry-After');
    expect(refused.json<Answer>().code).toBe('tracking/rate');
    const other = await send(door, { payload: json, headers: withKey(keys.otherSource) });
    expect(other.statusCode).toBe(200);
    door.stopwatch.ms = 3000;
    expect((await send(door, { payload: json })).statusCode).toBe(200);
    expect(door.quarantine.kept).toEqual([]);
  });

  test('an address above its rate is refused whatever its key; a wrong key counts as well', async () => {
    const door = await opened({ limits: { addressMessagesPerSecond: 2 } });
    const statuses: number[] = [];
    for (const key of ['guess-1', 'guess-2', 'guess-3', keys.write]) {
      statuses.push((await send(door, { payload: json, headers: withKey(key) })).statusCode);
    }
    expect(statuses).toEqual([401, 401, 429, 429]);
  });
});

describe('on the wire', () => {
  const head = (lines: readonly string[]): string =>
    [
      'POST /v1/track HTTP/1.1',
      'host: localhost',
      `authorization: ${basic(keys.write)}`,
      ...lines,
      '',
      '',
    ].join('\r\n');

  async function dial(door: TrackingDoor): Promise<Socket> {
    const { port } = new URL(await listen(door.app));
    const socket = connect({ host: '127.0.0.1', port: Number(port) });
    await once(socket, 'connect');
    return socket;
  }

  /** All that comes until the server closes. */
  async function allOf(socket: Socket): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString();
  }

  test('a body that trickles in is answered with 408, and the connection closes', async () => {
    const door = await opened({ limits: { bodyMs: 50 } });
    const socket = await dial(door);
    socket.write(`${head(['content-length: 1000'])}{"userId":`);
    const answer = await allOf(socket);
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(answer).toContain('tracking/body-slow');
    expect(answer).toContain('connection: close');
  });

  test('a body that ends early leaves nothing behind', async () => {
    const door = await opened();
    const socket = await dial(door);
    socket.end(`${head(['content-length: 1000'])}{"userId":`);
    await allOf(socket);
    expect(door.intake.takes).toEqual([]);
    // It comes again, and then whole.
    expect(door.quarantine.kept).toEqual([]);
  });

  test('chunked junk is refused, and the server goes on', async () => {
    const door = await opened();
    const socket = await dial(door);
    socket.write(`${head(['transfer-encoding: chunked'])}zz\r\n{"userId":1}\r\n`);
    expect(await allOf(socket)).toMatch(/^HTTP\/1.1 400 /);
    expect((await send(door, { payload: json })).statusCode).toBe(200);
  });

  test('a chunked body is taken like any other', async () => {
    const door = await opened();
    const socket = await dial(door);
    const chunks = [...Buffer.from(json)].map((byte) =>
      Buffer.concat([Buffer.from('1\r\n'), Buffer.from([byte]), Buffer.from('\r\n')]),
    );
    socket.write(head(['transfer-encoding: chunked', 'connection: close']));
    for (const chunk of chunks) socket.write(chunk);
    socket.write('0\r\n\r\n');
    expect(await allOf(socket)).toContain('{"success":true}');
    expect(door.intake.messages).toMatchObject([{ name: bought.event }]);
  });

  test('the sender of a body that is too large sees the answer, even while it still sends', async () => {
    const door = await opened();
    const url = `${await listen(door.app)}/v1/track`;
    for (const megabytes of [1, 4]) {
      const body = Buffer.alloc(megabytes * KIB * KIB, 32);
      const reply = await fetch(url, { method: 'POST', headers: withKey(), body });
      expect(reply.status).toBe(400);
      expect(((await reply.json()) as Answer).code).toBe('tracking/body-too-large');
    }
  });

  test('an announced length beyond all reason is answered at once', async () => {
    const door = await opened();
    const socket = await dial(door);
    socket.write(head([`content-length: ${10 ** 12}`]));
    const answer = await allOf(socket);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain('tracking/body-too-large');
  });

  test('an endless chunked body is cut off', async () => {
    const door = await opened({ limits: { bodyDiscardedBytesMax: 1024 * KIB } });
    const socket = await dial(door);
    socket.on('error', () => undefined);
    socket.write(head(['transfer-encoding: chunked']));
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    const closed = new Promise((resolve) => socket.on('close', resolve));
    let answer = '';
    socket.on('data', (data) => (answer += data.toString()));
    for (let sent = 0; sent < 1000 && !socket.destroyed; sent++) {
      if (socket.write(chunk)) continue;
      await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed]);
    }
    await closed;
    expect(answer === '' || answer.includes('tracking/body-too-large')).toBe(true);
    expect((await send(door, { payload: json })).statusCode).toBe(200);
  });

  test('bodies that arrive at once share a bounded room', async () => {
    const door = await opened({ limits: { arrivingBytesMax: 1000 } });
    const socket = await dial(door);
    socket.write(`${head(['content-length: 2000', 'connection: close'])}${' '.repeat(900)}`);
    // Once the first has its bytes inside, there is no room for this one.
    let status = 200;
    while (status === 200) status = (await send(door, { payload: json.padEnd(300) })).statusCode;
    expect(status).toBe(503);
    socket.end(json.padStart(1100));
    await allOf(socket);
    expect((await send(door, { payload: json.padEnd(300) })).statusCode).toBe(200);
  });
});
