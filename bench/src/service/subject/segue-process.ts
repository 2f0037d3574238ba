/** The service under test, started as a user starts it: `segue start` on a data directory of its own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Connection, expectOk, getRequest, postRequest } from '../client/connection.ts';

const LAUNCHER = path.resolve(import.meta.dirname, '../../../../packages/cli/bin/segue.mjs');
/** What the service has said on standard error is kept up to so many characters, for when it ends unasked. */
const ERRORS_MAX = 4_000;
/** How soon a connection that was refused is tried again. */
const RETRY_MS = 2;
/** Whatever becomes of the benchmark, they go with it. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
const CHECKPOINTS = 'segue_checkpoint_seconds_count';

export type SegueOptions = {
  /** Flags of `segue start` besides the data directory and the port. */
  readonly flags?: readonly string[];
  /** A folder for a CPU profile, written when the service stops. */
  readonly profileFolder?: string | undefined;
};

/** What a service that is started again on the same folder is asked with. */
export type SegueKeys = { readonly writeKey: string; readonly serverKey: string };

export class SegueProcess {
  readonly folder: string;
  readonly port: number;
  readonly #options: SegueOptions;
  #flags: readonly string[];
  #child: ChildProcess;
  #errors = '';
  #out = '';
  #writeKey = '';
  #serverKey = '';

  private constructor(folder: string, port: number, options: SegueOptions) {
    this.folder = folder;
    this.port = port;
    this.#options = options;
    this.#flags = options.flags ?? [];
    this.#child = this.#spawn();
  }

  /** A new data directory in a folder, a temporary one unless given; the service runs, and there is a key for everything. */
  static async create(
    options: SegueOptions = {},
    folder: string = mkdtempSync(path.join(os.tmpdir(), 'segue-bench-')),
  ): Promise<SegueProcess> {
    const segue = new SegueProcess(folder, await freePort(), options);
    try {
      await segue.#signIn();
    } catch (error) {
      segue.remove();
      throw error;
    }
    return segue;
  }

