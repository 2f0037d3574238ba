/** Endpoints in memory, for tests and for a service without a catalog. */

import { fail, ok, type Result } from '@segue/core/base/result.ts';

import type { Actor, Refusal } from '../catalog/catalog.ts';
import {
  type WebhookEndpoint,
  type WebhookEndpointChange,
  type WebhookEndpointNews,
  type WebhookEndpoints,
  webhookEndpointsMax,
  webhookRefusals,
} from './webhook-endpoints.ts';

export class MemoryWebhookEndpoints implements WebhookEndpoints {
  readonly #endpoints = new Map<string, WebhookEndpoint>();
  readonly #listeners = new Set<(news: WebhookEndpointNews) => void>();

  list(): Promise<readonly WebhookEndpoint[]> {
    return Promise.resolve([...this.#endpoints.values()]);
  }

  get(id: string): Promise<WebhookEndpoint | undefined> {
    return Promise.resolve(this.#endpoints.get(id));
  }

  create(endpoint: WebhookEndpoint, _by: Actor): Promise<Result<WebhookEndpoint, Refusal>> {
    if (this.#endpoints.size >= webhookEndpointsMax) return Promise.resolve(fail(webhookRefusals.tooMany));
    return Promise.resolve(ok(this.#put(endpoint)));
  }

  update(id: string, change: WebhookEndpointChange, _by: Actor): Promise<Result<WebhookEndpoint, Refusal>> {
    const endpoint = this.#endpoints.get(id);
    if (endpoint === undefined) return Promise.resolve(fail(webhookRefusals.unknown(id)));
    return Promise.resolve(ok(this.#put({ ...endpoint, ...change })));
  }

  remove(id: string, _by: Actor): Promise<Result<undefined, Refusal>> {
    if (!this.#endpoints.delete(id)) return Promise.resolve(fail(webhookRefusals.unknown(id)));
    this.#tell({ kind: 'removed', id });
    return Promise.resolve(ok(undefined));
  }

  watch(listener: (news: WebhookEndpointNews) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #put(endpoint: WebhookEndpoint): WebhookEndpoint {
    this.#endpoints.set(endpoint.id, endpoint);
    this.#tell({ kind: 'put', endpoint });
    return endpoint;
  }

  #tell(news: WebhookEndpointNews): void {
    for (const listener of this.#listeners) listener(news);
  }
}
