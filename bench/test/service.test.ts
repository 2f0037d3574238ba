/** The measuring of the service: that its instruments are right, and that a phase runs against the real service. */

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { BodyMaker } from '../src/service/bodies.ts';
import { ChangeStream, type SeenChange } from '../src/service/client/change-stream.ts';
import { sendClosed } from '../src/service/client/closed-loop.ts';
import { Connection, getRequest, postRequest } from '../src/service/client/connection.ts';
import { OpenLoop } from '../src/service/client/open-loop.ts';
import { DurableFloor } from '../src/service/floors/durable-floor.ts';
import { Latencies } from '../src/service/measure/latencies.ts';
import { SeenDue } from '../src/service/measure/seen-due.ts';
import { WallClock } from '../src/service/measure/wall-clock.ts';
import { ingestPhase } from '../src/service/phases/ingest.ts';
import { SERVICE_SCALES } from '../src/service/scale.ts';
import { serviceTraffic } from '../src/service/traffic.ts';

const closers: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closers) await close();
});

type Server = { listen(port: number, host: string, done: () => void): unknown; address(): unknown };

async function listening(server: Server & { close(): unknown }): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A server that answers everything with 200 and, as body, what the listener makes of it. */
function http(listener: RequestListener): Promise<number> {
  const server = createHttpServer(listener);
  closers.push(() => {
    server.closeAllConnections();
  });
  return listening(server);
}

/** A server that says just these bytes to every request, a piece at a time. */
async function saying(pieces: readonly string[]): Promise<number> {
  const server = createServer((socket: Socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('data', () => {
      const say = (i: number): void => {
        const piece = pieces[i];
        if (piece === undefined) return;
        socket.write(piece, () => setImmediate(say, i + 1));
      };
      say(0);
    });
  });
  return listening(server);
}

describe('quantiles', () => {
  it('are values that occurred, at or above the part asked for', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true }), { minLength: 1 }),
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        (all, q) => {
          const value = Latencies.from(all).quantile(q);
          expect(all).toContain(value);
          expect(all.filter((one) => one <= value).length).toBeGreaterThanOrEqual(q * all.length);
          expect(all.filter((one) => one < value).length).toBeLessThan(q * all.length);
        },
      ),
    );
  });

  it('pass over what never came', () => {
    const latencies = Latencies.from([3, NaN, 1]);
    expect([latencies.count, latencies.quantile(0.5), latencies.quantile(1)]).toEqual([2, 1, 3]);
    expect(new Latencies().quantile(0.5)).toBeNaN();
  });
});

it('the fine clock is never ahead of the coarse one', () => {
  const clock = new WallClock();
  for (let i = 0; i < 10_000; i++) {
    const fine = clock.now();
    expect(Math.floor(fine)).toBeLessThanOrEqual(Date.now());
  }
});

describe('bodies', () => {
  const traffic = serviceTraffic({ customers: 50, events: 2_000 });
  const maker = new BodyMaker({ traffic, categories: 10 });
  type Body = { sentAt: string; batch: { timestamp: string; messageId: string }[] };
  const read = (body: string): Body => JSON.parse(body) as Body;

  it('say how long before they were sent everything happened', () => {
    const [first = ''] = maker.bodies(0, 100, 100);
    const { sentAt, batch } = read(first);
    const ago = batch.map(({ timestamp }) => Date.parse(sentAt) - Date.parse(timestamp));
    const delays = batch.map((_, row) => (traffic.arrival[row] ?? 0) - (traffic.time[row] ?? 0));
    expect(ago).toEqual(delays);
    const [prompt = ''] = new BodyMaker({ traffic, categories: 10, isPrompt: true }).bodies(0, 100, 100);
    expect(new Set(read(prompt).batch.map(({ timestamp }) => timestamp))).toEqual(new Set([sentAt]));
  });

  it('hold each row once, in order; a message is found again in the first of its rows', () => {
    const batches = maker.bodies(0, traffic.rows, 7).flatMap((body) => read(body).batch);
    expect(batches.length).toBe(traffic.rows);
    const rows = batches.map(({ messageId }) => maker.rowOf(messageId));
    expect(rows).toEqual(batches.map((_, row) => traffic.message.indexOf(traffic.message[row] ?? -1)));
    expect(maker.rowOf('marker-12')).toBeUndefined();
    expect(maker.rowOf('')).toBeUndefined();
  });

  it('are taken by the reference, each event once, on the disk', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'segue-floor-'));
    closers.push(() => {
      rmSync(folder, { recursive: true });
    });
    const file = path.join(folder, 'log');
    const floor = new DurableFloor(file, traffic.customers + 1, 10);
    const entered: string[] = [];
    floor.onEntered = (messageId) => entered.push(messageId);
    const taken = maker.bodies(0, traffic.rows, 100).map((body) => floor.take(Buffer.from(body), Date.now()));
    floor.close();
    expect(taken.reduce((sum, events) => sum + events)).toBe(traffic.rows);
    expect(statSync(file).size).toBe(64 * traffic.rows);
    expect(entered.length).toBe(floor.changes);
    expect(new Set(entered.map((id) => traffic.customer[maker.rowOf(id) ?? -1])).size).toBe(entered.length);
    expect(entered.length).toBeGreaterThan(10);
  });
});

