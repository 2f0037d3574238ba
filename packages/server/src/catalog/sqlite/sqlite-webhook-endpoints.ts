/** Webhook endpoints, each as one JSON text: they are read whole, and only by their ids. */

import { fail, ok, type Result } from '@segue/core/base/result.ts';

import {
  webhookEndpointsMax,
  webhookRefusals,
  type WebhookEndpoint,
  type WebhookEndpointChange,
  type WebhookEndpointNews,
  type WebhookEndpoints,
} from '../../feeds/webhook-endpoints.ts';
import type { Actor, Refusal } from '../catalog.ts';
import { text, type Row, type SqlDatabase } from './database.ts';
import type { SqliteAuditLog } from './sqlite-audit-log.ts';

export class SqliteWebhookEndpoints implements WebhookEndpoints {
  readonly #db: SqlDatabase;
  readonly #audit: SqliteAuditLog;
  readonly #listeners = new Set<(news: WebhookEndpointNews) => void>();

  constructor(db: SqlDatabase, audit: SqliteAuditLog) {
    this.#db = db;
    this.#audit = audit;
  }

  list(): Promise<readonly WebhookEndpoint[]> {
    return this.#db.read(() => this.#db.all('SELECT * FROM webhook_endpoints ORDER BY seq').map(endpointRow));
  }

  get(id: string): Promise<WebhookEndpoint | undefined> {
    return this.#db.read(() => this.#find(id));
  }

  create(endpoint: WebhookEndpoint, by: Actor): Promise<Result<WebhookEndpoint, Refusal>> {
    return this.#db.write(() => {
      const { id, url, form } = endpoint;
      if (this.#db.count('SELECT count(*) FROM webhook_endpoints') >= webhookEndpointsMax) {
        return fail(webhookRefusals.tooMany);
      }
      this.#db.run(
        'INSERT INTO webhook_endpoints (id, endpoint) VALUES (?, ?)',
        id,
        JSON.stringify(endpoint),
      );
      this.#audit.add(by, 'webhook.created', `webhook:${id}`, { host: hostOf(url), form });
      this.#tell({ kind: 'put', endpoint });
      return ok(endpoint);
    });
  }

  update(id: string, change: WebhookEndpointChange, by: Actor): Promise<Result<WebhookEndpoint, Refusal>> {
    return this.#db.write(() => {
      const before = this.#find(id);
      if (before === undefined) return fail(webhookRefusals.unknown(id));
      const endpoint = { ...before, ...change };
      this.#db.run('UPDATE webhook_endpoints SET endpoint = ? WHERE id = ?', JSON.stringify(endpoint), id);
      this.#audit.add(by, 'webhook.changed', `webhook:${id}`, {
        fields: Object.keys(change),
        host: hostOf(endpoint.url),
        ...(endpoint.state.kind === 'disabled' ? { disabled: endpoint.state.reason } : {}),
      });
      this.#tell({ kind: 'put', endpoint });
      return ok(endpoint);
    });
  }

  remove(id: string, by: Actor): Promise<Result<undefined, Refusal>> {
    return this.#db.write(() => {
      if (this.#db.run('DELETE FROM webhook_endpoints WHERE id = ?', id) === 0) {
        return fail(webhookRefusals.unknown(id));
      }
      this.#audit.add(by, 'webhook.removed', `webhook:${id}`);
      this.#tell({ kind: 'removed', id });
      return ok(undefined);
    });
  }

  watch(listener: (news: WebhookEndpointNews) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #find(id: string): WebhookEndpoint | undefined {
    const row = this.#db.get('SELECT * FROM webhook_endpoints WHERE id = ?', id);
    return row === undefined ? undefined : endpointRow(row);
  }

  #tell(news: WebhookEndpointNews): void {
    this.#db.afterCommit(() => {
      for (const listener of this.#listeners) listener(news);
    });
  }
}

function endpointRow(row: Row): WebhookEndpoint {
  return JSON.parse(text(row['endpoint'])) as WebhookEndpoint;
}

/** The path and query of an address may hold a secret; the audit log gets the host. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}
