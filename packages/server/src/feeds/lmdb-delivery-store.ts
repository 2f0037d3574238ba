/**
 * The store of deliveries in an LMDB environment of its own. Keys begin with a byte that tells what they are, then the
 * length of the endpoint's id and the id:
 *
 *     1 · endpoint                        → progress
 *     2 · endpoint · number (6 bytes)     → a delivery that waits
 *     3 · endpoint · id (6 bytes)         → an attempt
 *
 * Values are JSON. Which keys there are is known in memory, commits under way included, so that nothing is removed that is
 * not there.
 */

import { LmdbEnvironment, type LmdbWrites } from '../log/lmdb-environment.ts';
import {
  attemptsKept,
  type AttemptRecord,
  type Delivery,
  type DeliveryStore,
  type DeliveryWrite,
  type EndpointStanding,
  type NumberedAttempt,
  type Progress,
  withoutAnswer,
} from './delivery-store.ts';

type Prefix = 1 | 2 | 3;
const progressPrefix = 1;
const deliveryPrefix = 2;
export const attemptPrefix = 3;
const numberBytes = 6;

/** The keys of one endpoint. */
type Known = {
  hasProgress: boolean;
  readonly deliveries: Set<number>;
  /** Attempts with from ≤ id < to. */
  firstAttempt: number;
  nextAttempt: number;
};

export type LmdbDeliveryStoreOptions = {
  /** Address space set aside at first, in bytes; a power of two. */
  readonly mapBytes?: number;
  /** A commit that has not come back after so many milliseconds has failed; 10,000 when left out. */
  readonly stallMs?: number;
};

/** Opens the store in a directory, which is made when it is not there. @throws StorageError */
export function openLmdbDeliveryStore(
  directory: string,
  options: LmdbDeliveryStoreOptions = {},
): Promise<DeliveryStore> {
  return Promise.resolve().then(
    () => new LmdbDeliveryStore(new LmdbEnvironment(directory, { store: 'deliveries', ...options })),
  );
}

class LmdbDeliveryStore implements DeliveryStore {
  readonly #environment: LmdbEnvironment;
  readonly #known = new Map<string, Known>();
  readonly #standings: readonly EndpointStanding[];

  constructor(environment: LmdbEnvironment) {
    this.#environment = environment;
    this.#standings = this.#read();
  }

  load(): readonly EndpointStanding[] {
    return this.#standings;
  }

