/**
 * A disk of its own that fills up: the doors close before it is full, reading goes on, and when there is room again they
 * open. Then somebody else fills it to the last byte at once, which no door can be closed before.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

import { checkFates } from './check.ts';
import { checkRestart } from './disk-errors.ts';
import { HttpClient } from './http-client.ts';
import { Ledger } from './ledger.ts';
import { Sender } from './sender.ts';
import { Service } from './service.ts';
import { copyWorkspace, makeDirectory, removeDirectory, type Workspace } from './workspace.ts';

/** Whether this machine lets a disk in memory be mounted. */
export const canMount: boolean =
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' }).status === 0;
export const mountNote: string = canMount ? '' : ' (skipped: a disk of its own cannot be mounted)';

const diskMib = 64;
/** Below it, the doors close: 5 % of the disk. */
const lowBytes = (diskMib * 2 ** 20) / 20;
/** What the test leaves above that. */
const roomBytes = 2 ** 18;
const patienceMs = 120_000;

export type FullDiskTally = { readonly acknowledged: number; readonly faults: readonly string[] };

class Disk {
  readonly path: string = join(makeDirectory(), 'disk');

  constructor() {
    mkdirSync(this.path);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskMib}m`, 'tmpfs', this.path]);
  }

  get free(): number {
    const { bavail, bsize } = statfsSync(this.path);
    return bavail * bsize;
  }

  get #filler(): string {
    return join(this.path, 'filler');
  }

  /** Takes room until only so much is left. */
  fillTo(leaveBytes: number): void {
    execFileSync('fallocate', ['-l', String(Math.floor(this.free - leaveBytes)), this.#filler]);
  }

  /** Takes all that there is, whoever else wants it. */
  fill(): void {
    spawnSync('cp', ['/dev/zero', this.#filler], { stdio: 'ignore' });
  }

  clear(): void {
    rmSync(this.#filler, { force: true });
  }

  unmount(): void {
    execFileSync('umount', ['-l', this.path]);
    removeDirectory(join(this.path, '..'));
  }
}

/** Ingest itself fills the disk up to where the doors close. */
export async function fillDisk(template: Workspace): Promise<FullDiskTally> {
  const disk = new Disk();
  const workspace = copyWorkspace(template, join(disk.path, 'data'));
  const { service, url } = await Service.start({
    data: workspace.data,
    flags: ['--checkpoint-interval', '1s'],
  });
  try {
    disk.fillTo(lowBytes + roomBytes);
    const ledger = new Ledger('full');
    const faults = await sendUntilRefused(url, workspace, ledger);
    if (disk.free === 0) faults.push('the doors closed when the disk was full already');
    faults.push(...(await checkFates(url, workspace, ledger)).faults);
    disk.clear();
    faults.push(...(await untilReady(url)));
    await service.stop();
    // Whoever was refused comes again, and is taken.
    faults.push(...(await checkRestart(workspace, ledger)));
    return { acknowledged: ledger.count('acknowledged'), faults };
  } finally {
    await service.kill();
    disk.unmount();
  }
}

async function sendUntilRefused(url: string, { writeKey }: Workspace, ledger: Ledger): Promise<string[]> {
  const sender = new Sender({ url, writeKey, ledger, everyMs: 5, batchMessages: 20 });
  const until = performance.now() + patienceMs;
  while (sender.firstRefusalMs === undefined && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await sender.stop();
  const refusals = [...sender.refusals.keys()];
  return refusals.join() === 'intake/disk-low'
    ? []
    : [`expected intake/disk-low, was answered ${refusals.join()}`];
}

/** Resolves when the doors are open again. */
async function untilReady(url: string): Promise<readonly string[]> {
  const client = new HttpClient(url);
  const until = performance.now() + patienceMs;
  try {
    for (;;) {
      const { status, body } = await client.call('GET', '/ready');
      if (status === 200) return [];
      if (performance.now() > until) return [`not ready again: ${JSON.stringify(body)}`];
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    client.close();
  }
}

/** From one moment to the next not a byte is left. */
export async function fillDiskAtOnce(template: Workspace): Promise<FullDiskTally> {
  const disk = new Disk();
  const workspace = copyWorkspace(template, join(disk.path, 'data'));
  const { service, url } = await Service.start({ data: workspace.data });
  try {
    const ledger = new Ledger('at-once');
    const sender = new Sender({ url, writeKey: workspace.writeKey, ledger, everyMs: 5, batchMessages: 20 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    disk.fill();
    const patience = setTimeout(() => service.process.kill('SIGKILL'), patienceMs);
    // Either the disk was seen to be full before a write failed, or the process ends.
    while (sender.firstRefusalMs === undefined && service.process.exitCode === null) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    if (sender.refusals.has('intake/disk-low')) service.process.kill('SIGTERM');
    const { signal } = await service.ended;
    clearTimeout(patience);
    await sender.stop();
    const faults = signal === null ? [] : [`it did not end by itself: ${await service.lastWords()}`];
    disk.clear();
    faults.push(...(await checkRestart(workspace, ledger)));
    return { acknowledged: ledger.count('acknowledged'), faults };
  } finally {
    await service.kill();
    disk.unmount();
  }
}
