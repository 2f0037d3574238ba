import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { answerBytesMax, outgoingPost, type OutgoingPost } from '../../src/feeds/outgoing-post.ts';
import { isPublicAddress, readTarget } from '../../src/feeds/webhook-target.ts';

const signal = new AbortController().signal;
const request = { headers: { 'content-type': 'application/json' }, body: '{}' };

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
const servers: Server[] = [];
const posts: OutgoingPost[] = [];
afterAll(() => {
  for (const post of posts) post.close();
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});

async function serve(handler: Handler, host = '127.0.0.1'): Promise<number> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

function posting(options: Parameters<typeof outgoingPost>[0]): OutgoingPost {
  const post = outgoingPost(options);
  posts.push(post);
  return post;
}

describe('an address that is not on the public internet', () => {
  let port = 0;
  let reached = 0;
  beforeAll(async () => {
    // On every address of the machine, IPv6 too where it has it.
    const count: Handler = (_request, response) => {
      reached += 1;
      response.end('secret');
    };
    port = await serve(count, '::').catch(() => serve(count, '0.0.0.0'));
  });

  const hosts = [
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '127.255.255.254',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0x7f.0.0.0x1',
    '017700000001',
    '0177.0.0.1',
    '0177.0.0.01',
    '127.0.0.1.',
    '①②⑦.⓪.⓪.①',
    '127。0。0。1',
    '%31%32%37.0.0.1',
    '0',
    '0.0.0.0',
    '0.1.2.3',
    'localhost',
    'localhost.',
    'LOCALHOST',
    'a.localhost',
    '10.0.0.1',
    '10.255.255.255',
    '100.64.0.1',
    '169.254.169.254',
    '169.254.1.1',
    '0xa9fea9fe',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.0.1',
    '198.18.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '[::]',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[::127.0.0.1]',
    '[::7f00:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::ffff:0:127.0.0.1]',
    '[::ffff:169.254.169.254]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b:1::7f00:1]',
    '[2002:7f00:1::]',
    '[2002:7f00:1::1]',
    '[2001:0:7f00:1::]',
    '[2001:db8::1]',
    '[100::1]',
    '[fc00::1]',
    '[fd00:ec2::254]',
    '[fe80::1]',
    '[fec0::1]',
    '[ff02::1]',
    '[3fff::1]',
    '[5f00::1]',
  ];

  it.each(hosts)('is not reached, nor can it be registered: %s', async (host) => {
    const url = `http://${host}:${port}/`;
    const before = reached;
    expect(await posting({ allowPrivate: false }).post({ ...request, url }, signal)).toMatchObject({
      kind: 'failed',
      failure: 'private_address',
    });
    expect(
      await posting({ allowPrivate: false }).post({ ...request, url: url.replace('http', 'https') }, signal),
    ).toMatchObject({ failure: 'private_address' });
    expect(readTarget(url, false)).toMatchObject({ ok: false, error: { code: 'webhooks/private-address' } });
    expect(reached).toBe(before);
  });

  it.each([
    ['one', [['127.0.0.1', 4]]],
    [
      'a public one and a private one',
      [
        ['93.184.216.34', 4],
        ['127.0.0.1', 4],
      ],
    ],
    ['an IPv6 one', [['::1', 6]]],
    ['an IPv4 one written as IPv6', [['::ffff:127.0.0.1', 6]]],
    ['an IPv4-compatible one', [['::7f00:1', 6]]],
    ['a translated one', [['64:ff9b::7f00:1', 6]]],
    ['that of the cloud’s metadata', [['169.254.169.254', 4]]],
  ] as const)('is not reached through a name that resolves to %s', async (_what, addresses) => {
    const { post } = posting({ allowPrivate: false, lookup: resolving(() => addresses) });
    const answer = await post({ ...request, url: `http://webhooks.example:${port}/` }, signal);
    expect(answer).toMatchObject({ kind: 'failed', failure: 'private_address' });
    expect(reached).toBe(0);
  });

  it('is not reached through a name that resolves to something else each time', async () => {
    // What is looked at is what is connected to: there is one look-up for each connection, and no other after it.
    const turns = ['169.254.169.254', '127.0.0.1', '10.0.0.1', '::1'];
    let asked = 0;
    const lookup = resolving(() => [[turns[asked++] ?? '', 4]]);
    const { post } = posting({ allowPrivate: false, lookup });
    for (let i = 1; i <= turns.length; i++) {
      const answer = await post({ ...request, url: `http://rebinding.example:${port}/` }, signal);
      expect(answer).toMatchObject({ kind: 'failed', failure: 'private_address' });
      expect(asked).toBe(i);
    }
    expect(reached).toBe(0);
  });

  it('is reached where that is allowed', async () => {
    const answer = await posting({ allowPrivate: true }).post(
      { ...request, url: `http://127.0.0.1:${port}/` },
      signal,
    );
    expect(answer).toMatchObject({ kind: 'answered', status: 200, body: 'secret' });
    expect(reached).toBe(1);
    reached = 0;
  });

  it.each(['8.8.8.8', '1.1.1.1', '93.184.216.34', '2606:4700:4700::1111', '2a00:1450:4001:80b::200e'])(
    'is not %s',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each(['', 'localhost', '300.1.1.1', 'fe80::1%eth0', '2606:4700::1%lo'])(
    'is what is no address: %j',
    (address) => {
      expect(isPublicAddress(address)).toBe(false);
    },
  );
});

/** Names resolve to what is given, in the two forms that connections ask for. */
function resolving(give: () => readonly (readonly [string, number])[]): LookupFunction {
  return (_hostname, options, callback) => {
    const found = give().map(([address, family]) => ({ address, family }));
    if (options.all === true) callback(null, found);
    else callback(null, found[0]?.address ?? '', found[0]?.family ?? 4);
  };
}

describe('what can be registered', () => {
  it.each([
    ['https://shop.example/hook?x=1#part', 'https://shop.example/hook?x=1'],
    ['HTTP://Shop.Example:80', 'http://shop.example/'],
    ['https://8.8.8.8:8443/a', 'https://8.8.8.8:8443/a'],
  ])('%s', (text, href) => {
    expect(readTarget(text, false)).toEqual({ ok: true, value: href });
  });

  it.each([
    'shop.example',
    '/hook',
    'ftp://shop.example/',
    'file:/etc/passwd',
    'gopher://shop.example/',
    'javascript:alert(1)',
    'data:text/plain,x',
    'https://',
    'https://user:secret@shop.example/',
    'https://user@shop.example/',
    'http://[::1',
    `https://shop.example/${'a'.repeat(2_000)}`,
  ])('not %s', (text) => {
    expect(readTarget(text, true)).toMatchObject({ ok: false, error: { code: 'webhooks/url' } });
  });

  it('anything can be tried', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.string().map((host) => `http://${host}/`),
        ),
        (text) => {
          const read = readTarget(text, false);
          if (read.ok) expect(readTarget(read.value, false)).toEqual(read);
        },
      ),
    );
  });
});

