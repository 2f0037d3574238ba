/**
 * The power is cut: a working service's writes and syncs are recorded, and disks that a cut at any instant could have left
 * are made of them. Each must have all that was acknowledged by then, and be a directory that a start can take up.
 */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { HttpClient } from './http-client.ts';
import { Ledger, type Entry } from './ledger.ts';
import { readOffline } from './offline.ts';
import { Random } from './random.ts';
import { readRecording, recording, type RecordedDisk } from './recorded-disk.ts';
import { Sender } from './sender.ts';
import { Service } from './service.ts';
import { copyWorkspace, definitions, makeDirectory, removeDirectory, type Workspace } from './workspace.ts';

export type PowerTally = {
  readonly images: number;
  readonly writes: number;
  readonly syncs: number;
  /** Messages that were acknowledged by the end of the recording. */
  readonly acknowledged: number;
  /** Images on which the service was started. */
  readonly started: number;
  readonly faults: readonly string[];
};

export type PowerOptions = {
  readonly images: number;
  readonly seed: number;
  /** The service is started on every so manieth image. */
  readonly startEach: number;
  readonly onImage?: (image: number) => void;
};

/** What was acknowledged, and when: the answer had come by then. */
type Acknowledgement = {
  readonly at: number;
  readonly messageIds?: readonly string[];
  readonly revision?: number;
  readonly keyName?: string;
};

/** How long the service works. */
const workMs = 1_500;

export async function cutPower(template: Workspace, options: PowerOptions): Promise<PowerTally> {
  const root = makeDirectory();
  const recorded = copyWorkspace(template, join(root, 'recorded'));
  const calls = join(root, 'calls');
  const acknowledged = await work(recorded, recording(recorded.data, calls));
  const disk = await readRecording(recorded.data, calls);
  const faults: string[] = [];
  let started = 0;
  for (let i = 1; i <= options.images; i++) {
    const random = new Random(options.seed + i);
    const image = join(root, `image-${i}`);
    const cut = disk.chooseCut(random);
    disk.restore(template.data, image, cut, random);
    const found = await checkImage(image, acknowledged, cut);
    if (i % options.startEach === 0) {
      found.push(...(await checkStart({ ...template, data: image })));
      started++;
    }
    faults.push(...found.map((fault) => `${fault} (seed ${options.seed + i}, ${image})`));
    if (found.length === 0) removeDirectory(image);
    options.onImage?.(i);
  }
  if (faults.length === 0) removeDirectory(root);
  return { ...countsOf(disk, acknowledged), images: options.images, started, faults };
}

/** What a first start made and did not see to it that its name is on the disk; nothing. */
export async function namesAtRisk(): Promise<readonly string[]> {
  const root = makeDirectory();
  const data = join(root, 'data');
  const calls = join(root, 'calls');
  const { service } = await Service.start({ data, under: recording(data, calls) });
  await service.stop();
  const disk = await readRecording(data, calls);
  removeDirectory(root);
  const passing = /\.new$|-wal$|-journal$/u;
  return disk.namesNotSynced().filter((path) => path !== data && !passing.test(path));
}

function countsOf({ writes, syncs }: RecordedDisk, acknowledged: readonly Acknowledgement[]) {
  const messages = acknowledged.reduce((sum, { messageIds = [] }) => sum + messageIds.length, 0);
  return { writes, syncs, acknowledged: messages };
}

/** Messages, definitions and keys, until a stop in order. */
async function work(
  { data, writeKey, serverKey: key }: Workspace,
  under: readonly string[],
): Promise<readonly Acknowledgement[]> {
  const { service, url } = await Service.start({ data, under, flags: ['--checkpoint-interval', '1s'] });
  const acknowledged: Acknowledgement[] = [];
  // Rounded up: at this instant of the recorder's clock the answer was there.
  const now = (): number => Date.now() + 1;
  const onAcknowledged = (entries: readonly Entry[]): void => {
    acknowledged.push({ at: now(), messageIds: entries.map(({ messageId }) => messageId) });
  };
  const ledger = new Ledger('power');
  const sender = new Sender({ url, writeKey, ledger, everyMs: 25, onAcknowledged });
  const client = new HttpClient(url);
  const until = performance.now() + workMs;
  for (let turn = 1; performance.now() < until; turn++) {
    const body = { definitions: definitions(turn) };
    const applied = await client.call('POST', '/api/definitions', { key, body });
    const { revision } = applied.body as { readonly revision?: number };
    if (applied.status === 200 && revision !== undefined) acknowledged.push({ at: now(), revision });
    const keyName = `key ${turn}`;
    const made = await client.call('POST', '/api/server-keys', {
      key,
      body: { name: keyName, role: 'viewer' },
    });
    if (made.status === 201) acknowledged.push({ at: now(), keyName });
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  client.close();
  await sender.stop();
  await service.stop();
  return acknowledged;
}

async function checkImage(
  image: string,
  acknowledged: readonly Acknowledgement[],
  cut: number,
): Promise<string[]> {
  const offline = await readOffline(image).catch((error: unknown) => String(error));
  if (typeof offline === 'string') return [offline];
  const { messageIds, revision, faults } = offline;
  const found = [...faults];
  const there = new Set(messageIds);
  if (there.size < messageIds.length) found.push('a message is there twice');
  const keys = keyNamesOf(image);
  for (const one of acknowledged.filter(({ at }) => at <= cut)) {
    const lost = one.messageIds?.find((id) => !there.has(id));
    if (lost !== undefined) found.push(`${lost} is lost`);
    if (revision < (one.revision ?? 0)) found.push(`definitions ${one.revision} are lost`);
    if (one.keyName !== undefined && !keys.has(one.keyName)) found.push(`${one.keyName} is lost`);
  }
  return found;
}

function keyNamesOf(image: string): ReadonlySet<string> {
  const database = new DatabaseSync(join(image, 'catalog.sqlite'));
  try {
    const [check] = database.prepare('PRAGMA integrity_check').all();
    if (check?.['integrity_check'] !== 'ok') {
      throw new Error(`the catalog is damaged: ${JSON.stringify(check)}`);
    }
    return new Set(
      database
        .prepare('SELECT name FROM server_keys')
        .all()
        .map(({ name }) => String(name)),
    );
  } finally {
    database.close();
  }
}

/** The service starts on it, and takes a message. */
async function checkStart({ data, writeKey }: Workspace): Promise<readonly string[]> {
  const { service, url } = await Service.start({ data });
  const client = new HttpClient(url);
  const body = { type: 'track', event: 'Counted', userId: 'after', writeKey };
  const { status } = await client.call('POST', '/v1/track', { body });
  client.close();
  await service.stop();
  const faults = status === 200 ? [] : [`the first message after the cut was answered with ${status}`];
  return [...faults, ...service.complaints(), ...(await readOffline(data)).faults];
}
