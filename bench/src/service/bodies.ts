/**
 * The traffic as senders post it: Segment's batches of about 500 bytes an event.
 *
 * The traffic is of some sixty days of the past, and the service lives now. Its bodies say when they were sent (`sentAt`,
 * by the sender's clock), and the service counts the time of an event back from when the body arrived, as for every
 * sender whose clock is wrong: so an event that came 80 ms late then comes 80 ms late now, whenever the body is posted.
 */

import { MessageMaker } from '../workload/messages.ts';
import type { Traffic } from '../workload/traffic.ts';

export type BodyOptions = {
  readonly traffic: Traffic;
  /** Into how many the categories of the traffic are folded. */
  readonly categories: number;
  /** Everything happens as it arrives; without it, when the traffic says. */
  readonly isPrompt?: boolean;
};

export class BodyMaker {
  readonly #traffic: Traffic;
  readonly #messages: MessageMaker;
  readonly #sentAt: string;
  /** The row that first has each message. */
  readonly #rows: Int32Array;

  constructor({ traffic, categories, isPrompt = false }: BodyOptions) {
    const { start, rows, time, arrival, message } = traffic;
    this.#traffic = traffic;
    const fromNow = Float64Array.from({ length: rows }, (_, row) =>
      isPrompt ? start : start - ((arrival[row] as number) - (time[row] as number)),
    );
    this.#messages = new MessageMaker({ ...traffic, time: fromNow }, categories);
    this.#sentAt = new Date(start).toISOString();
    this.#rows = new Int32Array(rows).fill(-1);
    for (let row = rows - 1; row >= 0; row--) this.#rows[message[row] as number] = row;
  }

  get rows(): number {
    return this.#traffic.rows;
  }

  /** Bodies of so many events each, of the rows `from` to before `to`. */
  bodies(from: number, to: number, eventsEach: number): string[] {
    const bodies: string[] = [];
    for (let start = from; start < to; start += eventsEach) {
      bodies.push(this.#body(start, Math.min(start + eventsEach, to)));
    }
    return bodies;
  }

  /** The row that brought a message first; undefined where the messageId is not of this traffic. */
  rowOf(messageId: string): number | undefined {
    const row = this.#rows[messageNumber(messageId)];
    return row === -1 ? undefined : row;
  }

  #body(from: number, to: number): string {
    const messages: string[] = [];
    for (let row = from; row < to; row++) messages.push(this.#messages.json(row));
    return `{"sentAt":"${this.#sentAt}","batch":[${messages.join(',')}]}`;
  }
}

/** The number that the workload's messageIds begin with: eight digits to the base of 16, the least first. */
function messageNumber(messageId: string): number {
  let number = 0;
  for (let digit = 7; digit >= 0; digit--) {
    number = number * 16 + Number.parseInt(messageId.charAt(digit), 16);
  }
  return number;
}
