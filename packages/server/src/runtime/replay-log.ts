/** The log lived through once more, with what history needs of it: who everybody was, and every change. */

import { noDefinitions } from '@segue/core/model/definitions.ts';

import type { FeedEvent } from '../feeds/feed.ts';
import { Journal } from '../history/journal.ts';
import { JournalKeeper } from '../history/journal-keeper.ts';
import type { Replayed } from '../history/projector.ts';
import type { LogRecord } from '../log/entry.ts';
import type { Log } from '../log/log.ts';
import { createMemoryCheckpointStore } from '../log/memory-checkpoint-store.ts';
import { Customers } from './customers.ts';
import { MessageIndex } from './message-index.ts';

/** Entries that are given at a time. */
const pieceEntries = 20_000;
/** How long the replay works before it lets others have a turn, in milliseconds. */
const turnMs = 20;

/** All that is durable when it comes there. Takes the memory of all customers. */
export async function* replayLog(log: Log, timeZone: string): AsyncIterable<Replayed> {
  const journal = new Journal(0, 0);
  let events: FeedEvent[] = [];
  const customers = openCustomers(log, timeZone, journal, (published) => {
    for (const event of published) events.push(event);
  });
  let records: LogRecord[] = [];
  let from = 0;
  let until = performance.now() + turnMs;
  for (const record of log.read(0)) {
    customers.take(record);
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
  log: Log,
  timeZone: string,
  journal: Journal,
  publish: (events: Iterable<FeedEvent>) => void,
): Customers {
  const late: { customers?: Customers } = {};
  const now = (): number => late.customers?.engine.now ?? -Infinity;
  const index = new MessageIndex(log, createMemoryCheckpointStore(), 0, now);
  const customers = new Customers({
    log,
    timeZone,
    start: log.recordAt(0)?.at ?? 0,
    definitions: noDefinitions,
    index,
    journal: new JournalKeeper(journal),
    publish,
  });
  late.customers = customers;
  return customers;
}
