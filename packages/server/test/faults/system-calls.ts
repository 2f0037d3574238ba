/**
 * Killed before each of the first writes and syncs, whatever the file: of a first start in an empty directory, and of a
 * day's work (batches, definitions, a key, a stop in order) in a directory that is in use.
 */

import { join, relative } from 'node:path';

import { checkCounted, checkFates } from './check.ts';
import { HttpClient } from './http-client.ts';
import { Ledger } from './ledger.ts';
import { readOffline } from './offline.ts';
import { sendBatch, sendRest } from './sender.ts';
import { Service } from './service.ts';
import { injecting, oneThread, readPoints, recordingCalls, type Point } from './strace.ts';
import {
  copyWorkspace,
  definitions,
  foundWorkspace,
  makeDirectory,
  removeDirectory,
  type Workspace,
} from './workspace.ts';

export type CallsTally = {
  /** Calls before which it was killed. */
  readonly killed: number;
  /** Calls that were not reached again, since a disk is never as fast as before. */
  readonly missed: number;
  readonly acknowledged: number;
  readonly faults: readonly string[];
};

export type CallsOptions = {
  /** How many calls of the first start, from its first on, and of the work. */
  readonly founding: number;
  readonly working: number;
  readonly onKill?: (point: string, tally: CallsTally) => void;
};

/** The n-th call of a kind on a file of a data directory. */
export type FilePoint = Omit<Point, 'path'> & { readonly file: string };

const batches = 40;
const batchMessages = 8;

/** At the first calls that there are; which those are is recorded first. */
export async function killAtCalls(options: CallsOptions): Promise<CallsTally> {
  const run = new CallsRun(makeDirectory(), options.onKill);
  await run.founding(options.founding);
  await run.working(options.working);
  return run.end();
}

/** At some calls of the work. */
export async function killAtPoints(template: Workspace, points: readonly FilePoint[]): Promise<CallsTally> {
  const run = new CallsRun(makeDirectory(), undefined);
  for (const point of points) await run.workUntil(template, point);
  return run.end();
}

class CallsRun {
  readonly #root: string;
  readonly #onKill: CallsOptions['onKill'];
  #directories = 0;
  #killed = 0;
  #missed = 0;
  #acknowledged = 0;
  readonly #faults: string[] = [];

  constructor(root: string, onKill: CallsOptions['onKill']) {
    this.#root = root;
    this.#onKill = onKill;
  }

