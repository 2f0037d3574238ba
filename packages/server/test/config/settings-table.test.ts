import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

import { readSettings } from '../../src/config/read-settings.ts';
import { settingFields } from '../../src/config/setting-field.ts';
import { settingsSchema } from '../../src/config/settings-schema.ts';
import { settingsTable } from '../../src/config/settings-table.ts';
import { parseYaml } from '../../src/definitions-files/yaml-source.ts';

const page = resolve(import.meta.dirname, '../../../../docs/configuration.md');
const between = /(<!-- settings -->\n)([^]*)(<!-- \/settings -->)/;

/** Tables differ in how far their columns are padded. */
function cellsOf(table: string): readonly string[] {
  return table
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.replaceAll(/ *\| */g, '|').replaceAll(/-{3,}/g, '---'));
}

it('the table of docs/configuration.md is up to date', () => {
  const table = settingsTable(settingFields(settingsSchema));
  // `SEGUE_WRITE=1 vitest run settings-table` writes it anew; `npm run format` pads it.
  if (process.env['SEGUE_WRITE'] === '1') {
    const text = readFileSync(page, 'utf8').replace(between, (_, begin: string, _old, end: string) => {
      return `${begin}\n${table}\n${end}`;
    });
    writeFileSync(page, text);
  }
  const [, , written = ''] = between.exec(readFileSync(page, 'utf8')) ?? [];
  expect(cellsOf(written)).toEqual(cellsOf(table));
});

it('the example of docs/configuration.md can be used', () => {
  const [, example = ''] = /```yaml\n([^]*?)```/.exec(readFileSync(page, 'utf8')) ?? [];
  const yaml = parseYaml('example', example);
  if (!yaml.ok) throw new Error(JSON.stringify(yaml.error));
  const flags = new Map<string, string>();
  for (const [key, value] of Object.entries(yaml.value.documents[0]?.value() as Record<string, unknown>)) {
    const isGroup = typeof value === 'object' && !Array.isArray(value);
    const entries = isGroup ? Object.entries(value as Record<string, unknown>) : [['', value] as const];
    for (const [name, text] of entries) flags.set(name === '' ? key : `${key}.${name}`, String(text));
  }
  const read = readSettings({ cwd: '/', env: {}, flags });
  expect(read.ok && read.value.all.filter(({ source }) => source === 'flag')).toHaveLength(flags.size);
  expect(flags.size).toBeGreaterThan(5);
});
