/**
 * Clients that are slow, broken or malicious, many at once, while one that behaves sends and reads: it is never refused
 * and never left without an answer, and none of the others is answered with a 500 or kept for ever.
 */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

import { checkFates } from './check.ts';
import { HttpClient } from './http-client.ts';
import { Ledger } from './ledger.ts';
import { Random } from './random.ts';
import { Sender } from './sender.ts';
import { Service } from './service.ts';
import { copyWorkspace, makeDirectory, removeDirectory, type Workspace } from './workspace.ts';

export type HostileTally = {
  readonly clients: number;
  readonly acknowledged: number;
  /** Answers that hostile clients got, by status. */
  readonly answers: ReadonlyMap<string, number>;
  readonly faults: readonly string[];
};

export type HostileOptions = {
  readonly clientsOfAKind: number;
  readonly silent: number;
  readonly seed: number;
};

/** Short, so that the test is. */
const flags = ['--limits-headers', '2s', '--limits-request', '5s', '--limits-idle', '5s'];
/** Until then the service must have closed every connection of a hostile client; Node looks every second here. */
const closedWithinMs = 120_000;

/** What a kind of client does with its connection; `every` repeats until the connection has gone. */
type Manners = (connection: Connection, keys: Workspace, random: Random) => void;

class Connection {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  answer: string = '';
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    this.socket.on('error', () => undefined);
    this.socket.on('data', (bytes: Buffer) => {
      if (this.answer.length < 1_000) this.answer += bytes.toString('latin1');
    });
    // Whoever answers and closes is done; we are polite in this alone.
    this.socket.on('end', () => this.socket.end());
    this.closed = new Promise((resolve) => {
      this.socket.once('close', () => {
        for (const timer of this.#timers) clearInterval(timer);
        resolve();
      });
    });
  }

  write(text: string | Buffer): void {
    if (this.socket.writable) this.socket.write(text);
  }

  every(ms: number, act: () => void): void {
    this.#timers.push(setInterval(act, ms));
  }
}

