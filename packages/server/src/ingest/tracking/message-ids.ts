/**
 * Ids for messages that came without one.
 *
 * A live message gets a UUID of version 7 (RFC 9562) with a counter: ids made one after another compare in that order,
 * so messages of one batch that share an instant keep their order where the greater messageId decides. A line of an
 * import gets the hash of its bytes: sending the file again adds nothing.
 */

import { hash, randomFillSync } from 'node:crypto';

import type { Instant } from '@segue/core/model/message.ts';

/** Bits of the counter; a new millisecond starts in its lower half, so at least 2^25 ids follow. */
const COUNTER_LIMIT = 2 ** 26;
const INSTANT_LIMIT = 2 ** 48 - 1;
/** Random bytes that one id needs: four for the counter's start, six for its tail. */
const BYTES_PER_ID = 10;
const POOL_BYTES = 4000;

const hexadecimal: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

export class MessageIds {
  readonly #now: () => Instant;
  readonly #pool: Buffer = Buffer.alloc(POOL_BYTES);
  #used = POOL_BYTES;
  #ms = -1;
  #counter = 0;

  constructor(now: () => Instant) {
    this.#now = now;
  }

  /** Greater than every id this object gave before, whatever the clock does. */
  next(): string {
    if (this.#used + BYTES_PER_ID > POOL_BYTES) {
      randomFillSync(this.#pool);
      this.#used = 0;
    }
    const at = this.#used;
    this.#used += BYTES_PER_ID;
    this.#tick(at);
    const counter = this.#counter;
    const tail = this.#pool.toString('hex', at + 4, at + 10);
    return (
      `${this.#timeHex()}-${byteHex(0x70 | (counter >>> 22))}${byteHex(counter >>> 14)}` +
      `-${byteHex(0x80 | ((counter >>> 8) & 0x3f))}${byteHex(counter)}-${tail}`
    );
  }

  #tick(randomAt: number): void {
    const now = Math.min(Math.max(Math.floor(this.#now()), 0), INSTANT_LIMIT);
    if (now > this.#ms) this.#ms = now;
    else if (++this.#counter < COUNTER_LIMIT) return;
    else this.#ms += 1;
    this.#counter = this.#pool.readUInt32BE(randomAt) >>> 7;
  }

  #timeHex(): string {
    const text = this.#ms.toString(16).padStart(12, '0');
    return `${text.slice(0, 8)}-${text.slice(8)}`;
  }
}

function byteHex(byte: number): string {
  return hexadecimal[byte & 0xff] as string;
}

/** The id of a line that has none: the same bytes, the same id. */
export function idOfLine(bytes: Uint8Array): string {
  return `import-${hash('sha256', bytes, 'base64url')}`;
}
