/** What machines ask of the service: is it alive, is it ready, what does it measure. */

import type { FastifyInstance } from 'fastify';

import type { MetricsAccess } from '../config/settings.ts';
import type { Metrics } from './metrics.ts';
import type { Plugin, Readiness } from './parts.ts';

export type OperationOptions = {
  readonly ready: () => Readiness;
  readonly metrics: Metrics;
  readonly metricsAccess: MetricsAccess;
};

/**
 * `/health`: the process lives. `/ready`: it can do its work, or 503 and why not. `/metrics`: for Prometheus.
 * The first two need no key, since those who ask have none; they tell nothing of the data.
 */
export function operationRoutes({ ready, metrics, metricsAccess }: OperationOptions): Plugin {
  return (app: FastifyInstance): void => {
    app.get('/health', { config: { access: 'open' } }, () => ({ status: 'ok' }));
    app.get('/ready', { config: { access: 'open' } }, (_request, reply) => {
      const readiness = ready();
      if (readiness.ok) return { status: 'ready', ...readiness.notes };
      void reply.code(503).header('retry-after', '1');
      return { status: 'not_ready', reasons: readiness.reasons };
    });
    app.get('/metrics', { config: { access: metricsAccess } }, async (_request, reply) => {
      void reply.type(metrics.contentType);
      return metrics.render();
    });
  };
}
