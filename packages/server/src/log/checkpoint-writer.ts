/**
 * The thread that writes checkpoints: it sorts rows, adds checksums and puts them into one transaction, which for a
 * million rows takes seconds in which the thread that serves must not stand still.
 */

import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { crc32 } from 'node:zlib';
import { checksumBytes, unpackSlice, type PackedRow } from './checkpoint-batch.ts';
import type { WriterReply, WriterRequest, WriterSettings } from './checkpoint-messages.ts';
import { sortByKey } from './checkpoint-rows.ts';
import { LmdbEnvironment } from './lmdb-environment.ts';
import { StorageError } from './storage-error.ts';

const headKey = Buffer.of(0);

class CheckpointWriter {
  readonly #port: MessagePort;
  readonly #environment: LmdbEnvironment;
  #rows: PackedRow[] = [];
  /** Replies go out in the order of the requests. */
  #last: Promise<void> = Promise.resolve();

  constructor(port: MessagePort, settings: WriterSettings) {
    this.#port = port;
    this.#environment = new LmdbEnvironment(settings.directory, { store: 'checkpoint', ...settings });
  }

  take(request: WriterRequest): void {
    if (request.kind === 'rows') {
      for (const row of unpackSlice(request.bytes)) this.#rows.push(row);
      return;
    }
    const work = this.#begin(request);
    this.#last = this.#last.then(async () => {
      this.#port.postMessage(await replyOf(work));
      if (request.kind === 'close') this.#port.close();
    });
  }

  #begin(request: Exclude<WriterRequest, { kind: 'rows' }>): Promise<void> {
    switch (request.kind) {
      case 'commit':
        return this.#commit(request.head);
      case 'forget':
        this.#rows = [];
        return Promise.resolve();
      case 'clear':
        return this.#environment.commit((writes) => {
          writes.clear();
        });
      case 'close':
        return this.#environment.close();
    }
  }

  async #commit(head: Uint8Array): Promise<void> {
    const rows = this.#rows;
    this.#rows = [];
    const sorted = sortByKey(rows);
    await this.#environment.commit((writes) => {
      for (const { key, value } of sorted) {
        if (value === undefined) writes.remove(key);
        else writes.put(key, checked(value));
      }
      writes.put(headKey, checked(Buffer.concat([Buffer.alloc(checksumBytes), head])));
    });
  }
}

/** Fills in the checksum that a value has room for. */
function checked(value: Buffer): Buffer {
  value.writeUInt32BE(crc32(value.subarray(checksumBytes)), 0);
  return value;
}

async function replyOf(work: Promise<void>): Promise<WriterReply> {
  try {
    await work;
    return { kind: 'done' };
  } catch (error) {
    if (error instanceof RangeError) return { kind: 'refused', message: error.message };
    if (error instanceof StorageError) return { kind: 'failed', code: error.code, message: error.message };
    throw error;
  }
}

if (parentPort !== null) {
  const writer = new CheckpointWriter(parentPort, workerData as WriterSettings);
  parentPort.on('message', (request: WriterRequest) => {
    writer.take(request);
  });
}
