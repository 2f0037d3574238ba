/** `segue start`: runs the service until it is asked to stop. */

import type { Command } from 'commander';
import { flushCompileCache } from 'node:module';
import path from 'node:path';
import { isatty } from 'node:tty';

import type { SettingsInForce } from '@segue/server/config/read-settings.ts';
import type { Settings } from '@segue/server/config/settings.ts';
import type { HostProcess } from '@segue/server/http/lifecycle.ts';
import type { ProcessLog } from '@segue/server/http/log.ts';
import type { OpenSegue } from '@segue/server/http/parts.ts';

import { exitUnusable } from '../exit-code.ts';
import { refusalCode, refusalText } from '../refusal-text.ts';
import { keepObjectsYoung } from '../service/young-objects.ts';
import { addSettingOptions, readCommandSettings, type SettingOptions } from '../settings/command-settings.ts';
import type { Terminal } from '../terminal.ts';

const standardError = 2;
/** When compiled code is kept for the next start: else only an orderly end would, and a killed one starts slowly. */
const keepCodeAfterMs = 5_000;
/** Where `npm run build` puts the web app. */
export const webAppFolder: string = path.join(import.meta.dirname, '../../../web/dist');

/** What the service runs in; for tests. */
export type StartSurroundings = { readonly open?: OpenSegue; readonly host?: HostProcess };

export function registerStart(
  program: Command,
  terminal: Terminal,
  surroundings: StartSurroundings = {},
): void {
  const command = program
    .command('start')
    .summary('run the service')
    .description(
      'Runs the service: takes events over HTTP, keeps customers in their segments, answers who is where, streams the changes. Stops in order on SIGTERM and Ctrl-C; a second one ends it at once, and nothing that was acknowledged is lost either way.',
    );
  addSettingOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  segue start
  segue start --data /var/lib/segue --port 9000
  SEGUE_CONFIG=/etc/segue.yaml segue start

Exit codes: 0 stopped as asked, 1 ended by a fault, 2 not started (settings, data directory, port).`,
    )
    .action(async (options: SettingOptions) => {
      const inForce = await readCommandSettings(options, terminal);
      const code = inForce === undefined ? exitUnusable : await start(inForce, terminal, surroundings);
      // Whatever is still open must not keep the process: all that matters is closed or durable.
      if (surroundings.host === undefined) process.exit(code);
      process.exitCode = code;
    });
}

async function start(
  { settings, file }: SettingsInForce<Settings>,
  terminal: Terminal,
  surroundings: StartSurroundings,
): Promise<number> {
  keepObjectsYoung();
  const { serve } = await import('@segue/server/http/serve.ts');
  const { exposureWarning, startedText } = await import('../service/started-text.ts');
  const { open = await loadOpenSegue(), host } = surroundings;
  const log = await openLog(settings, terminal);
  try {
    return await serve({
      settings,
      open,
      log,
      webApp: webAppFolder,
      onStarted: (started) => {
        const warning = exposureWarning(settings);
        if (warning !== undefined) {
          terminal.writeError(`${terminal.errorColours.yellow('warning')}: ${warning}\n`);
        }
        terminal.write(startedText(started, settings, file, terminal.colours));
        setTimeout(flushCompileCache, keepCodeAfterMs).unref();
      },
      ...(host === undefined ? {} : { host }),
    });
  } catch (error) {
    // What nobody foresaw is of use with its place in the program only.
    const code = refusalCode(error);
    if (code === undefined || code.startsWith('engine/')) {
      log.fatal({ err: error }, 'the service could not start');
    }
    terminal.writeError(refusalText(error, 'start/failed', terminal.errorColours));
    return exitUnusable;
  }
}

/** Loaded late: the engine and its stores are large, and other commands do without. */
export async function loadOpenSegue(): Promise<OpenSegue> {
  const { openSegue } = await import('@segue/server/runtime/open-segue.ts');
  return openSegue;
}

/** For people in words, for everybody else in JSON. */
export async function openLog(settings: Settings, terminal: Terminal): Promise<ProcessLog> {
  const { openProcessLog } = await import('@segue/server/http/log.ts');
  if (!isatty(standardError)) return openProcessLog(settings.log.level);
  const { logLineText } = await import('../service/log-lines.ts');
  return openProcessLog(settings.log.level, {
    write: (line) => {
      terminal.writeError(logLineText(line, terminal.errorColours));
    },
  });
}
