/**
 * The demo from its start to Ctrl-C: the port is looked at first, then the past is made where there is none, then the service
 * is served as `segue start` does, with the door beside its routes, and the shop streams into it.
 */

import { createServer } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Settings } from '@segue/server/config/settings.ts';
import { thisProcess } from '@segue/server/http/lifecycle.ts';
import type { OpenSegue } from '@segue/server/http/parts.ts';
import { serve, type Started } from '@segue/server/http/serve.ts';
import { listenError } from '@segue/server/http/start-error.ts';
import { dataPaths } from '@segue/server/log/data-format.ts';
import { readWorkspace } from '@segue/server/log/workspace-file.ts';

import { loadOpenSegue, openLog, webAppFolder } from '../commands/start.ts';
import { exposureWarning } from '../service/started-text.ts';
import type { Terminal } from '../terminal.ts';
import { demoDoor, doorPath } from './demo-door.ts';
import { dataOf, readDemo, writeDemo, type Demo } from './demo-folder.ts';
import { reopen } from './demo-shop.ts';
import { demoText, showMaking } from './demo-text.ts';
import { makeDemo } from './make-demo.ts';
import { openBrowser } from './open-browser.ts';
import { streamShop } from './shop-stream.ts';

export type RunDemoOptions = {
  readonly folder: string;
  readonly isAnew: boolean;
  readonly customers: number;
  readonly seed: number;
  readonly messagesPerMinute: number;
  readonly opensBrowser: boolean;
  readonly settings: Settings;
  /** The time zone was chosen; else it is that of the machine. */
  readonly hasOwnZone: boolean;
  readonly definitions: Definitions;
};

/** All changes of the past stay, so that history can be made of them. */
const feedRetentionMs = 3_650 * 86_400_000;

/** Resolves with the exit code. Rejects with an error with a `code` where it cannot start. */
export async function runDemo(options: RunDemoOptions, terminal: Terminal): Promise<number> {
  await requirePort(options.settings);
  const known = options.isAnew ? undefined : await readDemo(options.folder);
  const before = known ?? (await make(options, terminal));
  const demo: Demo = { ...before, runs: before.runs + 1 };
  await writeDemo(options.folder, demo);
  const settings = await settingsOf(options);
  const ending = new AbortController();
  const stopListening = thisProcess.onSignal(() => {
    ending.abort();
  });
  const onStarted = (started: Started): void => {
    const url = `${started.url}${doorPath(demo)}`;
    terminal.write(demoText({ url, folder: options.folder, isNew: known === undefined }, terminal.colours));
    if (options.opensBrowser) openBrowser(url, process.env);
    void stream(demo, options, started.localUrl, ending.signal, terminal);
  };
  const warning = exposureWarning(settings);
  if (warning !== undefined) terminal.writeError(`${terminal.errorColours.yellow('warning')}: ${warning}\n`);
  try {
    const log = await openLog(settings, terminal);
    const open = withDoor(await loadOpenSegue(), demo);
    return await serve({ settings, open, log, webApp: webAppFolder, onStarted });
  } finally {
    ending.abort();
    stopListening();
  }
}

async function make(options: RunDemoOptions, terminal: Terminal): Promise<Demo> {
  const { folder, seed, customers, definitions, settings, hasOwnZone } = options;
  const timeZone = hasOwnZone ? settings.timezone : Intl.DateTimeFormat().resolvedOptions().timeZone;
  const making = showMaking(terminal);
  const made = await makeDemo({
    folder,
    seed,
    customers,
    timeZone,
    definitions,
    now: Date.now(),
    onProgress: making.progress,
  }).finally(making.end);
  making.made(made.messages);
  return made.demo;
}

/** Of the service as it was started, with what belongs to the demo. */
async function settingsOf({ settings, folder }: RunDemoOptions): Promise<Settings> {
  const data = dataOf(folder);
  const { timeZone = settings.timezone } = await readWorkspace(dataPaths(data).workspace);
  const feed = { ...settings.feed, retentionMs: feedRetentionMs };
  return { ...settings, data, timezone: timeZone, feed };
}

function withDoor(open: OpenSegue, demo: Demo): OpenSegue {
  return async (settings, surroundings) => {
    const service = await open(settings, surroundings);
    return { ...service, plugins: [...service.plugins, demoDoor(demo)] };
  };
}

async function stream(
  demo: Demo,
  { messagesPerMinute }: RunDemoOptions,
  url: string,
  signal: AbortSignal,
  terminal: Terminal,
): Promise<void> {
  const opening = reopen({ ...demo, messagesPerMinute }, demo.runs, () => Date.now());
  let step = opening.next();
  while (step.done !== true) {
    // Who looks at the page goes first.
    await nextTurn();
    if (signal.aborted) return;
    step = opening.next();
  }
  const shop = step.value;
  await streamShop({
    url,
    writeKey: demo.writeKey,
    next: (now) => shop.until(now),
    signal,
    onTrouble: (reason) => {
      const { yellow } = terminal.errorColours;
      terminal.writeError(
        reason === undefined
          ? 'The shop streams again.\n'
          : `${yellow('warning')}: the service does not take what the shop sends, which tries again: ${reason}\n`,
      );
    },
  });
}

/** So that nobody waits for a past to be made and hears then that there is no place to show it. */
async function requirePort({ host, port }: Pick<Settings, 'host' | 'port'>): Promise<void> {
  if (port === 0) return;
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const probe = createServer();
  probe.once('error', (error) => {
    reject(listenError(error, { host, port }));
  });
  probe.listen({ host, port }, () => {
    probe.close(() => {
      resolve(undefined);
    });
  });
  await promise;
}
