/** Settings on the command line: a flag for each, and reading them together with the file and the environment. */

import { Option, type Command } from 'commander';

import { settingFields, type SettingField } from '@segue/server/config/setting-field.ts';
import { settingText } from '@segue/server/config/setting-text.ts';
import { settingsSchema } from '@segue/server/config/settings-schema.ts';
import type { SettingsInForce } from '@segue/server/config/read-settings.ts';
import type { Settings } from '@segue/server/config/settings.ts';

import { diagnosticText } from '../diagnostic-text.ts';
import type { Terminal } from '../terminal.ts';

/** What commander makes of the flags: by the flag's name in camel case. */
export type SettingOptions = { readonly config?: string } & Readonly<Record<string, unknown>>;

/** Adds `--config` and a flag for every setting, or for those that are named. */
export function addSettingOptions(command: Command, names?: readonly string[]): Command {
  command.addOption(
    new Option(
      '--config <file>',
      'settings (default: $SEGUE_CONFIG, or segue.yaml where there is one)',
    ).helpGroup('Settings:'),
  );
  for (const field of settingFields(settingsSchema)) {
    if (names?.includes(field.name) !== false) command.addOption(optionOf(field));
  }
  return command;
}

function optionOf(field: SettingField): Option {
  const standard = field.standardText ?? settingText(field, field.standard) ?? '';
  const shown = standard === '' ? '' : ` (default: ${standard})`;
  const value = field.kind === 'switch' ? '[yes]' : '<value>';
  const option = new Option(`${field.flag} ${value}`, field.description.replaceAll('`', '') + shown);
  return option.helpGroup('Settings:');
}

/**
 * The settings in force, as `options`, the environment and the file say. Undefined, and explained, where something is wrong;
 * warnings are printed either way.
 */
export async function readCommandSettings(
  options: SettingOptions,
  terminal: Terminal,
): Promise<SettingsInForce<Settings> | undefined> {
  const { readSettings } = await import('@segue/server/config/read-settings.ts');
  const flags = new Map<string, string>();
  for (const field of settingFields(settingsSchema)) {
    const value = options[attributeOf(field)];
    if (typeof value === 'string') flags.set(field.name, value);
    // A switch without a word after it.
    else if (value === true) flags.set(field.name, 'true');
  }
  const file = options.config === undefined ? {} : { file: options.config };
  const read = readSettings({ cwd: process.cwd(), env: process.env, flags, ...file });
  const diagnostics = read.ok ? read.value.warnings : read.error.diagnostics;
  const text = read.ok ? undefined : read.error.text;
  for (const diagnostic of diagnostics) {
    terminal.writeError(diagnosticText(diagnostic, text, terminal.errorColours));
  }
  return read.ok ? read.value : undefined;
}

/** `--log-level` → `logLevel`, as commander does. */
function attributeOf({ flag }: SettingField): string {
  return flag.slice(2).replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
