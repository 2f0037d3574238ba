/** The settings as a table in Markdown, for docs/configuration.md and `segue config --describe`. */

import type { SettingField } from './setting-field.ts';
import { expectedOf, settingText } from './setting-text.ts';

/** One row a setting; the columns are not padded. */
export function settingsTable(fields: readonly SettingField[]): string {
  const rows = fields.map((field) => `| ${cells(field).map(escaped).join(' | ')} |`);
  return ['| setting | meaning | takes | default |', '| --- | --- | --- | --- |', ...rows, ''].join('\n');
}

function cells(field: SettingField): readonly string[] {
  const standard = settingText(field, field.standard) ?? '';
  const shown = field.standardText ?? (standard === '' ? 'none' : `\`${standard}\``);
  const example = field.example === undefined ? '' : `, e.g. \`${field.example}\``;
  return [`\`${field.name}\``, field.description + example, expectedOf(field), shown];
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|');
}