describe('a request', () => {
  it('is a POST with its headers and body as they are', async () => {
    let got: unknown;
    const port = await serve((incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const { method, url, headers } = incoming;
        got = {
          method,
          url,
          type: headers['content-type'],
          id: headers['webhook-id'],
          body: Buffer.concat(chunks).toString(),
        };
        response.writeHead(202).end('taken');
      });
    });
    const { post } = posting({ allowPrivate: true });
    const headers = { 'content-type': 'application/cloudevents+json; charset=utf-8', 'webhook-id': 'wh_1' };
    const url = `http://127.0.0.1:${port}/a?b=c`;
    expect(await post({ url, headers, body: '{"name":"Zoë ✓"}' }, signal)).toMatchObject({
      status: 202,
      body: 'taken',
    });
    expect(got).toEqual({
      method: 'POST',
      url: '/a?b=c',
      type: headers['content-type'],
      id: 'wh_1',
      body: '{"name":"Zoë ✓"}',
    });
  });

  it.each([301, 302, 303, 307, 308])('follows no redirect: %d', async (status) => {
    let followed = 0;
    const inner = await serve((_request, response) => {
      followed += 1;
      response.end();
    });
    const outer = await serve((_request, response) => {
      response.writeHead(status, { location: `http://127.0.0.1:${inner}/` }).end();
    });
    const { post } = posting({ allowPrivate: true });
    expect(await post({ ...request, url: `http://127.0.0.1:${outer}/` }, signal)).toMatchObject({
      kind: 'answered',
      status,
    });
    expect(followed).toBe(0);
  });

  it('tells Retry-After and the beginning of the answer, however long that is', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(429, { 'retry-after': '7' });
      const write = (): void => {
        while (!response.destroyed && response.write('ä'.repeat(10_000))) continue;
      };
      response.on('drain', write);
      response.on('error', () => undefined);
      write();
    });
    const answer = await posting({ allowPrivate: true }).post(
      { ...request, url: `http://127.0.0.1:${port}/` },
      signal,
    );
    expect(answer).toMatchObject({ kind: 'answered', status: 429, retryAfter: '7' });
    expect(answer.kind === 'answered' && Buffer.byteLength(answer.body)).toBe(answerBytesMax);
  });

  it.each([
    ['says nothing', (() => undefined) satisfies Handler],
    [
      'begins and says no more',
      ((incoming) => {
        incoming.socket.write('HTTP/1.1 200 OK\r\n');
      }) satisfies Handler,
    ],
  ])('has no answer where the receiver %s in time', async (_what, handler) => {
    const port = await serve(handler);
    const { post } = posting({ allowPrivate: true, timeoutMs: 100 });
    expect(await post({ ...request, url: `http://127.0.0.1:${port}/` }, signal)).toMatchObject({
      kind: 'failed',
      failure: 'timeout',
    });
  });

  it('is answered by its status, though the rest of the answer never comes', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200);
      response.write('half');
    });
    // All of it is waited for; the first half must come within.
    const { post } = posting({ allowPrivate: true, timeoutMs: 3_000 });
    expect(await post({ ...request, url: `http://127.0.0.1:${port}/` }, signal)).toMatchObject({
      status: 200,
      body: 'half',
    });
  });

  it.each([
    ['closes', 'broken', ((incoming) => incoming.socket.destroy()) satisfies Handler],
    [
      'speaks another protocol',
      'broken',
      ((incoming) => {
        incoming.socket.end('220 smtp.example ESMTP\r\n');
      }) satisfies Handler,
    ],
  ])('has no answer where the receiver %s', async (_what, failure, handler) => {
    const port = await serve(handler);
    const answer = await posting({ allowPrivate: true }).post(
      { ...request, url: `http://127.0.0.1:${port}/` },
      signal,
    );
    expect(answer).toMatchObject({ kind: 'failed', failure });
  });

  it('has no answer where nobody is, where the name is unknown, where TLS fails', async () => {
    const port = await serve((_request, response) => response.end());
    const { post } = posting({ allowPrivate: true });
    expect(await post({ ...request, url: `https://127.0.0.1:${port}/` }, signal)).toMatchObject({
      failure: 'tls',
    });
    const free = await serve(() => undefined);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect(await post({ ...request, url: `http://127.0.0.1:${free}/` }, signal)).toMatchObject({
      failure: 'refused',
    });
    const unknown: LookupFunction = (hostname, _options, callback) => {
      callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' }), []);
    };
    const elsewhere = posting({ allowPrivate: false, lookup: unknown });
    expect(await elsewhere.post({ ...request, url: 'http://nowhere.example/' }, signal)).toMatchObject({
      failure: 'unknown_host',
    });
  });

  it('is cut off when the service stops', async () => {
    const port = await serve(() => undefined);
    const stop = new AbortController();
    const answer = posting({ allowPrivate: true }).post(
      { ...request, url: `http://127.0.0.1:${port}/` },
      stop.signal,
    );
    stop.abort();
    expect(await answer).toMatchObject({ kind: 'failed', failure: 'stopped' });
  });

  it('is sent once more where a kept connection had been closed by the receiver', async () => {
    let requests = 0;
    const port = await serve((incoming, response) => {
      requests += 1;
      incoming.resume();
      // Says that the connection stays, and closes it when it is used again.
      if (requests === 2) incoming.socket.resetAndDestroy();
      else response.end();
    });
    const { post } = posting({ allowPrivate: true });
    const url = `http://127.0.0.1:${port}/`;
    expect(await post({ ...request, url }, signal)).toMatchObject({ status: 200 });
    expect(await post({ ...request, url }, signal)).toMatchObject({ status: 200 });
    expect(requests).toBe(3);
  });
});
