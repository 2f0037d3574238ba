/**
 * The settings in force: defaults, then the file, then the environment, then flags; the later wins. Everything that
 * is wrong is said at once, with the place where it stands, and nothing is guessed.
 *
 * A path in the file is read from the folder of the file, one in the environment or a flag from the working directory.
 */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';

import { fail, ok, type Result } from '@segue/core/base/result.ts';
import { nearestName } from '@segue/core/rules/names.ts';

import { placed, type Place, type PlacedDiagnostic } from '../definitions-files/place.ts';
import { parseYaml, type YamlNode } from '../definitions-files/yaml-source.ts';
import { settingFields, type SettingField } from './setting-field.ts';
import { expectedOf, settingText } from './setting-text.ts';
import { readSettingValue } from './setting-value.ts';
import { settingsSchema, type SettingsSchema } from './settings-schema.ts';
import type { Settings } from './settings.ts';

/** Read when it is there and no other file is named. */
export const defaultSettingsFile = 'segue.yaml';
const fileBytesMax = 1024 * 1024;

/** Variables that other tools of ours read; they are no settings and no mistakes. */
const otherVariables: ReadonlySet<string> = new Set([
  'SEGUE_CONFIG',
  'SEGUE_KEY',
  'SEGUE_RESTARTED',
  'SEGUE_URL',
  'SEGUE_WRITE_KEY',
]);

export type SettingsInput = {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** By the name of the setting (`limits.event`), as given. */
  readonly flags: ReadonlyMap<string, string>;
  /** `--config`; the environment's `SEGUE_CONFIG` is looked for here. */
  readonly file?: string;
};

/** One setting in force and where it comes from. */
export type SettingInForce = {
  readonly field: SettingField;
  /** Undefined where it is not set. */
  readonly value: unknown;
  /** As it would be written in the file; dots for a secret. Undefined where it is not set. */
  readonly text: string | undefined;
  readonly source: 'default' | 'file' | 'environment' | 'flag';
  /** `segue.yaml:3`, `SEGUE_PORT`, `--port`; undefined for a default. */
  readonly place: string | undefined;
};

export type SettingsInForce<S> = {
  readonly settings: S;
  /** In the order of the schema. */
  readonly all: readonly SettingInForce[];
  /** The file that was read, absolute. */
  readonly file: string | undefined;
  readonly warnings: readonly PlacedDiagnostic[];
};

export type SettingsRefused = {
  readonly diagnostics: readonly PlacedDiagnostic[];
  /** Text of the file that diagnostics point into, where it could be read. */
  readonly text: string | undefined;
};

/** Reads the settings of the service. */
export function readSettings(input: SettingsInput): Result<SettingsInForce<Settings>, SettingsRefused> {
  return readSettingsOf<Settings>(settingsSchema, input);
}

/** As `readSettings`, of another schema. */
export function readSettingsOf<S>(
  schema: SettingsSchema<S>,
  input: SettingsInput,
): Result<SettingsInForce<S>, SettingsRefused> {
  return new SettingsReader(settingFields(schema), input).read<S>();
}

type Given = {
  readonly value: unknown;
  readonly source: SettingInForce['source'];
  readonly place: string;
};

class SettingsReader {
  readonly #fields: readonly SettingField[];
  readonly #input: SettingsInput;
  readonly #given = new Map<SettingField, Given>();
  readonly #faults: PlacedDiagnostic[] = [];
  readonly #warnings: PlacedDiagnostic[] = [];
  #fileText: string | undefined;

  constructor(fields: readonly SettingField[], input: SettingsInput) {
    this.#fields = fields;
    this.#input = input;
  }

