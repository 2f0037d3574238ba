/** The settings one by one: a schema of nested objects as a list of fields, each with its names and its bounds. */

import type { Setting, SettingKind, SettingsSchema } from './settings-schema.ts';

export type SettingField = {
  /** Where it stands in `Settings`, e.g. `['limits', 'eventBytes']`. */
  readonly path: readonly string[];
  /** In the file and in messages: `limits.event`. */
  readonly name: string;
  /** `SEGUE_LIMITS_EVENT` */
  readonly variable: string;
  /** `--limits-event` */
  readonly flag: string;
  readonly kind: SettingKind;
  /** Begins with a small letter, has no full stop at its end. */
  readonly description: string;
  /** As in `Settings`; undefined where nothing is set unless somebody does. */
  readonly standard: unknown;
  /** What to say of the default where it depends on the machine. */
  readonly standardText: string | undefined;
  readonly example: string | undefined;
  readonly minimum: number;
  readonly maximum: number;
  readonly choices: readonly string[];
  /** Never printed or logged. */
  readonly secret: boolean;
};

type Node = Setting | { readonly [key: string]: Node };

/** The fields of a schema, in its order. */
export function settingFields<S>(schema: SettingsSchema<S>): readonly SettingField[] {
  return fieldsOf(schema as Node, []);
}

function fieldsOf(node: Node, path: readonly string[]): readonly SettingField[] {
  if (!isSetting(node)) {
    return Object.entries(node).flatMap(([key, inner]) => fieldsOf(inner, [...path, key]));
  }
  const name = path.map(wireName).join('.');
  return [
    {
      path,
      name,
      variable: `SEGUE_${name.replaceAll('.', '_').toUpperCase()}`,
      flag: `--${name.replaceAll(/[._]/g, '-')}`,
      kind: node.kind,
      description: node.description,
      standard: node.standard,
      standardText: node.standardText,
      example: node.example,
      minimum: node.minimum ?? 0,
      maximum: node.maximum ?? Number.MAX_SAFE_INTEGER,
      choices: (node.choices ?? []).map(String),
      secret: node.secret ?? false,
    },
  ];
}

function isSetting(node: Node): node is Setting {
  return typeof node.kind === 'string';
}

/** `batchEvents` → `batch_events`, `intervalMs` → `interval`. */
function wireName(key: string): string {
  return key.replace(/(?:Ms|Bytes)$/, '').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
