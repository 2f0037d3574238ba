/** `segue import`: files into a running service, and what it does where the service is not as it should be. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { Zone } from '@segue/core/base/zone.ts';
import type { Message } from '@segue/core/model/message.ts';
import { parseMessage } from '@segue/core/model/parse-message.ts';
import { openLmdbFeedStore } from '@segue/server/feeds/lmdb-feed-store.ts';
import { callOf } from '@segue/server/ingest/tracking/write-call.ts';

import { lineOf } from '../src/import/send-part.ts';

const launcher = resolve(import.meta.dirname, '../bin/segue.mjs');
const folder = mkdtempSync(join(tmpdir(), 'segue-import-command-'));

const mapping = `name: till
skip: [{ where: { customer: { empty: true } }, reason: nobody at the till }]
messages:
  - track: Order Completed
    userId: customer
    timestamp: day
    properties: { revenue: { number: amount }, note: note }
`;

afterAll(() => {
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
});

beforeAll(() => {
  writeFileSync(join(folder, 'till.yaml'), mapping);
});

type Ran = { readonly status: number | null; readonly out: string; readonly err: string };

/** `whileRunning` gets the child, and what it has complained of so far, whenever it complains. */
function segue(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  whileRunning: (child: ChildProcess, err: string) => void = () => undefined,
): Promise<Ran> {
  const child = spawn(process.execPath, [launcher, 'import', ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], SEGUE_KEY: 'sk_test', ...env },
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
    whileRunning(child, err);
  });
  return new Promise((done) => {
    child.on('close', (status) => {
      done({ status, out, err });
    });
  });
}

describe('into a service', () => {
  let service: ChildProcess;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    service = spawn(
      process.execPath,
      [
        ...[launcher, 'start', '--data', join(folder, 'data'), '--port', '0'],
        ...['--timezone', 'Europe/Vienna', '--history-enabled', 'false'],
      ],
      { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const printed = await new Promise<string>((done, fail) => {
      let text = '';
      service.once('exit', fail);
      service.stdout?.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes('Ctrl-C')) done(text);
      });
    });
    const find = (pattern: RegExp): string => pattern.exec(printed)?.[1] ?? '';
    env = { SEGUE_URL: find(/running at (\S+)/), SEGUE_KEY: find(/server key\s+(\S+)/) };
  }, 120_000);

  afterAll(async () => {
    const ended = new Promise((done) => service.once('exit', done));
    if (service.kill('SIGKILL')) await ended;
  });

  async function ask(path: string): Promise<unknown> {
    const headers = { authorization: `Bearer ${env['SEGUE_KEY'] ?? ''}` };
    return (await fetch(`${env['SEGUE_URL'] ?? ''}${path}`, { headers })).json();
  }

  it('brings every row that can be read, once, in the time zone of the workspace, and says what became of the others', async () => {
    writeFileSync(
      join(folder, 'orders.csv'),
      [
        'customer,day,amount,note',
        'ann,2025-07-02 10:00:00,39.5,second',
        'ann,2025-07-01 10:00:00,60.5,first',
        ',2025-07-01 10:00:00,5,no customer',
        'ben,someday,900,no day',
        `ben,2025-07-03 10:00:00,7,${'long '.repeat(8_000)}`,
      ].join('\n'),
    );
    const first = await segue(['orders.csv', '-m', 'till.yaml', '--rejects', 'left-out.ndjson'], env);
    expect(first.status).toBe(0);
    expect(first.out).toContain('5 rows, 2 messages\n');
    expect(first.out).toContain('left out 1: nobody at the till (line 4');
    expect(first.out).toContain('rejected 1: bad date (line 5');
    expect(first.out).toMatch(/rejected 1: tracking\/message-too-large .*raise limits\.event/);
    expect(first.out).toContain('2025-07-01 10:00:00 … 2025-07-03 10:00:00 (Europe/Vienna)');
    const left = readFileSync(join(folder, 'left-out.ndjson'), 'utf8').trimEnd().split('\n');
    expect(left.map((line) => (JSON.parse(line) as { reason: string }).reason).sort()).toEqual([
      'bad date',
      'nobody at the till',
      'tracking/message-too-large',
    ]);
    const { items } = (await ask('/v1/profiles/ann/timeline')) as { items: { timestamp: string }[] };
    expect(items.map(({ timestamp }) => timestamp)).toEqual([
      '2025-07-02T08:00:00.000Z',
      '2025-07-01T08:00:00.000Z',
    ]);

    const again = await segue(['orders.csv', '-m', 'till.yaml', '--json'], env);
    expect(again.status).toBe(0);
    expect(JSON.parse(again.out)).toMatchObject({
      complete: true,
      input: { rows: 5, messages: 2, ignored: { duplicate: 2 } },
      first: '2025-07-01T08:00:00.000Z',
    });
  }, 120_000);

  it('sends nothing where a file, a mapping or a time zone is no use, and says why', async () => {
    const none = await segue(['none.csv'], env);
    expect(none).toMatchObject({
      status: 2,
      err: expect.stringMatching(/none\.csv: there is no such file/) as string,
    });
    const zone = await segue(['orders.csv', '-z', 'Mars/Crater'], env);
    expect(zone).toMatchObject({
      status: 2,
      out: '',
      err: expect.stringMatching(/--timezone: .*Mars/) as string,
    });
    writeFileSync(join(folder, 'wrong.yaml'), 'name: x\nmesages: []\n');
    const wrong = await segue(['orders.csv', '-m', 'wrong.yaml'], env);
    expect(wrong).toMatchObject({
      status: 2,
      out: '',
      err: expect.stringMatching(/wrong\.yaml:2:1: .*mesages/) as string,
    });
    const unmapped = await segue(['orders.csv'], env);
    expect(unmapped).toMatchObject({ status: 2, err: expect.stringContaining('mapping') as string });
  }, 120_000);
});

