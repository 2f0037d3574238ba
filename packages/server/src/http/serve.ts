/** The running process: the service, and the HTTP app before it. Doors open last and close first. */

import type { AddressInfo } from 'node:net';

import { defined } from '@segue/core/base/assert.ts';

import type { Settings } from '../config/settings.ts';
import { createApp, type App } from './app.ts';
import { runParts, thisProcess, type HostProcess, type Part } from './lifecycle.ts';
import type { ProcessLog } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { segueVersion, type FirstSignIn, type OpenSegue, type RunningService } from './parts.ts';
import { listenError } from './start-error.ts';
import { webApp } from './web-app.ts';

export type Started = {
  /** Where it is reached, for people: the public URL where there is one. Without a slash at its end. */
  readonly url: string;
  /** Where it is reached from this machine. */
  readonly localUrl: string;
  readonly firstSignIn: FirstSignIn | undefined;
};

export type ServeOptions = {
  readonly settings: Settings;
  readonly open: OpenSegue;
  readonly log: ProcessLog;
  readonly onStarted?: (started: Started) => void;
  /** Folder of the built web app; without it there is none. */
  readonly webApp?: string;
  /** The process this runs in, unless given. */
  readonly host?: HostProcess;
  readonly metrics?: Metrics;
};

/**
 * Runs the service until it is asked to stop or fails; resolves with the exit code. Rejects with an error with a `code` where it
 * cannot start.
 */
export async function serve(options: ServeOptions): Promise<number> {
  const { settings, log, onStarted, host = thisProcess, metrics = createMetrics() } = options;
  const service = new ServicePart({ ...options, metrics });
  const doors = new HttpPart({ ...options, metrics }, service);
  return runParts([service, doors], {
    host,
    log,
    stopMs: settings.stop.timeoutMs,
    onStarted: () => {
      const started = doors.started();
      log.info({ version: segueVersion, url: started.localUrl, data: settings.data }, 'started');
      onStarted?.(started);
    },
  });
}

type PartOptions = ServeOptions & { readonly metrics: Metrics };

class ServicePart implements Part {
  readonly name: string = 'service';
  readonly #options: PartOptions;
  readonly #failure: PromiseWithResolvers<Error> = Promise.withResolvers<Error>();
  #running: RunningService | undefined = undefined;

  constructor(options: PartOptions) {
    this.#options = options;
  }

  get failed(): Promise<Error> {
    return this.#failure.promise;
  }

  get running(): RunningService {
    return defined(this.#running, 'the open service');
  }

  async start(): Promise<void> {
    const { open, settings, log, metrics } = this.#options;
    this.#running = await open(settings, { log, metrics });
    void this.#running.failed.then(this.#failure.resolve);
  }

  stop(): Promise<void> {
    return this.running.stop();
  }
}

class HttpPart implements Part {
  readonly name: string = 'http';
  readonly #options: PartOptions;
  readonly #service: ServicePart;
  #app: App | undefined = undefined;

  constructor(options: PartOptions, service: ServicePart) {
    this.#options = options;
    this.#service = service;
  }

  async start(): Promise<void> {
    const { settings, log, metrics, webApp: folder } = this.#options;
    const { running } = this.#service;
    const { frame, plugins } = running;
    const app = createApp({
      settings,
      log,
      metrics,
      frame,
      plugins: folder === undefined ? plugins : [...plugins, { plugin: webApp(folder) }],
      ready: () => running.ready(),
      caughtUp: () => running.caughtUp?.(),
      settled: () => running.settled?.(),
    });
    try {
      // `localhost` would make two servers, of which only one is watched.
      const host = settings.host === 'localhost' ? '127.0.0.1' : settings.host;
      await app.fastify.listen({ host, port: settings.port, listenTextResolver: () => 'listening' });
    } catch (error) {
      await app.close(AbortSignal.abort());
      throw listenError(error, settings);
    }
    this.#app = app;
  }

  async stop(signal: AbortSignal): Promise<void> {
    await this.#app?.close(signal);
  }

  started(): Started {
    const { server } = defined(this.#app, 'the app that listens').fastify;
    // A string only for pipes, which are not listened on.
    const { address, port, family } = server.address() as AddressInfo;
    const anywhere = address === '0.0.0.0' || address === '::';
    const name = anywhere ? 'localhost' : family === 'IPv6' ? `[${address}]` : address;
    const localUrl = `http://${name}:${port}`;
    const { firstSignIn } = this.#service.running;
    return { url: this.#options.settings.publicUrl ?? localUrl, localUrl, firstSignIn };
  }
}
