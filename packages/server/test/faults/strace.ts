/**
 * The system that a process runs on, made to fail at a chosen call: strace kills the process before the n-th call of a kind
 * on a file, or gives the call's error instead of carrying it out.
 *
 * strace counts calls by thread. Node's pool is set to one thread, on which LMDB and the file system work, so that the
 * n-th call is the n-th of all but the main thread's.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Calls that change what is on the disk. */
export const changingCalls = [
  'write',
  'writev',
  'pwrite64',
  'pwritev',
  'fsync',
  'fdatasync',
  'msync',
  'ftruncate',
  'rename',
  'unlink',
  'mkdir',
] as const;
export type ChangingCall = (typeof changingCalls)[number];

/** Whether this machine lets a process be traced, and if not, for the name of a test that is skipped. */
export const canTrace: boolean =
  spawnSync('strace', ['-f', '--seccomp-bpf', '-D', '-e', 'trace=fdatasync', 'true'], { stdio: 'ignore' })
    .status === 0;
export const traceNote: string = canTrace ? '' : ' (skipped: strace is not usable)';

/** One thread for all that is not the main thread's. */
export const oneThread: Readonly<Record<string, string>> = { UV_THREADPOOL_SIZE: '1' };

/** Files of a data directory, those that come and go included. */
export function filesOf(data: string): readonly string[] {
  const stores = ['log', 'checkpoint', 'feed', 'quarantine', 'deliveries'];
  const known = [
    'format.json',
    'workspace.json',
    'lock.json',
    'lock.sqlite',
    'catalog.sqlite',
    ...stores,
    ...stores.map((store) => `${store}/data.mdb`),
  ];
  const there = existsSync(data) ? (readdirSync(data, { recursive: true }) as string[]) : [];
  const files = [...new Set([...known, ...there])].filter((file) => !file.endsWith('lock.mdb'));
  const beside = files.flatMap((file) => {
    if (file.endsWith('.json')) return [`${file}.new`];
    return file.endsWith('.sqlite') ? [`${file}-wal`, `${file}-journal`] : [];
  });
  return ['', ...files, ...beside].map((file) => join(data, file));
}

/** A command to run a process under that writes every changing call to a file. */
export function recordingCalls(data: string, into: string): readonly string[] {
  return [
    ...['strace', '-f', '--seccomp-bpf', '-D', '-y', '-s', '0', '-o', into],
    ...filesOf(data).flatMap((file) => ['-P', file]),
    ...['-e', `trace=${changingCalls.join(',')}`],
  ];
}

/** What strace does to a call. */
export type Injection = {
  readonly call: string;
  readonly path: string;
  /** `signal=SIGKILL`, `error=EIO`, and so on. */
  readonly what: string;
  /** `3`: the third; `3+`: it and all after it. */
  readonly when: string;
};

/** A command to run a process under that makes a call on a file fail. */
export function injecting({ call, path, what, when }: Injection): readonly string[] {
  // With the filter of --seccomp-bpf, which is faster, signals are not injected.
  const filter = what.startsWith('signal=') ? [] : ['--seccomp-bpf'];
  return [
    ...['strace', '-f', ...filter, '-D', '-o', '/dev/null', '-P', path],
    ...['-e', `trace=${call}`, '-e', `inject=${call}:${what}:when=${when}`],
  ];
}

/** The n-th call of a kind on a file. */
export type Point = { readonly call: ChangingCall; readonly path: string; readonly n: number };

/** Every point that was passed, in order of the calls; of threads that reach the same, the first. */
export function readPoints(recorded: string): readonly Point[] {
  const counts = new Map<string, number>();
  const points = new Map<string, Point>();
  for (const line of readFileSync(recorded, 'utf8').split('\n')) {
    const [, thread = '', name = '', rest = ''] = /^(\d+) +(\w+)\((.*)$/u.exec(line) ?? [];
    const call = changingCalls.find((one) => one === name);
    const path = /^\d+<([^>]*)>|^"([^"]*)"/u.exec(rest);
    if (call === undefined || path === null) continue;
    const file = path[1] ?? path[2] ?? '';
    const key = `${thread} ${call} ${file}`;
    const n = (counts.get(key) ?? 0) + 1;
    counts.set(key, n);
    const id = `${call} ${file} ${n}`;
    if (!points.has(id)) points.set(id, { call, path: file, n });
  }
  return [...points.values()];
}
