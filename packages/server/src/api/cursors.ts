/**
 * Places in lists, given to callers and taken back. A cursor says nothing to whoever holds it, and one that was not given out
 * for this very list is refused: it carries a MAC over the list's name and its filters.
 */

import { createHmac, timingSafeEqual } from 'node:crypto';

import { ProblemError } from './problem.ts';

/** With the eight of the place a multiple of three: base64 without spare bits, so there is one text for one cursor. */
const macBytes = 13;

export class Cursors {
  readonly #secret: Uint8Array;

  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  /** `list` names the list and whatever restricts it. */
  write(list: string, place: number): string {
    const text = Buffer.alloc(8);
    text.writeDoubleBE(place);
    return Buffer.concat([text, this.#mac(list, text)]).toString('base64url');
  }

  /** Throws a problem for a cursor that was not given out for this list. */
  read(list: string, cursor: string): number {
    const bytes = Buffer.from(cursor, 'base64url');
    const place = bytes.subarray(0, 8);
    const mac = bytes.subarray(8);
    const canonical = mac.length === macBytes && bytes.toString('base64url') === cursor;
    if (canonical && timingSafeEqual(mac, this.#mac(list, place))) return place.readDoubleBE();
    throw new ProblemError(
      400,
      'request/cursor',
      'This cursor was not given out for this list; begin without one, and keep filters as they were.',
    );
  }

  #mac(list: string, place: Uint8Array): Buffer {
    return createHmac('sha256', this.#secret)
      .update(list)
      .update('\0')
      .update(place)
      .digest()
      .subarray(0, macBytes);
  }
}