describe('the client', () => {
  it('puts an answer together however it is cut', async () => {
    const answer = 'HTTP/1.1 201 Created\r\nContent-Length: 7\r\nx: y\r\n\r\n{"é":1}'.replace('é', 'e');
    const port = await saying(answer.split(''));
    const connection = await Connection.open(port);
    for (let i = 0; i < 3; i++) {
      expect(await connection.send(getRequest('/', 'key'))).toMatchObject({ status: 201, body: '{"e":1}' });
    }
    connection.close();
    await expect(connection.send(getRequest('/', 'key'))).rejects.toThrow();
  });

  it('sends every request once, and says so when one is refused', async () => {
    const seen: string[] = [];
    const port = await http((request, response) => {
      seen.push(request.url ?? '');
      response.statusCode = request.url === '/bad' ? 503 : 200;
      response.end('{}');
    });
    const targets = Array.from({ length: 200 }, (_, i) => `/${i}`);
    await sendClosed(
      port,
      targets.map((target) => postRequest(target, 'key', '{}')),
    );
    expect(new Set(seen)).toEqual(new Set(targets));
    expect(seen.length).toBe(200);
    await expect(sendClosed(port, [getRequest('/bad', 'key')])).rejects.toThrow('503');
    await expect(new OpenLoop([getRequest('/bad', 'key')], 1).run(port)).rejects.toThrow('503');
  });

  it('charges a service that stands still with everybody who would have come meanwhile', async () => {
    const held: (() => void)[] = [];
    let isHeld = true;
    // Nobody is answered before as many wait as there are connections.
    const port = await http((_request, response) => {
      const answer = (): void => {
        response.end('{}');
      };
      if (!isHeld) answer();
      else if (held.push(answer) === 32) {
        setTimeout(() => {
          isHeld = false;
          for (const release of held) release();
        }, 50);
      }
    });
    const loop = new OpenLoop(
      Array.from({ length: 60 }, () => getRequest('/', 'key')),
      1,
    );
    await loop.run(port);
    const waits = [...loop.latencies()];
    const onTheWire = waits.map((_, i) => (loop.answered[i] ?? NaN) - (loop.sent[i] ?? NaN));
    expect(waits.length).toBe(60);
    expect(waits.every((wait, i) => wait >= (onTheWire[i] ?? NaN))).toBe(true);
    // Those for whom there was no connection waited before they were sent.
    expect(Math.max(...loop.lags())).toBeGreaterThan(20);
    const gaps = [...loop.intended].slice(1).map((due, i) => due - (loop.intended[i] ?? NaN));
    expect(gaps.every((gap) => Math.abs(gap - 1) < 1e-6)).toBe(true);
  });

  it('reads changes from a stream however it is cut, and says when something is missing', async () => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n';
    const text =
      'retry: 1000\nid: 1\n\nid: 2\ndata: {"messageId":"a"}\n\n: \nid: 3\n\nid: 4\ndata: {"messageId":"b"}\n\n';
    const seen: SeenChange[] = [];
    const both = Promise.withResolvers<undefined>();
    const port = await saying([head, ...text.split('')]);
    const stream = await ChangeStream.open(port, 'key', '', (change, at) => {
      expect(at).toBeLessThanOrEqual(performance.now());
      seen.push(change);
      if (seen.length === 2) both.resolve(undefined);
    });
    await both.promise;
    expect(seen.map(({ messageId }) => messageId)).toEqual(['a', 'b']);
    stream.close();

    const gap = 'id: 9\nevent: gap\ndata: {"from":5,"to":10,"reason":"not_kept"}\n\nid: 10\ndata: {}\n\n';
    const gapPort = await saying([head, gap]);
    const torn = await ChangeStream.open(gapPort, 'key', '', () => undefined);
    await new Promise((done) => setTimeout(done, 50));
    expect(torn.count).toBe(0);
    expect(() => {
      torn.close();
    }).toThrow('gap');
  });
});

it('what is due must be seen once, at its instant, and not before it', () => {
  const due = new SeenDue();
  for (const user of ['fine', 'early', 'elsewhen', 'twice', 'never']) due.expect(user, 1000);
  due.add('fine', 1000, 1000.4);
  due.add('early', 1000, 999.9);
  due.add('elsewhen', 1001, 1001.2);
  due.add('twice', 1000, 1000.5);
  due.add('twice', 1000, 1000.6);
  expect(due.problems()).toEqual([
    '1 changes were seen before they were due',
    '1 changes were of another instant than the one they were due at',
    '1 changes were seen twice, or of nobody',
    '1 changes were not seen at all',
  ]);
  expect(due.lateness.quantile(1)).toBeCloseTo(0.6);
});

it('a phase runs against the real service, and holds its state against a replay', async () => {
  // As `npm run bench:service` has it with --expose-gc.
  globalThis.gc ??= (() => undefined) as unknown as NonNullable<typeof globalThis.gc>;
  const scale = { ...SERVICE_SCALES.small, rounds: 1, customers: 200, ingestEvents: 1_000 };
  const result = await ingestPhase({ scale, profileFolder: undefined, keepFolder: undefined });
  expect(result.problems).toEqual([]);
  expect(result.checks.join()).toContain('a replay of its 2401 entries');
  expect(result.figures.every(({ median }) => median > 0)).toBe(true);
});
