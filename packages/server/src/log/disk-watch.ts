/** Watches the free space of a disk, so that doors close before it is full: after ENOSPC only a restart helps. */

import { statfs } from 'node:fs/promises';

export type DiskState = {
  /** Bytes that this process can still use. */
  readonly free: number;
  /** Bytes of the file system. */
  readonly total: number;
  /** Less is free than 1 GiB, or than 5 % where that is smaller: nothing more may be taken. */
  readonly low: boolean;
};

export type DiskSpace = { readonly free: number; readonly total: number };

/** How often the disk is asked, in milliseconds. */
const pollMsDefault = 1_000;
const lowBytes = 2 ** 30;
const lowShare = 0.05;

export class DiskWatch {
  readonly #measure: () => Promise<DiskSpace>;
  readonly #timer: NodeJS.Timeout;
  #state: DiskState;
  #busy = false;

  private constructor(measure: () => Promise<DiskSpace>, first: DiskSpace, pollMs: number) {
    this.#measure = measure;
    this.#state = judge(first);
    this.#timer = setInterval(() => void this.#poll(), pollMs);
    this.#timer.unref();
  }

  /** Begins with a measurement. `measure` is another way of asking, for tests. */
  static async start(
    path: string,
    pollMs: number = pollMsDefault,
    measure: () => Promise<DiskSpace> = () => measureDisk(path),
  ): Promise<DiskWatch> {
    return new DiskWatch(measure, await measure(), pollMs);
  }

  /** As of the last measurement. */
  get state(): DiskState {
    return this.#state;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #poll(): Promise<void> {
    // A disk that hangs must not gather questions.
    if (this.#busy) return;
    this.#busy = true;
    try {
      this.#state = judge(await this.#measure());
    } catch {
      // The disk cannot be asked: writing to it will say why, and what was known stands until then.
    } finally {
      this.#busy = false;
    }
  }
}

export function judge({ free, total }: DiskSpace): DiskState {
  return { free, total, low: free < Math.min(lowBytes, total * lowShare) };
}

async function measureDisk(path: string): Promise<DiskSpace> {
  const { bsize, blocks, bavail } = await statfs(path);
  return { free: bavail * bsize, total: blocks * bsize };
}
