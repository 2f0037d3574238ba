/**
 * What a process wrote and synced, call by call, and the disks that a power cut could have left: all that was synced,
 * and of the rest a random part, page by page, in any order, the last page perhaps torn.
 *
 * A write is on the disk for certain when a sync of its file began after it and has returned, or when its file was opened
 * with O_DSYNC. Names (files made, moved, deleted) are there for certain when their directory, or the file itself, was
 * synced afterwards; of later ones those up to some point are there, as journals of file systems have it.
 *
 * What is written through memory is not seen: the lock files of LMDB and the shared memory of SQLite, which are made anew.
 */

import {
  closeSync,
  cpSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

import type { Random } from './random.ts';
import { filesOf } from './strace.ts';

const pageBytes = 4096;
const sectorBytes = 512;

/** A command to run a process under that writes down every call with its bytes, one file for each thread. */
export function recording(data: string, into: string): readonly string[] {
  const calls = 'openat,lseek,write,writev,pwrite64,fsync,fdatasync,ftruncate,rename,unlink,mkdir';
  return [
    ...['strace', '-ff', '--seccomp-bpf', '-D', '-y', '-xx', '-s', '100000000', '-T'],
    ...['--absolute-timestamps=format:unix,precision:us', '-o', into],
    ...filesOf(data).flatMap((file) => ['-P', file]),
    ...['-e', `trace=${calls}`],
  ];
}

/** When a call began and when it had returned, in milliseconds since 1970, with fractions. */
type Timed = { readonly from: number; readonly to: number };

type Content = { readonly path: string; /** Its own sync, O_DSYNC. */ readonly isSynced?: true } & (
  | { readonly kind: 'write'; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly length: number }
);
type Name = { readonly path: string } & (
  { readonly kind: 'create' | 'unlink' | 'mkdir' } | { readonly kind: 'rename'; readonly target: string }
);
type Sync = { readonly kind: 'sync'; readonly path: string };
type Operation = Timed & (Content | Name | Sync);

/** `durableAt`: from when on a power cut cannot take it back. */
type Durable<T> = T & Timed & { readonly durableAt: number };

export class RecordedDisk {
  readonly #data: string;
  readonly #contents: readonly Durable<Content>[];
  readonly #names: readonly Durable<Name>[];
  /** Ends of syncs: about them the most interesting things happen. */
  readonly #syncs: readonly number[];
  readonly #syncCalls: readonly (Timed & Sync)[];
  readonly begin: number;
  readonly end: number;

  constructor(data: string, operations: readonly Operation[]) {
    this.#data = data;
    const syncs = operations.filter((one) => one.kind === 'sync');
    const syncedAfter = (path: string, instant: number): number =>
      syncs.find((sync) => sync.path === path && sync.from >= instant)?.to ?? Infinity;
    this.#syncCalls = syncs;
    this.#syncs = syncs.map(({ to }) => to);
    this.#contents = operations
      .filter((one) => one.kind === 'write' || one.kind === 'truncate')
      .map((one) => ({ ...one, durableAt: one.isSynced ? one.to : syncedAfter(one.path, one.to) }));
    this.#names = operations
      .filter((one) => one.kind !== 'write' && one.kind !== 'truncate' && one.kind !== 'sync')
      .map((one) => {
        const path = one.kind === 'rename' ? one.target : one.path;
        const durableAt = Math.min(syncedAfter(dirname(path), one.to), syncedAfter(path, one.to));
        return { ...one, durableAt };
      });
    this.begin = operations[0]?.from ?? 0;
    this.end = operations.at(-1)?.to ?? 0;
  }

  get writes(): number {
    return this.#contents.length;
  }

  get syncs(): number {
    return this.#syncs.length;
  }

  /**
   * Files and folders that were made and stayed, whose directory was not synced since: file systems that do not bring names
   * to the disk with the files themselves may forget them.
   */
  namesNotSynced(): readonly string[] {
    const gone = new Set(this.#names.filter(({ kind }) => kind === 'unlink').map(({ path }) => path));
    const made = this.#names.filter(
      ({ kind, path }) => kind !== 'unlink' && kind !== 'rename' && !gone.has(path),
    );
    const paths = [...new Set(made.map(({ path }) => path))];
    return paths.filter((path) => {
      const madeAt = made.find((one) => one.path === path)?.to ?? Infinity;
      return !this.#syncCalls.some((sync) => sync.path === dirname(path) && sync.from >= madeAt);
    });
  }

  /** An instant to cut the power at: any, or one close to a sync. */
  chooseCut(random: Random): number {
    if (random.chance(0.4)) return random.between(this.begin, this.end + 1);
    return this.#syncs[random.below(this.#syncs.length)]! + random.between(-0.5, 0.5);
  }

  /** Makes the directory `image` what the power cut left of what was `before` and of what was recorded. */
  restore(before: string | undefined, image: string, cut: number, random: Random): void {
    if (before === undefined) mkdirSync(image);
    else cpSync(before, image, { recursive: true });
    const place = (path: string): string => join(image, path.slice(this.#data.length));
    const names = this.#keptNames(cut, random);
    // Few writes or most of them: both happen.
    const share = [0, 0.1, 0.5, 0.9, 1][random.below(5)]!;
    const all = [...names, ...this.#contents.filter(({ from }) => from < cut)];
    for (const operation of all.sort((a, b) => a.from - b.from)) {
      if (operation.kind === 'write' || operation.kind === 'truncate') {
        const chance = operation.durableAt <= cut ? 1 : share;
        applyContent(operation, place(operation.path), chance, random);
      } else {
        applyName(operation, place);
      }
    }
  }

  #keptNames(cut: number, random: Random): readonly Durable<Name>[] {
    const begun = this.#names.filter(({ from }) => from < cut);
    const certain = 1 + begun.findLastIndex(({ durableAt }) => durableAt <= cut);
    return begun.slice(0, certain + random.below(begun.length - certain + 1));
  }
}

function applyName(name: Name, place: (path: string) => string): void {
  const path = place(name.path);
  switch (name.kind) {
    case 'mkdir':
      mkdirSync(path, { recursive: true });
      return;
    case 'create':
      closeSync(openSync(path, 'a'));
      return;
    case 'unlink':
      rmSync(path, { force: true });
      return;
    case 'rename':
      if (existsSync(path)) renameSync(path, place(name.target));
  }
}

function applyContent(content: Content, path: string, chance: number, random: Random): void {
  if (!existsSync(path)) return;
  const file = openSync(path, 'r+');
  if (content.kind === 'truncate') {
    if (random.chance(chance)) ftruncateSync(file, content.length);
  } else {
    for (let start = 0; start < content.bytes.length; start += pageBytes) {
      if (!random.chance(chance)) continue;
      const page = content.bytes.subarray(start, start + pageBytes);
      const isTorn = chance < 1 && random.chance(0.1);
      const length = isTorn ? Math.min(page.length, sectorBytes * (1 + random.below(7))) : page.length;
      writeSync(file, page, 0, length, content.at + start);
    }
  }
  closeSync(file);
}

/** Waits until the recorder has written all of it. */
export async function readRecording(data: string, into: string): Promise<RecordedDisk> {
  const folder = dirname(into);
  for (;;) {
    const files = readdirSync(folder).filter((name) => name.startsWith(`${basename(into)}.`));
    const texts = files.map((name) => readFileSync(join(folder, name), 'latin1'));
    if (texts.every((text) => /\+\+\+ (?:exited|killed)[^\n]*\n$/u.test(text))) {
      return new RecordedDisk(data, parse(texts));
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

type Call = Timed & { readonly name: string; readonly text: string; readonly result: number };

function parse(texts: readonly string[]): readonly Operation[] {
  const calls: Call[] = [];
  for (const line of texts.flatMap((text) => text.split('\n'))) {
    const found = /^([\d.]+) (\w+)\((.*)\) += (\d+)(?:<[^>]*>)? <([\d.]+)>$/su.exec(line);
    if (found === null) continue;
    const [, began, name = '', text = '', result, seconds] = found;
    const from = Number(began) * 1_000;
    calls.push({ from, to: from + Number(seconds) * 1_000, name, text, result: Number(result) });
  }
  const reader = new CallReader();
  return calls.sort((a, b) => a.from - b.from).flatMap((call) => reader.read(call));
}

/** Knows of each file handle what its calls do not say. */
class CallReader {
  /** Where the next write goes. */
  readonly #places = new Map<string, number>();
  /** Handles whose writes are synced. */
  readonly #synced = new Set<string>();

  read({ name, text, from, to, result }: Call): readonly Operation[] {
    return this.#read(name, text, result).map((operation) => ({ ...operation, from, to }));
  }

  #read(name: string, text: string, result: number): readonly (Content | Name | Sync)[] {
    const [, handle = '', escaped = ''] = /^(\d+)<([^>]*)>/u.exec(text) ?? [];
    const path = hexBytes(escaped).toString();
    const strings = [...text.matchAll(/"((?:\\x[0-9a-f]{2})*)"/gu)].map(([, hex = '']) => hexBytes(hex));
    const [first = '', second = ''] = strings.map(String);
    const last = Number(/, (\d+)$/u.exec(text)?.[1]);
    switch (name) {
      case 'openat':
        return this.#open(String(result), first, text);
      case 'lseek':
        this.#places.set(handle, result);
        return [];
      case 'pwrite64':
        return [this.#write(handle, path, Buffer.concat(strings), last)];
      case 'write':
      case 'writev': {
        const at = this.#places.get(handle) ?? 0;
        this.#places.set(handle, at + result);
        return [this.#write(handle, path, Buffer.concat(strings), at)];
      }
      case 'fsync':
      case 'fdatasync':
        return [{ kind: 'sync', path }];
      case 'ftruncate':
        return [{ kind: 'truncate', path, length: last }];
      case 'mkdir':
      case 'unlink':
        return [{ kind: name, path: first }];
      case 'rename':
        return [{ kind: 'rename', path: first, target: second }];
      default:
        throw new Error(`a call that is not known: ${name}`);
    }
  }

  #open(handle: string, path: string, flags: string): readonly (Content | Name)[] {
    this.#places.set(handle, 0);
    if (flags.includes('O_DSYNC')) this.#synced.add(handle);
    else this.#synced.delete(handle);
    return [
      ...(flags.includes('O_CREAT') ? [{ kind: 'create', path } as const] : []),
      ...(flags.includes('O_TRUNC') ? [{ kind: 'truncate', path, length: 0 } as const] : []),
    ];
  }

  #write(handle: string, path: string, bytes: Buffer, at: number): Content {
    const write = { kind: 'write', path, at, bytes } as const;
    return this.#synced.has(handle) ? { ...write, isSynced: true } : write;
  }
}

/** The bytes of what strace writes as `\x2f\x74`. */
function hexBytes(text: string): Buffer {
  return Buffer.from(text.replaceAll('\\x', ''), 'hex');
}
