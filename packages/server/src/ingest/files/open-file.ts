/**
 * Opening a file of unknown kind: gzip is told by its first bytes, never by its name; bytes read are counted for the
 * progress bar; what the system says is put into words.
 */

import { createReadStream, openSync, closeSync, readSync, statSync } from 'node:fs';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { pipeline, type Readable } from 'node:stream';
import { FileError, systemCode } from './file-error.ts';
import { SAMPLE_BYTES } from './limits.ts';

export type OpenedFile = {
  readonly path: string;
  /** Size on disk. */
  readonly bytes: number;
  readonly compressed: boolean;
  /** The beginning, unpacked; at most SAMPLE_BYTES. Whole when `complete`. */
  readonly sample: Buffer;
  readonly complete: boolean;
};

/** Counts what was read from disk, over all files; `stopped` ends every reading as if the files ended there. */
export type ByteCounter = { bytesRead: number; stopped?: boolean };

/** Looks at a file: that it is there, is a file, is not empty, whether it is packed, and how it begins. */
export function inspectFile(path: string): OpenedFile {
  const bytes = sizeOf(path);
  if (bytes === 0) {
    throw new FileError('file.empty', path, 'the file is empty; expected rows of CSV or lines of JSON');
  }
  const head = readHead(path, Math.min(bytes, SAMPLE_BYTES));
  const compressed = head.length >= 2 && head[0] === 0x1f && head[1] === 0x8b;
  if (!compressed) return { path, bytes, compressed, sample: head, complete: head.length === bytes };
  const unpacked = unpackHead(path, head);
  if (unpacked.length === 0) {
    throw new FileError(
      'file.empty',
      path,
      'the gzip file holds nothing; expected rows of CSV or lines of JSON',
    );
  }
  const sample = unpacked.subarray(0, SAMPLE_BYTES);
  return {
    path,
    bytes,
    compressed,
    sample,
    complete: head.length === bytes && sample.length === unpacked.length,
  };
}

function sizeOf(path: string): number {
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) {
      throw new FileError(
        'file.folder',
        path,
        'this is a folder, expected a file; name the files in it, such as FOLDER/*.csv',
      );
    }
    return stat.size;
  } catch (error) {
    throw unreadable(path, error);
  }
}

function readHead(path: string, length: number): Buffer {
  try {
    const file = openSync(path, 'r');
    try {
      const head = Buffer.alloc(length);
      let done = 0;
      while (done < length) {
        const count = readSync(file, head, done, length - done, done);
        if (count === 0) break;
        done += count;
      }
      return head.subarray(0, done);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unpackHead(path: string, head: Buffer): Buffer {
  try {
    // The head may end in the middle of the stream: take what is there.
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 64 * SAMPLE_BYTES });
  } catch (error) {
    if (systemCode(error) === 'ERR_BUFFER_TOO_LARGE') {
      return gunzipSync(head.subarray(0, SAMPLE_BYTES / 32), { finishFlush: constants.Z_SYNC_FLUSH });
    }
    throw brokenGzip(path, error);
  }
}

function brokenGzip(path: string, error: unknown): FileError {
  const what = systemCode(error) === 'Z_BUF_ERROR' ? 'ends too early' : 'is damaged';
  return new FileError(
    'file.gzip',
    path,
    `the gzip data ${what}; get the file anew (\`gzip -t\` tells whether it is whole)`,
    error,
  );
}

function unreadable(path: string, error: unknown): FileError {
  if (error instanceof FileError) return error;
  switch (systemCode(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new FileError(
        'file.missing',
        path,
        'there is no such file; check the name and the current folder',
        error,
      );
    case 'EISDIR':
      return new FileError('file.folder', path, 'this is a folder, expected a file', error);
    case 'EACCES':
    case 'EPERM':
      return new FileError('file.unreadable', path, 'the file may not be read by this user', error);
    default:
      return new FileError('file.unreadable', path, `the file cannot be read (${String(error)})`, error);
  }
}

/** The file's bytes, unpacked. A broken file throws a FileError after what could be read was handed out. */
export async function* readBytes(
  file: OpenedFile,
  counter: ByteCounter,
): AsyncGenerator<Buffer, void, undefined> {
  const disk = createReadStream(file.path, { highWaterMark: 1 << 18 });
  disk.on('data', (chunk) => {
    counter.bytesRead += chunk.length;
  });
  // The error reaches the reader of the last stream; the callback only keeps it from being thrown twice.
  const stream: Readable = file.compressed
    ? pipeline(disk, createGunzip({ chunkSize: 1 << 18 }), () => undefined)
    : disk;
  try {
    for await (const chunk of stream) {
      if (counter.stopped === true) return;
      yield chunk as Buffer;
    }
  } catch (error) {
    throw systemCode(error).startsWith('Z_') ? brokenGzip(file.path, error) : unreadable(file.path, error);
  } finally {
    stream.destroy();
    disk.destroy();
  }
}
