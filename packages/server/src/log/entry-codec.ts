/**
 * Records of the log as bytes.
 *
 * | bytes | what                                                                    |
 * |-------|-------------------------------------------------------------------------|
 * | 0     | format, 1                                                               |
 * | 1–4   | CRC-32 of all that follows                                              |
 * | 5–12  | position of the first entry, so that a record under a wrong key is seen |
 * | 13–20 | `at`                                                                    |
 * | 21–24 | number of entries                                                       |
 * | 25–   | the entries, packed (packed-format.ts)                                  |
 *
 * Numbers of the head are big-endian; position and `at` are doubles. An entry is a byte, 0 for any plain value or 1 for
 * a message, the hot kind: its fields stand in a fixed order without names, its time as the distance from `at`.
 *
 * A record that was torn, has rotten or stands at a wrong place is a `StorageError` that says where: it is never replayed.
 */

import { crc32 } from 'node:zlib';
import type { Identifier, Instant, Message, MessageKind } from '@segue/core/model/message.ts';
import type { LogEntry, LogRecord, Position } from './entry.ts';
import type { ScannedRecord, SkimmedRecord, Wanted } from './log.ts';
import { damaged, newerRecord } from './log-damage.ts';
import { PackedError } from './packed-format.ts';
import { PackedReader } from './packed-reader.ts';
import { PackedWriter } from './packed-writer.ts';

export const recordFormat = 1;
const headBytes = 25;
const checkedFrom = 5;

const valueEntry = 0;
const messageEntry = 1;

const kinds: readonly MessageKind[] = ['track', 'page', 'screen', 'identify', 'group', 'alias'];
/** Bits of a message's first byte above the three of its kind. */
const flaggedBit = 8;
const notFlaggedBit = 16;
const previousIdBit = 32;
/** The time stands by itself: its distance from `at` is no safe integer. */
const ownTimeBit = 64;

const writer = new PackedWriter();
const reader = new PackedReader();

/**
 * The bytes of a record. TypeError for what is no plain data, RangeError for what is too large or nested too deep;
 * nothing is kept of such a record.
 */
export function encodeRecord(position: Position, at: Instant, entries: readonly LogEntry[]): Buffer {
  writer.start(headBytes);
  for (const entry of entries) {
    if (entry.kind === 'message') {
      writer.writeByte(messageEntry);
      writer.writeText(entry.source);
      writeMessage(entry.message, at);
    } else {
      writer.writeByte(valueEntry);
      writer.writeValue(entry);
    }
  }
  const bytes = writer.finish();
  bytes[0] = recordFormat;
  bytes.writeDoubleBE(position, 5);
  bytes.writeDoubleBE(at, 13);
  bytes.writeUInt32BE(entries.length, 21);
  bytes.writeUInt32BE(crc32(bytes.subarray(checkedFrom)), 1);
  return bytes;
}

/** What a record's head says, once its bytes have been checked against it. */
export type RecordHead = { readonly position: Position; readonly at: Instant; readonly count: number };

/** @throws StorageError when the bytes are not a whole record of the entry at `position`. */
export function checkRecord(bytes: Buffer, position: Position): RecordHead {
  const format = bytes[0];
  if (format !== undefined && format > recordFormat) throw newerRecord(position, format, recordFormat);
  if (format !== recordFormat || bytes.length < headBytes) throw damaged(position, 'it is torn');
  if (bytes.readUInt32BE(1) !== crc32(bytes.subarray(checkedFrom))) {
    throw damaged(position, 'its checksum is wrong');
  }
  const found = bytes.readDoubleBE(5);
  if (found !== position) throw damaged(position, `it is the record of position ${found}`);
  return { position, at: bytes.readDoubleBE(13), count: bytes.readUInt32BE(21) };
}

/** @throws StorageError when the bytes are not a whole record of the entry at `position`. */
export function decodeRecord(bytes: Buffer, position: Position): LogRecord {
  const { at, count } = checkRecord(bytes, position);
  const entries: LogEntry[] = [];
  try {
    reader.start(bytes, headBytes);
    for (let i = 0; i < count; i += 1) entries.push(readEntry(at));
    reader.finish();
  } catch (error) {
    if (error instanceof PackedError) throw damaged(position, 'its entries cannot be read', error);
    throw error;
  }
  return { position, at, entries };
}

