/**
 * The parts of `prom-client` that are used here, each by itself: all of it is seventy modules more, OpenTelemetry among them, which
 * a start would load for nobody.
 */

import { createRequire } from 'node:module';

import type Prometheus from 'prom-client';

const require = createRequire(import.meta.url);
const part = (name: string): unknown => require(`prom-client/lib/${name}.js`);

export const Counter = part('counter') as typeof Prometheus.Counter;
export const Gauge = part('gauge') as typeof Prometheus.Gauge;
export const Histogram = part('histogram') as typeof Prometheus.Histogram;
export const Registry = part('registry') as typeof Prometheus.Registry;
