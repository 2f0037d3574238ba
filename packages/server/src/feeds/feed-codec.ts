/**
 * Events ⇄ bytes. A record is what was written together:
 *
 *     format (1 byte) · count (u32) · for each event its customer's number (u32) · the events, packed
 *
 * Packed (log/packed-format.ts), names that come again and again take two bytes, and every text stays as it is, lone
 * surrogates included, so an event is the same before and after a restart. Whose the events are is seen without
 * unpacking them. The number of an event is that of the record, which its key tells, plus its place.
 */

import type { Cause } from '@segue/core/model/change.ts';
import type { Identifier } from '@segue/core/model/message.ts';

import { PackedReader } from '../log/packed-reader.ts';
import { PackedWriter } from '../log/packed-writer.ts';
import { StorageError } from '../log/storage-error.ts';
import type { FeedEvent } from './feed.ts';

/** Grows when older records can no longer be read. */
const format = 2;
const headBytes = 5;
const profileBytes = 4;

const changes = ['entered', 'exited', 'stage'] as const;
/** Bits of an event's first byte above the two of its change. */
const messageBit = 4;
const fromBit = 8;
const toBit = 16;

const writer = new PackedWriter();
const reader = new PackedReader();

type Tuple = readonly [
  at: number,
  profile: number,
  displayId: string,
  /** Kind, value, kind, value, … */
  identifiers: readonly string[],
  cause: Cause,
  messageId: string | null,
  ...(
    | readonly [kind: 'segment', segment: string, version: number, change: 'entered' | 'exited']
    | readonly [kind: 'stage', lifecycle: string, from: string | null, to: string | null]
  ),
];

/** What is in the store is not a record of this format. */
function damaged(cause?: unknown): StorageError {
  return new StorageError(
    'feed/corrupt',
    'The kept changes cannot be read (damaged, or written by a newer version); stop Segue and delete the folder “feed” of its data directory, the log is not affected',
    cause,
  );
}

/** All that an event says but its number; equal texts are equal events. */
export function eventText(event: FeedEvent): string {
  const { profile, displayId, identifiers } = event.customer;
  const names: string[] = [];
  for (const { kind, value } of identifiers) names.push(kind, value);
  const tuple: Tuple =
    event.kind === 'segment'
      ? [
          event.at,
          profile,
          displayId,
          names,
          event.cause,
          event.messageId ?? null,
          'segment',
          event.segment,
          event.version,
          event.change,
        ]
      : [
          event.at,
          profile,
          displayId,
          names,
          event.cause,
          event.messageId ?? null,
          'stage',
          event.lifecycle,
          event.from ?? null,
          event.to ?? null,
        ];
  return JSON.stringify(tuple);
}

/** The event of somebody who was erased: all that it says but of whom it is. */
export function withoutNames({ messageId: _, customer: { profile }, ...event }: FeedEvent): FeedEvent {
  return { ...event, customer: { profile, displayId: '', identifiers: [] } };
}

/** Whether an event is of somebody who was erased. */
export function isNameless({ customer: { displayId, identifiers } }: FeedEvent): boolean {
  return displayId === '' && identifiers.length === 0;
}

/** Whether a kept event is the one that was published, as it was or with its names taken out. */
export function saysTheSame(kept: FeedEvent, published: FeedEvent): boolean {
  return eventText(kept) === eventText(isNameless(kept) ? withoutNames(published) : published);
}

export function encodeRecord(events: readonly FeedEvent[]): Buffer {
  const eventsAt = headBytes + profileBytes * events.length;
  writer.start(eventsAt);
  for (const event of events) writeEvent(event);
  const bytes = writer.finish();
  bytes.writeUInt8(format, 0);
  bytes.writeUInt32BE(events.length, 1);
  for (let i = 0; i < events.length; i++) {
    bytes.writeUInt32BE((events[i] as FeedEvent).customer.profile, headBytes + profileBytes * i);
  }
  return bytes;
}

function writeEvent(event: FeedEvent): void {
  const { at, customer, cause, messageId } = event;
  let bits: number = changes.indexOf(event.kind === 'stage' ? 'stage' : event.change);
  if (messageId !== undefined) bits |= messageBit;
  if (event.kind === 'stage' && event.from !== undefined) bits |= fromBit;
  if (event.kind === 'stage' && event.to !== undefined) bits |= toBit;
  writer.writeByte(bits);
  writer.writeNumber(at);
  writer.writeText(customer.displayId);
  writer.writeCount(customer.identifiers.length);
  for (const { kind, value } of customer.identifiers) {
    writer.writeText(kind);
    writer.writeText(value);
  }
  writer.writeText(cause);
  if (messageId !== undefined) writer.writeText(messageId);
  if (event.kind === 'segment') {
    writer.writeText(event.segment);
    writer.writeNumber(event.version);
    return;
  }
  writer.writeText(event.lifecycle);
  if (event.from !== undefined) writer.writeText(event.from);
  if (event.to !== undefined) writer.writeText(event.to);
}

function readEvent(seq: number, profile: number): FeedEvent {
  const bits = reader.readByte();
  const at = reader.readNumber();
  const displayId = reader.readText();
  const identifiers: Identifier[] = [];
  for (let left = reader.readCount(); left > 0; left--) {
    identifiers.push({ kind: reader.readText(), value: reader.readText() });
  }
  const cause = reader.readText() as Cause;
  const shared = {
    seq,
    at,
    customer: { profile, displayId, identifiers },
    cause,
    ...((bits & messageBit) === 0 ? undefined : { messageId: reader.readText() }),
  };
  const change = changes[bits & 3];
  if (change === undefined) throw damaged();
  if (change !== 'stage') {
    return { ...shared, kind: 'segment', segment: reader.readText(), version: reader.readNumber(), change };
  }
  return {
    ...shared,
    kind: 'stage',
    lifecycle: reader.readText(),
    ...((bits & fromBit) === 0 ? undefined : { from: reader.readText() }),
    ...((bits & toBit) === 0 ? undefined : { to: reader.readText() }),
  };
}

/** Whether a record was written by a version whose records can no longer be read. */
export function isOlderRecord(record: Buffer): boolean {
  return record.length > 0 && record.readUInt8(0) < format;
}

/** How many events a record holds. @throws StorageError, as those below. */
export function recordCount(record: Buffer): number {
  if (record.length < headBytes || record.readUInt8(0) !== format) throw damaged();
  const count = record.readUInt32BE(1);
  if (record.length < headBytes + profileBytes * count) throw damaged();
  return count;
}

/** Whose the event at a place of a record is. */
export function profileAt(record: Buffer, place: number): number {
  return record.readUInt32BE(headBytes + profileBytes * place);
}

/** The events of a record. `first`: number of its first. */
export function decodeRecord(record: Buffer, first: number): FeedEvent[] {
  const count = recordCount(record);
  const events: FeedEvent[] = [];
  try {
    reader.start(record, headBytes + profileBytes * count);
    for (let place = 0; place < count; place++) {
      events.push(readEvent(first + place, profileAt(record, place)));
    }
    reader.finish();
  } catch (error) {
    throw error instanceof StorageError ? error : damaged(error);
  }
  return events;
}
