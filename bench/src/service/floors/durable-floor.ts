/**
 * The reference: what a program does that answers one question durably, written by hand with no generality. A body is
 * parsed; every event's user becomes a number; the event is put, packed into 64 bytes, into a log file that is made
 * durable once a body; one exact window over one event is kept, with a heap of the instants at which it ends.
 *
 * What the service does beyond it (HTTP, any question, identities, repeated messages, whole events in the log, causes,
 * a feed of changes) is what it costs.
 */

import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { WindowFloor } from '../../floors/window-floor.ts';

const DAY = 86_400_000;
const EVENT = 'Product Viewed';
const WINDOW_MS = 30 * DAY;
const AT_LEAST = 3;
const RECORD_BYTES = 64;
const MESSAGE_ID_AT = 24;

type Sent = {
  readonly sentAt: string;
  readonly batch: readonly {
    readonly userId: string;
    readonly messageId: string;
    readonly event?: string;
    readonly timestamp: string;
    readonly properties?: { readonly price?: number };
  }[];
};

export class DurableFloor {
  /** Told the messageId of each event that brings a customer into the window's set, before it is durable. */
  onEntered: (messageId: string) => void = () => undefined;
  readonly #file: number;
  readonly #window: WindowFloor;
  readonly #customers = new Map<string, number>();
  readonly #names = new Map<string, number>();
  #record: Buffer;

  constructor(file: string, customersMax: number, eventsMax: number) {
    this.#file = openSync(file, 'w');
    this.#window = new WindowFloor(customersMax, WINDOW_MS, AT_LEAST);
    this.#record = Buffer.alloc(RECORD_BYTES * eventsMax);
  }

  get changes(): number {
    return this.#window.changes;
  }

  /** Takes a body; when it returns, the body's events are durable and in the answer. Returns how many they are. */
  take(body: Buffer, now: number): number {
    const { sentAt, batch } = JSON.parse(body.toString('utf8')) as Sent;
    const skew = now - Date.parse(sentAt);
    if (batch.length * RECORD_BYTES > this.#record.length) {
      this.#record = Buffer.alloc(RECORD_BYTES * batch.length);
    }
    for (let i = 0; i < batch.length; i++) {
      const message = batch[i] as Sent['batch'][number];
      const customer = numberOf(this.#customers, message.userId);
      const time = Date.parse(message.timestamp) + skew;
      this.#pack(i * RECORD_BYTES, customer, time, message);
      if (message.event !== EVENT) continue;
      const before = this.#window.changes;
      this.#window.take(customer, time, now);
      if (this.#window.changes !== before) this.onEntered(message.messageId);
    }
    writeSync(this.#file, this.#record, 0, batch.length * RECORD_BYTES);
    fdatasyncSync(this.#file);
    return batch.length;
  }

  /** A record of so many events, durable, without anything else. */
  sync(events: number): void {
    writeSync(this.#file, this.#record, 0, events * RECORD_BYTES);
    fdatasyncSync(this.#file);
  }

  close(): void {
    closeSync(this.#file);
  }

  #pack(at: number, customer: number, time: number, message: Sent['batch'][number]): void {
    const record = this.#record;
    record.writeUInt32LE(customer, at);
    record.writeDoubleLE(time, at + 4);
    record.writeUInt16LE(numberOf(this.#names, message.event ?? ''), at + 12);
    record.writeDoubleLE(message.properties?.price ?? 0, at + 14);
    record.write(message.messageId, at + MESSAGE_ID_AT, 'latin1');
  }
}

function numberOf(numbers: Map<string, number>, text: string): number {
  let number = numbers.get(text);
  if (number === undefined) {
    number = numbers.size;
    numbers.set(text, number);
  }
  return number;
}
