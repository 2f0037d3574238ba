import { MemoryWebhookEndpoints } from '../../src/feeds/memory-webhook-endpoints.ts';
import { webhookEndpointsConformance } from './webhook-endpoints-conformance.ts';

webhookEndpointsConformance('in memory', () => new MemoryWebhookEndpoints());