  read<S>(): Result<SettingsInForce<S>, SettingsRefused> {
    const file = this.#readFile();
    this.#readEnvironment();
    this.#readFlags();
    if (this.#faults.length > 0) return fail({ diagnostics: this.#faults, text: this.#fileText });
    const all = this.#fields.map((field) => this.#inForce(field));
    const settings: Record<string, unknown> = {};
    for (const { field, value } of all) put(settings, field.path, value);
    // Every value was read by its field of the schema, and the schema is the type's.
    return ok({ settings: settings as S, all, file, warnings: this.#warnings });
  }

  #inForce(field: SettingField): SettingInForce {
    const given = this.#given.get(field);
    const standard = field.kind === 'path' ? this.#standardPath(field) : field.standard;
    const value = given === undefined ? standard : given.value;
    const text = field.secret && value !== undefined ? '••••••••' : settingText(field, value);
    return { field, value, text, source: given?.source ?? 'default', place: given?.place };
  }

  #standardPath({ standard }: SettingField): string | undefined {
    return typeof standard === 'string' ? resolve(this.#input.cwd, standard) : undefined;
  }

  #readFile(): string | undefined {
    const { cwd, env, file: named = env['SEGUE_CONFIG'] } = this.#input;
    const wanted = named === undefined || named === '' ? undefined : named;
    const path = resolve(cwd, wanted ?? defaultSettingsFile);
    if (wanted === undefined && !existsSync(path)) return undefined;
    const shown = showPath(cwd, path);
    const text = this.#textOf(path, shown);
    if (text === undefined) return undefined;
    this.#fileText = text;
    const source = parseYaml(shown, text);
    if (!source.ok) {
      this.#faults.push(...source.error);
      return undefined;
    }
    const [root, second] = source.value.documents;
    if (second !== undefined) {
      this.#fault(shown, second.place, 'config/file', 'There is a second document; expected one map.');
    }
    if (root !== undefined) this.#readMap(root, '', dirname(path));
    return path;
  }

  #textOf(path: string, shown: string): string | undefined {
    try {
      const bytes = readFileSync(path);
      if (bytes.length > fileBytesMax) {
        this.#fault(shown, undefined, 'config/file', 'The file is larger than 1 MiB; expected settings.');
        return undefined;
      }
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch (error) {
      this.#fault(shown, undefined, 'config/file', `The file of settings cannot be read: ${whyNot(error)}.`);
      return undefined;
    }
  }

  /** `prefix` is the group's name with a dot at its end, or empty. */
  #readMap(node: YamlNode, prefix: string, folder: string): void {
    const entries = node.entries();
    if (entries === undefined) {
      const what =
        prefix === '' ? 'Expected a map of settings' : `Expected settings of ${prefix.slice(0, -1)}`;
      this.#fault(node.file, node.place, 'config/file', `${what}, found ${node.kind}.`);
      return;
    }
    for (const { key, keyPlace, node: value } of entries) {
      const name = prefix + key;
      const field = this.#fields.find((candidate) => candidate.name === name);
      if (field !== undefined) this.#readEntry(field, value, folder);
      else if (this.#fields.some((candidate) => candidate.name.startsWith(`${name}.`))) {
        if (!value.isNothing()) this.#readMap(value, `${name}.`, folder);
      } else this.#unknownKey(name, key, value.file, keyPlace);
    }
  }

