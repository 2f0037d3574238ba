/** `segue config`: which settings are in force, and where each comes from. */

import type { Command } from 'commander';

import type { SettingInForce, SettingsInForce } from '@segue/server/config/read-settings.ts';
import { settingFields } from '@segue/server/config/setting-field.ts';
import { settingsSchema } from '@segue/server/config/settings-schema.ts';
import { settingsTable } from '@segue/server/config/settings-table.ts';
import type { Settings } from '@segue/server/config/settings.ts';

import { exitUnusable } from '../exit-code.ts';
import { addSettingOptions, readCommandSettings, type SettingOptions } from '../settings/command-settings.ts';
import type { Colours, Terminal } from '../terminal.ts';

type ConfigOptions = SettingOptions & { readonly json?: true; readonly describe?: true };

export function registerConfig(program: Command, terminal: Terminal): void {
  const command = program
    .command('config')
    .summary('show the settings in force and where each comes from')
    .description(
      'Reads the settings as segue start would, from defaults, a file, the environment and flags, and shows what is in force. Secrets are not shown.',
    )
    .option('--json', 'print one JSON object')
    .option('--describe', 'print what every setting means, as a table in Markdown, and read nothing');
  addSettingOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  segue config
  SEGUE_PORT=9000 segue config --json | jq '.settings.port'
  segue config --config /etc/segue.yaml

Exit codes: 0 the settings can be used, 2 they cannot.`,
    )
    .action(async (options: ConfigOptions) => {
      if (options.describe === true) {
        terminal.write(settingsTable(settingFields(settingsSchema)));
        return;
      }
      const inForce = await readCommandSettings(options, terminal);
      if (inForce === undefined) process.exitCode = exitUnusable;
      else {
        terminal.write(options.json === true ? configJson(inForce) : configText(inForce, terminal.colours));
      }
    });
}

function configJson({ file, all }: SettingsInForce<Settings>): string {
  const settings = all.map((setting) => {
    const { field, source, place } = setting;
    return [field.name, { value: jsonValue(setting), source, place: place ?? null }] as const;
  });
  const object = { file: file ?? null, settings: Object.fromEntries(settings) };
  return `${JSON.stringify(object, undefined, 2)}\n`;
}

/** Durations, sizes and secrets as text, with their unit; null where nothing is set. */
function jsonValue({ field, value, text }: SettingInForce): unknown {
  const isPlain = field.kind === 'integer' || field.kind === 'switch' || field.kind === 'addresses';
  return (isPlain && !field.secret ? value : text) ?? null;
}

function configText({ file, all }: SettingsInForce<Settings>, colours: Colours): string {
  const nameWidth = Math.max(...all.map(({ field }) => field.name.length));
  const valueWidth = Math.max(...all.map((setting) => valueOf(setting).length));
  const lines = all.map((setting) => {
    const name = setting.field.name.padEnd(nameWidth);
    const value = valueOf(setting).padEnd(valueWidth);
    const isStandard = setting.source === 'default';
    const origin = isStandard ? colours.dim('default') : (setting.place ?? setting.source);
    return `${isStandard ? name : colours.bold(name)}  ${value}  ${origin}\n`;
  });
  const head = file === undefined ? 'No file of settings is read.' : `Settings of ${file}`;
  return `${colours.dim(head)}\n${lines.join('')}`;
}

function valueOf({ text }: SettingInForce): string {
  return text === undefined || text === '' ? '–' : text;
}