describe('as the past of a new data directory', () => {
  const orders = [
    'customer,day,amount,note',
    'ann,2025-01-01 10:00:00,60,first',
    'ann,2025-03-01 10:00:00,40,second',
    'ben,2025-01-15 10:00:00,7,first',
  ].join('\n');
  const definitions = 'segments: { seen_lately: did "Order Completed" last 30d }\n';
  const args = ['past.csv', '-m', 'till.yaml', '-d', 'lately.yaml', '--data', 'past'];

  beforeAll(() => {
    writeFileSync(join(folder, 'past.csv'), orders);
    writeFileSync(join(folder, 'lately.yaml'), definitions);
  });

  it('lives through it, so that every entry and exit is there when it was', async () => {
    const made = await segue([...args, '-z', 'Europe/Vienna'], {});
    expect(made).toMatchObject({
      status: 0,
      err: expect.stringContaining(
        'Start it with: segue start --data past --timezone Europe/Vienna\n',
      ) as string,
    });
    expect(made.out).toContain('3 rows, 3 messages\n');
    const sound = spawnSync(process.execPath, [launcher, 'verify', '--data', 'past', '--json'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect([sound.status, sound.stderr]).toEqual([0, '']);
    const store = await openLmdbFeedStore(join(folder, 'past', 'feed'));
    try {
      const seen = [...store.read(0)].map((event) =>
        [
          event.customer.displayId,
          event.kind === 'segment' ? event.change : '',
          new Date(event.at).toISOString(),
          event.cause,
        ].join(' '),
      );
      expect(seen).toEqual([
        'ann entered 2025-01-01T09:00:00.000Z event',
        'ben entered 2025-01-15T09:00:00.000Z event',
        'ann exited 2025-01-31T09:00:00.000Z time',
        'ben exited 2025-02-14T09:00:00.000Z time',
        'ann entered 2025-03-01T09:00:00.000Z event',
        'ann exited 2025-03-31T09:00:00.000Z time',
      ]);
    } finally {
      await store.close();
    }
    // Nothing that is there is touched.
    const again = await segue(args, {});
    expect(again).toMatchObject({ status: 2, err: expect.stringContaining('[import/not-empty]') as string });
    expect(readdirSync(folder).filter((name) => name.startsWith('past.'))).toEqual(['past.csv']);
  }, 120_000);

  it('takes definitions with it only', async () => {
    const ran = await segue(['past.csv', '-m', 'till.yaml', '-d', 'lately.yaml'], {});
    expect(ran).toMatchObject({ status: 2, err: expect.stringContaining('segue apply') as string });
  }, 120_000);
});

describe('where the service is not as it should be', () => {
  let server: Server | undefined;
  afterEach(async () => {
    await new Promise((done) => server?.close(done));
  });

  /** `answers`, one after the other, to imports; what was sent is kept. */
  async function pretend(answers: readonly [status: number, body: object][]): Promise<{
    readonly env: NodeJS.ProcessEnv;
    readonly bodies: string[];
  }> {
    const bodies: string[] = [];
    server = createServer((request, response) => {
      void bodyOf(request).then((body) => {
        response.setHeader('content-type', 'application/json');
        response.setHeader('connection', 'close');
        if (request.url === '/api/workspace') {
          response.end(JSON.stringify({ timeZone: 'UTC' }));
          return;
        }
        const [status, answer] = answers[Math.min(bodies.length, answers.length - 1)] ?? [500, {}];
        bodies.push(body);
        if (status === 503) response.setHeader('retry-after', '1');
        response.statusCode = status;
        response.end(JSON.stringify(answer));
      });
    });
    const listening = server;
    await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done));
    const { port } = listening.address() as AddressInfo;
    return { env: { SEGUE_URL: `http://127.0.0.1:${port}` }, bodies };
  }

  async function bodyOf(request: IncomingMessage): Promise<string> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    return text;
  }

  const line = '{"type":"track","userId":"ann","event":"Seen","timestamp":"2025-01-01T00:00:00Z"}\n';
  const away: [number, object] = [503, { code: 'http/starting', message: 'The service is starting.' }];
  const taken: [number, object] = [
    200,
    { accepted: 1, ignored: { duplicate: 0 }, refusedCount: 0, refused: [] },
  ];

  beforeAll(() => {
    writeFileSync(join(folder, 'one.ndjson'), line);
  });

  it('sends the same again when it was not taken', async () => {
    const { env, bodies } = await pretend([away, taken]);
    const ran = await segue(['one.ndjson'], env);
    expect(ran).toMatchObject({
      status: 0,
      err: expect.stringContaining('The service is starting; trying again in 1 second\n') as string,
    });
    expect(ran.out).toContain('1 message taken');
    expect(bodies).toHaveLength(2);
    expect(bodies[1]).toBe(bodies[0]);
  }, 120_000);

  it('ends at a refusal, with its reason', async () => {
    const { env, bodies } = await pretend([
      [403, { code: 'access/role', message: 'Viewers cannot import.' }],
    ]);
    const ran = await segue(['one.ndjson'], env);
    expect(ran).toMatchObject({
      status: 2,
      err: expect.stringContaining('error: Viewers cannot import. [access/role]\n') as string,
    });
    expect(bodies).toHaveLength(1);
  }, 120_000);

  it('is stopped by Ctrl-C while it waits', async () => {
    const { env } = await pretend([away]);
    let isAsked = false;
    const ran = await segue(['one.ndjson'], env, (child, err) => {
      if (isAsked || !err.includes('trying again')) return;
      isAsked = true;
      child.kill('SIGINT');
    });
    expect(ran.status).toBe(130);
  }, 120_000);

  it('says so where nobody answers, or no key was given', async () => {
    const nobody = await segue(['one.ndjson'], { SEGUE_URL: 'http://127.0.0.1:1' });
    expect(nobody).toMatchObject({
      status: 2,
      out: '',
      err: expect.stringContaining('segue start') as string,
    });
    const noKey = await segue(['one.ndjson'], { SEGUE_KEY: '' });
    expect(noKey).toMatchObject({ status: 2, err: expect.stringContaining('[api/no-key]') as string });
  }, 120_000);
});

