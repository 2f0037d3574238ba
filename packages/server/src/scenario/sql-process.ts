/**
 * A ClickHouse of its own for a test: chDB in a child process, with nothing but what is put into it, in memory.
 *
 * chDB may end its process at any time, and loads where its library is there; whoever asks gets an error then, with what
 * the process said.
 */

import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { makeScratchDirectory, removeScratchDirectory } from './scratch-directory.ts';
import type { SqlAnswer, SqlCall } from './sql-process-main.ts';

const mainFile = fileURLToPath(new URL('sql-process-main.ts', import.meta.url));

/** Characters of standard error that are kept: the last ones. */
const errorTextMax = 4_096;

type Pending = { readonly resolve: (text: string) => void; readonly reject: (error: Error) => void };

export class SqlProcess {
  readonly #directory: string = makeScratchDirectory();
  readonly #child: ChildProcess;
  readonly #pending: Pending[] = [];
  readonly #closed: Promise<void>;
  #errorText = '';
  #gone: Error | undefined;

  constructor() {
    this.#child = fork(mainFile, [this.#directory], {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errorText = (this.#errorText + text).slice(-errorTextMax);
    });
    this.#child.on('message', (answer: SqlAnswer) => {
      const pending = this.#pending.shift();
      if (answer.ok) pending?.resolve(answer.text);
      else pending?.reject(new Error(answer.error));
    });
    this.#closed = new Promise((resolve) => {
      this.#child.on('error', (error) => {
        this.#end(`could not be run: ${error.message}`);
        if (this.#child.pid === undefined) resolve();
      });
      this.#child.on('close', (code, signal) => {
        this.#end(code === null ? `was ended by ${signal ?? 'a signal'}` : `ended with code ${code}`);
        resolve();
      });
    });
  }

  /** Runs statements in order; what the last one gave, as rows of JSON arrays. */
  async rows(statements: readonly string[]): Promise<readonly (readonly unknown[])[]> {
    const text = await this.#ask({ statements });
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as readonly unknown[]);
  }

  /** Ends it with all that is in it. */
  async close(): Promise<void> {
    // chDB may never come to an end by itself, and there is nothing to lose.
    this.#child.kill('SIGKILL');
    await this.#closed;
    removeScratchDirectory(this.#directory);
  }

  #ask(call: SqlCall): Promise<string> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    return new Promise((resolve, reject) => {
      this.#pending.push({ resolve, reject });
      // Where the process is gone its end tells what there is to tell.
      this.#child.send(call, () => undefined);
    });
  }

  #end(how: string): void {
    const text = this.#errorText.trim();
    this.#gone ??= new Error(`The process of chDB ${how}${text === '' ? '' : `: ${text}`}`);
    for (const { reject } of this.#pending.splice(0)) reject(this.#gone);
  }
}

/** Why chDB cannot be used here; undefined where it can. */
export async function whyNoSql(): Promise<string | undefined> {
  const sql = new SqlProcess();
  try {
    await sql.rows(['SELECT 1']);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await sql.close();
  }
}
