/** What a process leaves on the machine: directories of scenarios, and processes that it started. */

import { readdirSync, readFileSync } from 'node:fs';

import { scratchPrefix, scratchRoot } from '../../src/scenario/scratch-directory.ts';

export function directoriesOf(pid: number): readonly string[] {
  return readdirSync(scratchRoot()).filter((name) => name.startsWith(scratchPrefix(pid)));
}

/** Whether the system tells of processes and their parents. */
export const knowsProcesses: boolean = process.platform === 'linux';

/** Processes that run a service for the one given, and have not ended. */
export function servicesOf(pid: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((id) => parentOf(id) === pid && commandOf(id).includes('service-process-main'));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits for what will come about by itself; the test's own time limit is the only one. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

function parentOf(pid: number): number | undefined {
  const text = read(`/proc/${pid}/stat`);
  // The name in brackets may hold anything.
  const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' || parent === undefined ? undefined : Number(parent);
}

function commandOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It has ended meanwhile.
    return '';
  }
}
