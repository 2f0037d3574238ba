/** The running engine in memory, with its desks, on a clock that a test moves. */

import { listDefinitions } from '@segue/core/model/listed-definitions.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Input } from '@segue/core/model/input.ts';
import type { Instant } from '@segue/core/model/message.ts';

import type { Catalog } from '../../src/catalog/catalog.ts';
import { openSqliteCatalog } from '../../src/catalog/sqlite-catalog.ts';
import { ChangeFeed } from '../../src/feeds/change-feed.ts';
import { MemoryFeedStore } from '../../src/feeds/memory-feed-store.ts';
import type { LogEntry } from '../../src/log/entry.ts';
import type { Log } from '../../src/log/log.ts';
import { createMemoryCheckpointStore } from '../../src/log/memory-checkpoint-store.ts';
import { createMemoryLog } from '../../src/log/memory-log.ts';
import { PreviewDesk, type PreviewDeskOptions } from '../../src/preview/preview-desk.ts';
import { ManualClock } from '../../src/runtime/clock.ts';
import { RuntimeDesk } from '../../src/runtime/definitions-desk.ts';
import { Runtime } from '../../src/runtime/runtime.ts';

export type MemoryService = {
  readonly runtime: Runtime;
  readonly log: Log;
  readonly catalog: Catalog;
  readonly clock: ManualClock;
  readonly desk: RuntimeDesk;
  readonly previews: PreviewDesk;
  take(input: Input): Promise<void>;
  define(definitions: Definitions): Promise<void>;
  /** Lets the clock go on; what is due on the way is done when it is due. */
  pass(until: Instant): Promise<void>;
};

export async function memoryService(
  timeZone: string,
  start: Instant,
  options: Partial<PreviewDeskOptions> & { readonly partitions?: number } = {},
): Promise<MemoryService> {
  const clock = new ManualClock(start);
  const log = createMemoryLog();
  const feed = new ChangeFeed({
    store: new MemoryFeedStore(),
    now: () => clock.now(),
    keepMs: Infinity,
    onFault: (fault) => {
      throw new Error(`the feed: ${fault.kind}`);
    },
  });
  const { partitions = 1, ...previewOptions } = options;
  const runtime = await Runtime.open({
    log,
    checkpoints: createMemoryCheckpointStore(),
    feed,
    clock,
    timeZone,
    partitions,
    checkpointEveryMs: 3_600_000,
  });
  const catalog = openSqliteCatalog({ path: ':memory:', clock: () => clock.now() });
  const desk = await RuntimeDesk.open(runtime, log, catalog.definitions);
  const { customers, loop } = runtime;
  const previews = new PreviewDesk({
    engine: customers.engine,
    sets: customers.sets,
    builds: desk,
    now: () => customers.now(),
    atRest: (work) => loop.atRest(work),
    ...previewOptions,
  });
  let revision = 0;
  const submit = async (entry: LogEntry): Promise<void> => {
    await loop.submit([entry]);
  };
  return {
    runtime,
    log,
    catalog,
    clock,
    desk,
    previews,
    take: async (input) => {
      if (input.kind === 'message') await submit({ ...input, source: 'test' });
      else if (input.kind !== 'definitions') await submit(input);
    },
    define: async (definitions) => {
      revision++;
      const listed = listDefinitions(definitions);
      await submit({ kind: 'definitions', definitions: listed, revision, author: 'test', reason: '' });
    },
    pass: async (until) => {
      for (;;) {
        const due = runtime.engine.nextDueAt();
        if (due === undefined || due > until) break;
        const { position } = customers;
        clock.set(Math.max(due, clock.now()));
        while (customers.position === position) await new Promise((resolve) => setImmediate(resolve));
      }
      clock.set(until);
    },
  };
}
