/**
 * Events ⇄ bytes. A record is what was written together:
 *
 *     format (1 byte) · count (u32) · for each event the end of its text (u32) · the texts, UTF-8
 *
 * so that one event of a record is read without the others. A text is a JSON tuple: JSON keeps every string as it is, lone
 * surrogates included, so an event is the same to the byte before and after a restart. The number of an event is that of
 * the record, which its key tells, plus its place.
 */

import type { Cause } from '@segue/core/model/change.ts';

import { StorageError } from '../log/storage-error.ts';
import type { FeedEvent } from './feed.ts';

/** Grows when older records can no longer be read. */
const format = 1;
const headBytes = 5;

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

export function readEventText(text: string, seq: number): FeedEvent {
  const tuple = JSON.parse(text) as Tuple;
  const [at, profile, displayId, names, cause, messageId] = tuple;
  const identifiers = [];
  for (let i = 0; i + 1 < names.length; i += 2) {
    identifiers.push({ kind: names[i] as string, value: names[i + 1] as string });
  }
  const shared = {
    seq,
    at,
    customer: { profile, displayId, identifiers },
    cause,
    ...(messageId === null ? {} : { messageId }),
  };
  if (tuple[6] === 'segment') {
    return { ...shared, kind: 'segment', segment: tuple[7], version: tuple[8], change: tuple[9] };
  }
  const [, , , , , , , lifecycle, from, to] = tuple;
  return {
    ...shared,
    kind: 'stage',
    lifecycle,
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
  };
}

export function encodeRecord(events: readonly FeedEvent[]): Buffer {
  const texts = events.map(eventText);
  const textsAt = headBytes + 4 * texts.length;
  let size = 0;
  for (const text of texts) size += Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(textsAt + size);
  bytes.writeUInt8(format, 0);
  bytes.writeUInt32BE(texts.length, 1);
  let end = 0;
  texts.forEach((text, i) => {
    end += bytes.write(text, textsAt + end, 'utf8');
    bytes.writeUInt32BE(end, headBytes + 4 * i);
  });
  return bytes;
}

/** How many events a record holds. @throws StorageError, as the two below. */
export function recordCount(record: Buffer): number {
  if (record.length < headBytes || record.readUInt8(0) !== format) throw damaged();
  return record.readUInt32BE(1);
}

/** The event at a place of a record, from 0; undefined behind its end. `first`: number of the record's first event. */
export function decodeEvent(record: Buffer, place: number, first: number): FeedEvent | undefined {
  const count = recordCount(record);
  if (place < 0 || place >= count) return undefined;
  try {
    const textsAt = headBytes + 4 * count;
    const start = place === 0 ? 0 : record.readUInt32BE(headBytes + 4 * (place - 1));
    const end = record.readUInt32BE(headBytes + 4 * place);
    return readEventText(record.toString('utf8', textsAt + start, textsAt + end), first + place);
  } catch (error) {
    throw damaged(error);
  }
}

export function decodeRecord(record: Buffer, first: number): FeedEvent[] {
  const events: FeedEvent[] = [];
  const count = recordCount(record);
  for (let place = 0; place < count; place++) events.push(decodeEvent(record, place, first) as FeedEvent);
  return events;
}
