import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { createClient } from '@clickhouse/client';
import { afterAll } from 'vitest';

import { openChdbStore } from '../../src/history/chdb-store.ts';
import { openClickHouseStore } from '../../src/history/clickhouse-store.ts';
import { OwnProcess } from '../http/own-process.ts';
import { historyStoreConformance } from './history-store-conformance.ts';
import { whyNoChdb } from './why-no-chdb.ts';

historyStoreConformance('chDB', whyNoChdb, () => {
  const directory = mkdtempSync(join(tmpdir(), 'segue-history-'));
  return {
    open: () => openChdbStore({ directory, threads: 1, memoryBytes: 2 ** 30 }),
    remove: () => {
      rmSync(directory, { recursive: true, force: true, maxRetries: 20 });
      return Promise.resolve();
    },
  };
});

const wires: OwnProcess[] = [];
afterAll(async () => {
  await Promise.all(wires.map((wire) => wire.end('SIGKILL')));
});

historyStoreConformance('the HTTP interface of ClickHouse, answered by chDB', whyNoChdb, () => {
  const directory = mkdtempSync(join(tmpdir(), 'segue-history-'));
  const program = fileURLToPath(new URL('./chdb-over-http.ts', import.meta.url));
  let port: Promise<string> | undefined;
  const start = async (): Promise<string> => {
    const wire = new OwnProcess([program, directory]);
    wires.push(wire);
    await wire.says('\n');
    return wire.out.trim();
  };
  return {
    open: async () =>
      openClickHouseStore({ url: `http://default:@127.0.0.1:${await (port ??= start())}/segue` }),
    remove: async () => {
      await wires.pop()?.end('SIGKILL');
      rmSync(directory, { recursive: true, force: true, maxRetries: 20 });
    },
  };
});

/** `http://user:password@host:8123` of a server where databases may be made. */
const server = process.env['SEGUE_TEST_CLICKHOUSE_URL'];
const whyNoServer = server === undefined ? 'SEGUE_TEST_CLICKHOUSE_URL names no server' : undefined;
let databases = 0;

historyStoreConformance('a ClickHouse server', whyNoServer, () => {
  const database = `segue_test_${process.pid}_${databases++}`;
  const url = new URL(server ?? 'http://127.0.0.1:8123');
  url.pathname = `/${database}`;
  return {
    open: () => openClickHouseStore({ url: url.href }),
    remove: async () => {
      const client = createClient({ url: server ?? '' });
      await client.command({ query: `DROP DATABASE IF EXISTS ${database}` });
      await client.close();
    },
  };
});
