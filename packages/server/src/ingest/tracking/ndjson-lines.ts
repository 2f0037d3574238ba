/** Bytes → lines that are not empty, still as bytes: what a line holds is decided one by one, so that a bad one spoils no other. */

export type BytesLine = {
  /** From 1; empty lines count. */
  readonly number: number;
  /** Without its line end; of a line that is too long, the beginning. */
  readonly bytes: Buffer;
  readonly tooLong: boolean;
};

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

export class BytesLines {
  readonly #bytesMax: number;
  #parts: Buffer[] = [];
  #bytes = 0;
  #tooLong = false;
  #number = 0;

  constructor(lineBytesMax: number) {
    this.#bytesMax = lineBytesMax;
  }

  /** The lines that end in this chunk. They may share its memory. */
  push(chunk: Buffer): BytesLine[] {
    const lines: BytesLine[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      if (end > start) this.#keep(chunk.subarray(start, end));
      if (this.#bytes > 0) lines.push(this.#close());
      else this.#number += 1;
      start = end + 1;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
    return lines;
  }

  /** A last line without line end. */
  end(): BytesLine[] {
    return this.#bytes === 0 ? [] : [this.#close()];
  }

  #keep(piece: Buffer): void {
    if (this.#tooLong) return;
    const room = this.#bytesMax - this.#bytes;
    this.#tooLong = piece.length > room;
    this.#parts.push(this.#tooLong ? piece.subarray(0, room) : piece);
    this.#bytes += Math.min(piece.length, room);
  }

  #close(): BytesLine {
    const whole = this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts);
    const bytes = whole.at(-1) === CARRIAGE_RETURN ? whole.subarray(0, -1) : whole;
    const line = { number: ++this.#number, bytes, tooLong: this.#tooLong };
    this.#parts = [];
    this.#bytes = 0;
    this.#tooLong = false;
    return line;
  }
}
