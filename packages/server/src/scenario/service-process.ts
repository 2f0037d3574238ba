/**
 * A service in a process of its own, as whoever kills it sees it. It starts at once, which takes a moment, and opens its
 * data when told to, so that the next one can get ready while this one works.
 *
 * When it ends by itself all that was asked and not answered rejects, with what it wrote to its standard error.
 */

import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { ScenarioServiceOptions } from './scenario-service.ts';
import {
  callingService,
  type Answered,
  type Arguments,
  type AskedService,
  type ServiceAnswer,
  type ServiceCall,
  type ServiceMethod,
} from './service-calls.ts';

const mainFile = fileURLToPath(new URL('service-process-main.ts', import.meta.url));

/** Characters of standard error that are kept: the last ones. */
const errorTextMax = 16_384;

type Pending = {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
};

export class ServiceProcess {
  /** The service, once it is open. */
  readonly service: AskedService;
  readonly #child: ChildProcess;
  readonly #closed: Promise<void>;
  readonly #pending = new Map<number, Pending>();
  #calls = 0;
  #errorText = '';
  /** Why it is gone. */
  #gone: Error | undefined;

  /** `main` is another module to run, for tests. */
  constructor(directory: string, main: string = mainFile) {
    // In a group of its own: a Ctrl-C in the terminal is for the command, and this process sees the command end.
    this.#child = fork(main, [directory], {
      serialization: 'advanced',
      execArgv: [],
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.service = callingService((method, args) => this.#call(method, args));
    this.#closed = new Promise((resolve) => {
      this.#child.on('close', (code, signal) => {
        this.#end(code === null ? `was ended by ${signal ?? 'a signal'}` : `ended with code ${code}`);
        resolve();
      });
      this.#child.on('error', (error) => {
        this.#end(`could not be run: ${error.message}`);
        // Without a process there is nothing to wait for.
        if (this.#child.pid === undefined) resolve();
      });
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errorText = (this.#errorText + text).slice(-errorTextMax);
    });
    this.#child.on('message', (answer: ServiceAnswer) => {
      this.#settle(answer);
    });
  }

  /** Undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  async open(options: ScenarioServiceOptions): Promise<void> {
    await this.#ask({ id: this.#calls++, method: 'open', options });
  }

  /** Stops it without warning; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }

  async #call<M extends ServiceMethod>(method: M, args: Arguments<M>): Promise<Answered<M>> {
    return (await this.#ask({ id: this.#calls++, method, args })) as Answered<M>;
  }

  #ask(call: ServiceCall): Promise<unknown> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    return new Promise((resolve, reject) => {
      this.#pending.set(call.id, { resolve, reject });
      // Where the process is gone its end tells what there is to tell.
      this.#child.send(call, () => undefined);
    });
  }

  #settle(answer: ServiceAnswer): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if (answer.ok) pending?.resolve(answer.value);
    else pending?.reject(errorWithStack(answer.error));
  }

  #end(how: string): void {
    const text = this.#errorText.trim();
    this.#gone ??= errorWithStack(`The process of the service ${how}${text === '' ? '' : `:\n${text}`}`);
    for (const { reject } of this.#pending.values()) reject(this.#gone);
    this.#pending.clear();
  }
}

/** What happened elsewhere: where it surfaced here helps nobody. */
function errorWithStack(stack: string): Error {
  const error = new Error(stack.split('\n', 1)[0]);
  error.stack = stack;
  return error;
}
