import fastify from 'fastify';
import asPartOfRoot from 'fastify-plugin';
import openapiTS, { astToString } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';

import { backtestRoutes } from '../../src/api/backtest-routes.ts';
import { forecastRoutes } from '../../src/api/forecast-routes.ts';
import { createFrame } from '../../src/api/frame.ts';
import { customerRoutes } from '../../src/api/customer-routes.ts';
import { overlapRoutes } from '../../src/api/overlap-routes.ts';
import { historyRoutes } from '../../src/api/history-routes.ts';
import { openApiDocument, type OpenApiDocument } from '../../src/api/openapi.ts';
import { populationRoutes } from '../../src/api/population-routes.ts';
import { previewRoutes } from '../../src/api/preview-routes.ts';
import { apiRoutes } from '../../src/api/routes.ts';
import { ruleSqlRoutes } from '../../src/api/rule-sql-routes.ts';
import { schemaRoutes } from '../../src/api/schema-routes.ts';
import { openSqliteCatalog } from '../../src/catalog/sqlite-catalog.ts';
import { streamRoutes } from '../../src/feeds/stream-routes.ts';
import { webhookRoutes } from '../../src/feeds/webhook-routes.ts';
import { readingRoutes } from '../../src/reading/reading-routes.ts';
import { scenarioRoutes } from '../../src/api/scenario-routes.ts';
import { workspaceRoutes } from '../../src/api/workspace-routes.ts';
import { start } from '../catalog/catalog-conformance.ts';

const folder = `${import.meta.dirname}/../../../client/src`;
const header = `/**
 * Made from the OpenAPI document of the API. Never edited: after a change of routes or schemas,
 * \`npx vitest run packages/server/test/api/client-types.test.ts -u\` writes them anew.
 */

`;

/** Of every route that is documented. Nothing is called, so what is behind the routes may be missing. */
async function wholeDocument(): Promise<OpenApiDocument> {
  const nothing = {} as never;
  const clock = (): number => start;
  const catalog = openSqliteCatalog({ path: ':memory:', clock });
  const frame = createFrame({ grants: nothing, answers: catalog.answers });
  const app = fastify();
  app.register(asPartOfRoot(async (root) => frame.access(root)));
  const api = apiRoutes({ catalog, desk: nothing, quarantine: nothing, erasures: nothing, clock });
  app.register(async (scope) => api(scope), { prefix: '/api' });
  const webhooks = {
    endpoints: nothing,
    deliveries: nothing,
    feed: nothing,
    definitions: nothing,
    cursors: nothing,
    audit: nothing,
    allowPrivate: false,
  };
  app.register(async (scope) => webhookRoutes({ ...webhooks, now: clock })(scope), { prefix: '/api' });
  const backtests = {
    jobs: nothing,
    streams: nothing,
    definitions: nothing,
    timeZone: 'UTC',
    now: clock,
    audit: nothing,
  };
  app.register(async (scope) => backtestRoutes(backtests)(scope), { prefix: '/api' });
  const base = { sets: nothing, desk: nothing, definitions: nothing, displayIdOf: nothing, now: clock };
  for (const routes of [
    overlapRoutes(base),
    previewRoutes(base),
    populationRoutes({ ...base, audit: nothing, cursors: nothing }),
    schemaRoutes({ desk: nothing, position: nothing }),
    ruleSqlRoutes({ ...base, zone: nothing }),
  ]) {
    app.register(async (scope) => routes(scope), { prefix: '/api' });
  }
  app.register(async (scope) => historyRoutes(nothing)(scope), { prefix: '/api' });
  app.register(async (scope) => workspaceRoutes(nothing)(scope), { prefix: '/api' });
  app.register(async (scope) => readingRoutes(nothing)(scope));
  app.register(async (scope) => customerRoutes(nothing)(scope), { prefix: '/api' });
  app.register(async (scope) => scenarioRoutes(nothing)(scope));
  app.register(async (scope) => forecastRoutes({ ...base, timeZone: 'UTC' })(scope));
  app.register(async (scope) => streamRoutes({ feed: nothing, findProfile: nothing, now: clock })(scope));
  await app.ready();
  const document = openApiDocument(app);
  await app.close();
  await catalog.close();
  return document;
}

async function formatted(text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(`${folder}/api-types.ts`)), parser: 'typescript' });
}

it('the types and routes of the client are those of the API as it is', async () => {
  const document = await wholeDocument();
  const types = astToString(await openapiTS(document as never));
  await expect(await formatted(`/* eslint-disable */\n${header}${types}`)).toMatchFileSnapshot(
    `${folder}/api-types.ts`,
  );

  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { operationId }]) =>
      operationId === undefined ? [] : [[operationId, [method.toUpperCase(), path]] as const],
    ),
  );
  const table = `import type { OperationId } from './operation-types.ts';

/** Method and path of every operation. */
export const routes: Readonly<Record<OperationId, readonly [method: string, path: string]>> = ${JSON.stringify(Object.fromEntries(routes))};
`;
  await expect(await formatted(header + table)).toMatchFileSnapshot(`${folder}/api-routes.ts`);
});
