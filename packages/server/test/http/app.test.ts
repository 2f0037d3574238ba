import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterAll, describe, expect, it, test } from 'vitest';

import type { App } from '../../src/http/app.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import type { Readiness } from '../../src/http/parts.ts';
import { appWith, fakeFrame, LinesLog, viewerKey } from './fake-service.ts';

const open = { config: { access: 'open' } } as const;
const apps: App[] = [];
afterAll(async () => {
  await Promise.all(apps.map((app) => app.close(AbortSignal.abort())));
});

function start(...args: Parameters<typeof appWith>): FastifyInstance {
  const app = appWith(...args);
  apps.push(app);
  return app.fastify;
}

async function listen(...args: Parameters<typeof appWith>): Promise<{ url: string; port: number }> {
  const fastify = start(...args);
  await fastify.listen({ host: '127.0.0.1', port: 0 });
  const { port } = fastify.server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port };
}

/** Everything that comes back on a raw connection until it is closed. */
function talk(port: number, text: string, until?: (said: string, socket: Socket) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      said += chunk;
      until?.(said, socket);
    });
    socket.on('close', () => {
      resolve(said);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
  });
}

describe('every answer', () => {
  it('carries headers that leave nothing to guess, run, frame or keep', async () => {
    const app = start((routes) => routes.get('/data', open, () => ({ a: 1 })));
    for (const url of ['/data', '/nothing', '/%zz', '/health']) {
      const { headers } = await app.inject(url);
      expect(headers).toMatchObject({
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'cross-origin-resource-policy': 'same-origin',
        'x-request-id': expect.stringMatching(/^[\da-f]{8}-\w+$/) as string,
      });
      expect(headers).not.toHaveProperty('strict-transport-security');
      expect(headers).not.toHaveProperty('x-powered-by');
    }
  });

  it('asks browsers to stay with https where that is how the service is reached', async () => {
    const app = start(() => undefined, { flags: { public_url: 'https://segue.example.com' } });
    const { headers } = await app.inject('/health');
    expect(headers['strict-transport-security']).toMatch(/^max-age=\d+$/);
  });

  it('may be read by other origins where its plugin says so', async () => {
    const plugin = (routes: FastifyInstance): void => {
      routes.get('/send', open, () => ({}));
    };
    const app = start(() => undefined, { plugins: [{ plugin, prefix: '/v1', crossOrigin: true }] });
    const { statusCode, headers } = await app.inject('/v1/send');
    expect([statusCode, headers['cross-origin-resource-policy']]).toEqual([200, 'cross-origin']);
  });

  it('bears an id of its own; only behind a trusted proxy the one that was given', async () => {
    const headers = { 'x-request-id': 'from-outside-1' };
    const plain = await start(() => undefined).inject({ url: '/health', headers });
    expect(plain.headers['x-request-id']).not.toBe('from-outside-1');
    const app = start(() => undefined, { flags: { trust_proxy: 'loopback' } });
    const behind = await app.inject({ url: '/health', headers });
    expect(behind.headers['x-request-id']).toBe('from-outside-1');
    const odd = await app.inject({ url: '/health', headers: { 'x-request-id': 'ann@example.com {}' } });
    expect(odd.headers['x-request-id']).toMatch(/^[\da-f]{8}-/);
  });
});

describe('errors', () => {
  test.each(['/nothing', '/%zz', `/item/${'x'.repeat(5000)}`, '/ITEM/1', '//item/1', '/item/1/'])(
    'answers %j with a problem',
    async (url) => {
      const app = start((routes) => routes.get('/item/:id', open, () => ({})));
      const { statusCode, headers } = await app.inject(url);
      expect([400, 404, 414]).toContain(statusCode);
      expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    },
  );

  it('refuses a body above the limit, and one that is not JSON', async () => {
    const app = start((routes) => routes.post('/take', open, () => ({})), {
      flags: { 'limits.body': '1KiB' },
    });
    const payload = JSON.stringify({ a: 'x'.repeat(2000) });
    const headers = { 'content-type': 'application/json' };
    expect((await app.inject({ method: 'POST', url: '/take', headers, payload })).statusCode).toBe(413);
    expect((await app.inject({ method: 'POST', url: '/take', headers, payload: '{' })).statusCode).toBe(400);
    expect(
      (await app.inject({ method: 'POST', url: '/take', headers, payload: '{"__proto__":1}' })).statusCode,
    ).toBe(400);
  });

  it('does not start with a route that does not say who may use it', async () => {
    const app = appWith((routes) => {
      routes.get('/forgotten', () => ({}));
    });
    await expect(app.fastify.ready()).rejects.toThrow('/forgotten does not say who may use it');
  });
});