describe('a message as a line', () => {
  const zone = new Zone('UTC');
  const options = { zone, stored: true, nextMessageId: () => 'none' };
  const base = { messageId: 'm', time: 1_700_000_000_123, name: '', properties: {}, traits: {} };
  const user = { kind: 'user_id', value: 'ann' };
  const messages: readonly Message[] = [
    {
      ...base,
      kind: 'track',
      identifiers: [user],
      name: 'Order Completed',
      properties: { revenue: -3.5, of: [1, null] },
    },
    { ...base, kind: 'page', identifiers: [{ kind: 'anonymous_id', value: 'v1' }] },
    { ...base, kind: 'screen', identifiers: [user, { kind: 'anonymous_id', value: 'v1' }], name: 'Home' },
    { ...base, kind: 'group', identifiers: [{ kind: 'till_card', value: '77' }] },
    { ...base, kind: 'alias', identifiers: [user], previousId: 'v1' },
    {
      ...base,
      kind: 'identify',
      identifiers: [user, { kind: 'email', value: 'ann@example.com' }, { kind: 'user_id', value: 'ann2' }],
      traits: { email: 'ann@example.com', city: null },
    },
  ];

  it.each(messages)('is read again as the same $kind', (message) => {
    const again = parseMessage(JSON.parse(lineOf(message)), options);
    expect(again).toEqual({ ok: true, value: message });
  });

  it('leaves out the time that stands around it', () => {
    const [first] = messages;
    expect(first === undefined ? {} : callOf(first, first.time)).not.toHaveProperty('timestamp');
  });
});
