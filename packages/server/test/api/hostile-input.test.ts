import fc from 'fast-check';
import type { HTTPMethods, InjectOptions, RouteOptions } from 'fastify';
import type { TSchema } from 'typebox';
import { describe, expect, it } from 'vitest';

import { CatalogError } from '../../src/catalog/catalog.ts';
import { openDoor, type Door } from './api-door.ts';

const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    ...[
      '__proto__',
      'constructor',
      'toString',
      '',
      ' ',
      '\0',
      '\ud800',
      '../../etc/passwd',
      '%00',
      '%',
      '%ff',
    ],
    ...["' OR 1=1 --", '{{7*7}}', '<script>', 'NaN', '-1', '1e999', '9'.repeat(400), 'x'.repeat(2000)],
  ),
);
const hostileNumber = fc.oneof(
  fc.double(),
  fc.constantFrom(0, -0, -1, 0.5, 1e308, 2 ** 53, 2 ** 63, -(2 ** 31) - 1),
);
const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { depthSize: 'small' },
  hostileText,
  hostileNumber,
  fc.constantFrom(null, true, false, [], {}),
  fc.jsonValue({ maxDepth: 4 }),
);

/** Something like what the schema wants, with something wrong in it now and then. */
function like(schema: TSchema | undefined): fc.Arbitrary<unknown> {
  if (schema === undefined) return hostileValue;
  const {
    anyOf,
    type,
    properties,
    items,
    const: one,
  } = schema as unknown as {
    anyOf?: TSchema[];
    type?: string;
    properties?: Record<string, TSchema>;
    items?: TSchema;
    const?: unknown;
  };
  const right = ((): fc.Arbitrary<unknown> => {
    if (one !== undefined) return fc.constant(one);
    if (anyOf !== undefined) return fc.oneof(...anyOf.map(like));
    if (type === 'object' && properties !== undefined) {
      const fields = Object.entries(properties).map(([name, inner]) => [name, like(inner)] as const);
      return fc
        .tuple(
          fc.record(Object.fromEntries(fields), { requiredKeys: [] }),
          fc.dictionary(hostileText, hostileValue, { maxKeys: 1 }),
        )
        .map(([fieldsOf, extra]) => ({ ...extra, ...fieldsOf }));
    }
    if (type === 'object') {
      return fc.dictionary(fc.oneof(fc.constantFrom('vip', 'kind', 'rule'), hostileText), hostileValue, {
        maxKeys: 3,
      });
    }
    if (type === 'array') return fc.array(like(items), { maxLength: 4 });
    if (type === 'string') {
      return fc.oneof(
        fc.constantFrom('vip', 'true', 'did "A"', 'ann@example.com', 'long enough'),
        hostileText,
      );
    }
    if (type === 'integer') return fc.oneof(fc.integer({ min: 0, max: 5 }), hostileNumber);
    if (type === 'boolean') return fc.boolean();
    return hostileValue;
  })();
  return fc.oneof({ weight: 5, arbitrary: right }, { weight: 1, arbitrary: hostileValue });
}

type Sent = InjectOptions & {
  readonly url: string;
  readonly method: HTTPMethods;
  readonly payload?: string | Buffer;
};

type Attack = { readonly method: string; readonly url: string; readonly body: string | undefined };

function attack(route: RouteOptions): fc.Arbitrary<Attack> {
  const { querystring, body } = (route.schema ?? {}) as { querystring?: TSchema; body?: TSchema };
  const method = [route.method].flat()[0]!;
  const names = [...route.url.matchAll(/:(\w+)/g)].map(([, name]) => name!);
  const params = fc.tuple(
    ...names.map((name) =>
      fc.oneof(
        name === 'revision' ? fc.constantFrom('1', '2', '99999999999999999999') : fc.constant('vip'),
        hostileText,
      ),
    ),
  );
  const text = like(body).chain((value) => {
    const json = JSON.stringify(value ?? null);
    const cut = fc.nat(json.length).map((length) => json.slice(0, length));
    const proto = fc.constant(json.replace('{', '{"__proto__":{"x":1},'));
    return fc.oneof(
      { weight: 8, arbitrary: fc.constant(json) },
      { weight: 1, arbitrary: cut },
      { weight: 1, arbitrary: proto },
    );
  });
  return fc
    .tuple(params, querystring === undefined ? fc.constant({}) : like(querystring), text)
    .map(([values, query, json]) => {
      let index = 0;
      const path = route.url.replaceAll(/:\w+/g, () => escaped(values[index++] ?? ''));
      const search = Object.entries(Object(query) as object).map(
        ([name, value]) => `${escaped(name)}=${escaped(asText(value))}`,
      );
      return {
        method,
        url: search.length === 0 ? path : `${path}?${search.join('&')}`,
        body: method === 'GET' || method === 'HEAD' || method === 'DELETE' ? undefined : json,
      };
    });
}

