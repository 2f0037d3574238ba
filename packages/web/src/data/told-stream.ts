/**
 * A stream of what the service tells, open while somebody listens. Whoever comes again is told all anew, so a break costs
 * nothing: the browser mends one by itself, and what it gives up on (an answer that is an error, as a proxy gives while the
 * service starts) is opened again here.
 */

const againMs = 3_000;

export class ToldStream {
  readonly #path: string;
  readonly #onTold: (told: unknown) => void;
  #source: EventSource | undefined = undefined;
  #timer: ReturnType<typeof setTimeout> | undefined = undefined;
  #listeners = 0;

  constructor(path: string, onTold: (told: unknown) => void) {
    this.#path = path;
    this.#onTold = onTold;
  }

  /** Returns what ends it; the last to go closes the stream. */
  listen(): () => void {
    this.#listeners += 1;
    this.#source ??= this.#open();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#listeners -= 1;
      if (this.#listeners > 0) return;
      clearTimeout(this.#timer);
      this.#source?.close();
      this.#source = undefined;
    };
  }

  #open(): EventSource {
    const source = new EventSource(this.#path);
    source.onmessage = ({ data }: MessageEvent<string>) => {
      this.#onTold(JSON.parse(data));
    };
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED || this.#source !== source) return;
      this.#timer = setTimeout(() => {
        if (this.#listeners > 0) this.#source = this.#open();
      }, againMs);
    };
    return source;
  }
}
