import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import type { HostProcess, StopSignal } from '../../src/http/lifecycle.ts';
import { serve, type Started } from '../../src/http/serve.ts';
import type { StartError } from '../../src/http/start-error.ts';
import { FakeService, settingsWith, silentLog } from './fake-service.ts';
import { OwnProcess } from './own-process.ts';

/** A process that is asked to stop when the service has started. */
function hostThatStops(): HostProcess & { readonly stop: () => void } {
  let onSignal: ((signal: StopSignal) => void) | undefined;
  return {
    onSignal: (listener) => {
      onSignal = listener;
      return () => undefined;
    },
    onCrash: () => () => undefined,
    exit: (code) => {
      throw new Error(`exit ${code}`);
    },
    stop: () => onSignal?.('SIGTERM'),
  };
}

describe('serving', () => {
  it('says where it is reached, and closes the doors before the service', async () => {
    const service = new FakeService();
    const host = hostThatStops();
    let started: Started | undefined;
    const settings = settingsWith({ public_url: 'https://segue.example.com' });
    const code = await serve({
      settings,
      open: () => Promise.resolve(service),
      log: silentLog,
      host,
      onStarted: (where) => {
        started = where;
        host.stop();
      },
    });
    expect(code).toBe(0);
    expect(service.events).toEqual(['stopped']);
    expect(started).toMatchObject({
      url: 'https://segue.example.com',
      localUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string,
    });
    await expect(fetch(`${started?.localUrl ?? ''}/health`)).rejects.toThrow();
  });

  it('listens on one address for localhost, on all for 0.0.0.0', async () => {
    for (const [host, shown] of [
      ['localhost', '127.0.0.1'],
      ['0.0.0.0', 'localhost'],
    ]) {
      const process = hostThatStops();
      let started: Started | undefined;
      await serve({
        settings: settingsWith({ host: host ?? '' }),
        open: () => Promise.resolve(new FakeService()),
        log: silentLog,
        host: process,
        onStarted: (where) => {
          started = where;
          process.stop();
        },
      });
      expect(new URL(started?.url ?? '').hostname).toBe(shown);
    }
  });

  it('does not start on a port that is taken, nor on an address that is not ours, and closes the service', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    for (const [flags, code, message] of [
      [{ port: String(port) }, 'start/port-taken', `Port ${port} of 127.0.0.1 is taken`],
      [{ host: '203.0.113.1' }, 'start/host', '“203.0.113.1” is no address of this machine'],
    ] as const) {
      const service = new FakeService();
      const served = serve({
        settings: settingsWith(flags),
        open: () => Promise.resolve(service),
        log: silentLog,
        host: hostThatStops(),
      });
      const error = await served.then(
        () => undefined,
        (reason: unknown) => reason as StartError,
      );
      expect(error?.code).toBe(code);
      expect(error?.message).toContain(message);
      expect(service.events).toEqual(['stopped']);
    }
    other.close();
  });

  it('does not start with a service that cannot be opened, and tells its reason', async () => {
    const locked = Object.assign(new Error('in use'), { code: 'data/locked' });
    const served = serve({
      settings: settingsWith(),
      open: () => Promise.reject(locked),
      log: silentLog,
      host: hostThatStops(),
    });
    await expect(served).rejects.toBe(locked);
  });
});

type Timer = { readonly ms: number; readonly repeats: boolean; readonly isIdle: boolean };

const started: OwnProcess[] = [];
afterAll(async () => {
  await Promise.all(started.map((running) => running.end('SIGKILL')));
});

async function startProcess(
  stopTimeout = '5m',
): Promise<{ readonly running: OwnProcess; readonly url: string }> {
  const running = new OwnProcess([join(import.meta.dirname, 'process.ts'), stopTimeout]);
  started.push(running);
  await running.says('\n');
  return { running, url: running.out.split('\n')[0] ?? '' };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe.concurrent('a process', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'answers what is under way at %s, logs that it stops, and ends with 0',
    async (signal) => {
      const { running, url } = await startProcess();
      const answer = fetch(`${url}/slow`).then((response) => response.json());
      await running.says('\nslow\n');
      const ended = running.end(signal);
      expect(await answer).toEqual({ done: true });
      expect(await ended).toBe(0);
      expect(running.errors).toMatch(/"level":"info".*"msg":"started"[^]*"msg":"stopping"/);
    },
  );

  it('cuts off at the end of its patience what does not end by itself', async () => {
    const { running, url } = await startProcess('1s');
    const answer = fetch(`${url}/hang`).then(
      () => 'answered',
      () => 'cut off',
    );
    await fetch(`${url}/health`);
    const ended = running.end('SIGTERM');
    expect(await answer).toBe('cut off');
    expect(await ended).toBe(0);
  });

  it('ends at once at the second signal', async () => {
    const { running, url } = await startProcess();
    void fetch(`${url}/hang`).catch(() => undefined);
    await fetch(`${url}/health`);
    void running.end('SIGTERM');
    await until(() => running.errors.includes('"stopping"'));
    expect(await running.end('SIGINT')).toBe(130);
  });

  it.each(['/crash', '/reject', '/fail'])('ends with 1 after %s, and its log says why', async (path) => {
    const { running, url } = await startProcess();
    await fetch(url + path).catch(() => undefined);
    expect(await running.ended).toBe(1);
    expect(running.errors).toMatch(
      /"level":"fatal".*"message":"(?:nobody catches this|nor this|the disk is gone)"/,
    );
  });

  it('sets no timer under a second while it is idle', async () => {
    const { running, url } = await startProcess();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const timers = (await (await fetch(`${url}/timers`)).json()) as readonly Timer[];
    expect(timers.some(({ repeats }) => repeats)).toBe(true);
    expect(timers.filter(({ ms, repeats, isIdle }) => (repeats || isIdle) && ms < 1_000)).toEqual([]);
    await running.end('SIGTERM');
  });
});
