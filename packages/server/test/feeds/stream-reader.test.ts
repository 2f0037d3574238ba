import { expect, it } from 'vitest';

import type { Feed, FeedEvent } from '../../src/feeds/feed.ts';
import { publishedEvents } from '../../src/feeds/published.ts';
import { StreamReader, type StreamGap, type StreamSink } from '../../src/feeds/stream-reader.ts';
import { plainEvent, plainEvents } from './plain-events.ts';

class Sink implements StreamSink {
  readonly got: (number | StreamGap)[] = [];
  waitingBytes = 0;
  takenBytes = 0;
  changes(events: readonly FeedEvent[]): void {
    this.got.push(...events.map(({ seq }) => seq));
  }
  gap(gap: StreamGap): void {
    this.got.push(gap);
  }
  position(): void {
    // Not asked for here.
  }
  end(): void {
    // Not asked for here.
  }
}

class StubFeed implements Feed {
  readonly first = 0;
  events: FeedEvent[] = [];
  listeners = 0;
  wake: () => void = () => undefined;
  get next(): number {
    return (this.events.at(-1)?.seq ?? -1) + 1;
  }
  read(from: number): Iterable<FeedEvent> {
    return this.events.filter(({ seq }) => seq >= from);
  }
  subscribe(listener: Parameters<Feed['subscribe']>[0]): () => void {
    this.listeners += 1;
    this.wake = () => {
      listener(publishedEvents([]));
    };
    return () => {
      this.listeners -= 1;
    };
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const options = { selection: { filter: {} }, from: 0, bufferBytesMax: 1_000 };

it('tells what was let go while it read, in its place', async () => {
  const feed = new StubFeed();
  feed.events = [...plainEvents(0, 3), ...plainEvents(7, 9)];
  const sink = new Sink();
  const reader = new StreamReader(feed, sink, options);
  await turn();
  expect(sink.got).toEqual([0, 1, 2, { from: 3, to: 7, reason: 'not_kept' }, 7, 8]);
  expect(reader.position).toBe(9);
  reader.stop();
});

it('stands still while the connection has too much waiting, and goes on when that has gone', async () => {
  const feed = new StubFeed();
  feed.events = plainEvents(0, 250);
  const sink = new Sink();
  sink.waitingBytes = 1_001;
  const reader = new StreamReader(feed, sink, options);
  await turn();
  // One piece, to find out that it is too much.
  expect([sink.got.length, reader.blocked]).toEqual([100, true]);
  feed.wake();
  await turn();
  sink.waitingBytes = 501;
  reader.taken();
  await turn();
  expect(sink.got).toHaveLength(100);
  sink.waitingBytes = 500;
  reader.taken();
  await turn();
  expect(sink.got).toEqual(plainEvents(0, 250).map(({ seq }) => seq));
  reader.stop();
});

it('does not read in the turn in which a change is published, and reads nothing after it was stopped', async () => {
  const feed = new StubFeed();
  const sink = new Sink();
  const reader = new StreamReader(feed, sink, options);
  await turn();
  feed.events = [plainEvent(0)];
  feed.wake();
  expect(sink.got).toEqual([]);
  await turn();
  expect(sink.got).toEqual([0]);
  feed.events.push(plainEvent(1));
  feed.wake();
  reader.stop();
  await turn();
  expect([sink.got, feed.listeners]).toEqual([[0], 0]);
});
