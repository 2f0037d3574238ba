/**
 * Messages of one file in order of event time; those of one instant stay in file order.
 *
 * What fits in memory is sorted there. A larger file that has been in order so far, and can be read again, is first
 * read to its end without keeping anything: when it stays in order, the second reading passes it through with no disk
 * at all; at the first message out of order that attempt ends and the file is sorted in runs on disk. A larger file
 * that is out of order within the first chunk is sorted on disk at once.
 */

import type { Message } from '@segue/core/model/message.ts';
import { ExternalSorter, type SortOptions } from './external-sort.ts';

/** A message and its place in the file. */
export type Timed = { readonly order: number; readonly message: Message };

export type TimedSource = {
  /** Reads from the beginning. */
  readonly open: () => AsyncGenerator<Timed[], void, undefined>;
  /** True when `open` may be called a second time at no great cost. */
  readonly reopens: boolean;
  /** Called before a second reading. */
  readonly again: () => void;
};

export type SortedHow = 'in order already' | 'in memory' | 'on disk';

export type TimeOrderOptions = {
  readonly memoryBytes?: number | undefined;
  readonly folder?: string | undefined;
  /** Called once, when the order is known and the number of messages with it. */
  readonly onOrdered?: (how: SortedHow, messages: number) => void;
};

function compareTimed(a: Timed, b: Timed): number {
  return a.message.time - b.message.time || a.order - b.order;
}

/** Rough bytes of a message in memory: objects, their keys, and text. */
function sizeOfMessage(message: Message): number {
  return 400 + sizeOfJson(message.properties) + sizeOfJson(message.traits);
}

function sizeOfJson(value: unknown): number {
  if (typeof value === 'string') return 24 + value.length;
  if (typeof value !== 'object' || value === null) return 8;
  let size = 48;
  for (const part of Object.values(value)) size += 8 + sizeOfJson(part);
  return size;
}

export async function* inTimeOrder(
  source: TimedSource,
  options: TimeOrderOptions = {},
): AsyncGenerator<readonly Timed[], void, undefined> {
  const sorter = new ExternalSorter<Timed>(sortOptions(options));
  try {
    const collected = await collect(source, sorter);
    if (collected.kind === 'in order') {
      source.again();
      options.onOrdered?.('in order already', collected.messages);
      yield* source.open();
      return;
    }
    let messages = collected.messages;
    if (collected.kind === 'start again') {
      sorter.close();
      source.again();
      messages = 0;
      for await (const batch of source.open()) {
        for (const item of batch) sorter.add(item);
        messages += batch.length;
      }
    }
    const sorted = sorter.sorted();
    options.onOrdered?.(howSorted(sorter, collected), messages);
    yield* sorted;
  } finally {
    sorter.close();
  }
}

function howSorted(sorter: ExternalSorter<Timed>, collected: Collected): SortedHow {
  if (sorter.spilled) return 'on disk';
  return collected.kind === 'collected' && collected.inOrder ? 'in order already' : 'in memory';
}

function sortOptions(options: TimeOrderOptions): SortOptions<Timed> {
  return {
    compare: compareTimed,
    write: (item) => JSON.stringify([item.order, item.message]),
    read: (line) => {
      const [order, message] = JSON.parse(line) as [number, Message];
      return { order, message };
    },
    sizeOf: (item) => sizeOfMessage(item.message),
    ...(options.memoryBytes === undefined ? {} : { memoryBytes: options.memoryBytes }),
    folder: options.folder,
  };
}

type Collected =
  | { readonly kind: 'collected'; readonly messages: number; readonly inOrder: boolean }
  | { readonly kind: 'in order'; readonly messages: number }
  | { readonly kind: 'start again'; readonly messages: number };

async function collect(source: TimedSource, sorter: ExternalSorter<Timed>): Promise<Collected> {
  const collector = new Collector(source.reopens, sorter);
  for await (const batch of source.open()) {
    for (const item of batch) collector.take(item);
    if (collector.scanning && !collector.inOrder) {
      return { kind: 'start again', messages: collector.messages };
    }
  }
  const { messages, inOrder } = collector;
  return collector.scanning ? { kind: 'in order', messages } : { kind: 'collected', messages, inOrder };
}

/** Keeps items for the sort until they fill the memory; from then on, while all is in order, only looks at them. */
class Collector {
  messages = 0;
  inOrder = true;
  scanning = false;
  #last: Timed | undefined;
  readonly #reopens: boolean;
  readonly #sorter: ExternalSorter<Timed>;

  constructor(reopens: boolean, sorter: ExternalSorter<Timed>) {
    this.#reopens = reopens;
    this.#sorter = sorter;
  }

  take(item: Timed): void {
    if (this.#last !== undefined && compareTimed(this.#last, item) > 0) this.inOrder = false;
    this.#last = item;
    this.messages += 1;
    if (this.scanning) return;
    if (!this.inOrder || !this.#reopens || !this.#sorter.full) {
      this.#sorter.add(item);
      return;
    }
    this.scanning = true;
    this.#sorter.close();
  }
}
