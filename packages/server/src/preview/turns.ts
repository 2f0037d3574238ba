/** Work that takes turns with what arrives, may be stopped, and may not take for ever. */

/** How long is worked before others have their turn, in milliseconds, and how often the clock is looked at. */
const sliceMs = 5;
const stepsPerLook = 32;

/** Why a preview ended without an answer. */
export class PreviewStopped extends Error {
  readonly reason: 'gone' | 'replaced' | 'too-slow';

  constructor(reason: PreviewStopped['reason']) {
    super(`a preview was stopped: ${reason}`);
    this.name = 'PreviewStopped';
    this.reason = reason;
  }
}

export class Turns {
  readonly #signal: AbortSignal;
  readonly #until: number;
  #steps = 0;
  #sliceEnds: number;

  /** Aborted with a `PreviewStopped` as the reason. */
  constructor(signal: AbortSignal, timeMaxMs: number) {
    this.#signal = signal;
    const now = performance.now();
    this.#until = now + timeMaxMs;
    this.#sliceEnds = now + sliceMs;
  }

  /** To be asked before each step: true when it is time to `pause`. */
  get isOver(): boolean {
    return ++this.#steps % stepsPerLook === 0 && performance.now() >= this.#sliceEnds;
  }

  /** What is left of the time, in milliseconds. */
  get leftMs(): number {
    return Math.max(0, this.#until - performance.now());
  }

  get signal(): AbortSignal {
    return this.#signal;
  }

  /** Lets others have their turn. @throws PreviewStopped */
  async pause(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.check();
    this.#sliceEnds = performance.now() + sliceMs;
  }

  /** @throws PreviewStopped */
  check(): void {
    const reason: unknown = this.#signal.reason;
    if (this.#signal.aborted) throw reason instanceof PreviewStopped ? reason : new PreviewStopped('gone');
    if (performance.now() >= this.#until) throw new PreviewStopped('too-slow');
  }
}