  /** On a folder that an earlier run has left; resolves when the service answers. */
  static async reopen(folder: string, keys: SegueKeys, options: SegueOptions = {}): Promise<SegueProcess> {
    const segue = new SegueProcess(folder, await freePort(), options);
    segue.#writeKey = keys.writeKey;
    segue.#serverKey = keys.serverKey;
    try {
      await segue.#said('Ctrl-C');
    } catch (error) {
      segue.end();
      throw error;
    }
    return segue;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** What sources send with. */
  get writeKey(): string {
    return this.#writeKey;
  }

  /** Of an admin. */
  get serverKey(): string {
    return this.#serverKey;
  }

  /** Calls the management or the reading API. @throws Error unless it is answered with success. */
  async call(method: string, target: string, body?: unknown): Promise<unknown> {
    const response = await this.#fetch(method, target, this.#asAdmin, body);
    return response.json();
  }

  /** Puts rules into force, by the names of their segments; nothing else is in force then. */
  async putInForce(rules: ReadonlyMap<string, string>): Promise<void> {
    await this.call('POST', '/api/definitions', { definitions: { segments: Object.fromEntries(rules) } });
  }

  /** One of the service's own figures. */
  async metric(name: string): Promise<number> {
    const response = await this.#fetch('GET', '/metrics', this.#asAdmin);
    const line = (await response.text()).split('\n').find((text) => text.startsWith(`${name} `));
    if (line === undefined) throw new Error(`The service has no metric ${name}.`);
    return Number(line.slice(name.length));
  }

  /** Resolves when there is a checkpoint of all that has been taken. */
  async checkpointed(): Promise<void> {
    // One that ends may have begun before the last message; the one after it has not.
    for (let marker = 0; marker < 2; marker++) {
      const before = await this.metric(CHECKPOINTS);
      // Something must have been taken for there to be another.
      await this.call('POST', '/v1/track', {
        userId: 'marker',
        event: 'Marker',
        messageId: `marker-${performance.now()}`,
      });
      while ((await this.metric(CHECKPOINTS)) === before) await pause(100);
    }
  }

  /** As if the power had gone, for this process. */
  async kill(): Promise<void> {
    const ended = this.#ended();
    this.#child.kill('SIGKILL');
    await ended;
  }

  /**
   * Starts it again, on the same data, with the same flags unless others are given; resolves with the milliseconds until
   * the first request was answered, and the answer.
   */
  async start(
    target: string,
    flags: readonly string[] = this.#flags,
  ): Promise<{ readonly ms: number; readonly body: string }> {
    this.#flags = flags;
    const since = performance.now();
    this.#child = this.#spawn();
    const request = getRequest(target, this.#serverKey);
    for (;;) {
      this.#expectRunning();
      try {
        const connection = await Connection.open(this.port);
        const answer = await connection.send(request);
        connection.close();
        if (answer.status === 503) continue;
        expectOk(answer);
        return { ms: answer.at - since, body: answer.body };
      } catch (error) {
        if (!isRefused(error)) throw error;
        await pause(RETRY_MS);
      }
    }
  }

  /** Stops it in order. @throws Error when it does not end as asked. */
  async stop(): Promise<void> {
    const ended = this.#ended();
    this.#child.kill('SIGTERM');
    const code = await ended;
    if (code !== 0) throw new Error(`segue start ended with ${String(code)}: ${this.#errors}`);
  }

  /** What `segue verify` finds different, in words; nothing when the state is that of a replay of the log. */
  async verify(): Promise<{ readonly entries: number; readonly faults: readonly string[] }> {
    const child = spawn(
      process.execPath,
      [LAUNCHER, 'verify', '--json', '--data', path.join(this.folder, 'data')],
      { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'], env: environment() },
    );
    let out = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    await new Promise((resolve) => child.on('close', resolve));
    if (out === '') return { entries: 0, faults: [`segue verify gave no report: ${errors.trim()}`] };
    const report = JSON.parse(out) as {
      readonly entries: number;
      readonly parts: readonly { readonly what: string; readonly fault?: string }[];
    };
    const faults = report.parts.flatMap(({ what, fault }) =>
      fault === undefined ? [] : [`${what}: ${fault}`],
    );
    return { entries: report.entries, faults };
  }

  /** Ends it however it stands. */
  end(): void {
    this.#child.kill('SIGKILL');
  }

  /** Ends it however it stands, and removes its data. */
  remove(): void {
    this.end();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #spawn(): ChildProcess {
    const { profileFolder } = this.#options;
    const profile = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
    const data = path.join(this.folder, 'data');
    const child = spawn(
      process.execPath,
      [...profile, LAUNCHER, 'start', '--data', data, '--port', String(this.port), ...this.#flags],
      { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'], env: environment() },
    );
    running.add(child);
    child.once('exit', () => running.delete(child));
    this.#out = '';
    this.#errors = '';
    child.stdout.on('data', (chunk: Buffer) => (this.#out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk.toString()).slice(-ERRORS_MAX);
    });
    return child;
  }

  async #said(words: string): Promise<void> {
    while (!this.#out.includes(words)) {
      this.#expectRunning();
      await pause(RETRY_MS);
    }
  }

  /** With what the first start prints; makes the first admin, and a key of theirs. */
  async #signIn(): Promise<void> {
    await this.#said('Ctrl-C');
    const token = /sign-in#(\S+)/.exec(this.#out)?.[1];
    const writeKey = /write key +(\S+)/.exec(this.#out)?.[1];
    if (token === undefined || writeKey === undefined) {
      throw new Error(`The first start did not say how to sign in: ${this.#out}`);
    }
    this.#writeKey = writeKey;
    const founder = {
      token,
      email: 'bench@example.com',
      name: 'Benchmark',
      password: 'a long passphrase of the benchmark',
    };
    const link = await this.#fetch('POST', '/api/session/link', {}, founder);
    const cookie = link.headers.getSetCookie().map((text) => text.split(';', 1)[0] ?? '');
    const session = { cookie: cookie.join('; '), 'x-segue-request': '1' };
    const key = { name: 'bench', role: 'admin' };
    const made = await this.#fetch('POST', '/api/server-keys', session, key);
    this.#serverKey = ((await made.json()) as { readonly secret: string }).secret;
  }

  get #asAdmin(): Readonly<Record<string, string>> {
    return { authorization: `Bearer ${this.#serverKey}` };
  }

  async #fetch(
    method: string,
    target: string,
    headers: Readonly<Record<string, string>>,
    body?: unknown,
  ): Promise<Response> {
    // A connection that lay idle may be closed just when it is used again.
    const own = { ...headers, connection: 'close' };
    const json =
      body === undefined
        ? { headers: own }
        : { headers: { ...own, 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(`http://127.0.0.1:${this.port}${target}`, { method, ...json });
    if (response.ok) return response;
    throw new Error(`${method} ${target} was answered with ${response.status}: ${await response.text()}`);
  }

  #ended(): Promise<number | null> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
    return new Promise((resolve) => child.once('close', resolve));
  }

  #expectRunning(): void {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null) return;
    throw new Error(`segue start ended with ${signalCode ?? String(exitCode)}: ${this.#errors}`);
  }
}

/** Nothing of the caller's settings. */
function environment(): NodeJS.ProcessEnv {
  const { PATH } = process.env;
  return PATH === undefined ? {} : { PATH };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('There is no free port.'));
        else resolve(address.port);
      });
    });
  });
}

/** Nobody listens yet, or the listener went while it was asked. */
function isRefused(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET')
  );
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The bodies as requests of a source. */
export function batchRequests(bodies: readonly string[], writeKey: string): readonly Buffer[] {
  return bodies.map((body) => postRequest('/v1/batch', writeKey, body));
}