  async write(writes: readonly DeliveryWrite[]): Promise<void> {
    if (writes.length === 0) return;
    // What they come to is settled now, in the order of the calls; the commit may run later.
    const commands = writes.flatMap((write) => this.#commands(write));
    await this.#environment.commit((lmdb) => {
      for (const command of commands) command(lmdb);
    });
    this.#environment.db.resetReadTxn();
    for (const write of writes) {
      if (write.kind === 'forget_answers') await this.#forgetAnswers(write.endpoint, write.seqs);
    }
  }

  attempts(
    endpoint: string,
    {
      limit,
      before = 2 ** 47,
      seq,
    }: { readonly limit: number; readonly before?: number; readonly seq?: number },
  ): readonly NumberedAttempt[] {
    const found: NumberedAttempt[] = [];
    if (limit <= 0) return found;
    const range = this.#environment.db.getRange({
      start: keyOf(attemptPrefix, endpoint, Math.min(before, 2 ** 47)),
      end: keyOf(attemptPrefix, endpoint, 0),
      exclusiveStart: true,
      inclusiveEnd: true,
      reverse: true,
    });
    for (const { key, value } of range) {
      const attempt = JSON.parse(value.toString()) as AttemptRecord;
      if (seq !== undefined && (attempt.kind !== 'attempt' || attempt.seq !== seq)) continue;
      found.push({ ...attempt, id: numberOf(key) });
      if (found.length === limit) break;
    }
    return found;
  }

  async close(): Promise<void> {
    await this.#environment.close();
  }

  #commands(write: DeliveryWrite): readonly ((lmdb: LmdbWrites) => void)[] {
    const { endpoint } = write;
    const known = this.#of(endpoint);
    switch (write.kind) {
      case 'progress':
        known.hasProgress = true;
        return [put(keyOf(progressPrefix, endpoint), write.progress)];
      case 'delivery': {
        const { seq } = write.delivery.event;
        known.deliveries.add(seq);
        return [put(keyOf(deliveryPrefix, endpoint, seq), write.delivery)];
      }
      case 'settled':
        return known.deliveries.delete(write.seq) ? [remove(keyOf(deliveryPrefix, endpoint, write.seq))] : [];
      case 'attempt': {
        const commands = [put(keyOf(attemptPrefix, endpoint, known.nextAttempt++), write.attempt)];
        if (known.nextAttempt - known.firstAttempt > attemptsKept) {
          commands.push(remove(keyOf(attemptPrefix, endpoint, known.firstAttempt++)));
        }
        return commands;
      }
      case 'forget_answers':
        // When all that was written before can be read.
        return [];
      case 'forget':
        this.#known.delete(endpoint);
        return removeAll(endpoint, known);
    }
  }

  async #forgetAnswers(endpoint: string, seqs: ReadonlySet<number>): Promise<void> {
    const changed = this.attempts(endpoint, { limit: attemptsKept }).flatMap(({ id, ...attempt }) => {
      const without = withoutAnswer(attempt, seqs);
      return without === attempt ? [] : [{ id, command: put(keyOf(attemptPrefix, endpoint, id), without) }];
    });
    if (changed.length === 0) return;
    await this.#environment.commit((lmdb) => {
      // What has gone meanwhile stays gone.
      const first = this.#known.get(endpoint)?.firstAttempt ?? Infinity;
      for (const { id, command } of changed) if (id >= first) command(lmdb);
    });
    this.#environment.db.resetReadTxn();
  }

  #of(endpoint: string): Known {
    let known = this.#known.get(endpoint);
    if (known === undefined) {
      known = { hasProgress: false, deliveries: new Set(), firstAttempt: 0, nextAttempt: 0 };
      this.#known.set(endpoint, known);
    }
    return known;
  }

  #read(): readonly EndpointStanding[] {
    const standings = new Map<string, { progress?: Progress; deliveries: Delivery[] }>();
    const standingOf = (endpoint: string): { progress?: Progress; deliveries: Delivery[] } => {
      const found = standings.get(endpoint) ?? { deliveries: [] };
      standings.set(endpoint, found);
      return found;
    };
    for (const { key, value } of this.#environment.db.getRange({})) {
      const endpoint = endpointOf(key);
      const known = this.#of(endpoint);
      switch (key[0] as Prefix) {
        case progressPrefix:
          known.hasProgress = true;
          standingOf(endpoint).progress = JSON.parse(value.toString()) as Progress;
          break;
        case deliveryPrefix:
          known.deliveries.add(numberOf(key));
          standingOf(endpoint).deliveries.push(JSON.parse(value.toString()) as Delivery);
          break;
        case attemptPrefix:
          if (known.nextAttempt === 0) known.firstAttempt = numberOf(key);
          known.nextAttempt = numberOf(key) + 1;
          break;
      }
    }
    return [...standings].flatMap(([endpoint, { progress, deliveries }]) =>
      progress === undefined ? [] : [{ endpoint, progress, deliveries }],
    );
  }
}

function put(key: Buffer, value: object): (lmdb: LmdbWrites) => void {
  const bytes = Buffer.from(JSON.stringify(value));
  return (lmdb) => {
    lmdb.put(key, bytes);
  };
}

function remove(key: Buffer): (lmdb: LmdbWrites) => void {
  return (lmdb) => {
    lmdb.remove(key);
  };
}

function removeAll(endpoint: string, known: Known): ((lmdb: LmdbWrites) => void)[] {
  const commands = known.hasProgress ? [remove(keyOf(progressPrefix, endpoint))] : [];
  for (const seq of known.deliveries) commands.push(remove(keyOf(deliveryPrefix, endpoint, seq)));
  for (let id = known.firstAttempt; id < known.nextAttempt; id++) {
    commands.push(remove(keyOf(attemptPrefix, endpoint, id)));
  }
  return commands;
}

export function keyOf(prefix: Prefix, endpoint: string, number?: number): Buffer {
  const id = Buffer.from(endpoint);
  const key = Buffer.alloc(2 + id.length + (number === undefined ? 0 : numberBytes));
  key.writeUInt8(prefix, 0);
  key.writeUInt8(id.length, 1);
  id.copy(key, 2);
  if (number !== undefined) key.writeUIntBE(number, 2 + id.length, numberBytes);
  return key;
}

export function endpointOf(key: Buffer): string {
  return key.toString('utf8', 2, 2 + key.readUInt8(1));
}

export function numberOf(key: Buffer): number {
  return key.readUIntBE(key.length - numberBytes, numberBytes);
}
