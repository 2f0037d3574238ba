/**
 * History in one request: lines of JSON, each a message as it was stored, in any number. They are read, a thousand or so
 * taken durably, then more are read. Whatever ends an import early, what was taken stays, and sending the whole again
 * adds nothing twice: a message without messageId has the hash of its line for one.
 */

import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import { fail, ok, type Result } from '@segue/core/base/result.ts';
import type { InstantReader } from '@segue/core/model/parse-message.ts';
import type { Message } from '@segue/core/model/message.ts';

import { ImportStopped, readImportBytes, SenderGone } from './import-bytes.ts';
import type { Sender } from './keys.ts';
import { idOfLine } from './message-ids.ts';
import { BytesLines, type BytesLine } from './ndjson-lines.ts';
import type { RateLimit } from './rate-limit.ts';
import { keptText, readStored, type Reading } from './read-messages.ts';
import { closedRefusal, type Refusal, type RefusedMessage } from './refusal.ts';
import { countIgnored, takeMessages, type Door, type Ignored } from './take-messages.ts';

export type ImportDoor = Door & { readonly zone: InstantReader; readonly keyRate: RateLimit };

/** What became of the lines so far; blank ones are not counted. */
export type ImportCounts = {
  accepted: number;
  ignored: Ignored;
  refusedCount: number;
  readonly refused: { readonly line: number; readonly code: string; readonly message: string }[];
};

export type ImportEnd = {
  readonly counts: ImportCounts;
  /** Why it did not come to its end. */
  readonly stopped?: Refusal;
};

/** Undefined when the sender went away. */
export async function importMessages(
  door: ImportDoor,
  sender: Sender,
  payload: Readable,
  contentEncoding: string | undefined,
): Promise<ImportEnd | undefined> {
  const run = new ImportRun(door, sender);
  // A line of twice the size may hold a message within it, written with much room.
  const lines = new BytesLines(2 * door.limits.messageBytesMax);
  let stopped: Refusal | undefined;
  try {
    for await (const chunk of readImportBytes(payload, contentEncoding, door.limits)) {
      door.metrics.bytes(chunk.length);
      const taken = await run.add(lines.push(chunk));
      if (!taken.ok) return { counts: run.counts, stopped: taken.error };
    }
    const taken = await run.add(lines.end());
    if (!taken.ok) return { counts: run.counts, stopped: taken.error };
  } catch (error) {
    if (error instanceof SenderGone) return undefined;
    if (!(error instanceof ImportStopped)) throw error;
    stopped = error.refusal;
  }
  const taken = await run.flush();
  if (!taken.ok) stopped = taken.error;
  return stopped === undefined ? { counts: run.counts } : { counts: run.counts, stopped };
}

class ImportRun {
  readonly counts: ImportCounts = {
    accepted: 0,
    ignored: { duplicate: 0, erased: 0, unknown_customer: 0, limit: 0 },
    refusedCount: 0,
    refused: [],
  };
  readonly #door: ImportDoor;
  readonly #sender: Sender;
  #messages: Message[] = [];
  #refused: RefusedMessage[] = [];
  #bytes = 0;

  constructor(door: ImportDoor, sender: Sender) {
    this.#door = door;
    this.#sender = sender;
  }

  /** Reads lines, and takes what was read whenever it is enough. */
  async add(lines: readonly BytesLine[]): Promise<Result<true, Refusal>> {
    const { limits, zone, intake } = this.#door;
    let current: Buffer = Buffer.alloc(0);
    const nextMessageId = (): string => idOfLine(current);
    const reading: Reading = { limits, zone, receivedAt: intake.now(), nextMessageId };
    for (const line of lines) {
      current = line.bytes;
      this.#read(line, reading);
      const count = this.#messages.length + this.#refused.length;
      if (count < limits.importChunkMessages && this.#bytes < limits.importChunkBytes) continue;
      const taken = await this.flush();
      if (!taken.ok) return taken;
    }
    return ok(true);
  }

  async flush(): Promise<Result<true, Refusal>> {
    const read = { messages: this.#messages, refused: this.#refused };
    this.#messages = [];
    this.#refused = [];
    this.#bytes = 0;
    if (read.messages.length + read.refused.length === 0) return ok(true);
    const { closed } = this.#door.intake;
    if (closed !== undefined) return fail(closedRefusal(closed));
    const taken = await takeMessages(this.#door, this.#sender.source, read);
    if (!taken.ok) return taken;
    this.#count(read.messages.length, read.refused, countIgnored(taken.value));
    await this.#keepToRate(read.messages.length);
    return ok(true);
  }

  #read(line: BytesLine, reading: Reading): void {
    this.#bytes += line.bytes.length;
    const read = readLine(line, reading);
    if (read === undefined) return;
    if (read.ok) {
      this.#messages.push(read.value);
      return;
    }
    const { code, message } = read.error;
    const raw = keptText(line.bytes.toString('utf8'), reading.limits);
    this.#refused.push({ place: line.number, code, message, raw });
  }

  #count(messages: number, refused: readonly RefusedMessage[], ignored: Ignored): void {
    const { counts } = this;
    counts.accepted += messages;
    counts.ignored.duplicate += ignored.duplicate;
    counts.ignored.erased += ignored.erased;
    counts.ignored.unknown_customer += ignored.unknown_customer;
    counts.ignored.limit += ignored.limit;
    counts.refusedCount += refused.length;
    for (const { place, code, message } of refused) {
      if (counts.refused.length >= this.#door.limits.refusedShownMax) break;
      counts.refused.push({ line: place, code, message });
    }
  }

  /** An import above its rate waits, and its sender with it. */
  async #keepToRate(messages: number): Promise<void> {
    this.#door.keyRate.spend(this.#sender.id, messages);
    const wait = this.#door.keyRate.waitSeconds(this.#sender.id);
    if (wait > 0) await sleep(wait * 1000);
  }
}

type Reason = { readonly code: string; readonly message: string };

/** Undefined for a blank line. */
function readLine(
  { number, bytes, tooLong }: BytesLine,
  reading: Reading,
): Result<Message, Reason> | undefined {
  if (tooLong) {
    const most = reading.limits.messageBytesMax;
    return fail({
      code: 'tracking/message-too-large',
      message: `The line is longer than ${2 * most} bytes; expected one message of at most ${most} bytes of JSON.`,
    });
  }
  if (!isUtf8(bytes)) {
    return fail({ code: 'tracking/text', message: 'The line is not valid UTF-8; expected JSON in UTF-8.' });
  }
  let text = bytes.toString('utf8');
  if (number === 1 && text.startsWith('\ufeff')) text = text.slice(1);
  if (text.trim() === '') return undefined;
  let call: unknown;
  try {
    call = JSON.parse(text);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return fail({
      code: 'tracking/json',
      message: `The line is not JSON (${detail}); expected one message a line.`,
    });
  }
  return readStored(call, text, reading);
}
