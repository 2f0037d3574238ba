/** The facts without which a figure says nothing. */

import { execFileSync } from 'node:child_process';
import os from 'node:os';

export type MachineFacts = {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  /** Processes that wanted a core in the minute before; with none but the benchmark about 1. */
  readonly load: number;
  readonly os: string;
  readonly node: string;
  readonly v8: string;
  /** With `+` when files had been changed since. */
  readonly commit: string;
  readonly at: string;
};

export function machineFacts(): MachineFacts {
  const [cpu] = os.cpus();
  return {
    cpu: cpu === undefined ? 'unknown' : cpu.model.trim(),
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    load: Math.round((os.loadavg()[0] ?? 0) * 10) / 10,
    os: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.version,
    v8: process.versions.v8,
    commit: commit(),
    at: new Date().toISOString(),
  };
}

function commit(): string {
  try {
    const git = (...args: string[]): string =>
      execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const changed = git('status', '--porcelain', '--', 'packages', 'bench');
    return git('rev-parse', '--short=12', 'HEAD') + (changed === '' ? '' : '+');
  } catch {
    return 'unknown';
  }
}
