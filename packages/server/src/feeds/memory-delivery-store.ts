/** A store of deliveries in memory, for tests and for a service that keeps nothing. */

import {
  attemptsKept,
  type Delivery,
  type DeliveryStore,
  type DeliveryWrite,
  type EndpointStanding,
  type NumberedAttempt,
  type Progress,
  withoutAnswer,
} from './delivery-store.ts';

type Endpoint = {
  progress: Progress | undefined;
  readonly deliveries: Map<number, Delivery>;
  /** Oldest first. */
  readonly attempts: NumberedAttempt[];
  nextAttempt: number;
};

export class MemoryDeliveryStore implements DeliveryStore {
  readonly #endpoints = new Map<string, Endpoint>();

  load(): readonly EndpointStanding[] {
    return [...this.#endpoints].flatMap(([endpoint, { progress, deliveries }]) =>
      progress === undefined
        ? []
        : [
            {
              endpoint,
              progress,
              deliveries: [...deliveries.values()].sort((a, b) => a.event.seq - b.event.seq),
            },
          ],
    );
  }

  write(writes: readonly DeliveryWrite[]): Promise<void> {
    for (const write of writes) this.#apply(write);
    return Promise.resolve();
  }

  attempts(
    endpoint: string,
    {
      limit,
      before = Infinity,
      seq,
    }: { readonly limit: number; readonly before?: number; readonly seq?: number },
  ): readonly NumberedAttempt[] {
    const attempts = this.#endpoints.get(endpoint)?.attempts ?? [];
    return attempts
      .filter(
        (entry) =>
          entry.id < before && (seq === undefined || (entry.kind === 'attempt' && entry.seq === seq)),
      )
      .reverse()
      .slice(0, limit);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #apply(write: DeliveryWrite): void {
    const endpoint = this.#of(write.endpoint);
    switch (write.kind) {
      case 'progress':
        endpoint.progress = write.progress;
        return;
      case 'delivery':
        endpoint.deliveries.set(write.delivery.event.seq, write.delivery);
        return;
      case 'settled':
        endpoint.deliveries.delete(write.seq);
        return;
      case 'attempt':
        endpoint.attempts.push({ ...write.attempt, id: endpoint.nextAttempt++ });
        if (endpoint.attempts.length > attemptsKept) endpoint.attempts.shift();
        return;
      case 'forget_answers':
        for (const [i, attempt] of endpoint.attempts.entries()) {
          endpoint.attempts[i] = withoutAnswer(attempt, write.seqs);
        }
        return;
      case 'forget':
        this.#endpoints.delete(write.endpoint);
        return;
    }
  }

  #of(id: string): Endpoint {
    let endpoint = this.#endpoints.get(id);
    if (endpoint === undefined) {
      endpoint = { progress: undefined, deliveries: new Map(), attempts: [], nextAttempt: 0 };
      this.#endpoints.set(id, endpoint);
    }
    return endpoint;
  }
}