function post(path: string, headers: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\nhost: shop\r\n${lines.join('')}\r\n`;
}

function batchOf(writeKey: string, messageId: string): string {
  const message = { type: 'track', event: 'Noise', userId: 'noise', messageId };
  return JSON.stringify({ writeKey, batch: [message] });
}

function sendWhole(
  connection: Connection,
  body: string | Buffer,
  headers: Record<string, string> = {},
): void {
  connection.write(post('/v1/batch', { 'content-length': Buffer.byteLength(body), ...headers }));
  connection.write(body);
}

const manners: Readonly<Record<string, Manners>> = {
  'slow headers': (connection) => {
    connection.write('POST /v1/batch HTTP/1.1\r\nhost: shop\r\n');
    connection.every(100, () => {
      connection.write('x-more: 1\r\n');
    });
  },
  'a slow body': (connection) => {
    connection.write(post('/v1/batch', { 'content-length': 10_000 }));
    connection.every(50, () => {
      connection.write(' ');
    });
  },
  'a body that stops': (connection, { writeKey }) => {
    const body = batchOf(writeKey, 'stopped');
    connection.write(post('/v1/batch', { 'content-length': body.length + 1 }));
    connection.write(body);
  },
  'half a request, then gone': (connection, _keys, random) => {
    connection.write(post('/v1/batch', { 'content-length': 1_000 }));
    setTimeout(() => connection.socket.destroy(), random.below(200));
  },
  'no answer wanted': (connection, { writeKey }, random) => {
    sendWhole(connection, batchOf(writeKey, `unheard-${random.next()}`));
    connection.socket.end();
    setTimeout(() => connection.socket.destroy(), random.below(20));
  },
  'an endless body': (connection) => {
    connection.write(post('/v1/batch', { 'transfer-encoding': 'chunked' }));
    const chunk = `10000\r\n${'['.repeat(65_536)}\r\n`;
    connection.every(5, () => {
      if (connection.socket.writableLength < 1_000_000) connection.write(chunk);
    });
  },
  'a gigabyte announced': (connection) => {
    connection.write(post('/v1/batch', { 'content-length': 2 ** 30 }));
    connection.write('x'.repeat(100_000));
  },
  'a gzip bomb': (connection) => {
    sendWhole(connection, gzipSync(Buffer.alloc(50_000_000)), { 'content-encoding': 'gzip' });
  },
  'gzip that is none': (connection) => {
    sendWhole(connection, 'x'.repeat(1_000), { 'content-encoding': 'gzip' });
  },
  'deep nesting': (connection) => {
    sendWhole(connection, '['.repeat(200_000));
  },
  'headers without end': (connection) => {
    connection.write(`GET /ready HTTP/1.1\r\nx-long: ${'x'.repeat(200_000)}`);
  },
  'no HTTP': (connection, _keys, random) => {
    connection.write(Buffer.from(Array.from({ length: 500 }, () => random.below(256))));
    connection.write('\r\n\r\n');
  },
  'HTTP/2': (connection) => {
    connection.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  },
  'a stream that is not read': (connection, { serverKey }) => {
    connection.socket.pause();
    connection.write(
      `GET /v1/stream?from=0 HTTP/1.1\r\nhost: shop\r\nauthorization: Bearer ${serverKey}\r\n\r\n`,
    );
    setTimeout(() => connection.socket.destroy(), 3_000);
  },
  'a hundred requests at once, answers not read': (connection, { writeKey }) => {
    connection.socket.pause();
    for (let i = 0; i < 100; i++) sendWhole(connection, batchOf(writeKey, `piped-${i}`));
    setTimeout(() => connection.socket.resume(), 1_000);
  },
};

export async function withHostileClients(
  template: Workspace,
  { clientsOfAKind, silent, seed }: HostileOptions,
): Promise<HostileTally> {
  const data = makeDirectory();
  const workspace = copyWorkspace(template, data);
  const { service, url } = await Service.start({ data, flags });
  const port = Number(new URL(url).port);
  const ledger = new Ledger('patient');
  const sender = new Sender({ url, writeKey: workspace.writeKey, ledger, everyMs: 20 });
  const reader = readOn(url, workspace.serverKey);
  const random = new Random(seed);
  const connections = await connectSilently(port, silent);
  for (const [kind, behave] of Object.entries(manners)) {
    for (let i = 0; i < clientsOfAKind; i++) {
      const connection = new Connection(port);
      behave(connection, workspace, random);
      connections.push({ kind, connection });
    }
  }
  const faults = await allClosed(connections);
  await sender.stop();
  faults.push(...(await reader.stop()));
  if (sender.refusals.size > 0) faults.push(`refused: ${JSON.stringify([...sender.refusals])}`);
  faults.push(...(await checkFates(url, workspace, ledger)).faults, ...service.complaints());
  await service.stop();
  const answers = countAnswers(connections);
  for (const answer of answers.keys()) if (answer.includes(': 5')) faults.push(`an answer was ${answer}`);
  if (faults.length === 0) removeDirectory(data);
  return { clients: connections.length, acknowledged: ledger.count('acknowledged'), answers, faults };
}

/** More at once than the system keeps waiting would seem open to us and not be known to the service. */
const connectAtOnce = 100;

async function connectSilently(port: number, count: number): Promise<Known[]> {
  const silent: Known[] = [];
  while (silent.length < count) {
    const some = Array.from({ length: Math.min(connectAtOnce, count - silent.length) }, () => ({
      kind: 'silent',
      connection: new Connection(port),
    }));
    await Promise.all(some.map(({ connection }) => once(connection.socket, 'connect')));
    silent.push(...some);
  }
  return silent;
}

type Known = { readonly kind: string; readonly connection: Connection };

async function allClosed(connections: readonly Known[]): Promise<string[]> {
  const open = new Set(connections);
  const closed = connections.map(async (known) => {
    await known.connection.closed;
    open.delete(known);
  });
  await Promise.race([
    Promise.all(closed),
    new Promise((resolve) => setTimeout(resolve, closedWithinMs).unref()),
  ]);
  const kinds = [...new Set([...open].map(({ kind }) => kind))];
  for (const { connection } of open) connection.socket.destroy();
  return kinds.map((kind) => `a connection of the kind “${kind}” was kept for ${closedWithinMs} ms`);
}

function countAnswers(connections: readonly Known[]): Map<string, number> {
  const answers = new Map<string, number>();
  for (const { kind, connection } of connections) {
    const [, status = 'none'] = /^HTTP\/1\.[01] (\d{3})/u.exec(connection.answer) ?? [];
    const name = `${kind}: ${status}`;
    answers.set(name, (answers.get(name) ?? 0) + 1);
  }
  return answers;
}

/** Asks on and on; each must be answered, and well. */
function readOn(url: string, key: string): { stop(): Promise<string[]> } {
  const client = new HttpClient(url);
  const faults: string[] = [];
  const stopping = new AbortController();
  const reading = (async () => {
    while (!stopping.signal.aborted) {
      await client.get('/v1/segments/recent/members', key).catch((error: unknown) => {
        faults.push(`a reader was left alone: ${String(error)}`);
        stopping.abort();
      });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    client.close();
  })();
  return {
    stop: async () => {
      stopping.abort();
      await reading;
      return faults;
    },
  };
}
