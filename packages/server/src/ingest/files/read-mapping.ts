/**
 * YAML → mappings, checked: every key is known, every value has its shape, and what is wrong is said with line and
 * column, several at a time. Column names are checked when a file is opened, against its own header.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Document, type YAMLMap } from 'yaml';
import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import { Zone } from '@segue/core/base/zone.ts';
import type { MessageKind } from '@segue/core/model/message.ts';
import { DATE_FORMS } from './dates.ts';
import { NUMBER_FORMS } from './decimals.ts';
import type { Encoding } from './detect.ts';
import { systemCode } from './file-error.ts';
import { didYouMean } from './nearest.ts';
import { FieldReader, keyOf, scalarText } from './read-fields.ts';
import type { Field, Fields, Join, Mapping, MessageTemplate, SkipRule } from './mapping.ts';

export type MappingsRead = {
  readonly mappings: readonly Mapping[];
  readonly diagnostics: readonly Diagnostic[];
};

/** One mapping per YAML document. With errors, `mappings` holds only what is sound. */
export function parseMappings(text: string): MappingsRead {
  const lines = new LineCounter();
  const diagnostics: Diagnostic[] = [];
  const mappings: Mapping[] = [];
  const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true });
  if (!Array.isArray(documents) || documents.length === 0) {
    diagnostics.push(problem('the file is empty; expected a mapping (see docs/mappings.md)', lines, 0));
    return { mappings, diagnostics };
  }
  for (const document of documents) {
    if (document.errors.length > 0) {
      for (const error of document.errors) {
        diagnostics.push(
          problem(`not valid YAML: ${error.message.split('\n')[0] ?? ''}`, lines, error.pos[0]),
        );
      }
      continue;
    }
    const before = diagnostics.length;
    const mapping = new MappingReader(document, lines, diagnostics).read();
    if (mapping !== undefined && diagnostics.length === before) mappings.push(mapping);
  }
  diagnostics.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  return { mappings, diagnostics };
}

/** Mappings that come with the program, by name: `examples/mappings/NAME.yaml`. */
const READY_MADE = fileURLToPath(new URL('../../../../../examples/mappings/', import.meta.url));

/**
 * As `parseMappings`, from a file; one that cannot be read is a diagnostic too. Where there is no such file and its name is that of a
 * ready-made mapping (`online_retail`), that one is read.
 */
export function readMappingFile(path: string): MappingsRead {
  const readyMade = join(READY_MADE, `${basename(path)}.yaml`);
  try {
    return parseMappings(readFileSync(!existsSync(path) && existsSync(readyMade) ? readyMade : path, 'utf8'));
  } catch (error) {
    return { mappings: [], diagnostics: [unreadable(path, error)] };
  }
}

function unreadable(path: string, error: unknown): Diagnostic {
  const known = readdirSync(READY_MADE).flatMap((file) =>
    file.endsWith('.yaml') ? [basename(file, '.yaml')] : [],
  );
  const what =
    systemCode(error) === 'ENOENT'
      ? 'there is no such file'
      : systemCode(error) === 'EISDIR'
        ? 'it is a folder'
        : String(error);
  const message = `the mapping ${path} cannot be read: ${what}; expected a YAML file, or one of ${known.join(', ')}${didYouMean(basename(path), known)}`;
  return { code: 'mapping.unreadable', severity: 'error', message };
}

function problem(message: string, lines: LineCounter, offset: number): Diagnostic {
  const { line, col } = lines.linePos(offset);
  return { code: 'mapping.invalid', severity: 'error', message, line, column: col };
}

const MAPPING_KEYS = ['name', 'description', 'file', 'skip', 'join', 'group', 'messages'];
const FILE_KEYS = [
  'format',
  'header',
  'columns',
  'delimiter',
  'encoding',
  'dates',
  'numbers',
  'timezone',
  'duplicates',
];
const KINDS: readonly MessageKind[] = ['track', 'page', 'screen', 'identify', 'group', 'alias'];
const ID_KEYS = ['userId', 'anonymousId', 'previousId', 'groupId', 'messageId'];
const MESSAGE_KEYS = [...KINDS, ...ID_KEYS, 'where', 'timestamp', 'properties', 'traits', 'externalIds'];
const DELIMITERS: Readonly<Record<string, string>> = { tab: '\t', comma: ',', semicolon: ';', pipe: '|' };
const ENCODINGS: Readonly<Record<string, Encoding>> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  latin1: 'latin1',
  'iso-8859-1': 'latin1',
  'windows-1252': 'latin1',
  'utf-16le': 'utf-16le',
  'utf-16be': 'utf-16be',
};

