/** The data directory: made when it is not there, checked, held by one process at a time, its disk watched. */

import {
  dataPaths,
  inspectDirectory,
  makeDirectory,
  unusable,
  writeFormat,
  type DataPaths,
} from './data-format.ts';
import { lockDirectory, type DataLock } from './data-lock.ts';
import { DiskWatch, type DiskSpace, type DiskState } from './disk-watch.ts';

export interface DataDirectory {
  readonly path: string;
  readonly paths: DataPaths;
  /** Free space as of a second ago. */
  diskState(): DiskState;
  /** Lets others use it; what lies in it must be closed before. */
  close(): Promise<void>;
}

export type DataDirectoryOptions = {
  /** How often the disk is asked for its free space, in milliseconds; 1,000 when left out. */
  readonly pollMs?: number;
  /** Another way of asking, for tests. */
  readonly measureDisk?: () => Promise<DiskSpace>;
};

/**
 * Opens a data directory for this process alone.
 *
 * @throws StorageError `data/locked`, `data/newer-format`, `data/foreign`, `data/not-a-directory`, `data/unusable`;
 * then nothing in the directory was changed
 */
export async function openDataDirectory(
  path: string,
  options: DataDirectoryOptions = {},
): Promise<DataDirectory> {
  await makeDirectory(path);
  await inspectDirectory(path);
  const lock = await lockDirectory(path);
  try {
    // Again: whoever held the lock until now may have made it a data directory.
    if ((await inspectDirectory(path)) === 'empty') await writeFormat(path);
    const disk = await DiskWatch.start(path, options.pollMs, options.measureDisk);
    return new OpenDirectory(path, lock, disk);
  } catch (error) {
    lock.release();
    throw error instanceof Error && error.name === 'StorageError' ? error : unusable(path, error);
  }
}

class OpenDirectory implements DataDirectory {
  readonly path: string;
  readonly paths: DataPaths;
  readonly #lock: DataLock;
  readonly #disk: DiskWatch;
  #closed = false;

  constructor(path: string, lock: DataLock, disk: DiskWatch) {
    this.path = path;
    this.paths = dataPaths(path);
    this.#lock = lock;
    this.#disk = disk;
  }

  diskState(): DiskState {
    return this.#disk.state;
  }

  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#disk.stop();
      this.#lock.release();
    }
    return Promise.resolve();
  }
}
