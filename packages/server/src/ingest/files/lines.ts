/** Bytes → numbered lines. A line that is too long is handed out cut and marked, and the rest goes on. */

import { ROW_BYTES_MAX } from './limits.ts';

export type Line = {
  /** From 1. */
  readonly number: number;
  /** Without its line end. */
  readonly text: string;
  /** What is wrong with it as a line. */
  readonly problem?: LineProblem;
};

export type LineProblem = 'invalid UTF-8' | 'longer than 1 MiB';

const SHOWN_CHARS = 200;
const REPLACEMENT = '\ufffd';

/** Lines in batches, one for each chunk that ends at least one line. Empty lines are handed out too: quoted cells hold some. */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  lineEnd: '\n' | '\r' = '\n',
): AsyncGenerator<Line[], void, undefined> {
  const splitter = new LineSplitter(lineEnd);
  const decoder = new TextDecoder('utf-8');
  for await (const chunk of chunks) {
    const lines = splitter.push(decoder.decode(chunk, { stream: true }));
    if (lines.length > 0) yield lines;
  }
  const lines = [...splitter.push(decoder.decode()), ...splitter.end()];
  if (lines.length > 0) yield lines;
}

class LineSplitter {
  readonly #lineEnd: string;
  #rest = '';
  #number = 0;
  /** Inside a line that is too long: its beginning, until its end comes. */
  #cut: string | undefined;

  constructor(lineEnd: string) {
    this.#lineEnd = lineEnd;
  }

  push(text: string): Line[] {
    const lines: Line[] = [];
    let start = 0;
    for (let end = text.indexOf(this.#lineEnd); end >= 0; end = text.indexOf(this.#lineEnd, start)) {
      this.#close(this.#rest + text.slice(start, end), lines);
      start = end + 1;
    }
    this.#rest += text.slice(start);
    if (this.#rest.length > ROW_BYTES_MAX) {
      this.#cut ??= this.#rest.slice(0, SHOWN_CHARS);
      this.#rest = '';
    }
    return lines;
  }

  end(): Line[] {
    const lines: Line[] = [];
    if (this.#rest !== '' || this.#cut !== undefined) this.#close(this.#rest, lines);
    return lines;
  }

  #close(text: string, into: Line[]): void {
    this.#rest = '';
    this.#number += 1;
    const cut = this.#cut;
    this.#cut = undefined;
    if (cut !== undefined || text.length > ROW_BYTES_MAX) {
      into.push({
        number: this.#number,
        text: cut ?? text.slice(0, SHOWN_CHARS),
        problem: 'longer than 1 MiB',
      });
      return;
    }
    const line = text.endsWith('\r') ? text.slice(0, -1) : text;
    if (line.includes(REPLACEMENT)) into.push({ number: this.#number, text: line, problem: 'invalid UTF-8' });
    else into.push({ number: this.#number, text: line });
  }
}
