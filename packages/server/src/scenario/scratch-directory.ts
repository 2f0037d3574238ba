/**
 * Directories for data that nobody needs afterwards. They lie in memory where the system has a place for that, since they
 * need not outlive the machine, and go when they are removed or when this process ends, by itself or by a signal.
 */

import { accessSync, constants, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const inMemory = '/dev/shm';
/** Free memory that must be there for it to be used, in bytes: where it is small it is meant for something else. */
const inMemoryFreeMin = 2 ** 30;

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Signal = (typeof signals)[number];

/** Those that are there. */
const directories = new Set<string>();

/** Directories of this process begin so. */
export function scratchPrefix(pid: number): string {
  return `segue-scenario-${pid}-`;
}

/** Where they are made. */
export function scratchRoot(): string {
  try {
    const { bavail, bsize } = statfsSync(inMemory);
    accessSync(inMemory, constants.W_OK);
    if (bavail * bsize >= inMemoryFreeMin) return inMemory;
  } catch {
    // Not on this system, or not for us.
  }
  return tmpdir();
}

/** Makes one, for nobody but this user. */
export function makeScratchDirectory(): string {
  const directory = mkdtempSync(join(scratchRoot(), scratchPrefix(process.pid)));
  if (directories.size === 0) watchForTheEnd();
  directories.add(directory);
  return directory;
}

/**
 * Removes one with all that is in it. Files that are open stay usable until they are closed, except on systems that do
 * not remove those: there it does nothing yet, and is to be called again when they are closed.
 */
export function removeScratchDirectory(directory: string): void {
  try {
    rmSync(directory, { recursive: true, force: true });
  } catch {
    return;
  }
  directories.delete(directory);
  if (directories.size === 0) stopWatching();
}

function watchForTheEnd(): void {
  process.on('exit', removeAll);
  for (const signal of signals) process.on(signal, onSignal);
}

function stopWatching(): void {
  process.off('exit', removeAll);
  for (const signal of signals) process.off(signal, onSignal);
}

function removeAll(): void {
  for (const directory of directories) removeScratchDirectory(directory);
}

/** Does what the signal would have done, unless somebody else has taken that upon themselves. */
function onSignal(signal: Signal): void {
  const isOurs = process.listenerCount(signal) === 1;
  if (!isOurs) return;
  removeAll();
  stopWatching();
  process.kill(process.pid, signal);
}