describe('probes', () => {
  it('say that the process lives, and whether it can work and why not', async () => {
    let readiness: Readiness = { ok: true };
    const app = start(() => undefined, { ready: () => readiness });
    expect((await app.inject('/health')).json()).toEqual({ status: 'ok' });
    expect((await app.inject('/ready')).json()).toEqual({ status: 'ready' });
    const reasons = [{ code: 'intake/disk-low', message: 'The disk is nearly full.' }];
    readiness = { ok: false, reasons };
    const answer = await app.inject('/ready');
    expect([answer.statusCode, answer.json()]).toEqual([503, { status: 'not_ready', reasons }]);
    expect((await app.inject('/health')).statusCode).toBe(200);
    expect((await app.inject({ method: 'HEAD', url: '/ready' })).statusCode).toBe(503);
  });
});

describe('/metrics', () => {
  it('is for those with a key, or for all where the settings say so', async () => {
    const app = start(() => undefined);
    expect((await app.inject('/metrics')).statusCode).toBe(401);
    const headers = { authorization: `Bearer ${viewerKey}` };
    const answer = await app.inject({ url: '/metrics', headers });
    expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(answer.body).toMatch(/^process_resident_memory_bytes \d+$/m);
    const everybody = start(() => undefined, { flags: { 'metrics.access': 'open' } });
    expect((await everybody.inject('/metrics')).statusCode).toBe(200);
  });

  it('counts requests by the route’s template, whatever paths were asked for', async () => {
    const metrics = createMetrics();
    const app = start((routes) => routes.get('/who/:id', open, () => ({})), { metrics });
    await app.inject('/who/ann@example.com');
    await app.inject('/who/bob@example.com');
    await app.inject('/who-else/ann@example.com?key=secret');
    const text = await metrics.render();
    expect(text).toContain('segue_http_requests_total{method="GET",route="/who/:id",status="200"} 2');
    expect(text).toContain('segue_http_requests_total{method="GET",route="unknown",status="404"} 1');
    expect(text).not.toMatch(/ann|bob|secret/);
  });
});

describe('the log', () => {
  const secrets = /anna|hunter2|wk_secret|127\.0\.0\.1|Product Viewed/;

  function noisy(routes: FastifyInstance): void {
    routes.post('/fail/:id', open, () => {
      throw new Error(
        'cannot handle "anna@example.com" of anna@example.com, +49 170 1234567, {"name":"anna"}',
      );
    });
    routes.post('/log', open, (request) => {
      request.log.info({ req: request }, 'seen');
      return {};
    });
  }

  it('says nothing personal, whatever happens', async () => {
    const lines = new LinesLog('trace');
    const app = start(noisy, {
      log: lines.log,
      frame: {
        ...fakeFrame,
        onError: (error, request, reply) => {
          request.log.error({ err: error, req: request, res: reply }, 'failed');
          return fakeFrame.onError(error, request, reply);
        },
      },
    });
    const headers = {
      authorization: 'Basic wk_secret',
      'content-type': 'application/json',
      cookie: 'hunter2',
    };
    const payload = { userId: 'anna', event: 'Product Viewed' };
    for (const url of ['/fail/anna?key=wk_secret', '/log?user=anna', '/none/anna', '/%zz-anna']) {
      await app.inject({ method: 'POST', url, headers, payload });
    }
    await app.inject({ method: 'POST', url: '/log', headers, payload: '{"userId":"anna' });
    expect(lines.lines.length).toBeGreaterThan(5);
    expect(JSON.stringify(lines.lines)).not.toMatch(secrets);
    expect(lines.lines).toContainEqual(
      expect.objectContaining({ route: '/fail/:id', status: 500, level: 'error', msg: 'request' }),
    );
    const failed = lines.lines.find(({ msg }) => msg === 'failed');
    expect(failed).toMatchObject({ request: expect.any(String) as string, err: { name: 'Error' } });
    expect((failed?.['err'] as { stack: string[] }).stack[0]).toMatch(/^at .*app\.test\.ts/);
  });

  it('has addresses only where the settings say so', async () => {
    const lines = new LinesLog('debug');
    const app = start(() => undefined, { log: lines.log, flags: { 'log.addresses': 'true' } });
    await app.inject('/health');
    expect(lines.lines).toContainEqual(expect.objectContaining({ route: '/health', address: '127.0.0.1' }));
  });

  it('has no line for a request that went well, below debug', async () => {
    const lines = new LinesLog('info');
    const app = start(() => undefined, { log: lines.log });
    await app.inject('/health');
    await app.inject('/nothing');
    expect(lines.lines).toEqual([]);
  });
});

