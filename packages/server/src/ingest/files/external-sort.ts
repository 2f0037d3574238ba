/**
 * Sorting more than fits in memory.
 *
 * Items are collected up to a limit of memory; a full chunk is sorted and written to a temporary folder as a run, and
 * at the end the runs are merged through a heap. Equal items keep the order in which they were added: within a chunk
 * because `Array.sort` is stable, between runs because the earlier run wins. What fits in memory never touches the
 * disk. Reading and writing runs is synchronous and buffered: the merge is then a plain loop, and callers get
 * batches between which other work can run.
 *
 * Cost: n log n comparisons, each item is written and read once for every pass; up to `runsMax` runs need one pass.
 */

import { closeSync, mkdtempSync, openSync, readSync, rmSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileError, systemCode } from './file-error.ts';
import { SORT_MEMORY_BYTES, SORT_RUNS_MAX } from './limits.ts';

export type SortOptions<T extends object> = {
  /** Negative when a comes before b, 0 where arrival decides. */
  readonly compare: (a: T, b: T) => number;
  /** One line without a line feed. */
  readonly write: (item: T) => string;
  readonly read: (line: string) => T;
  /** Bytes that the item takes in memory, roughly. */
  readonly sizeOf: (item: T) => number;
  readonly memoryBytes?: number;
  readonly runsMax?: number;
  /** Where runs are written; the system's folder for temporary files when left out. */
  readonly folder?: string | undefined;
};

/** Items handed out at a time. */
const BATCH_ITEMS = 1_024;
const WRITE_CHARS = 1 << 20;
const READ_BYTES = 1 << 18;
const LINE_FEED = 10;

const folders = new Set<string>();
let cleaning = false;

function makeFolder(parent: string): string {
  const folder = mkdtempSync(join(parent, 'segue-sort-'));
  folders.add(folder);
  if (!cleaning) {
    cleaning = true;
    process.once('exit', () => {
      for (const path of folders) rmSync(path, { recursive: true, force: true });
    });
  }
  return folder;
}

export class ExternalSorter<T extends object> {
  readonly #options: SortOptions<T>;
  readonly #memoryBytes: number;
  #chunk: T[] = [];
  #chunkBytes = 0;
  #inOrder = true;
  #runs: string[] = [];
  #runCount = 0;
  #folder: string | undefined;
  readonly #open = new Set<RunReader<T>>();

  constructor(options: SortOptions<T>) {
    this.#options = options;
    this.#memoryBytes = options.memoryBytes ?? SORT_MEMORY_BYTES;
  }

  /** True when at least one run was written to disk. */
  get spilled(): boolean {
    return this.#runCount > 0;
  }

  /** True when the next item like the last one would make a run. */
  get full(): boolean {
    return this.#chunkBytes >= this.#memoryBytes;
  }

