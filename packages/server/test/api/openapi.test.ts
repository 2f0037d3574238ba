import { describe, expect, it } from 'vitest';

import { openDoor } from './api-door.ts';

type Operation = {
  operationId: string;
  summary: string;
  tags: string[];
  security: object[];
  responses: Record<string, { content?: Record<string, unknown> }>;
};
type Document = { openapi: string; paths: Record<string, Record<string, Operation>> };

describe('the OpenAPI document', () => {
  it('has every route, each with a name of its own, what it answers, and who may use it', async () => {
    const door = await openDoor();
    const document = (await door.call('GET', '/openapi.json', undefined, { key: null })).body as Document;
    expect(document.openapi).toBe('3.1.0');
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
    );
    const routes = door.routes.filter(({ method }) => method !== 'HEAD');
    expect(operations.filter(({ method }) => method !== 'head')).toHaveLength(routes.length);
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, summary, tags, security, responses } of operations) {
      expect([path, summary, tags.length]).toEqual([path, expect.stringMatching(/\.$/), 1]);
      const open = path.startsWith('/api/session') || path === '/api/openapi.json';
      if (!open) expect([path, security]).toEqual([path, [{ key: [] }, { session: [] }]]);
      expect(responses['default']).toEqual({ $ref: '#/components/responses/Problem' });
      expect(Object.keys(responses).some((status) => /^2\d\d$/.test(status))).toBe(true);
    }
    await door.close();
  });
});