describe.concurrent('connections', () => {
  test.each([
    ['nonsense', 'HELO\r\n\r\n', '400'],
    ['a header without end', `GET /health HTTP/1.1\r\nx: ${'y'.repeat(20_000)}`, '431'],
    ['two lengths', 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n', '400'],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
      '400',
    ],
    ['no host', 'GET /health HTTP/1.1\r\n\r\n', '400'],
  ])('are closed after %s, with an answer', async (_what, text, status) => {
    const { port } = await listen(() => undefined);
    expect(await talk(port, text)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  it('are closed when headers or body are sent too slowly', async () => {
    const flags = { 'limits.headers': '1s', 'limits.request': '1s' };
    const { port } = await listen((routes) => routes.post('/take', open, () => ({})), { flags });
    const slowHeaders = talk(port, 'GET /health HTTP/1.1\r\nhost: a\r\n');
    const slowBody = talk(
      port,
      'POST /take HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
    );
    const answered = talk(port, 'POST /none HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n{');
    const silent = talk(port, '');
    for (const said of await Promise.all([slowHeaders, slowBody, silent])) {
      expect(said).toMatch(/^HTTP\/1\.1 408 [^]*"code":"http\/timeout"/);
    }
    expect(await answered).toMatch(/^HTTP\/1\.1 404 (?![^]*HTTP\/1\.1)/);
  });

  it('are left alone while the body of an import arrives', async () => {
    const flags = { 'limits.headers': '1s', 'limits.request': '1s' };
    const config = { access: 'open', longBody: true } as const;
    const routes = (app: FastifyInstance): void => {
      app.post('/import', { config }, (request) => request.body);
    };
    const { port } = await listen(routes, { flags });
    const head =
      'POST /import HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\n';
    const said = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(`${head}content-length: 2\r\n\r\n{`);
        setTimeout(() => socket.write('}'), 3_500);
      });
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => {
        resolve(text);
      });
    });
    expect(said).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('above the limit are closed and counted', async () => {
    const metrics = createMetrics();
    const { port } = await listen(() => undefined, { flags: { 'limits.connections': '1' }, metrics });
    const first = connect(port, '127.0.0.1');
    await new Promise((resolve) => first.once('connect', resolve));
    expect(await talk(port, 'GET /health HTTP/1.1\r\nhost: a\r\n\r\n')).toBe('');
    first.destroy();
    expect(await metrics.render()).toContain('segue_http_connections_dropped_total 1');
  });

  it('get an answer or an end, whatever bytes come', async () => {
    const { port } = await listen((routes) => routes.post('/take', open, (request) => request.body ?? {}), {
      flags: { 'limits.headers': '1s', 'limits.request': '1s' },
    });
    const piece = fc.constantFrom(
      'POST /take HTTP/1.1\r\n',
      'GET /health HTTP/1.1\r\n',
      'host: a\r\n',
      'content-type: application/json\r\n',
      'transfer-encoding: chunked\r\n',
      'content-length: 3\r\n',
      '\r\n',
      '5\r\n{"a":\r\n',
      '0\r\n\r\n',
      '{}',
      'connection: close\r\n',
      '\0',
    );
    const texts = fc.sample(fc.array(fc.oneof(piece, fc.string()), { maxLength: 12 }), 200);
    const answers = await Promise.all(
      texts.map((pieces) =>
        talk(port, pieces.join(''), (said, socket) => {
          if (/^HTTP\/1\.1 \d{3}/.test(said)) socket.end();
        }),
      ),
    );
    for (const [n, said] of answers.entries()) {
      expect(said, JSON.stringify(texts[n])).toMatch(/^(?:HTTP\/1\.1 [24]\d\d |$)/);
    }
  });
});