  #readEntry(field: SettingField, node: YamlNode, folder: string): void {
    // `port:` with nothing after it is a setting not made.
    if (node.isNothing()) return;
    const items = node.items()?.map((item) => item.text());
    const given = items === undefined ? node.text() : items.filter((item) => item !== undefined);
    const place = `${node.file}:${node.place.line}`;
    if (given === undefined || given.length < (items?.length ?? 0)) {
      const message = `${field.name}: Expected ${expectedOf(field)}, found ${node.kind}.`;
      this.#fault(node.file, node.place, 'config/value', message, expectedOf(field));
      return;
    }
    this.#take(field, given, { source: 'file', place, folder, file: node.file, at: node.place });
  }

  #unknownKey(name: string, key: string, file: string, place: Place): void {
    // What was meant may also stand in another group: `interval` for `checkpoint.interval`.
    const names = this.#fields.map((field) => field.name);
    const nearest = nearestName(name, names) ?? names.find((known) => known.endsWith(`.${key}`));
    const remedy =
      nearest === undefined ? 'segue config --describe lists them.' : `did you mean “${nearest}”?`;
    const fault = { code: 'config/unknown', message: `There is no setting “${name}”; ${remedy}` };
    const detail = { length: key.length, ...(nearest === undefined ? {} : { nearest }) };
    this.#faults.push(placed(file, place, { ...fault, ...detail }));
  }

  #readEnvironment(): void {
    const { env, cwd } = this.#input;
    for (const [variable, text] of Object.entries(env)) {
      // An empty variable is one that is not set: compose files cannot leave one out.
      if (!variable.startsWith('SEGUE_') || text === undefined || text.trim() === '') continue;
      // Kubernetes describes a Service named `segue` to every pod as SEGUE_PORT=tcp://10.0.0.1:8787 and others.
      if (/^(?:tcp|udp|sctp):\/\//.test(text)) continue;
      const field = this.#fields.find((candidate) => candidate.variable === variable);
      if (field === undefined) this.#unknownVariable(variable);
      else {
        this.#take(field, text, { source: 'environment', place: variable, folder: cwd, file: variable });
      }
    }
  }

  /** A warning only: the prefix is not ours alone. */
  #unknownVariable(variable: string): void {
    const nearest = nearestName(
      variable,
      this.#fields.map((field) => field.variable),
    );
    if (otherVariables.has(variable) || nearest === undefined) return;
    const message = `There is no setting of this name; did you mean ${nearest}? It was left alone.`;
    this.#warnings.push(
      placed(variable, undefined, { code: 'config/unknown', severity: 'warning', message, nearest }),
    );
  }

  #readFlags(): void {
    const { flags, cwd } = this.#input;
    for (const field of this.#fields) {
      const text = flags.get(field.name);
      if (text === undefined) continue;
      this.#take(field, text, { source: 'flag', place: field.flag, folder: cwd, file: field.flag });
    }
  }

  #take(
    field: SettingField,
    given: string | readonly string[],
    from: Omit<Given, 'value'> & { readonly folder: string; readonly file: string; readonly at?: Place },
  ): void {
    const read = readSettingValue(field, given);
    if (read.ok) {
      const { source, place, folder } = from;
      const value = field.kind === 'path' ? resolve(folder, String(read.value)) : read.value;
      this.#given.set(field, { value, source, place });
      return;
    }
    const { expected, nearest } = read.error;
    const found = field.secret ? '' : `, found “${shorten(given)}”`;
    const meant = nearest === undefined ? '' : `; did you mean “${nearest}”?`;
    const message = `${field.name}: Expected ${expected}${found}${meant === '' ? '.' : meant}`;
    // A diagnostic with a column is shown with its line of the file, which would give a secret away.
    const [file, at] = field.secret ? [from.place, undefined] : [from.file, from.at];
    this.#fault(file, at, 'config/value', message, expected, nearest);
  }

  #fault(
    file: string,
    place: Place | undefined,
    code: string,
    message: string,
    expected?: string,
    nearest?: string,
  ): void {
    const more = {
      ...(expected === undefined ? {} : { expected }),
      ...(nearest === undefined ? {} : { nearest }),
    };
    this.#faults.push(placed(file, place, { code, message, ...more }));
  }
}

/** A group is there also where nothing in it is set. */
function put(settings: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    if (value !== undefined) settings[key] = value;
    return;
  }
  const group = (settings[key] ??= {});
  put(group as Record<string, unknown>, rest, value);
}

/** As a person would name it from where they are. */
function showPath(cwd: string, path: string): string {
  const near = relative(cwd, path);
  return near === '' || near.startsWith('..') ? path : near;
}

function shorten(given: string | readonly string[]): string {
  const text = typeof given === 'string' ? given : given.join(', ');
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function whyNot(error: unknown): string {
  if (error instanceof TypeError) return 'it is not UTF-8';
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'EACCES') return 'this user may not read it';
  return error instanceof Error ? error.message : String(error);
}
