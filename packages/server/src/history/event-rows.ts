/**
 * Events out of the store for the engine, as `eventRowsToSql` asks for them: RowBinary that comes in pieces, cut anywhere, is
 * read row by row into one object that is used again and again.
 */

import { eventKinds } from '@segue/core/sql/event-rows-sql.ts';
import type { Instant, JsonValue } from '@segue/core/model/message.ts';

import type { Position } from '../log/entry.ts';

export type EventRow = {
  profile: number;
  time: Instant;
  position: Position;
  kind: (typeof eventKinds)[number];
  name: string;
  /** Empty where ids were not asked for. */
  messageId: string;
  properties: Record<string, JsonValue>;
  /** Some text of it may be another than it was, since what UTF-8 cannot say was stored as U+FFFD. */
  isDoubtful: boolean;
};

/** Profile, time, position, kind. */
const fixedBytes = 25;
const replacement = Buffer.from('\ufffd');
/** Texts remembered, so that names and values that come again and again are made once. */
const textsMax = 4_096;
/** Longer texts are seldom the same. */
const rememberedBytesMax = 48;

export class EventRowReader {
  readonly #roots: readonly string[];
  readonly #row: EventRow = {
    profile: 0,
    time: 0,
    position: 0,
    kind: 'track',
    name: '',
    messageId: '',
    properties: {},
    isDoubtful: false,
  };
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  readonly #values = new Map<string, JsonValue>();

  constructor(roots: readonly string[]) {
    this.#roots = roots;
  }

  /** Bytes that have not been read. */
  get waiting(): number {
    return this.#bytes.length - this.#at;
  }

  add(piece: Uint8Array): void {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    this.#bytes = this.waiting === 0 ? bytes : Buffer.concat([this.#bytes.subarray(this.#at), bytes]);
    this.#at = 0;
  }

  /** The next row, valid until the next call but for its properties; undefined where it is not whole yet. */
  next(): EventRow | undefined {
    const start = this.#at;
    const bytes = this.#bytes;
    if (bytes.length - start < fixedBytes) return undefined;
    const row = this.#row;
    row.profile = readWhole(bytes, start);
    row.time = readSigned(bytes, start + 8);
    row.position = readWhole(bytes, start + 16);
    row.kind = eventKinds[(bytes[start + 24] as number) - 1] ?? 'track';
    row.isDoubtful = false;
    this.#at = start + fixedBytes;
    const isWhole = this.#readTexts(row);
    if (!isWhole) this.#at = start;
    return isWhole ? row : undefined;
  }

  #readTexts(row: EventRow): boolean {
    const name = this.#text();
    const messageId = name === undefined ? undefined : this.#text();
    if (name === undefined || messageId === undefined) return false;
    row.name = name;
    row.messageId = messageId;
    row.properties = {};
    for (const root of this.#roots) {
      const token = this.#text();
      if (token === undefined) return false;
      if (token !== '') row.properties[root] = this.#value(token);
    }
    return true;
  }

  #value(token: string): JsonValue {
    const known = this.#values.get(token);
    if (known !== undefined) return known;
    const value = JSON.parse(token) as JsonValue;
    if (token.length <= rememberedBytesMax && typeof value !== 'object') {
      if (this.#values.size >= textsMax) this.#values.clear();
      this.#values.set(token, value);
    }
    return value;
  }

  /** Undefined where it is not whole yet. */
  #text(): string | undefined {
    const bytes = this.#bytes;
    let at = this.#at;
    let length = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) return undefined;
      length += (byte & 127) * scale;
      if (byte < 128) break;
    }
    const end = at + length;
    if (end > bytes.length) return undefined;
    this.#at = end;
    if (length === 0) return '';
    const text = bytes.toString('utf8', at, end);
    if (text.length < length && bytes.subarray(at, end).includes(replacement)) this.#row.isDoubtful = true;
    return text;
  }
}

/** A UInt64 below 2^53. */
function readWhole(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32;
}

function readSigned(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readInt32LE(at + 4) * 2 ** 32;
}

/** Pairs of whole numbers, as two columns UInt64 of RowBinary, out of pieces cut anywhere. */
export async function* readPairs(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly [number, number], void> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    const bytes = Buffer.concat([rest, piece]);
    const whole = bytes.length - (bytes.length % 16);
    for (let at = 0; at < whole; at += 16) yield [readWhole(bytes, at), readWhole(bytes, at + 8)];
    rest = bytes.subarray(whole);
  }
}
