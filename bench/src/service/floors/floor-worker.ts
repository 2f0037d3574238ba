/**
 * The floors, in a process of their own as the service is: the reference on bodies that lie in memory, and behind a bare
 * Fastify; that Fastify alone; durable writes alone; timers alone.
 */

import { fastify } from 'fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { ServerResponse } from 'node:http';
import { collectGarbage } from '../../measure/rounds.ts';
import { touchConstant } from '../../workload/segments.ts';
import { BodyMaker } from '../bodies.ts';
import { WallClock } from '../measure/wall-clock.ts';
import { serviceTraffic } from '../traffic.ts';
import { DurableFloor } from './durable-floor.ts';
import {
  BARE_PATH,
  type FloorAnswer,
  type FloorOrder,
  type FloorWorkload,
  REFERENCE_PATH,
} from './floor-protocol.ts';

const EVENTS_MAX = 500;
const TIMER_MS = 7;

const [folder = '', workloadText = ''] = process.argv.slice(2);
const workload = JSON.parse(workloadText) as FloorWorkload;
const traffic = serviceTraffic(workload);
const maker = new BodyMaker({ traffic, categories: touchConstant(workload.segments).categories });
const customersMax = workload.customers + 1;
const reference = new DurableFloor(path.join(folder, 'reference.log'), customersMax, EVENTS_MAX);
const sleeper = new Int32Array(new SharedArrayBuffer(4));

process.on('message', (order: FloorOrder) => {
  answerTo(order).then(
    (answer) => process.send?.(answer),
    (error: unknown) => {
      const problem = error instanceof Error ? error.message : String(error);
      process.send?.({ kind: 'failed', problem } satisfies FloorAnswer);
    },
  );
});
// Orders come over the channel to the parent; without it there is nothing left to do.
process.on('disconnect', () => process.exit());
process.send?.({ kind: 'ready', port: await listen() } satisfies FloorAnswer);

async function answerTo(order: FloorOrder): Promise<FloorAnswer> {
  switch (order.kind) {
    case 'closed':
      return closed(bodiesOf(order.rows));
    case 'open':
      return { kind: 'times', ms: open(bodiesOf(order.rows), order.intervalMs) };
    case 'sync':
      return { kind: 'sync', perSecond: syncs(order.seconds) };
    case 'timers':
      return { kind: 'times', ms: await timers(order.count) };
  }
}

function bodiesOf({
  from,
  to,
  bodyEvents,
}: Extract<FloorOrder, { readonly kind: 'open' }>['rows']): Buffer[] {
  const bodies = maker.bodies(from, to, bodyEvents).map((body) => Buffer.from(body));
  collectGarbage();
  return bodies;
}

function closed(bodies: readonly Buffer[]): FloorAnswer {
  const cpu = process.cpuUsage();
  const since = performance.now();
  for (const body of bodies) reference.take(body, Date.now());
  const seconds = (performance.now() - since) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { kind: 'closed', seconds, cpuSeconds: (user + system) / 1e6 };
}

/** From when each body was due to when it was durable and answered. Sleeps to the microsecond, with the thread. */
function open(bodies: readonly Buffer[], intervalMs: number): readonly number[] {
  const begin = performance.now() + intervalMs;
  return bodies.map((body, i) => {
    const due = begin + i * intervalMs;
    for (let rest = due - performance.now(); rest > 0; rest = due - performance.now()) {
      Atomics.wait(sleeper, 0, 0, rest);
    }
    reference.take(body, Date.now());
    return performance.now() - due;
  });
}

function syncs(seconds: number): number {
  const since = performance.now();
  let count = 0;
  while (performance.now() - since < seconds * 1000) {
    reference.sync(100);
    count++;
  }
  return count / ((performance.now() - since) / 1000);
}

/** From the instant a timer was set for, in whole milliseconds of the clock, to when it fired. */
async function timers(count: number): Promise<readonly number[]> {
  const clock = new WallClock();
  const late: number[] = [];
  for (let i = 0; i < count; i++) {
    const target = Math.ceil(clock.now()) + TIMER_MS;
    do await sleep(Math.max(1, target - Date.now()));
    while (Date.now() < target);
    late.push(clock.now() - target);
  }
  return late;
}

async function listen(): Promise<number> {
  const floor = new DurableFloor(path.join(folder, 'http-reference.log'), customersMax, EVENTS_MAX);
  const readers = new Set<ServerResponse>();
  let entered: string[] = [];
  floor.onEntered = (messageId) => entered.push(messageId);
  const app = fastify();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  app.post(BARE_PATH, (request, reply) => {
    JSON.parse((request.body as Buffer).toString('utf8'));
    return reply.send({ success: true });
  });
  app.post(REFERENCE_PATH, (request, reply) => {
    entered = [];
    floor.take(request.body as Buffer, Date.now());
    const text = entered.map((messageId) => `data: ${JSON.stringify({ messageId })}\n\n`).join('');
    if (text !== '') for (const reader of readers) reader.write(text);
    return reply.send({ success: true });
  });
  app.get('/v1/stream', (_request, reply) => {
    reply.hijack();
    reply.raw.socket?.setNoDelay(true);
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
    reply.raw.flushHeaders();
    readers.add(reply.raw);
    reply.raw.on('close', () => readers.delete(reply.raw));
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  // A text only for pipes.
  return (app.server.address() as AddressInfo).port;
}