  end(): CallsTally {
    if (this.#faults.length === 0) removeDirectory(this.#root);
    return this.#tally();
  }

  /** A start in an empty directory that was killed: the next must start, and tell a way in if none was told before. */
  async founding(most: number): Promise<void> {
    const traced = this.#nextDirectory();
    const record = join(this.#root, 'founding.calls');
    const { service } = await Service.start({
      data: traced,
      under: recordingCalls(traced, record),
      env: oneThread,
    });
    await service.stop();
    for (const point of pointsOf(record, traced).slice(0, most)) {
      const data = this.#nextDirectory();
      const first = new Service({ data, under: killingAt(point, data), env: oneThread });
      // Reached at the start, or at the stop.
      if ((await first.started) !== undefined) first.process.kill('SIGTERM');
      this.#count((await first.ended).signal === 'SIGKILL');
      const second = await Service.start({ data });
      const toldNothing = !first.said.includes('/sign-in#') && !second.service.said.includes('/sign-in#');
      await second.service.stop();
      const faults = [...(await readOffline(data)).faults];
      if (toldNothing) faults.push('no start told how to sign in');
      this.#note(`founding, before ${nameOf(point)}`, faults, data);
    }
  }

  /** Work that was killed: the next start has all that was acknowledged. */
  async working(most: number): Promise<void> {
    const template = await foundWorkspace(this.#nextDirectory());
    const traced = copyWorkspace(template, this.#nextDirectory());
    const record = join(this.#root, 'working.calls');
    await this.#work(traced, new Ledger('traced'), recordingCalls(traced.data, record));
    for (const point of pointsOf(record, traced.data).slice(0, most)) await this.workUntil(template, point);
  }

  /** Works until the process is killed before a call, and looks at the next start. */
  async workUntil(template: Workspace, point: FilePoint): Promise<void> {
    const workspace = copyWorkspace(template, this.#nextDirectory());
    const ledger = new Ledger('work');
    const { revision, wasKilled } = await this.#work(workspace, ledger, killingAt(point, workspace.data));
    this.#count(wasKilled);
    const faults = await this.#checkWork(workspace, ledger, revision);
    this.#note(`working, before ${nameOf(point)}`, faults, workspace.data);
  }

  /** Resolves when the process has ended; `revision` of the definitions that were acknowledged last. */
  async #work(
    workspace: Workspace,
    ledger: Ledger,
    under: readonly string[],
  ): Promise<{ readonly revision: number; readonly wasKilled: boolean }> {
    const { data, writeKey, serverKey: key } = workspace;
    const service = new Service({ data, under, env: oneThread });
    const url = await service.started;
    let revision = 1;
    if (url !== undefined) {
      const client = new HttpClient(url);
      const messages = ledger.messages();
      for (let i = 1; i <= batches && service.process.signalCode === null; i++) {
        const batch = Array.from({ length: batchMessages }, () => messages.next().value);
        if ((await sendBatch(client, writeKey, batch)) !== undefined) break;
        if (i % 10 === 3) revision = (await applyDefinitions(client, key, i)) ?? revision;
        if (i % 10 === 7) await makeKey(client, key);
      }
      client.close();
      service.process.kill('SIGTERM');
    }
    const { code, signal } = await service.ended;
    if (signal !== 'SIGKILL' && code !== 0) this.#faults.push(await service.lastWords());
    return { revision, wasKilled: signal === 'SIGKILL' };
  }

  async #checkWork(workspace: Workspace, ledger: Ledger, revision: number): Promise<readonly string[]> {
    const { data } = workspace;
    const before = await readOffline(data);
    const { service, url } = await Service.start({ data });
    const fates = await checkFates(url, workspace, ledger);
    await sendRest(url, workspace.writeKey, ledger);
    const again = await checkFates(url, workspace, ledger);
    const counted = await checkCounted(url, workspace, ledger.customers.length);
    await service.stop();
    const after = await readOffline(data);
    this.#acknowledged += ledger.count('acknowledged');
    const faults = [...before.faults, ...fates.faults, ...again.faults, ...counted, ...after.faults];
    if (before.revision < revision) {
      faults.push(`definitions ${revision} are lost, ${before.revision} in force`);
    }
    return [...faults, ...service.complaints()];
  }

  #nextDirectory(): string {
    return join(this.#root, `data-${++this.#directories}`);
  }

  #count(wasKilled: boolean): void {
    if (wasKilled) this.#killed++;
    else this.#missed++;
  }

  #note(point: string, faults: readonly string[], data: string): void {
    this.#faults.push(...faults.map((fault) => `${fault} (${point}, in ${data})`));
    if (faults.length === 0) removeDirectory(data);
    this.#onKill?.(point, this.#tally());
  }

  #tally(): CallsTally {
    return {
      killed: this.#killed,
      missed: this.#missed,
      acknowledged: this.#acknowledged,
      faults: this.#faults,
    };
  }
}

function pointsOf(record: string, data: string): readonly FilePoint[] {
  return readPoints(record).map(({ path, ...rest }) => ({ ...rest, file: relative(data, path) }));
}

function killingAt({ call, file, n }: FilePoint, data: string): readonly string[] {
  return injecting({ call, path: join(data, file), what: 'signal=SIGKILL', when: String(n) });
}

function nameOf({ call, file, n }: FilePoint): string {
  return `${call} ${n} of ${file === '' ? 'the directory' : file}`;
}

async function applyDefinitions(client: HttpClient, key: string, turn: number): Promise<number | undefined> {
  const body = { definitions: definitions(turn) };
  const answer = await client.call('POST', '/api/definitions', { key, body }).catch(() => undefined);
  if (answer?.status !== 200) return undefined;
  return (answer.body as { readonly revision: number }).revision;
}

/** A write of the catalog, which is another kind of store. */
async function makeKey(client: HttpClient, key: string): Promise<void> {
  const body = { name: 'another', role: 'viewer' };
  await client.call('POST', '/api/server-keys', { key, body }).catch(() => undefined);
}
