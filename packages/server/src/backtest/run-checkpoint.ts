/**
 * Where a run stood, in a file: how many steps it had taken, then the lines of its state. Written beside its place, brought
 * onto the disk and moved there, so the file is whole or that of before.
 */

import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Grows when older files can no longer be read. */
const format = 1;
const bufferBytes = 1 << 20;
const lineFeed = 10;

/** Of a story, how many steps had been taken of how many; a story of another length is another story. */
export type Told = { readonly taken: number; readonly total?: number };
export type RunCheckpoint = Told & { readonly lines: Iterable<string> };

export function writeRunCheckpoint(path: string, { taken, total }: Told, lines: Iterable<string>): void {
  const beside = `${path}.${process.pid}.new`;
  const file = openSync(beside, 'w', 0o600);
  try {
    let text = `${JSON.stringify({ format, taken, total })}\n`;
    for (const line of lines) {
      text += `${line}\n`;
      if (text.length < bufferBytes) continue;
      writeWhole(file, text);
      text = '';
    }
    writeWhole(file, text);
    fsyncSync(file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
  syncNames(dirname(path));
}

/** Undefined where there is none, or none of this format. The lines are read once, as they are asked for. */
export function readRunCheckpoint(path: string): RunCheckpoint | undefined {
  const lines = readLines(path);
  const first = lines.next();
  if (first.done === true) return undefined;
  const {
    format: found,
    taken,
    total,
  } = JSON.parse(first.value) as { readonly format?: unknown } & Partial<Told>;
  if (found !== format || taken === undefined) return undefined;
  return total === undefined ? { taken, lines } : { taken, total, lines };
}

function* readLines(path: string): Generator<string, void, undefined> {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw error;
  }
  try {
    const buffer = Buffer.allocUnsafe(bufferBytes);
    let kept: Buffer[] = [];
    for (;;) {
      const count = readSync(file, buffer, 0, bufferBytes, null);
      if (count === 0) return;
      let from = 0;
      for (let to = buffer.indexOf(lineFeed); to >= 0 && to < count; to = buffer.indexOf(lineFeed, from)) {
        yield Buffer.concat([...kept, buffer.subarray(from, to)]).toString('utf8');
        kept = [];
        from = to + 1;
      }
      if (from < count) kept.push(Buffer.from(buffer.subarray(from, count)));
    }
  } finally {
    closeSync(file);
  }
}

function writeWhole(file: number, text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
}

function syncNames(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