  add(item: T): void {
    if (this.full) this.#spill();
    const last = this.#chunk[this.#chunk.length - 1];
    if (this.#inOrder && last !== undefined && this.#options.compare(last, item) > 0) this.#inOrder = false;
    this.#chunk.push(item);
    this.#chunkBytes += this.#options.sizeOf(item);
  }

  /** All items in order, in batches; the sorter is used up by it. Removes its files at the end, also when left early. */
  *sorted(): Generator<T[], void, undefined> {
    try {
      this.#sortChunk();
      if (this.#runs.length === 0) {
        const chunk = this.#chunk;
        this.#chunk = [];
        for (let i = 0; i < chunk.length; i += BATCH_ITEMS) yield chunk.slice(i, i + BATCH_ITEMS);
        return;
      }
      if (this.#chunk.length > 0) this.#spill();
      this.#reduceRuns();
      yield* this.#merge(this.#runs);
    } finally {
      this.close();
    }
  }

  /** Forgets everything and removes the files. Safe to call twice. */
  close(): void {
    for (const reader of this.#open) reader.close();
    this.#open.clear();
    this.#chunk = [];
    this.#chunkBytes = 0;
    this.#runs = [];
    if (this.#folder === undefined) return;
    rmSync(this.#folder, { recursive: true, force: true });
    folders.delete(this.#folder);
    this.#folder = undefined;
  }

  #sortChunk(): void {
    if (!this.#inOrder) this.#chunk.sort(this.#options.compare);
  }

  #spill(): void {
    this.#sortChunk();
    this.#runs.push(this.#writeRun([this.#chunk]));
    this.#chunk = [];
    this.#chunkBytes = 0;
    this.#inOrder = true;
  }

  #writeRun(batches: Iterable<readonly T[]>): string {
    const parent = this.#options.folder ?? tmpdir();
    try {
      this.#folder ??= makeFolder(parent);
      const path = join(this.#folder, `run-${this.#runCount}`);
      this.#runCount += 1;
      const file = openSync(path, 'wx', 0o600);
      try {
        this.#writeLines(file, batches);
      } finally {
        closeSync(file);
      }
      return path;
    } catch (error) {
      if (systemCode(error) === '') throw error;
      throw new FileError(
        systemCode(error) === 'ENOSPC' ? 'file.no_space' : 'file.unreadable',
        parent,
        `cannot write the temporary files of the sort (${systemCode(error)}); free some space there, or set TMPDIR to a folder that has room`,
        error,
      );
    }
  }

  #writeLines(file: number, batches: Iterable<readonly T[]>): void {
    let text = '';
    for (const batch of batches) {
      for (const item of batch) {
        text += `${this.#options.write(item)}\n`;
        if (text.length < WRITE_CHARS) continue;
        writeAll(file, text);
        text = '';
      }
    }
    writeAll(file, text);
  }

  /** Merges neighbouring runs until one merge can read all that is left. */
  #reduceRuns(): void {
    const runsMax = this.#options.runsMax ?? SORT_RUNS_MAX;
    while (this.#runs.length > runsMax) {
      const merged: string[] = [];
      for (let i = 0; i < this.#runs.length; i += runsMax) {
        const group = this.#runs.slice(i, i + runsMax);
        merged.push(this.#writeRun(this.#merge(group)));
        for (const path of group) unlinkSync(path);
      }
      this.#runs = merged;
    }
  }

  *#merge(runs: readonly string[]): Generator<T[], void, undefined> {
    const heap = new RunHeap<T>(this.#options.compare);
    for (const [index, path] of runs.entries()) {
      const reader = new RunReader<T>(path, index, this.#options.read);
      this.#open.add(reader);
      const item = reader.next();
      if (item === undefined) this.#closeReader(reader);
      else heap.push({ reader, item });
    }
    let batch: T[] = [];
    for (let top = heap.top(); top !== undefined; top = heap.top()) {
      batch.push(top.item);
      const item = top.reader.next();
      if (item === undefined) {
        this.#closeReader(top.reader);
        heap.pop();
      } else {
        top.item = item;
        heap.sink();
      }
      if (batch.length < BATCH_ITEMS) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  }

  #closeReader(reader: RunReader<T>): void {
    reader.close();
    this.#open.delete(reader);
  }
}

function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
}

/** One run, read line by line. */
class RunReader<T extends object> {
  readonly index: number;
  readonly #file: number;
  readonly #read: (line: string) => T;
  #buffer: Buffer = Buffer.allocUnsafe(READ_BYTES);
  #start = 0;
  #end = 0;
  #closed = false;

  constructor(path: string, index: number, read: (line: string) => T) {
    this.index = index;
    this.#read = read;
    this.#file = openSync(path, 'r');
  }

  /** The next item; undefined at the end. */
  next(): T | undefined {
    let from = this.#start;
    for (;;) {
      const at = this.#buffer.subarray(0, this.#end).indexOf(LINE_FEED, from);
      if (at >= 0) {
        const line = this.#buffer.toString('utf8', this.#start, at);
        this.#start = at + 1;
        return this.#read(line);
      }
      const kept = this.#end - this.#start;
      if (!this.#fill()) return undefined;
      from = this.#start + kept;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#file);
  }

  /** Moves what is left to the front, makes room and reads on; false at the end. */
  #fill(): boolean {
    const left = this.#end - this.#start;
    const target =
      left * 2 > this.#buffer.length ? Buffer.allocUnsafe(this.#buffer.length * 2) : this.#buffer;
    this.#buffer.copy(target, 0, this.#start, this.#end);
    this.#buffer = target;
    this.#start = 0;
    const count = readSync(this.#file, target, left, target.length - left, null);
    this.#end = left + count;
    return count > 0;
  }
}

type Cursor<T extends object> = { readonly reader: RunReader<T>; item: T };

/** A binary heap of runs by their current item; equal items by the number of the run. */
class RunHeap<T extends object> {
  readonly #items: Cursor<T>[] = [];
  readonly #compare: (a: T, b: T) => number;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  top(): Cursor<T> | undefined {
    return this.#items[0];
  }

  push(cursor: Cursor<T>): void {
    let index = this.#items.push(cursor) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#before(index, parent)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  /** Puts the top in its place after its item has changed. */
  sink(): void {
    let index = 0;
    for (;;) {
      let least = index;
      for (const child of [2 * index + 1, 2 * index + 2]) {
        if (child < this.#items.length && this.#before(child, least)) least = child;
      }
      if (least === index) return;
      this.#swap(index, least);
      index = least;
    }
  }

  /** Takes the top away. */
  pop(): void {
    const last = this.#items.pop();
    if (last === undefined || this.#items.length === 0) return;
    this.#items[0] = last;
    this.sink();
  }

  #before(a: number, b: number): boolean {
    const left = this.#at(a);
    const right = this.#at(b);
    const order = this.#compare(left.item, right.item);
    return order < 0 || (order === 0 && left.reader.index < right.reader.index);
  }

  #swap(a: number, b: number): void {
    const left = this.#at(a);
    this.#items[a] = this.#at(b);
    this.#items[b] = left;
  }

  #at(index: number): Cursor<T> {
    const item = this.#items[index];
    if (item === undefined) throw new Error('Invariant broken: no such run in the heap');
    return item;
  }
}
