import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';

import { afterEach, describe, expect, test } from 'vitest';

import {
  type Answer,
  basic,
  keys,
  listen,
  NOW,
  openTrackingDoor,
  type TrackingDoor,
  type TrackingDoorOptions,
  withKey,
} from './tracking-door.ts';

const url = '/v1/import';
const line = (i: number, more: object = {}) =>
  JSON.stringify({ type: 'track', userId: `u${i}`, event: 'A', timestamp: '2024-01-01T00:00:00Z', ...more });
const lines = (count: number) => Array.from({ length: count }, (_, i) => line(i)).join('\n');

const open: TrackingDoor[] = [];
async function opened(options?: TrackingDoorOptions): Promise<TrackingDoor> {
  const door = await openTrackingDoor(options);
  open.push(door);
  return door;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ app }) => app.close()));
});

async function send(
  door: TrackingDoor,
  payload: string | Buffer,
  headers: Record<string, string> = withKey(keys.marketer),
) {
  return door.app.inject({ method: 'POST', url, headers, payload });
}

const clean = { refusedCount: 0, refused: [] };

describe('an import', () => {
  const bodies = {
    plain: { body: lines(2500) },
    'with its last line ended': { body: `${lines(2500)}\n` },
    'with lines ended as on Windows, blank lines and a mark': {
      body: `\ufeff${lines(2500).replaceAll('\n', '\r\n\r\n')}`,
    },
    'gzip, announced': { body: gzipSync(lines(2500)), headers: { 'content-encoding': 'gzip' } },
    'gzip, not announced': {
      body: gzipSync(lines(2500)),
      headers: { 'content-type': 'application/gzip' },
    },
    'gzip in two parts': {
      body: Buffer.concat([gzipSync(`${lines(1250)}\n`), gzipSync(lines(1250))]),
    },
  };
  for (const [what, { body, headers }] of Object.entries(bodies) as [
    string,
    { body: string | Buffer; headers?: Record<string, string> },
  ][]) {
    test(`${what} is taken in pieces, in order`, async () => {
      const door = await opened();
      const reply = await send(door, body, { ...withKey(keys.marketer), ...headers });
      expect(reply.statusCode).toBe(200);
      expect(reply.json()).toMatchObject({ success: true, accepted: 2500, ...clean });
      expect(door.intake.takes.map(({ source, messages }) => [source, messages.length])).toEqual([
        ['till', 1000],
        ['till', 1000],
        ['till', 500],
      ]);
      expect(door.intake.messages.map(({ identifiers }) => Number(identifiers[0]?.value.slice(1)))).toEqual(
        what === 'gzip in two parts'
          ? [...Array.from({ length: 1250 }, (_, i) => i), ...Array.from({ length: 1250 }, (_, i) => i)]
          : Array.from({ length: 2500 }, (_, i) => i),
      );
    });
  }

  test('believes the times that were stored, and refuses a message without any', async () => {
    const door = await opened();
    const stored = [
      { timestamp: '2024-01-01T00:00:00Z' },
      { timestamp: '2024-01-01T00:00:00Z', sentAt: '2024-01-01T00:00:05Z' },
      {
        originalTimestamp: '2023-12-31T00:00:00Z',
        sentAt: '2023-12-31T00:00:05Z',
        receivedAt: '2024-01-01T00:00:05Z',
      },
      { receivedAt: '2024-01-01T00:00:00Z', timestamp: undefined },
      { timestamp: '2099-01-01T00:00:00Z' },
      { timestamp: undefined },
    ];
    const reply = await send(door, stored.map((times, i) => line(i, times)).join('\n'));
    expect(reply.json()).toMatchObject({ accepted: 5, refused: [{ line: 6, code: 'message/time' }] });
    const at = Date.parse('2024-01-01T00:00:00Z');
    expect(door.intake.messages.map(({ time }) => time)).toEqual([at, at, at, at, NOW]);
    expect(door.intake.messages.at(-1)?.timeFlagged).toBe(true);
  });

  test('sent again adds nothing', async () => {
    const door = await opened();
    const body = `${lines(1200)}\n${line(1, { messageId: 'own' })}`;
    expect((await send(door, body)).json<Answer>()).toMatchObject({
      accepted: 1201,
      ignored: { duplicate: 0 },
    });
    expect((await send(door, gzipSync(body))).json<Answer>()).toMatchObject({
      accepted: 1201,
      ignored: { duplicate: 1201 },
    });
  });

  test('tells and keeps the lines that are bad, and takes the others', async () => {
    const door = await opened();
    const bad = [
      '{"type":"track"',
      '7',
      '{"type":"dance","userId":"a"}',
      line(1, { text: 'x'.repeat(33_000) }),
      'y'.repeat(200_000),
    ];
    const body = Buffer.concat([
      Buffer.from(`${line(0)}\n${bad.join('\n')}\n`),
      Buffer.from([0x22, 0xff, 0x22, 0x0a]),
      Buffer.from(line(2)),
    ]);
    const reply = await send(door, body);
    expect(reply.statusCode).toBe(200);
    const answer = reply.json<Answer>();
    expect(answer).toMatchObject({ success: true, accepted: 2, refusedCount: 6 });
    expect(answer.refused?.map((refused) => [refused.line, refused.code])).toEqual([
      [2, 'tracking/json'],
      [3, 'message/shape'],
      [4, 'message/type'],
      [5, 'tracking/message-too-large'],
      [6, 'tracking/message-too-large'],
      [7, 'tracking/text'],
    ]);
    expect(door.quarantine.kept.slice(0, 4).map(({ raw }) => raw)).toEqual(bad.slice(0, 4));
    expect(door.quarantine.kept).toHaveLength(6);
  });

  test('in which nothing is good is 400, one of nothing is taken', async () => {
    const door = await opened();
    const reply = await send(door, 'a,b\n1,2\n');
    expect(reply.statusCode).toBe(400);
    expect(reply.json()).toMatchObject({
      success: false,
      code: 'tracking/none-accepted',
      accepted: 0,
      refusedCount: 2,
      refused: [{ line: 1 }, { line: 2 }],
    });
    expect((await send(door, '\n')).json()).toMatchObject({ success: true, accepted: 0 });
    expect((await send(door, '')).statusCode).toBeLessThan(500);
  });
});