/**
 * The messages of a record of which `reads` is true; all else is passed over, in about a quarter of the time.
 * @throws StorageError when the bytes are not a whole record of the entry at `position`.
 */
export function scanRecord(
  bytes: Buffer,
  position: Position,
  reads: (kind: MessageKind, name: string) => boolean,
): ScannedRecord {
  const { at, count } = checkRecord(bytes, position);
  const messages: { at: Position; message: Message }[] = [];
  try {
    reader.start(bytes, headBytes);
    for (let i = 0; i < count; i += 1) {
      const message = scanEntry(at, reads);
      if (message !== undefined) messages.push({ at: position + i, message });
    }
    reader.finish();
  } catch (error) {
    if (error instanceof PackedError) throw damaged(position, 'its entries cannot be read', error);
    throw error;
  }
  return { position, count, messages };
}

/**
 * The messages of a record that are wanted, and every entry that is no message. Of the others little more than the time is
 * looked at.
 * @throws StorageError when the bytes are not a whole record of the entry at `position`.
 */
export function skimRecord(bytes: Buffer, position: Position, wanted: Wanted): SkimmedRecord {
  const { at, count } = checkRecord(bytes, position);
  const entries: { at: Position; entry: LogEntry }[] = [];
  try {
    reader.start(bytes, headBytes);
    for (let i = 0; i < count; i += 1) {
      const entry = skimEntry(at, position + i, wanted);
      if (entry !== undefined) entries.push({ at: position + i, entry });
    }
    reader.finish();
  } catch (error) {
    if (error instanceof PackedError) throw damaged(position, 'its entries cannot be read', error);
    throw error;
  }
  return { position, at, count, entries };
}

/**
 * One entry of a record, `index` counted from 0; those before it are passed over and those after it not looked at.
 * @throws StorageError when the bytes are not a whole record of the entry at `position`.
 */
export function decodeEntry(bytes: Buffer, position: Position, index: number): LogEntry | undefined {
  const { at, count } = checkRecord(bytes, position);
  if (index < 0 || index >= count) return undefined;
  try {
    reader.start(bytes, headBytes);
    for (let i = 0; i < index; i += 1) scanEntry(at, readsNothing);
    return readEntry(at);
  } catch (error) {
    if (error instanceof PackedError) throw damaged(position, 'its entries cannot be read', error);
    throw error;
  }
}

/**
 * When the messages of a record happened, by the entry's place in it; NaN for an entry that is no message. All is passed over.
 * @throws StorageError when the bytes are not a whole record of the entry at `position`.
 */
export function timesOfRecord(bytes: Buffer, position: Position): Float64Array {
  const { at, count } = checkRecord(bytes, position);
  // Every entry has at least one byte.
  if (count > bytes.length) throw damaged(position, 'it says that there are more entries than bytes');
  const times = new Float64Array(count);
  try {
    reader.start(bytes, headBytes);
    for (let i = 0; i < count; i += 1) times[i] = timeOfEntry(at);
    reader.finish();
  } catch (error) {
    if (error instanceof PackedError) throw damaged(position, 'its entries cannot be read', error);
    throw error;
  }
  return times;
}

function timeOfEntry(at: Instant): Instant {
  if (reader.readByte() !== messageEntry) {
    reader.skipValue();
    return NaN;
  }
  reader.skipText();
  const bits = reader.readByte();
  reader.skipText();
  const number = reader.readNumber();
  for (let left = 2 * reader.readCount(); left > 0; left -= 1) reader.skipText();
  reader.skipText();
  reader.skipValue();
  reader.skipValue();
  if ((bits & previousIdBit) !== 0) reader.skipText();
  return (bits & ownTimeBit) === 0 ? at + number : number;
}

function readsNothing(): boolean {
  return false;
}