class MappingReader {
  readonly #document: Document;
  readonly #fields: FieldReader;

  constructor(document: Document, lines: LineCounter, diagnostics: Diagnostic[]) {
    this.#document = document;
    this.#fields = new FieldReader((message, offset) => diagnostics.push(problem(message, lines, offset)));
  }

  read(): Mapping | undefined {
    const f = this.#fields;
    const root = this.#document.contents;
    if (!isMap(root)) {
      f.report('a mapping is a set of keys: name, file, messages (see docs/mappings.md)', root);
      return undefined;
    }
    f.checkKeys(root, MAPPING_KEYS);
    const file = this.#file(root);
    const description = f.optionalText(root, 'description');
    const messages = this.#messages(root);
    return {
      name: f.optionalText(root, 'name') ?? 'mapping',
      ...(description === undefined ? {} : { description }),
      ...file,
      skip: this.#skip(root),
      joins: this.#joins(root),
      group: f.texts(root.get('group', true), 'group', 'a column, or a list of columns'),
      messages,
    };
  }

  #file(root: YAMLMap): Omit<Mapping, 'name' | 'description' | 'skip' | 'joins' | 'group' | 'messages'> {
    const f = this.#fields;
    const node = root.get('file', true);
    const empty = { format: 'csv', header: true, numbers: '1234.56', skipDuplicates: false } as const;
    if (node === undefined) return empty;
    if (!isMap(node)) {
      f.report('file is a set of keys: format, header, delimiter, dates …', node);
      return empty;
    }
    f.checkKeys(node, FILE_KEYS);
    const format = f.choice(node, 'format', ['csv', 'text'] as const) ?? 'csv';
    const header = f.flag(node, 'header') ?? format === 'csv';
    const columns = f.texts(node.get('columns', true), 'columns', 'a list of column names');
    if (!header && columns.length === 0) {
      f.report('a file without a header needs its column names: columns: [a, b, …]', node);
    }
    const delimiter = this.#delimiter(node);
    const dates = f.choice(node, 'dates', ['auto', ...DATE_FORMS] as const);
    const encodingName = f.choice(node, 'encoding', ['auto', ...Object.keys(ENCODINGS)]);
    const encoding = encodingName === undefined ? undefined : ENCODINGS[encodingName];
    const timeZone = f.optionalText(node, 'timezone');
    if (timeZone !== undefined && !Zone.open(timeZone).ok) {
      f.report(
        `"${timeZone}" is no time zone; expected an IANA name such as Europe/London`,
        node.get('timezone', true),
      );
    }
    return {
      format,
      header,
      ...(columns.length === 0 ? {} : { columns }),
      ...(delimiter === undefined ? {} : { delimiter }),
      ...(encoding === undefined ? {} : { encoding }),
      ...(dates === undefined || dates === 'auto' ? {} : { dates }),
      numbers: f.choice(node, 'numbers', NUMBER_FORMS) ?? '1234.56',
      ...(timeZone === undefined ? {} : { timeZone }),
      skipDuplicates: f.choice(node, 'duplicates', ['keep', 'skip'] as const) === 'skip',
    };
  }

  #delimiter(file: YAMLMap): string | undefined {
    const text = this.#fields.optionalText(file, 'delimiter');
    if (text === undefined || text === 'auto') return undefined;
    const delimiter = DELIMITERS[text] ?? text;
    if (delimiter.length === 1 && delimiter !== '"' && delimiter !== '\n') return delimiter;
    this.#fields.report(
      `delimiter is one character, or auto, comma, semicolon, tab, pipe; not "${text}"`,
      file.get('delimiter', true),
    );
    return undefined;
  }

  #skip(root: YAMLMap): SkipRule[] {
    const f = this.#fields;
    const rules: SkipRule[] = [];
    for (const item of f.items(root.get('skip', true), 'skip', 'a list of { where, reason }')) {
      if (!isMap(item)) {
        f.report('an entry of skip is { where: …, reason: … }', item);
        continue;
      }
      f.checkKeys(item, ['where', 'reason']);
      const where = f.where(item.get('where', true));
      if (where.length === 0) f.report('an entry of skip needs a where', item);
      rules.push({ where, reason: f.optionalText(item, 'reason') ?? 'left out by the mapping' });
    }
    return rules;
  }

  #joins(root: YAMLMap): Join[] {
    const f = this.#fields;
    const node = root.get('join', true);
    if (node === undefined) return [];
    if (!isMap(node)) {
      f.report('join is a set of tables: { products: { file: products.csv, on: product_id } }', node);
      return [];
    }
    const joins: Join[] = [];
    for (const pair of node.items) {
      const name = keyOf(pair.key);
      const table = pair.value;
      if (!isMap(table)) {
        f.report(`join.${name} is { file: …, on: … }`, pair.value ?? pair.key);
        continue;
      }
      f.checkKeys(table, ['file', 'on']);
      const file = f.optionalText(table, 'file');
      const on = f.optionalText(table, 'on');
      if (file === undefined || on === undefined) f.report(`join.${name} needs both file and on`, table);
      else joins.push({ name, file, on });
    }
    return joins;
  }

  #messages(root: YAMLMap): MessageTemplate[] {
    const f = this.#fields;
    const items = f.items(root.get('messages', true), 'messages', 'a list of messages');
    const messages: MessageTemplate[] = [];
    for (const item of items) {
      const message = this.#message(item);
      if (message !== undefined) messages.push(message);
    }
    if (items.length === 0) f.report('a mapping needs messages: a list with at least one', root);
    return messages;
  }

  #message(node: unknown): MessageTemplate | undefined {
    const f = this.#fields;
    if (!isMap(node)) {
      f.report(`a message is a set of keys beginning with one of ${KINDS.join(', ')}`, node);
      return undefined;
    }
    f.checkKeys(node, MESSAGE_KEYS);
    const kinds = KINDS.filter((kind) => node.has(kind));
    const [kind] = kinds;
    if (kind === undefined || kinds.length > 1) {
      f.report(
        `a message has exactly one of ${KINDS.join(', ')}; ${kinds.length === 0 ? 'none' : kinds.join(' and ')} found`,
        node,
      );
      return undefined;
    }
    const name = this.#name(kind, node);
    const timestamp = this.#timestamp(node);
    if (timestamp === undefined) return undefined;
    const ids = this.#ids(node);
    const traits = f.named(node.get('traits', true), 'traits');
    const externalIds = f.named(node.get('externalIds', true), 'externalIds');
    if (!namesSomebody(ids, traits, externalIds)) {
      f.report(
        'a message must name the customer: userId, anonymousId, externalIds, or an email, phone or loyalty_id among the traits',
        node,
      );
    }
    return {
      kind,
      where: f.where(node.get('where', true)),
      ...(name === undefined ? {} : { name }),
      ids,
      timestamp,
      properties: f.named(node.get('properties', true), 'properties'),
      traits,
      externalIds,
    };
  }

  #name(kind: MessageKind, node: YAMLMap): Field | undefined {
    if (kind !== 'track' && kind !== 'page' && kind !== 'screen') return undefined;
    const value = node.get(kind, true);
    if (isScalar(value) && typeof value.value === 'string' && value.value !== '') {
      return { kind: 'constant', value: value.value };
    }
    if (isMap(value)) return this.#fields.field(value, kind);
    this.#fields.report(`${kind} gives the name: a text, or { column: … }`, value ?? node);
    return undefined;
  }

  #timestamp(node: YAMLMap): Field | undefined {
    const f = this.#fields;
    const value = node.get('timestamp', true);
    if (value === undefined) {
      f.report('a message needs a timestamp: the column of its date, or { value: 2026-01-01 }', node);
      return undefined;
    }
    if (isScalar(value)) return { kind: 'date', column: scalarText(value) };
    const field = f.field(value, 'timestamp');
    if (field === undefined || field.kind === 'date' || field.kind === 'constant') return field;
    f.report('timestamp is a column, or { value: 2026-01-01 }', value);
    return undefined;
  }

  #ids(node: YAMLMap): Fields {
    const ids: { name: string; field: Field }[] = [];
    for (const name of ID_KEYS) {
      const value = node.get(name, true);
      if (value === undefined || (isSeq(value) && value.items.length === 0)) continue;
      const field = this.#fields.field(value, name);
      if (field !== undefined) ids.push({ name, field });
    }
    return ids;
  }
}

function namesSomebody(ids: Fields, traits: Fields, externalIds: Fields): boolean {
  return (
    ids.some(({ name }) => name === 'userId' || name === 'anonymousId') ||
    externalIds.length > 0 ||
    traits.some(({ name }) => name === 'email' || name === 'phone' || name === 'loyalty_id')
  );
}