describe('an import needs a server key of a marketer', () => {
  const cases: readonly (readonly [string, number, string, Record<string, string>])[] = [
    ['none', 401, 'tracking/no-key', {}],
    ['an unknown one', 401, 'tracking/unknown-key', withKey('x')],
    ['a write key', 403, 'tracking/import-key', withKey()],
    ['a viewer', 403, 'tracking/key-role', withKey(keys.viewer)],
  ];
  for (const [what, status, code, headers] of cases) {
    test(`${what}: ${status}`, async () => {
      const door = await opened();
      const reply = await send(door, lines(3), headers);
      expect(reply.statusCode).toBe(status);
      expect(reply.json<Answer>().code).toBe(code);
      expect(door.intake.takes).toEqual([]);
    });
  }
});

describe('an import that cannot go on', () => {
  const closed = { code: 'intake/stopping', message: 'Stopping.', retryAfterSeconds: 3 } as const;

  test('is 503 from the start while nothing is taken', async () => {
    const door = await opened();
    door.intake.closed = closed;
    const reply = await send(door, lines(3));
    expect(reply.statusCode).toBe(503);
    expect(reply.headers['retry-after']).toBe('3');
  });

  test('is 503 in the middle, with the counts of what was taken and stays', async () => {
    const door = await opened({ limits: { importChunkMessages: 100 } });
    const { intake } = door;
    const take = intake.take.bind(intake);
    intake.take = async (messages, source) => {
      const taken = await take(messages, source);
      intake.failure = closed;
      return taken;
    };
    const reply = await send(door, gzipSync(lines(10_000)));
    expect(reply.statusCode).toBe(503);
    const { accepted = 0 } = reply.json<Answer>();
    expect(accepted).toBeGreaterThan(0);
    expect(accepted).toBe(intake.messages.length);
  });

  test('since its gzip is cut short takes the lines that came whole', async () => {
    const door = await opened();
    const body = gzipSync(lines(5000), { level: 0 });
    const reply = await send(door, body.subarray(0, body.length / 2));
    expect(reply.statusCode).toBe(400);
    const answer = reply.json<Answer>();
    expect(answer.code).toBe('tracking/compressed');
    expect(answer.accepted).toBeGreaterThan(1000);
    expect(answer.accepted).toBe(door.intake.messages.length);
  });

  test('since it is larger than the limit, after decompression', async () => {
    const door = await opened({ limits: { importBytesMax: 1_000_000 } });
    const reply = await send(door, gzipSync(Buffer.alloc(100_000_000, 10)));
    expect(reply.statusCode).toBe(400);
    expect(reply.json<Answer>().code).toBe('tracking/import-too-large');
  });

  test('of an endless line of a bomb keeps no more than its beginning', async () => {
    const door = await opened();
    const reply = await send(door, gzipSync(Buffer.alloc(100_000_000, 32)));
    expect(reply.statusCode).toBe(400);
    expect(door.quarantine.kept.map(({ code, raw }) => [code, raw.length])).toEqual([
      ['tracking/message-too-large', 65_536],
    ]);
  });

  test('since its encoding is unknown', async () => {
    const door = await opened();
    const headers = { ...withKey(keys.admin), 'content-encoding': 'zstd' };
    const reply = await send(door, lines(3), headers);
    expect(reply.statusCode).toBe(415);
  });

  test('since nothing more comes is 408, and what came is taken', async () => {
    const door = await opened({ limits: { importIdleMs: 50 } });
    const { port } = new URL(await listen(door.app));
    const socket = connect({ host: '127.0.0.1', port: Number(port) });
    const head = [
      `POST ${url} HTTP/1.1`,
      'host: localhost',
      `authorization: ${basic(keys.marketer)}`,
      'content-length: 100000',
      '',
      '',
    ];
    socket.write(`${head.join('\r\n')}${lines(20)}`);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    const answer = Buffer.concat(chunks).toString();
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(answer).toContain('"accepted":19');
    expect(door.intake.messages).toHaveLength(19);
  });
});

