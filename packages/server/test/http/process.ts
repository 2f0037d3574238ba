/**
 * A process of its own that serves with a service that does nothing; for tests of signals, crashes and idleness.
 *
 *     node process.ts [STOP-TIMEOUT]
 */

import { createHook } from 'node:async_hooks';

import { openProcessLog } from '../../src/http/log.ts';
import { serve } from '../../src/http/serve.ts';
import { FakeService, settingsWith } from './fake-service.ts';

const [stopTimeout = '1s'] = process.argv.slice(2);
const open = { config: { access: 'open' } } as const;

type Timer = { readonly ms: number; readonly repeats: boolean; readonly isIdle: boolean };
type Timeout = { readonly _idleTimeout: number; readonly _repeat: number | null };

/** Every timer that is set, before the service has started and since. */
const timers: Timer[] = [];
let isIdle = false;
createHook({
  init(_id, type, _trigger, resource) {
    if (type !== 'Timeout') return;
    const { _idleTimeout: ms, _repeat: repeat } = resource as Timeout;
    timers.push({ ms, repeats: repeat !== null, isIdle });
  },
}).enable();

const service = new FakeService((app) => {
  app.get('/slow', open, async () => {
    process.stdout.write('slow\n');
    await new Promise((resolve) => setTimeout(resolve, 300));
    return { done: true };
  });
  app.get('/hang', open, () => new Promise(() => undefined));
  app.get('/crash', open, () => {
    setImmediate(() => {
      throw new Error('nobody catches this');
    });
    return {};
  });
  app.get('/reject', open, () => {
    void Promise.reject(new Error('nor this'));
    return {};
  });
  app.get('/fail', open, () => {
    service.fail(new Error('the disk is gone'));
    return {};
  });
  app.get('/timers', open, () => timers);
});

process.exit(
  await serve({
    settings: settingsWith({ 'stop.timeout': stopTimeout }),
    open: () => Promise.resolve(service),
    log: openProcessLog('info'),
    onStarted: ({ localUrl }) => {
      isIdle = true;
      process.stdout.write(`${localUrl}\n`);
    },
  }),
);
