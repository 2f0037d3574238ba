/**
 * The life of the process: parts start in order and stop in the reverse one.
 *
 * - Asked to stop (SIGTERM, SIGINT, SIGHUP): every part is stopped; it may take until its time is over, and is then told to
 *   let go. Exit code 0. Asked a second time: the process ends at once, as if killed by the signal.
 * - A part fails: the others are stopped in haste. Exit code 1, within 10 s whatever hangs.
 * - Something is thrown that nobody caught: nothing can be said of the state any more. Logged, exit code 1, at once.
 *
 * What was acknowledged is durable before the acknowledgement, so that none of these loses any of it; stopping in order
 * only makes the next start faster.
 */

import { constants } from 'node:os';

import type { ProcessLog } from './log.ts';

export interface Part {
  readonly name: string;
  /** Resolves when it works; the parts before it do. */
  start(): Promise<void>;
  /** The parts after it have stopped. When `signal` aborts, its time is over: it lets go of what is left. */
  stop(signal: AbortSignal): Promise<void>;
  /** Settles when it has failed for good. */
  readonly failed?: Promise<Error>;
}

export const stopSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
export type StopSignal = (typeof stopSignals)[number];

/** The process, as far as its life goes. */
export interface HostProcess {
  /** Both return the way to stop listening. */
  onSignal(listener: (signal: StopSignal) => void): () => void;
  onCrash(listener: (error: unknown) => void): () => void;
  exit(code: number): void;
}

export type LifecycleOptions = {
  readonly host: HostProcess;
  readonly log: ProcessLog;
  /** How long stopping may take before parts are told to let go, in milliseconds. */
  readonly stopMs: number;
  /** As `stopMs`, after a failure. */
  readonly haltMs?: number;
  /** What they have then, before the process ends without them. */
  readonly letGoMs?: number;
  readonly onStarted?: () => void;
};

export const exitStopped = 0;
export const exitFault = 1;

/** Together under the 10 s in which a process that has failed must be gone. */
const standardHaltMs = 2_000;
const haltLetGoMs = 6_000;
/** Time for the last checkpoint of a large state. */
const standardLetGoMs = 20_000;

/**
 * Starts the parts, and stops them when asked to or when one fails. Resolves with the exit code when all have stopped.
 * Rejects with the error of a part that could not start, when those before it have stopped.
 */
export async function runParts(parts: readonly Part[], options: LifecycleOptions): Promise<number> {
  const life = new Life(parts, options);
  return life.run();
}

type Ending = { readonly kind: 'asked'; readonly signal: StopSignal } | { readonly kind: 'failed' };

class Life {
  readonly #parts: readonly Part[];
  readonly #options: LifecycleOptions;
  readonly #ending: PromiseWithResolvers<Ending> = Promise.withResolvers<Ending>();
  readonly #started: Part[] = [];
  #end: Ending | undefined = undefined;

  constructor(parts: readonly Part[], options: LifecycleOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  async run(): Promise<number> {
    const { host, log } = this.#options;
    const stopListening = [
      host.onSignal((signal) => {
        this.#onSignal(signal);
      }),
      host.onCrash((error) => {
        log.fatal({ err: error }, 'something was thrown that nobody caught; ending at once');
        host.exit(exitFault);
      }),
    ];
    try {
      await this.#start();
      const end = await this.#ending.promise;
      const inOrder = await this.#stop(end);
      return end.kind === 'asked' && inOrder ? exitStopped : exitFault;
    } finally {
      for (const stop of stopListening) stop();
    }
  }

  /** Starts what is not started until all are or somebody wants an end. */
  async #start(): Promise<void> {
    for (const part of this.#parts) {
      try {
        await part.start();
      } catch (error) {
        await this.#stop({ kind: 'failed' });
        throw error;
      }
      this.#started.push(part);
      void part.failed?.then((error) => {
        this.#options.log.fatal({ part: part.name, err: error }, 'a part has failed; stopping');
        this.#finish({ kind: 'failed' });
      });
      // A failure that is known already comes before the next start.
      await Promise.resolve();
      if (this.#end !== undefined) return;
    }
    this.#options.onStarted?.();
  }

  #onSignal(signal: StopSignal): void {
    const { host, log } = this.#options;
    if (this.#end === undefined) {
      log.info({ signal }, 'stopping');
      this.#finish({ kind: 'asked', signal });
      return;
    }
    log.warn({ signal }, 'asked again; ending at once');
    host.exit(128 + constants.signals[signal]);
  }

  #finish(end: Ending): void {
    this.#end ??= end;
    this.#ending.resolve(end);
  }

  /** Whether every part stopped without an error. */
  async #stop({ kind }: Ending): Promise<boolean> {
    const { host, log, stopMs, haltMs = standardHaltMs } = this.#options;
    const { letGoMs = kind === 'asked' ? standardLetGoMs : haltLetGoMs } = this.#options;
    const patienceMs = kind === 'asked' ? stopMs : Math.min(haltMs, stopMs);
    const patience = new AbortController();
    let current = '';
    const letGo = setTimeout(() => {
      log.warn({ part: current }, 'stopping takes too long; cutting off what is left');
      patience.abort();
    }, patienceMs);
    const giveUp = setTimeout(() => {
      log.fatal({ part: current }, 'a part does not stop; ending without it');
      host.exit(exitFault);
    }, patienceMs + letGoMs);
    let inOrder = true;
    for (const part of this.#started.reverse()) {
      current = part.name;
      try {
        await part.stop(patience.signal);
      } catch (error) {
        inOrder = false;
        log.error({ part: part.name, err: error }, 'a part did not stop in order');
      }
    }
    clearTimeout(letGo);
    clearTimeout(giveUp);
    return inOrder;
  }
}

/** The process this runs in. */
export const thisProcess: HostProcess = {
  onSignal: (listener) => {
    for (const signal of stopSignals) process.on(signal, listener);
    return () => {
      for (const signal of stopSignals) process.off(signal, listener);
    };
  },
  onCrash: (listener) => {
    process.on('uncaughtException', listener);
    process.on('unhandledRejection', listener);
    return () => {
      process.off('uncaughtException', listener);
      process.off('unhandledRejection', listener);
    };
  },
  exit: (code) => {
    process.exit(code);
  },
};
