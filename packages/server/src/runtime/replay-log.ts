/** The log lived through once more, with what history needs of it: who everybody was, and every change. */

import { noDefinitions } from '@segue/core/model/definitions.ts';

import type { FeedEvent } from '../feeds/feed.ts';
import { Journal } from '../history/journal.ts';
import { JournalKeeper } from '../history/journal-keeper.ts';
import type { Replayed } from '../history/projector.ts';
import { findBase, openBase } from '../log/base.ts';
import type { CheckpointStore } from '../log/checkpoint-store.ts';
import type { LogRecord } from '../log/entry.ts';
import type { Log } from '../log/log.ts';
import { createMemoryCheckpointStore } from '../log/memory-checkpoint-store.ts';
import { CheckpointRows } from './checkpoint-rows.ts';
import { type CheckpointHead, readHead } from './checkpoints.ts';
import { Customers, type RestoredFrom } from './customers.ts';
import { MessageIndex } from './message-index.ts';

/** Entries that are given at a time. */
const pieceEntries = 20_000;
/** How long the replay works before it lets others have a turn, in milliseconds. */
const turnMs = 20;

/**
 * All that is durable when it comes there. Takes the memory of all customers. Where entries were taken out of the log, what is
 * before the base is lived through without those who were erased, under the numbers that everybody has; from the base on
 * all is as it was.
 */
export async function* replayLog(log: Log, timeZone: string, bases?: string): AsyncIterable<Replayed> {
  const base = bases === undefined ? undefined : await findBase(bases);
  if (base === undefined) {
    yield* replayPart({ log, timeZone });
    return;
  }
  const store = await openBase(base);
  try {
    const head = readHead(store);
    if (head === undefined) throw new Error(`the base in ${base.path} is not of this version`);
    yield* replayPart({ log, timeZone, before: head });
    yield* replayPart({ log, timeZone, from: { rows: new CheckpointRows(store), head, store } });
  } finally {
    await store.close();
  }
}

type Part = {
  readonly log: Log;
  readonly timeZone: string;
  /** Where it ends; left out: where the log does. */
  readonly before?: Pick<CheckpointHead, 'position' | 'seq'>;
  /** Where it begins; left out: at the beginning of the log. */
  readonly from?: RestoredFrom & { readonly store: CheckpointStore };
};

async function* replayPart(part: Part): AsyncIterable<Replayed> {
  const { log, before } = part;
  const journal = new Journal(part.from?.head.position ?? 0, part.from?.head.seq ?? 0);
  let events: FeedEvent[] = [];
  const customers = openCustomers(part, journal, (published) => {
    // Numbers from there on are those of the base's changes.
    for (const event of published) if (event.seq < (before?.seq ?? Infinity)) events.push(event);
  });
  let records: LogRecord[] = [];
  let { position: from } = customers;
  let until = performance.now() + turnMs;
  for (const record of log.read(from)) {
    if (record.position >= (before?.position ?? Infinity)) break;
    customers.take(record);
    customers.tell();
    records.push(record);
    if (customers.position - from >= pieceEntries) {
      yield piece(journal, from, records, events);
      from = customers.position;
      records = [];
      events = [];
    }
    if (performance.now() < until) continue;
    await new Promise((resolve) => setImmediate(resolve));
    until = performance.now() + turnMs;
  }
  if (records.length > 0) yield piece(journal, from, records, events);
}

function piece(
  journal: Journal,
  from: number,
  records: readonly LogRecord[],
  events: readonly FeedEvent[],
): Replayed {
  const part = journal.read(from);
  if (part === undefined) throw new Error(`nothing is known of entry ${from}`);
  journal.forget(part.from + part.whose.length);
  return { records, part, events };
}

function openCustomers(
  { log, timeZone, before, from }: Part,
  journal: Journal,
  publish: (events: Iterable<FeedEvent>) => void,
): Customers {
  const late: { customers?: Customers } = {};
  const now = (): number => late.customers?.engine.now ?? -Infinity;
  const index = new MessageIndex(
    log,
    from?.store ?? createMemoryCheckpointStore(),
    from?.head.chunk ?? 0,
    now,
  );
  const options = {
    log,
    timeZone,
    start: log.recordAt(0)?.at ?? 0,
    definitions: noDefinitions,
    index,
    journal: new JournalKeeper(journal),
    isPast: before !== undefined,
    publish,
  };
  const customers = new Customers(options, from);
  late.customers = customers;
  return customers;
}
