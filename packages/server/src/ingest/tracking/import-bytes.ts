/**
 * The bytes of an import, decompressed, as fast as they are taken and no faster: nobody reads ahead of the one who stores,
 * so an import of any size needs a bounded place in memory.
 */

import { pipeline, Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

import { compressionOf, corrupt, type Compression } from './decode-body.ts';
import type { TrackingLimits } from './limits.ts';
import { refusal, type Refusal } from './refusal.ts';

/** The import cannot go on, and its sender can be told why. */
export class ImportStopped extends Error {
  readonly refusal: Refusal;

  constructor(why: Refusal, cause?: unknown) {
    super(why.message, { cause });
    this.name = 'ImportStopped';
    this.refusal = why;
  }
}

/** The sender went away in the middle: there is nobody to tell. */
export class SenderGone extends Error {
  constructor(cause: unknown) {
    super('The sender of an import went away', { cause });
    this.name = 'SenderGone';
  }
}

/** Throws ImportStopped or SenderGone. */
export async function* readImportBytes(
  payload: Readable,
  contentEncoding: string | undefined,
  limits: TrackingLimits,
): AsyncGenerator<Buffer, void, undefined> {
  const arriving = arrivingChunks(payload, limits.importIdleMs);
  const first = await beginningOf(arriving);
  const compression = compressionOf(contentEncoding, first);
  if (!compression.ok) throw new ImportStopped(compression.error);
  let bytes = 0;
  try {
    for await (const chunk of decompressed(chain(first, arriving), compression.value)) {
      bytes += chunk.length;
      if (bytes > limits.importBytesMax) throw new ImportStopped(tooLarge(limits.importBytesMax));
      yield chunk;
    }
  } catch (error) {
    if (error instanceof ImportStopped || error instanceof SenderGone) throw error;
    throw new ImportStopped(corrupt(compression.value), error);
  }
}

/** What the socket gives; leaving early does not destroy it, as it still carries the answer. */
async function* arrivingChunks(payload: Readable, idleMs: number): AsyncGenerator<Buffer, void, undefined> {
  const chunks = payload.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer, undefined>;
  let waiting = false;
  try {
    for (;;) {
      waiting = true;
      const next = await beforeIdle(chunks.next(), idleMs, payload);
      waiting = false;
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // While a chunk is waited for, so would this be.
    if (!waiting) await chunks.return?.();
  }
}

async function beforeIdle<T>(next: Promise<T>, idleMs: number, payload: Readable): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const idle = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new ImportStopped(tooSlow(idleMs)));
    }, idleMs);
  });
  try {
    return await Promise.race([next, idle]);
  } catch (error) {
    if (error instanceof ImportStopped) {
      // What comes of it later concerns nobody any more.
      next.catch(() => undefined);
      throw error;
    }
    throw new SenderGone(payload.errored ?? error);
  } finally {
    clearTimeout(timer);
  }
}

/** Enough bytes to see what the body is. */
async function beginningOf(chunks: AsyncGenerator<Buffer, void, undefined>): Promise<Buffer> {
  let beginning = Buffer.alloc(0);
  while (beginning.length < 2) {
    const next = await chunks.next();
    if (next.done === true) break;
    beginning = Buffer.concat([beginning, next.value]);
  }
  return beginning;
}

async function* chain(
  first: Buffer,
  rest: AsyncGenerator<Buffer, void, undefined>,
): AsyncGenerator<Buffer, void, undefined> {
  if (first.length > 0) yield first;
  yield* rest;
}

function decompressed(
  chunks: AsyncGenerator<Buffer, void, undefined>,
  compression: Compression,
): AsyncIterable<Buffer> {
  const transform = transformOf(compression);
  if (transform === undefined) return chunks;
  // Errors, of the source too, come out of the iteration.
  pipeline(Readable.from(chunks, { objectMode: false }), transform, () => undefined);
  return transform;
}

function transformOf(compression: Compression): Transform | undefined {
  const options = { chunkSize: 64 * 1024 };
  switch (compression) {
    case 'none':
      return undefined;
    case 'gzip':
      return createGunzip(options);
    case 'deflate':
      return createInflate(options);
    case 'br':
      return createBrotliDecompress(options);
  }
}

function tooLarge(bytesMax: number): Refusal {
  return refusal(
    400,
    'tracking/import-too-large',
    `The import is too large; expected at most ${bytesMax} bytes after decompression: send the rest in another one.`,
  );
}

function tooSlow(idleMs: number): Refusal {
  return {
    status: 408,
    code: 'tracking/import-idle',
    message: `Nothing of the import arrived for ${idleMs / 1000} seconds; send it again, what was taken is not taken twice.`,
    closes: true,
  };
}
