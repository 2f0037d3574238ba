/**
 * Messages as they are taken, for people who look on: the newest few of every moment, and how many there were besides.
 *
 * While nobody looks it does nothing, and the way in never knows of it: it looks a few times a second how far the log has
 * been taken, and reads the newest entries of what came since. So what it costs has a bound, however much comes. It keeps
 * no place to go on from: who must have every message reads the history, or an export.
 */

import type { JsonObject, Message } from '@segue/core/model/message.ts';

import type { LogEntry, Position } from '../log/entry.ts';

export interface MessagesSource {
  /** Of the next entry to be taken. */
  position(): Position;
  entryAt(position: Position): LogEntry | undefined;
  /** By what people know the customer of a message now. */
  customerOf(message: Message): string | undefined;
}

export type SeenMessage = {
  readonly position: Position;
  readonly customer?: string;
  readonly type: Message['kind'];
  /** Of a track the event, of a page or screen its name. */
  readonly name?: string;
  readonly messageId: string;
  /** When it happened. */
  readonly timestamp: string;
  /** Name of the source. */
  readonly source: string;
  readonly properties?: JsonObject;
  readonly traits?: JsonObject;
};

export type SeenMessages = {
  /** Oldest first. */
  readonly messages: readonly SeenMessage[];
  /** Entries of the log before them that were passed over, since more came than are shown. */
  readonly skipped: number;
};

type Tell = (json: string) => boolean;

const everyMsDefault = 250;
/** Shown of one moment. */
export const messagesPerLookMax = 40;

export class LiveMessages {
  readonly #source: MessagesSource;
  readonly #everyMs: number;
  readonly #listeners = new Set<Tell>();
  #timer: NodeJS.Timeout | undefined;
  #position = 0;
  #isStopped = false;

  constructor(source: MessagesSource, everyMs: number = everyMsDefault) {
    this.#source = source;
    this.#everyMs = everyMs;
  }

  /** Tells of what comes from now on, until the returned function is called. A reader without room misses what came. */
  listen(tell: Tell): () => void {
    if (this.#isStopped) return () => undefined;
    if (this.#listeners.size === 0) this.#position = this.#source.position();
    this.#listeners.add(tell);
    this.#timer ??= setInterval(() => {
      this.#look();
    }, this.#everyMs).unref();
    return () => {
      this.#listeners.delete(tell);
      if (this.#listeners.size === 0) this.#rest();
    };
  }

  /** Nobody is told any more: the log goes away. */
  stop(): void {
    this.#isStopped = true;
    this.#rest();
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const end = this.#source.position();
    if (end <= this.#position) return;
    const from = Math.max(this.#position, end - messagesPerLookMax);
    const skipped = from - this.#position;
    this.#position = end;
    const messages: SeenMessage[] = [];
    for (let position = from; position < end; position++) {
      const entry = this.#source.entryAt(position);
      if (entry?.kind === 'message') messages.push(this.#seen(position, entry));
    }
    if (messages.length === 0) return;
    const json = JSON.stringify({ messages, skipped } satisfies SeenMessages);
    for (const tell of this.#listeners) tell(json);
  }

  #seen(position: Position, { message, source }: LogEntry & { readonly kind: 'message' }): SeenMessage {
    const { kind, messageId, time, name, properties, traits } = message;
    const customer = this.#source.customerOf(message);
    return {
      position,
      ...(customer === undefined ? {} : { customer }),
      type: kind,
      ...(name === '' ? {} : { name }),
      messageId,
      timestamp: new Date(time).toISOString(),
      source,
      ...(kind === 'identify' ? { traits } : { properties }),
    };
  }
}