/** As a query has it; an object may have a `toString` of its own. */
function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Percent escapes where there are characters that no URL has; what is wrong otherwise stays wrong. */
function escaped(text: string): string {
  return Array.from(text)
    .map((c) => (/[\w.~%'()*!-]/.test(c) ? c : encodeURIComponent(c.isWellFormed() ? c : '\ufffd')))
    .join('');
}

async function expectCalm(door: Door, options: Sent): Promise<void> {
  const response = await door.app.inject(options);
  const sent = `${options.method} ${options.url} ${options.payload?.toString() ?? ''}`.slice(0, 300);
  const shown = `${sent} -> ${response.statusCode} ${response.payload.slice(0, 300)}`;
  expect(response.statusCode, shown).toBeLessThan(500);
  if (response.statusCode >= 400 && options.method !== 'HEAD') {
    const problem = response.json<{ code: string; detail: string; status: number }>();
    expect(problem.status, shown).toBe(response.statusCode);
    expect(problem.code, shown).toMatch(/^[a-z]+\/[a-z-]+$/);
    expect(problem.detail.length, shown).toBeLessThan(1000);
  }
}

describe('hostile input', () => {
  it('at any route gets a problem, never an unexpected error', async () => {
    const door = await openDoor();
    await door.call('PUT', '/segments/vip', { rule: 'true' });
    await door.call('PUT', '/lists/staff', { members: ['ann'] });
    const routes = door.routes.filter(({ url, method }) => !(url === '/api/session' && method === 'POST'));
    for (const route of routes) {
      const check = fc.asyncProperty(attack(route), async ({ method, url, body }) => {
        await expectCalm(door, {
          method: method,
          url,
          headers: {
            authorization: `Bearer ${door.keys.admin}`,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { payload: body }),
        });
      });
      await fc.assert(check, { numRuns: 25 });
    }
    await door.close();
  });

  it('in bodies that are not JSON, of any type and encoding, too', async () => {
    const door = await openDoor();
    const bodies = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(
        Buffer.from([0xff, 0xfe, 0x7b, 0x00]),
        Buffer.from('{"a":"\xff"}', 'latin1'),
        Buffer.from('['.repeat(100_000)),
        Buffer.from(`{"name":${'['.repeat(50_000)}${']'.repeat(50_000)}}`),
        Buffer.from('{"name":1e999999}'),
        Buffer.from('\ufeff{}'),
        Buffer.alloc(3_000_000, 'x'),
      ),
    );
    const types = fc.constantFrom(
      'application/json',
      'application/json; charset=latin1',
      'text/plain',
      'application/xml',
      'multipart/form-data',
      'x',
      '',
      'application/json, application/json',
    );
    const targets = fc.constantFrom(
      ['POST', '/api/sources'],
      ['POST', '/api/session'],
      ['PUT', '/api/lists/staff'],
      ['POST', '/api/definitions'],
      ['DELETE', '/api/sources/web'],
    );
    const check = fc.asyncProperty(bodies, types, targets, async (payload, type, [method, url]) => {
      const headers = { authorization: `Bearer ${door.keys.admin}`, 'content-type': type };
      await expectCalm(door, { method: method, url: url, headers, payload });
    });
    await fc.assert(check, { numRuns: 150 });
    await door.close();
  });

  it('in headers is refused', async () => {
    const door = await openDoor();
    const headers = fc.record(
      {
        authorization: hostileText,
        cookie: fc.oneof(
          hostileText,
          hostileText.map((text) => `segue_session=${text}`),
        ),
        origin: hostileText,
        'idempotency-key': hostileText,
        'content-type': hostileText,
      },
      { requiredKeys: [] },
    );
    const check = fc.asyncProperty(headers, async (given) => {
      // What no HTTP parser lets through cannot arrive.
      const sent = Object.entries(given).map(([name, text]) => [
        name,
        text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '?'),
      ]);
      await expectCalm(door, {
        method: 'POST',
        url: '/api/sources',
        headers: Object.fromEntries(sent) as never,
        payload: '{}',
      });
    });
    await fc.assert(check, { numRuns: 200 });
    await door.close();
  });

  it('does not stop the catalog from saying that it cannot', async () => {
    const door = await openDoor();
    const full = new CatalogError('catalog/disk-full', 'The disk is full.', true);
    door.catalog.keys.createSource = () => Promise.reject(full);
    expect(await door.call('POST', '/sources', { name: 'web' })).toMatchObject({
      status: 503,
      body: { code: 'catalog/disk-full' },
    });
    door.catalog.keys.createSource = () => Promise.reject(new Error('secret /path'));
    const { status, body, text } = await door.call('POST', '/sources', { name: 'web' });
    expect(status).toBe(500);
    expect(text).not.toContain('secret');
    expect(body).toMatchObject({ code: 'internal/unexpected', id: expect.any(String) as string });
    await door.close();
  });
});