function scanEntry(at: Instant, reads: (kind: MessageKind, name: string) => boolean): Message | undefined {
  if (reader.readByte() !== messageEntry) {
    reader.skipValue();
    return undefined;
  }
  reader.skipText();
  reader.mark();
  const bits = reader.readByte();
  const kind = kinds[bits & 7];
  if (kind === undefined) throw new PackedError('There is no such kind of message');
  reader.skipText();
  reader.readNumber();
  for (let left = 2 * reader.readCount(); left > 0; left -= 1) reader.skipText();
  if (reads(kind, reader.readText())) {
    reader.rewind();
    return readMessage(at);
  }
  reader.unmark();
  reader.skipValue();
  reader.skipValue();
  if ((bits & previousIdBit) !== 0) reader.skipText();
  return undefined;
}

function skimEntry(at: Instant, position: Position, { byName, wants }: Wanted): LogEntry | undefined {
  if (reader.readByte() !== messageEntry) return reader.readValue() as LogEntry;
  reader.mark();
  reader.skipText();
  const bits = reader.readByte();
  reader.skipText();
  const number = reader.readNumber();
  const identifiers = byName ? readIdentifiers() : skipIdentifiers();
  if (wants((bits & ownTimeBit) === 0 ? at + number : number, identifiers, at, position)) {
    reader.rewind();
    const source = reader.readText();
    return { kind: 'message', message: readMessage(at), source };
  }
  reader.unmark();
  reader.skipText();
  reader.skipValue();
  reader.skipValue();
  if ((bits & previousIdBit) !== 0) reader.skipText();
  return undefined;
}

const noIdentifiers: readonly Identifier[] = [];

function skipIdentifiers(): readonly Identifier[] {
  for (let left = 2 * reader.readCount(); left > 0; left -= 1) reader.skipText();
  return noIdentifiers;
}

function readIdentifiers(): readonly Identifier[] {
  const identifiers: Identifier[] = [];
  for (let left = reader.readCount(); left > 0; left -= 1) {
    identifiers.push({ kind: reader.readText(), value: reader.readText() });
  }
  return identifiers;
}

function readEntry(at: Instant): LogEntry {
  const kind = reader.readByte();
  if (kind === messageEntry) {
    const source = reader.readText();
    return { kind: 'message', message: readMessage(at), source };
  }
  if (kind !== valueEntry) throw new PackedError(`There is no entry of kind ${kind}`);
  // The checksum says that these are the bytes of an entry that was encoded above.
  return reader.readValue() as LogEntry;
}

function writeMessage(message: Message, at: Instant): void {
  const kind = kinds.indexOf(message.kind);
  if (kind < 0) throw new TypeError(`The log knows no message of kind ${message.kind}`);
  const ahead = message.time - at;
  // A time of −0 is not `at + 0`.
  const near = Number.isSafeInteger(ahead) && Object.is(at + ahead, message.time);
  let bits = kind;
  if (message.timeFlagged !== undefined) bits |= message.timeFlagged ? flaggedBit : notFlaggedBit;
  if (message.previousId !== undefined) bits |= previousIdBit;
  if (!near) bits |= ownTimeBit;
  writer.writeByte(bits);
  writer.writeText(message.messageId);
  writer.writeNumber(near ? ahead : message.time);
  writer.writeCount(message.identifiers.length);
  for (const identifier of message.identifiers) {
    writer.writeText(identifier.kind);
    writer.writeText(identifier.value);
  }
  writer.writeText(message.name);
  writer.writeValue(message.properties);
  writer.writeValue(message.traits);
  if (message.previousId !== undefined) writer.writeText(message.previousId);
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function readMessage(at: Instant): Message {
  const bits = reader.readByte();
  const kind = kinds[bits & 7];
  if (kind === undefined) throw new PackedError('There is no such kind of message');
  const messageId = reader.readText();
  const number = reader.readNumber();
  const identifiers = readIdentifiers();
  const message: Writable<Message> = {
    kind,
    messageId,
    time: (bits & ownTimeBit) === 0 ? at + number : number,
    identifiers,
    name: reader.readText(),
    properties: reader.readValue() as Message['properties'],
    traits: reader.readValue() as Message['traits'],
  };
  if ((bits & flaggedBit) !== 0) message.timeFlagged = true;
  else if ((bits & notFlaggedBit) !== 0) message.timeFlagged = false;
  if ((bits & previousIdBit) !== 0) message.previousId = reader.readText();
  return message;
}