describe('on the wire', () => {
  test('no more is read than is taken', async () => {
    const door = await opened();
    let letGo: () => void = () => undefined;
    door.intake.gate = new Promise((resolve) => (letGo = resolve));
    const address = await listen(door.app);
    let sent = 0;
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        // 64 MB, far more than all buffers on the way hold.
        if (sent >= 64_000_000) {
          controller.close();
          return;
        }
        const chunk = encoder.encode(`${line(sent, { text: 'x'.repeat(30_000) })}\n`);
        sent += chunk.length;
        controller.enqueue(chunk);
      },
    });
    const reply = fetch(`${address}${url}`, {
      method: 'POST',
      headers: withKey(keys.marketer),
      body,
      duplex: 'half',
    });
    // Until the sender is held up.
    for (let before = -1; before !== sent || sent === 0;) {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(sent).toBeLessThan(32_000_000);
    letGo();
    const answer = (await (await reply).json()) as Answer;
    expect(answer).toMatchObject({ success: true, ...clean });
    expect(answer.accepted).toBe(door.intake.messages.length);
    expect(sent).toBeGreaterThanOrEqual(64_000_000);
  });

  test('a sender that goes away leaves what was taken, and may come again', async () => {
    const door = await opened({ limits: { importChunkMessages: 100, importsMax: 1 } });
    const { port, origin } = new URL(await listen(door.app));
    const socket = connect({ host: '127.0.0.1', port: Number(port) });
    const head = [
      `POST ${url} HTTP/1.1`,
      'host: localhost',
      `authorization: ${basic(keys.marketer)}`,
      'content-length: 10000000',
      '',
      '',
    ];
    socket.write(`${head.join('\r\n')}${lines(1050)}`);
    while (door.intake.messages.length < 1000) await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    await once(socket, 'close');
    // The one import that may run is over once this is no longer refused.
    let reply: Response;
    do {
      reply = await fetch(`${origin}${url}`, {
        method: 'POST',
        headers: withKey(keys.marketer),
        body: lines(1050),
      });
    } while (reply.status === 429);
    const answer = (await reply.json()) as Answer;
    expect(answer.accepted).toBe(1050);
    expect(answer.ignored?.['duplicate']).toBeGreaterThanOrEqual(1000);
  });

  test('more imports at once than are allowed are told to come again', async () => {
    const door = await opened({ limits: { importsMax: 1 } });
    let letGo: () => void = () => undefined;
    door.intake.gate = new Promise((resolve) => (letGo = resolve));
    const first = send(door, lines(3));
    let second = await send(door, lines(3), withKey('x'));
    while (second.statusCode === 401) second = await send(door, lines(3), withKey('x'));
    expect(second.statusCode).toBe(429);
    expect(second.headers['retry-after']).toBe('10');
    letGo();
    expect((await first).statusCode).toBe(200);
  });
});