describe('stopping', () => {
  function slow(): { routes: (app: FastifyInstance) => void; begun: Promise<void>; finish: () => void } {
    const begun = Promise.withResolvers<undefined>();
    const finished = Promise.withResolvers<undefined>();
    const routes = (app: FastifyInstance): void => {
      app.get('/slow', open, async () => {
        begun.resolve(undefined);
        await finished.promise;
        return { done: true };
      });
    };
    return {
      routes,
      begun: begun.promise.then(() => undefined),
      finish: () => {
        finished.resolve(undefined);
      },
    };
  }

  it.each([
    ['/other', /^HTTP\/1\.1 503 [^]*retry-after: 5[^]*"code":"http\/stopping"/],
    ['/ready', /^HTTP\/1\.1 503 [^]*"status":"not_ready"[^]*"code":"http\/stopping"/],
    ['/health', /^HTTP\/1\.1 200 [^]*"status":"ok"/],
  ])('answers what is under way, then %s on an open connection with %s', async (path, answer) => {
    const { routes, begun, finish } = slow();
    const app = appWith(routes);
    await app.fastify.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.fastify.server.address() as AddressInfo;
    const request = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`;
    const allSeen = Promise.withResolvers<undefined>();
    let seen = 0;
    app.fastify.server.on('request', () => {
      if (++seen === 2) allSeen.resolve(undefined);
    });
    const client = connect(port, '127.0.0.1', () => client.write(request('/slow')));
    const said = new Promise<string>((resolve) => {
      let text = '';
      client.on('data', (chunk) => (text += chunk.toString()));
      client.on('close', () => {
        resolve(text);
      });
    });
    await begun;
    const closed = app.close(new AbortController().signal);
    client.write(request(path));
    await allSeen.promise;
    finish();
    const answers = (await said).split(/(?=HTTP\/1\.1 )/);
    await closed;
    expect(answers[0]).toMatch(/^HTTP\/1\.1 200 [^]*\{"done":true\}$/);
    expect(answers[1]).toMatch(answer);
    expect(answers).toHaveLength(2);
    await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
  });

  it('cuts off what is left when the time is over', async () => {
    const { routes, begun } = slow();
    const app = appWith(routes);
    await app.fastify.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.fastify.server.address() as AddressInfo;
    const said = talk(port, 'GET /slow HTTP/1.1\r\nhost: a\r\n\r\n');
    await begun;
    const patience = new AbortController();
    const closed = app.close(patience.signal);
    patience.abort();
    await closed;
    expect(await said).toBe('');
  });
});

describe('an answer', () => {
  const headers = { authorization: `Bearer ${viewerKey}` };
  const gate = () => Promise.withResolvers<undefined>();
  const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

  it('is given when the engine has caught up, and sent when what it has seen is durable', async () => {
    const caughtUp = gate();
    const settled = gate();
    let isRead = false;
    const app = start(
      (routes) => {
        routes.get('/read', { config: { access: 'viewer' } }, () => {
          isRead = true;
          return { a: 1 };
        });
        routes.get('/probe', open, () => ({}));
      },
      { caughtUp: () => caughtUp.promise, settled: () => settled.promise },
    );
    expect((await app.inject('/probe')).statusCode).toBe(200);
    let body: unknown;
    const answered = app.inject({ url: '/read', headers }).then((answer) => {
      body = answer.json();
    });
    await soon();
    expect(isRead).toBe(false);
    caughtUp.resolve(undefined);
    await soon();
    expect([isRead, body]).toEqual([true, undefined]);
    settled.resolve(undefined);
    await answered;
    expect(body).toEqual({ a: 1 });
  });

  it('is never given once the log has failed', async () => {
    const failed = Promise.reject(new Error('the disk is gone'));
    failed.catch(() => undefined);
    const refused = { status: 503, code: 'http/stopping' };
    const routes = (app: FastifyInstance): void => {
      app.get('/read', { config: { access: 'viewer' } }, () => ({ a: 1 }));
    };
    for (const parts of [{ caughtUp: () => failed }, { settled: () => failed }]) {
      const answer = await start(routes, parts).inject({ url: '/read', headers });
      expect([answer.statusCode, answer.json()]).toMatchObject([503, refused]);
    }
  });
});
