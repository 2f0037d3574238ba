import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { importScenarioFile } from '@segue/server/scenario/import-messages.ts';
import { readScenarios } from '@segue/server/scenario/read-scenario.ts';
import { openServiceSubject } from '@segue/server/scenario/service-subject.ts';

import { OracleSubject } from '../src/scenarios/oracle-subject.ts';
import { runRoutes } from '../src/scenarios/run-routes.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'segue-import-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function run(steps: string): Promise<readonly string[]> {
  const definitions =
    'definitions: { segments: { spent: \'sum(revenue of "Order Completed", last 30d) >= 100\' } }\n';
  const scenarios = readScenarios(join(folder, 's.yaml'), `name: import\n${definitions}steps:\n${steps}`);
  if (!scenarios.ok) throw new Error(JSON.stringify(scenarios.error));
  const routes = [
    { route: 'incremental', open: openServiceSubject },
    { route: 'interpreter', open: (setup) => new OracleSubject(setup) },
  ] satisfies Parameters<typeof runRoutes>[1];
  const outcome = await runRoutes(scenarios.value[0]!, routes, importScenarioFile);
  return outcome.failures.map(({ check, expected, found }) => `${check} | ${expected} | ${found}`);
}

const order = (user: string, timestamp: string, revenue: number): string =>
  JSON.stringify({
    type: 'track',
    userId: user,
    event: 'Order Completed',
    timestamp,
    properties: { revenue },
  });

it('a file of messages counts from the scenario’s clock on, late events as late', async () => {
  const lines = [
    order('ann', '2025-12-20T00:00:00Z', 60),
    order('ann', '2025-12-10T00:00:00Z', 40),
    order('ben', '2025-11-01T00:00:00Z', 500),
    order('chi', '2027-01-01T00:00:00Z', 500),
  ];
  writeFileSync(join(folder, 'orders.ndjson'), lines.join('\n'));
  const failures = await run(`  - import: { file: orders.ndjson }
    expect: { spent: [ann, chi] }
    changes:
      - { customer: ann, segment: spent, change: entered, at: 2026-01-01T00:00:00Z, cause: late_event }
      - { customer: chi, segment: spent, change: entered, at: 2026-01-01T00:00:00Z, cause: event }
  - import: { file: orders.ndjson }
    changes: []
  - at: 2026-01-09
    expect: { spent: [chi] }
`);
  expect(failures).toEqual([]);
});

it('a file of rows is read by a mapping in a file or in the scenario', async () => {
  writeFileSync(
    join(folder, 'orders.csv'),
    'customer,day,amount\nann,2025-12-20,60.5\nann,2025-12-21,39.5\nben,someday,900\n',
  );
  const mapping = {
    name: 'till',
    messages: [
      {
        track: 'Order Completed',
        userId: 'customer',
        timestamp: 'day',
        properties: { revenue: { number: 'amount' } },
      },
    ],
  };
  writeFileSync(join(folder, 'till.yaml'), JSON.stringify(mapping));
  const expected = `    expect: { spent: [ann] }\n`;
  expect(await run(`  - import: { file: orders.csv, mapping: till.yaml }\n${expected}`)).toEqual([]);
  expect(
    await run(`  - import: { file: orders.csv, mapping: ${JSON.stringify(mapping)} }\n${expected}`),
  ).toEqual([]);
});

it('a file or mapping that cannot be used fails the scenario with the reason', async () => {
  writeFileSync(
    join(folder, 'nobody.ndjson'),
    '{"type":"track","event":"E","timestamp":"2026-01-01T00:00:00Z"}\n',
  );
  writeFileSync(join(folder, 'wrong.yaml'), 'name: x\nmesages: []\n');
  const none = await run('  - import: { file: none.ndjson }\n');
  expect(none[0]).toMatch(
    /^import none\.ndjson \| a file that can be imported \| .*none\.ndjson: there is no such file/,
  );
  const nobody = await run('  - import: { file: nobody.ndjson }\n');
  expect(nobody[0]).toContain('1 row: ');
  const wrong = await run('  - import: { file: nobody.ndjson, mapping: wrong.yaml }\n');
  expect(wrong[0]).toContain('mesages');
});
