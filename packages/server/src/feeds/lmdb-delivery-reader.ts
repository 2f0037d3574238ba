/** The attempts of webhooks as another process reads them while the service writes: whatever is durable when it is asked. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { LmdbEnvironment } from '../log/lmdb-environment.ts';
import type { AttemptRecord } from './delivery-store.ts';
import { attemptPrefix, endpointOf, keyOf, numberOf } from './lmdb-delivery-store.ts';

export type KeptAttempt = {
  readonly endpoint: string;
  readonly id: number;
  readonly record: AttemptRecord;
};

/** Greater than every number of an attempt. */
const beyond = 2 ** 47;

export class LmdbDeliveryReader {
  readonly #environment: LmdbEnvironment;

  private constructor(directory: string) {
    this.#environment = new LmdbEnvironment(directory, { store: 'deliveries', readOnly: true });
  }

  /** Undefined while nothing has been kept there. @throws StorageError */
  static open(directory: string): LmdbDeliveryReader | undefined {
    return existsSync(join(directory, 'data.mdb')) ? new LmdbDeliveryReader(directory) : undefined;
  }

  /** Of each endpoint the number of its newest attempt. */
  newest(): ReadonlyMap<string, number> {
    const { db } = this.#environment;
    db.resetReadTxn();
    const newest = new Map<string, number>();
    let end: Buffer = Buffer.of(attemptPrefix + 1);
    for (;;) {
      const [key] = db.getKeys({ start: end, end: Buffer.of(attemptPrefix), reverse: true, limit: 1 });
      if (key === undefined) return newest;
      const endpoint = endpointOf(key);
      newest.set(endpoint, numberOf(key));
      end = keyOf(attemptPrefix, endpoint);
    }
  }

  /** Attempts of an endpoint after a number, oldest first, at most so many. */
  *after(endpoint: string, id: number, limit: number): Generator<KeptAttempt, void> {
    const start = keyOf(attemptPrefix, endpoint, id + 1);
    const end = keyOf(attemptPrefix, endpoint, beyond);
    for (const { key, value } of this.#environment.db.getRange({ start, end, limit })) {
      yield { endpoint, id: numberOf(key), record: JSON.parse(value.toString()) as AttemptRecord };
    }
  }

  close(): Promise<void> {
    return this.#environment.close();
  }
}
