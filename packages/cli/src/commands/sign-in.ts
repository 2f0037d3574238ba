/** `segue sign-in`: a new link to sign in with, for whoever is at the machine itself. */

import type { Command } from 'commander';
import { existsSync } from 'node:fs';

import { exitOk, exitUnusable } from '../exit-code.ts';
import { refusalText } from '../refusal-text.ts';
import { addSettingOptions, readCommandSettings, type SettingOptions } from '../settings/command-settings.ts';
import type { Terminal } from '../terminal.ts';

type SignInOptions = SettingOptions & { readonly email?: string; readonly json?: true };

export function registerSignIn(program: Command, terminal: Terminal): void {
  const command = program
    .command('sign-in')
    .summary('make a link to sign in with, once')
    .description(
      'Makes a link with which somebody can sign in once and set a password: the user with that e-mail address, or without one a new admin. Earlier links for the same go. The service may run meanwhile.',
    )
    .option('--email <address>', 'the user whose password is forgotten')
    .option('--json', 'print one JSON object');
  addSettingOptions(command, ['data', 'host', 'port', 'public_url'])
    .addHelpText(
      'after',
      `
Examples:
  segue sign-in
  segue sign-in --email ann@example.com

Exit codes: 0 done, 2 not done.`,
    )
    .action(async (options: SignInOptions) => {
      process.exitCode = await signIn(options, terminal);
    });
}

async function signIn(options: SignInOptions, terminal: Terminal): Promise<number> {
  const inForce = await readCommandSettings(options, terminal);
  if (inForce === undefined) return exitUnusable;
  const { data, host, port, publicUrl } = inForce.settings;
  const { dataPaths } = await import('@segue/server/log/data-format.ts');
  const { openSqliteCatalog } = await import('@segue/server/catalog/sqlite-catalog.ts');
  const { newSignInLink } = await import('@segue/server/catalog/first-sign-in.ts');
  const path = dataPaths(data).catalog;
  const refuse = (error: unknown): number => {
    terminal.writeError(refusalText(error, 'sign-in/failed', terminal.errorColours));
    return exitUnusable;
  };
  if (!existsSync(path)) {
    return refuse(new Error(`There is no data in ${data} yet; start the service first: segue start`));
  }
  try {
    const catalog = openSqliteCatalog({ path, clock: Date.now });
    try {
      const made = await newSignInLink(catalog, Date.now(), options.email);
      if (!made.ok) return refuse(new Error(made.error.message));
      const url = `${publicUrl ?? `http://${host}:${port}`}/sign-in#${made.value.token}`;
      terminal.write(options.json === true ? `${JSON.stringify({ url })}\n` : `${url}\n`);
      return exitOk;
    } finally {
      await catalog.close();
    }
  } catch (error) {
    return refuse(error);
  }
}
