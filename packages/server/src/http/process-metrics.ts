/**
 * Figures of the process itself, under the names that Prometheus' dashboards know. All are read at the scrape: the
 * library's own set measures the event loop with a timer every 10 ms, which an idle service must not have.
 */

import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';

import type { Registry } from 'prom-client';

import { Counter, Gauge } from './prometheus.ts';

export function addProcessMetrics(registry: Registry): void {
  const registers = [registry];
  const startedAt = Date.now() / 1000 - process.uptime();
  const gauge = (name: string, help: string, read: () => number | Promise<number>): void => {
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(await read());
      },
    });
  };
  gauge('process_start_time_seconds', 'Start of the process, Unix time.', () => startedAt);
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'Processor time used.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  gauge('process_resident_memory_bytes', 'Memory in RAM.', () => process.memoryUsage.rss());
  gauge('nodejs_heap_size_used_bytes', 'Objects on the heap.', () => process.memoryUsage().heapUsed);
  gauge('nodejs_external_memory_bytes', 'Memory outside the heap.', () => process.memoryUsage().external);
  gauge('segue_event_loop_busy_ratio', 'Share of the time since the last scrape.', busySinceLastTime());
  gauge('segue_event_loop_delay_seconds', 'How long a task waited for its turn just now.', delayNow);
}

function busySinceLastTime(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}

async function delayNow(): Promise<number> {
  const asked = performance.now();
  await setImmediate();
  return (performance.now() - asked) / 1000;
}
