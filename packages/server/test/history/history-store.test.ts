import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createClient } from '@clickhouse/client';

import { openChdbStore } from '../../src/history/chdb-store.ts';
import { openClickHouseStore } from '../../src/history/clickhouse-store.ts';
import { historyStoreConformance } from './history-store-conformance.ts';
import { whyNoChdb } from './why-no-chdb.ts';

historyStoreConformance('chDB', whyNoChdb, () => {
  const directory = mkdtempSync(join(tmpdir(), 'segue-history-'));
  return {
    open: () => openChdbStore({ directory, threads: 1, memoryBytes: 2 ** 30 }),
    remove: () => {
      rmSync(directory, { recursive: true, force: true });
      return Promise.resolve();
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
