import { describe, expect, it } from 'vitest';

import { runParts, type HostProcess, type Part, type StopSignal } from '../../src/http/lifecycle.ts';
import { LinesLog, silentLog } from './fake-service.ts';

class FakeHost implements HostProcess {
  readonly exits: number[] = [];
  readonly exited = Promise.withResolvers<number>();
  #onSignal: ((signal: StopSignal) => void) | undefined;
  #onCrash: ((error: unknown) => void) | undefined;

  onSignal(listener: (signal: StopSignal) => void): () => void {
    this.#onSignal = listener;
    return () => {
      this.#onSignal = undefined;
    };
  }

  onCrash(listener: (error: unknown) => void): () => void {
    this.#onCrash = listener;
    return () => {
      this.#onCrash = undefined;
    };
  }

  exit(code: number): void {
    this.exits.push(code);
    this.exited.resolve(code);
  }

  signal(signal: StopSignal): void {
    this.#onSignal?.(signal);
  }

  crash(error: unknown): void {
    this.#onCrash?.(error);
  }

  get isListening(): boolean {
    return this.#onSignal !== undefined || this.#onCrash !== undefined;
  }
}

type Fakes = { readonly host: FakeHost; readonly events: string[]; readonly part: typeof partOf };

function partOf(events: string[], name: string, overrides: Partial<Part> = {}): Part {
  return {
    name,
    start: () => {
      events.push(`start ${name}`);
      return Promise.resolve();
    },
    stop: () => {
      events.push(`stop ${name}`);
      return Promise.resolve();
    },
    ...overrides,
  };
}

function fakes(): Fakes {
  return { host: new FakeHost(), events: [], part: partOf };
}

const never = new Promise<never>(() => undefined);

describe('parts', () => {
  it('start in order, stop in the reverse one when asked to, and the process may end with 0', async () => {
    const { host, events, part } = fakes();
    const ended = runParts([part(events, 'a'), part(events, 'b')], {
      host,
      log: silentLog,
      stopMs: 1_000,
      onStarted: () => {
        events.push('started');
        host.signal('SIGTERM');
      },
    });
    expect(await ended).toBe(0);
    expect(events).toEqual(['start a', 'start b', 'started', 'stop b', 'stop a']);
    expect(host.exits).toEqual([]);
    expect(host.isListening).toBe(false);
  });

  it('that could not start stop those before them, and the reason is told', async () => {
    const { host, events, part } = fakes();
    const taken = new Error('the port is taken');
    const parts = [part(events, 'a'), part(events, 'b', { start: () => Promise.reject(taken) })];
    await expect(runParts(parts, { host, log: silentLog, stopMs: 1_000 })).rejects.toBe(taken);
    expect(events).toEqual(['start a', 'stop a']);
    expect(host.isListening).toBe(false);
  });

  it('are not started any more when a stop is asked for meanwhile', async () => {
    const { host, events, part } = fakes();
    const parts = [
      part(events, 'a', {
        start: () => {
          host.signal('SIGINT');
          return Promise.resolve();
        },
      }),
      part(events, 'b'),
    ];
    expect(await runParts(parts, { host, log: silentLog, stopMs: 1_000 })).toBe(0);
    expect(events).toEqual(['stop a']);
  });

  it('that fail stop all, and the process ends with 1', async () => {
    const { host, events, part } = fakes();
    const failure = Promise.withResolvers<Error>();
    const lines = new LinesLog();
    const ended = runParts([part(events, 'a', { failed: failure.promise }), part(events, 'b')], {
      host,
      log: lines.log,
      stopMs: 1_000,
      onStarted: () => {
        failure.resolve(new Error('the disk is gone'));
      },
    });
    expect(await ended).toBe(1);
    expect(events).toEqual(['start a', 'start b', 'stop b', 'stop a']);
    expect(lines.lines[0]).toMatchObject({ level: 'fatal', part: 'a', err: { message: 'the disk is gone' } });
  });

  it('that fail before the next has started keep it from starting', async () => {
    const { host, events, part } = fakes();
    const failed = Promise.resolve(new Error('broken from the start'));
    expect(
      await runParts([part(events, 'a', { failed }), part(events, 'b')], {
        host,
        log: silentLog,
        stopMs: 1_000,
      }),
    ).toBe(1);
    expect(events).toEqual(['start a', 'stop a']);
  });

  it('that do not stop in order do not keep others from it, but the process ends with 1', async () => {
    const { host, events, part } = fakes();
    const stop = (): Promise<void> => Promise.reject(new Error('stuck'));
    const ended = runParts([part(events, 'a'), part(events, 'b', { stop })], {
      host,
      log: silentLog,
      stopMs: 1_000,
      onStarted: () => {
        host.signal('SIGTERM');
      },
    });
    expect(await ended).toBe(1);
    expect(events).toEqual(['start a', 'start b', 'stop a']);
  });

  it('are told to let go when their time is over', async () => {
    const { host, events, part } = fakes();
    const stop = (signal: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          events.push('let go');
          resolve();
        });
      });
    const ended = runParts([part(events, 'a'), part(events, 'b', { stop })], {
      host,
      log: silentLog,
      stopMs: 10,
      onStarted: () => {
        host.signal('SIGTERM');
      },
    });
    expect(await ended).toBe(0);
    expect(events).toEqual(['start a', 'start b', 'let go', 'stop a']);
  });
});

describe('the process', () => {
  it('ends without a part that does not let go', async () => {
    const { host, events, part } = fakes();
    const failed = Promise.withResolvers<Error>();
    void runParts([part(events, 'a', { stop: () => never, failed: failed.promise })], {
      host,
      log: silentLog,
      stopMs: 1_000,
      haltMs: 5,
      letGoMs: 5,
      onStarted: () => {
        failed.resolve(new Error('the disk is gone'));
      },
    });
    expect(await host.exited.promise).toBe(1);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('ends at once at a second signal, as if killed by %s', async (signal, code) => {
    const { host, events, part } = fakes();
    void runParts([part(events, 'a', { stop: () => never })], {
      host,
      log: silentLog,
      stopMs: 100_000,
      onStarted: () => {
        host.signal('SIGTERM');
        host.signal(signal);
      },
    });
    expect(await host.exited.promise).toBe(code);
  });

  it('ends at once with 1 when something is thrown that nobody caught', async () => {
    const { host, events, part } = fakes();
    const lines = new LinesLog();
    void runParts([part(events, 'a')], {
      host,
      log: lines.log,
      stopMs: 1_000,
      onStarted: () => {
        host.crash(new TypeError('x is not a function'));
      },
    });
    expect(await host.exited.promise).toBe(1);
    expect(events).toEqual(['start a']);
    expect(lines.lines).toMatchObject([{ level: 'fatal', err: { name: 'TypeError' } }]);
  });
});
