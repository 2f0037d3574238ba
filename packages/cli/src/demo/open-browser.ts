/** Opens an address in the browser of whoever sits at the machine, where there is one. */

import { spawn } from 'node:child_process';
import { isatty } from 'node:tty';

const standardOutput = 1;

/** Does nothing where nobody would see it: no terminal, no screen, a machine that builds. */
export function openBrowser(url: string, env: Readonly<Record<string, string | undefined>>): void {
  const command = browserCommand(env);
  if (command === undefined || !isatty(standardOutput)) return;
  const [name, ...words] = command;
  const child = spawn(name, [...words, url], { stdio: 'ignore', detached: true });
  // The address stands in the terminal too.
  child.on('error', () => undefined);
  child.unref();
}

function browserCommand(
  env: Readonly<Record<string, string | undefined>>,
): readonly [string, ...string[]] | undefined {
  if (env['CI'] !== undefined || env['SSH_CONNECTION'] !== undefined) return undefined;
  if (process.platform === 'darwin') return ['open'];
  if (process.platform === 'win32') return ['cmd', '/c', 'start', ''];
  return env['DISPLAY'] === undefined && env['WAYLAND_DISPLAY'] === undefined ? undefined : ['xdg-open'];
}
