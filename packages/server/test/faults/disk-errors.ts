/**
 * The disk gives errors: a write or a sync of one store fails, once or from then on. Nothing is acknowledged after it, the
 * process ends by itself, not in order, within a minute, and the next start has all that was acknowledged.
 */

import { checkCounted, checkFates } from './check.ts';
import { HttpClient } from './http-client.ts';
import { Ledger } from './ledger.ts';
import { readOffline } from './offline.ts';
import { Sender, sendRest } from './sender.ts';
import { Service } from './service.ts';
import { injecting } from './strace.ts';
import { copyWorkspace, makeDirectory, removeDirectory, type Workspace } from './workspace.ts';

const callsOfLmdb = ['fdatasync', 'pwrite64', 'writev'] as const;
const callsOfSqlite = ['fsync', 'pwrite64'] as const;
const stores = ['log', 'feed', 'checkpoint', 'quarantine', 'catalog'] as const;

export type DiskError = {
  readonly store: (typeof stores)[number];
  readonly call: (typeof callsOfLmdb)[number] | (typeof callsOfSqlite)[number];
  readonly error: 'EIO' | 'ENOSPC';
  /** `7`: the seventh of a thread; `7+`: and all after it. */
  readonly when: string;
};

export const diskErrors: readonly DiskError[] = stores.flatMap((store) =>
  (store === 'catalog' ? callsOfSqlite : callsOfLmdb).flatMap((call) =>
    (['EIO', 'ENOSPC'] as const).flatMap((error) =>
      // Of a checkpoint there is but one a second.
      (store === 'checkpoint' ? ['1', '1+'] : ['4', '4+']).map((when) => ({ store, call, error, when })),
    ),
  ),
);

/** A full disk while SQLite writes is taken back whole: the catalog says so to who asked, and the service goes on. */
function isOutlived({ store, call, error }: DiskError): boolean {
  return store === 'catalog' && call === 'pwrite64' && error === 'ENOSPC';
}

export function diskErrorName({ store, call, error, when }: DiskError): string {
  return `${error} at ${call} ${when} of the ${store}`;
}

export type DiskErrorTally = {
  readonly acknowledged: number;
  /** From the first batch that was not acknowledged to the end of the process. */
  readonly endedAfterMs: number;
  readonly faults: readonly string[];
};

/** How long a process whose disk failed may go on. */
const endWithinMs = 60_000;
/** How long to wait for the call that fails. */
const patienceMs = 120_000;
/** How long is looked at a service that must go on. */
const outlivesMs = 2_000;

export async function failDisk(template: Workspace, failure: DiskError): Promise<DiskErrorTally> {
  const data = makeDirectory();
  const workspace = copyWorkspace(template, data);
  const { store, call, error, when } = failure;
  const path = store === 'catalog' ? `${data}/catalog.sqlite-wal` : `${data}/${store}/data.mdb`;
  const under = injecting({ call, path, what: `error=${error}`, when });
  const { service, url } = await Service.start({ data, under, flags: ['--checkpoint-interval', '1s'] });
  const ledger = new Ledger('disk');
  const sender = new Sender({ url, writeKey: workspace.writeKey, ledger, everyMs: 20 });
  const others = nudge(url, workspace);
  const outlives = isOutlived(failure);
  const patience = setTimeout(() => service.process.kill('SIGKILL'), outlives ? outlivesMs : patienceMs);
  const { code, signal } = await service.ended;
  const endedMs = performance.now();
  clearTimeout(patience);
  await sender.stop();
  others.stop();
  const faults: string[] = [];
  const endedAfterMs = outlives ? 0 : endedMs - (sender.firstRefusalMs ?? endedMs);
  if (!outlives && (signal !== null || code !== 1 || !saidWhy(service))) {
    faults.push(`it did not end by itself, saying why: ${await service.lastWords()}`);
  }
  if (outlives && signal === null) faults.push(`it ended: ${await service.lastWords()}`);
  if (endedAfterMs > endWithinMs) faults.push(`it went on for ${Math.round(endedAfterMs)} ms`);
  if (!outlives && sender.acknowledgedAfterRefusal > 0) {
    faults.push(`${sender.acknowledgedAfterRefusal} batches were acknowledged after one that was not`);
  }
  faults.push(...(await checkRestart(workspace, ledger)));
  const name = diskErrorName(failure);
  if (faults.length === 0) removeDirectory(data);
  return {
    acknowledged: ledger.count('acknowledged'),
    endedAfterMs,
    faults: faults.map((fault) => `${fault} (${name}, in ${data})`),
  };
}

function saidWhy({ lines }: Service): boolean {
  return lines.some(({ level, msg }) => level === 'fatal' && msg.startsWith('a part has failed'));
}

/** Work for the other stores: a key for the catalog, a message without a name for the quarantine. */
function nudge(url: string, { writeKey, serverKey }: Workspace): { stop(): void } {
  const client = new HttpClient(url);
  const ignore = (): void => undefined;
  const timer = setInterval(() => {
    const key = { key: serverKey, body: { name: 'another', role: 'viewer' } };
    client.call('POST', '/api/server-keys', key).catch(ignore);
    const nameless = { body: { writeKey, batch: [{ type: 'track', userId: 'ann' }] } };
    client.call('POST', '/v1/batch', nameless).catch(ignore);
  }, 50);
  return {
    stop: () => {
      clearInterval(timer);
      client.close();
    },
  };
}

/** The next start, on a disk that works: it has what was acknowledged, and takes the rest. */
export async function checkRestart(workspace: Workspace, ledger: Ledger): Promise<readonly string[]> {
  const { data } = workspace;
  const before = await readOffline(data);
  const { service, url } = await Service.start({ data });
  const fates = await checkFates(url, workspace, ledger);
  await sendRest(url, workspace.writeKey, ledger);
  const again = await checkFates(url, workspace, ledger);
  const counted = await checkCounted(url, workspace, ledger.customers.length);
  await service.stop();
  const after = await readOffline(data);
  return [
    ...before.faults,
    ...fates.faults,
    ...again.faults,
    ...counted,
    ...service.complaints(),
    ...after.faults,
  ];
}
