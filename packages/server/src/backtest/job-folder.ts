/**
 * Jobs on the disk: a folder for each, with `job.json` (what it is and how it stands), `checkpoint` while it is under way and
 * `result.json` when it is done. All of it may be deleted while nothing runs.
 */

import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { writeDurably } from '../log/durable-files.ts';
import type { Job } from './job.ts';

/** Grows when older ones can no longer be read. */
const format = 1;
const idPattern = /^[a-z0-9_]{1,40}$/;

export class JobFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Those that can be read; others are left alone. */
  async readAll(): Promise<readonly Job[]> {
    const jobs: Job[] = [];
    // Made with the first job.
    const names = await readdir(this.path).catch(() => []);
    for (const id of names) {
      const job = idPattern.test(id) ? await this.#read(id) : undefined;
      if (job !== undefined) jobs.push(job);
    }
    return jobs.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  }

  pathOf(id: string): string {
    return join(this.path, id);
  }

  /** Durable when it resolves. */
  async write(job: Job): Promise<void> {
    const folder = this.pathOf(job.id);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeDurably(join(folder, 'job.json'), `${JSON.stringify({ format, job })}\n`);
  }

  /** Undefined where there is none. */
  async result(id: string): Promise<unknown> {
    const text = await readFile(resultFile(this.pathOf(id)), 'utf8').catch(() => undefined);
    return text === undefined ? undefined : JSON.parse(text);
  }

  /** Takes customers out of the lists of names. */
  async forgetInResult(id: string, names: ReadonlySet<string>): Promise<void> {
    const result = await this.result(id);
    if (result === undefined) return;
    const kept = without(result, names);
    if (JSON.stringify(kept) === JSON.stringify(result)) return;
    await writeDurably(resultFile(this.pathOf(id)), `${JSON.stringify(kept)}\n`);
  }

  async removeCheckpoint(id: string): Promise<void> {
    await rm(checkpointFile(this.pathOf(id)), { force: true });
  }

  async remove(id: string): Promise<void> {
    await rm(this.pathOf(id), { recursive: true, force: true });
  }

  async #read(id: string): Promise<Job | undefined> {
    try {
      const text = await readFile(join(this.pathOf(id), 'job.json'), 'utf8');
      const kept = JSON.parse(text) as { readonly format?: unknown; readonly job?: Job };
      return kept.format === format && kept.job?.id === id ? kept.job : undefined;
    } catch {
      // Cut short while it was made: nobody was told of it.
      return undefined;
    }
  }
}

export function checkpointFile(folder: string): string {
  return join(folder, 'checkpoint');
}

export function resultFile(folder: string): string {
  return join(folder, 'result.json');
}

/** Lists hold names, and rows of a customer. */
function without(found: unknown, names: ReadonlySet<string>): unknown {
  if (Array.isArray(found)) {
    const items: readonly unknown[] = found;
    return items.filter((item) => !isOf(item, names)).map((item) => without(item, names));
  }
  if (typeof found !== 'object' || found === null) return found;
  return Object.fromEntries(Object.entries(found).map(([key, value]) => [key, without(value, names)]));
}

function isOf(item: unknown, names: ReadonlySet<string>): boolean {
  if (typeof item === 'string') return names.has(item);
  if (typeof item !== 'object' || item === null || !('customer' in item)) return false;
  return typeof item.customer === 'string' && names.has(item.customer);
}
