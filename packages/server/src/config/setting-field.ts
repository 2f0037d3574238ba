/** The settings one by one: a schema of nested objects as a list of fields, each with its names and its bounds. */

import type Type from 'typebox';

import { assert } from '@segue/core/base/assert.ts';

import type { SettingKind } from './settings-schema.ts';

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

/** The parts of a schema that are read here, whatever else it holds. */
type Node = {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly kind?: SettingKind;
  readonly description?: string;
  readonly default?: unknown;
  readonly standard?: string;
  readonly examples?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  readonly secret?: boolean;
};

/** The fields of a schema such as `settingsSchema`, in its order. */
export function settingFields(schema: Type.TSchema): readonly SettingField[] {
  return fieldsOf(schema, []);
}

function fieldsOf(node: Node, path: readonly string[]): readonly SettingField[] {
  if (node.properties !== undefined) {
    return Object.entries(node.properties).flatMap(([key, inner]) => fieldsOf(inner, [...path, key]));
  }
  const { kind, description } = node;
  const name = path.map(wireName).join('.');
  assert(kind !== undefined && description !== undefined, `setting ${name} has a kind and a description`);
  return [
    {
      path,
      name,
      variable: `SEGUE_${name.replaceAll('.', '_').toUpperCase()}`,
      flag: `--${name.replaceAll(/[._]/g, '-')}`,
      kind,
      description,
      standard: node.default,
      standardText: node.standard,
      example: node.examples?.[0],
      minimum: node.minimum ?? 0,
      maximum: node.maximum ?? Number.MAX_SAFE_INTEGER,
      choices: node.enum ?? [],
      secret: node.secret ?? false,
    },
  ];
}

/** `batchEvents` → `batch_events`, `intervalMs` → `interval`. */
function wireName(key: string): string {
  return key.replace(/(?:Ms|Bytes)$/, '').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
