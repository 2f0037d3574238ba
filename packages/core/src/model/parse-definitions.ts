/**
 * Definitions from outside: plain data, as a definitions file or the API has it, into parsed definitions.
 *
 *     segments:
 *       vip: sum(revenue of "Order Completed") >= 1000
 *       lapsed: { rule: 'did not "Order Completed" last 90d', description: Nothing bought for a quarter }
 *     lifecycles:
 *       default: { stages: [ { active: 'did "Order Completed" last 90d' }, { visitor: null } ] }
 *     rfm:
 *       default: { purchase: '"Order Completed"', value: revenue, window: last 365d }
 *     lists: { staff: [ann@example.com, bob] }
 *     channels: { sms: opt_out }
 *
 * A rule may also be a tree (see schema-reader.ts), or true or false. What cannot be read is left out and reported; the
 * rest is there. Names, types and cycles are the checker's part (check-definitions.ts).
 *
 * Diagnostics carry in `definition` the path of the text concerned (`segments.vip`, `lifecycles.default.stages.active`,
 * `rfm.default.purchase`), and in `line` and `column` the place within that text. A reader of files, who knows where each
 * text begins, moves them with `shiftDiagnostic`.
 */

import type { Diagnostic } from '../base/diagnostic.ts';
import { definitionDescriptionCharactersMax, definitionsMax } from '../base/limits.ts';
import type { Result } from '../base/result.ts';
import { nearestName } from '../rules/names.ts';
import { parseEventPattern, parsePropertyPath, parseRule, parseWindow, type Parsed } from '../rules/parse.ts';
import type { Positions } from '../rules/parse-positions.ts';
import { eventPatternFromJson, ruleFromJson, windowFromJson } from '../rules/schema-reader.ts';
import type { Condition } from '../rules/tree.ts';
import type {
  ConsentMode,
  Definitions,
  LifecycleDefinition,
  ListDefinition,
  RfmDefinition,
  SegmentDefinition,
  StageDefinition,
} from './definitions.ts';
import { identifierLengthMax } from './identifiers.ts';
import { definitionKinds, definitionPath, type DefinitionKind } from './names.ts';

export type ParsedDefinitions = {
  /** All that could be read. */
  readonly definitions: Definitions;
  readonly diagnostics: readonly Diagnostic[];
  /** Places of the nodes of each text, by the path that diagnostics have in `definition`. */
  readonly positions: ReadonlyMap<string, Positions>;
  /** Definitions that were given and could not be read, such as `segments.vip`. */
  readonly broken: ReadonlySet<string>;
};

/** Reads definitions from plain data. Never throws. */
export function parseDefinitions(raw: unknown): ParsedDefinitions {
  return new DefinitionsReader().read(raw);
}

type Fields = Readonly<Record<string, unknown>>;

class DefinitionsReader {
  readonly #diagnostics: Diagnostic[] = [];
  readonly #positions = new Map<string, Positions>();
  readonly #broken = new Set<string>();

  read(raw: unknown): ParsedDefinitions {
    const top = this.#fields(raw, undefined, 'the definitions', definitionKinds);
    const definitions: Definitions = {
      segments: this.#map('segments', top, (name, entry) => this.#segment(name, entry)),
      lifecycles: this.#map('lifecycles', top, (name, entry) => this.#lifecycle(name, entry)),
      rfm: this.#map('rfm', top, (name, entry) => this.#rfm(name, entry)),
      lists: this.#map('lists', top, (name, entry) => this.#list(name, entry)),
      channels: this.#map('channels', top, (name, entry) => this.#channel(name, entry)),
    };
    return { definitions, diagnostics: this.#diagnostics, positions: this.#positions, broken: this.#broken };
  }

  #map<T>(
    kind: DefinitionKind,
    top: Fields,
    read: (name: string, entry: unknown) => T | undefined,
  ): ReadonlyMap<string, T> {
    const map = new Map<string, T>();
    const entries = Object.entries(this.#fields(top[kind], kind, kind, undefined));
    if (entries.length > definitionsMax) {
      this.#report(
        kind,
        'definitions/too-many',
        `${entries.length} ${kind} are more than the ${definitionsMax} allowed.`,
        `at most ${definitionsMax}`,
      );
    }
    for (const [name, entry] of entries.slice(0, definitionsMax)) {
      const definition = read(name, entry);
      if (definition === undefined) this.#broken.add(definitionPath(kind, name));
      else map.set(name, definition);
    }
    return map;
  }

  #segment(name: string, entry: unknown): SegmentDefinition | undefined {
    const path = definitionPath('segments', name);
    if (!isFields(entry) || isTree(entry)) {
      const rule = this.#rule(path, entry);
      return rule === undefined ? undefined : { name, rule };
    }
    const fields = this.#fields(entry, path, 'a segment', ['rule', 'description']);
    const rule = this.#rule(path, fields['rule']);
    return rule === undefined ? undefined : { name, rule, ...this.#description(path, fields) };
  }

  #lifecycle(name: string, entry: unknown): LifecycleDefinition | undefined {
    const path = definitionPath('lifecycles', name);
    const fields = this.#fields(entry, path, 'a lifecycle', ['stages', 'description']);
    const { stages: list } = fields;
    if (!Array.isArray(list)) {
      if (isFields(entry)) {
        this.#report(
          path,
          'definitions/shape',
          `The stages of a lifecycle are a list, not ${describe(list)}.`,
          'a list such as - loyal: RULE',
        );
      }
      return undefined;
    }
    const before = this.#diagnostics.length;
    const stages = list.map((stage: unknown, index) => this.#stage(path, index, stage));
    if (this.#diagnostics.length > before) return undefined;
    const read = stages.filter((stage) => stage !== undefined);
    return { name, stages: read, ...this.#description(path, fields) };
  }

  #stage(path: string, index: number, entry: unknown): StageDefinition | undefined {
    if (typeof entry === 'string') return { name: entry };
    const names = isFields(entry) ? Object.keys(entry) : [];
    const [name] = names;
    if (!isFields(entry) || name === undefined || names.length !== 1) {
      const found = isFields(entry) ? `an object with ${names.length} keys` : describe(entry);
      this.#report(
        path,
        'definitions/shape',
        `Stage ${index + 1} is one name with its rule, not ${found}.`,
        'NAME: RULE, and for the last stage NAME alone',
      );
      return undefined;
    }
    const rule = entry[name];
    if (rule === null || rule === undefined) return { name };
    const tree = this.#rule(`${path}.stages.${name}`, rule);
    return tree === undefined ? undefined : { name, rule: tree };
  }

  #rfm(name: string, entry: unknown): RfmDefinition | undefined {
    const path = definitionPath('rfm', name);
    const fields = this.#fields(entry, path, 'an RFM model', ['purchase', 'value', 'window', 'description']);
    if (!isFields(entry)) return undefined;
    const purchase = this.#tree(
      `${path}.purchase`,
      fields['purchase'],
      parseEventPattern,
      eventPatternFromJson,
      '"Order Completed"',
    );
    const value = this.#tree(`${path}.value`, fields['value'], parsePropertyPath, undefined, 'revenue');
    const given = fields['window'];
    const window =
      given === undefined || given === null
        ? undefined
        : this.#tree(`${path}.window`, given, parseWindow, windowFromJson, 'last 365d');
    if (
      purchase === undefined ||
      value === undefined ||
      (given !== undefined && given !== null && window === undefined)
    ) {
      return undefined;
    }
    return { name, purchase, value, ...(window === undefined ? {} : { window }) };
  }

  #list(name: string, entry: unknown): ListDefinition | undefined {
    const path = definitionPath('lists', name);
    if (entry === null || entry === undefined) return { name, members: [] };
    if (!Array.isArray(entry)) {
      this.#report(
        path,
        'definitions/shape',
        `A list holds identifiers; it is a list of texts, not ${describe(entry)}.`,
        'a list such as [ann, bob]',
      );
      return undefined;
    }
    const members: string[] = [];
    entry.forEach((member: unknown, index) => {
      const isNumber = typeof member === 'number' && Number.isSafeInteger(member);
      const wrong = isNumber ? undefined : whyNoIdentifier(member);
      if (wrong === undefined) members.push(String(member));
      else {
        this.#report(path, 'definitions/shape', `Item ${index + 1} of the list ${wrong}.`, 'an identifier');
      }
    });
    return members.length === entry.length ? { name, members: [...new Set(members)] } : undefined;
  }

  #channel(name: string, entry: unknown): ConsentMode | undefined {
    if (entry === 'opt_in' || entry === 'opt_out') return entry;
    const nearest = typeof entry === 'string' ? nearestName(entry, ['opt_in', 'opt_out']) : undefined;
    this.#report(
      definitionPath('channels', name),
      'definitions/shape',
      `A channel is opt_in or opt_out, not ${describe(entry)}.`,
      'opt_in or opt_out',
      nearest,
    );
    return undefined;
  }

  #rule(path: string, raw: unknown): Condition | undefined {
    if (typeof raw === 'boolean') return { kind: 'literal', value: raw };
    return this.#tree(path, raw, parseRule, ruleFromJson, 'did "Order Completed" last 30d');
  }

  #tree<T>(
    path: string,
    raw: unknown,
    parse: (text: string) => Parsed<T>,
    fromJson: ((raw: unknown) => Result<T, readonly Diagnostic[]>) | undefined,
    example: string,
  ): T | undefined {
    if (typeof raw === 'string') {
      const parsed = parse(raw);
      this.#positions.set(path, parsed.positions);
      this.#add(path, parsed.diagnostics);
      return parsed.tree;
    }
    if (fromJson !== undefined && isFields(raw)) {
      const read = fromJson(raw);
      if (read.ok) return read.value;
      this.#add(path, read.error);
      return undefined;
    }
    const found = raw === undefined || raw === null ? 'is missing' : `is ${describe(raw)}`;
    this.#report(
      path,
      'definitions/shape',
      `A text such as ${example} is expected here; it ${found}.`,
      `a text such as ${example}`,
    );
    return undefined;
  }

  #description(path: string, fields: Fields): { description?: string } {
    const { description } = fields;
    if (description === undefined || description === null) return {};
    const wrong = whyNoDescription(description);
    if (typeof description === 'string' && wrong === undefined) return { description };
    this.#report(path, 'definitions/shape', `A description ${wrong}.`, 'a text for people');
    return {};
  }

  /** The entries of an object; nothing given is no entries. Keys outside `known` are reported. */
  #fields(
    raw: unknown,
    path: string | undefined,
    what: string,
    known: readonly string[] | undefined,
  ): Fields {
    if (raw === undefined || (raw === null && known !== undefined && path === undefined)) return {};
    if (raw === null && known === undefined) return {};
    if (!isFields(raw)) {
      this.#report(
        path,
        'definitions/shape',
        `${upperFirst(what)}: an object with ${known === undefined ? 'names' : 'keys'} is expected, not ${describe(raw)}.`,
        known === undefined ? 'NAME: DEFINITION' : known.join(', '),
      );
      return {};
    }
    for (const key of Object.keys(raw)) {
      if (known === undefined || known.includes(key)) continue;
      const nearest = nearestName(key, known);
      const hint = nearest === undefined ? `expected ${known.join(', ')}` : `did you mean “${nearest}”?`;
      this.#report(
        path,
        'definitions/unknown-key',
        `“${key}” is not a key of ${what}; ${hint}${nearest === undefined ? '.' : ''}`,
        known.join(', '),
        nearest,
      );
    }
    return raw;
  }

  #report(path: string | undefined, code: string, message: string, expected: string, nearest?: string): void {
    this.#add(path, [
      { code, severity: 'error', message, expected, ...(nearest === undefined ? {} : { nearest }) },
    ]);
  }

  #add(path: string | undefined, diagnostics: readonly Diagnostic[]): void {
    for (const diagnostic of diagnostics) {
      this.#diagnostics.push(path === undefined ? diagnostic : withDefinition(diagnostic, path));
    }
  }
}

/** What is wrong with a member of a list, as its sentence goes on. */
function whyNoIdentifier(member: unknown): string | undefined {
  if (typeof member !== 'string' || member === '') return `is ${describe(member)}; an identifier is a text`;
  if (member.trim() === '') return 'is nothing but blanks; an identifier names somebody';
  if (controls.test(member)) return 'has a control character in it (a tab, a line break, …); leave it out';
  if (member.length <= identifierLengthMax) return undefined;
  return `is longer than the ${identifierLengthMax} characters that an identifier may have`;
}

function whyNoDescription(description: unknown): string | undefined {
  if (typeof description !== 'string') return `is a text, not ${describe(description)}`;
  if (controlsInText.test(description)) {
    return 'has no control characters but tabs and line breaks; leave them out';
  }
  if (description.length <= definitionDescriptionCharactersMax) return undefined;
  return `has at most ${definitionDescriptionCharactersMax} characters; this one has ${description.length}`;
}

const controls = /\p{Cc}/u;
const controlsInText = /(?![\t\n\r])\p{Cc}/u;

/** The diagnostic with the definition it is about, in its message too. */
export function withDefinition(diagnostic: Diagnostic, path: string): Diagnostic {
  return { ...diagnostic, message: `${path}: ${diagnostic.message}`, definition: path };
}

/** Where the text of a rule begins in a file. */
export type TextOrigin = {
  /** Line and column, from 1, of the first character of the text. */
  readonly line: number;
  readonly column: number;
  /** Characters before each further line of the text: the indentation of a block. */
  readonly indent: number;
};

/** Moves the place of a diagnostic from the text of a rule to the file that the text stands in. */
export function shiftDiagnostic(diagnostic: Diagnostic, origin: TextOrigin): Diagnostic {
  const { line, column } = diagnostic;
  if (line === undefined || column === undefined) {
    return { ...diagnostic, line: origin.line, column: origin.column };
  }
  return {
    ...diagnostic,
    line: origin.line + line - 1,
    column: line === 1 ? origin.column + column - 1 : origin.indent + column,
  };
}

function isFields(raw: unknown): raw is Fields {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}

function isTree(entry: Fields): boolean {
  return Object.hasOwn(entry, 'kind') && !Object.hasOwn(entry, 'rule');
}

function describe(raw: unknown): string {
  if (raw === undefined || raw === null) return 'nothing';
  if (Array.isArray(raw)) return 'a list';
  if (typeof raw === 'string') return JSON.stringify(raw.length > 40 ? `${raw.slice(0, 40)}…` : raw);
  if (typeof raw === 'number' || typeof raw === 'boolean') return String(raw);
  return 'an object';
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
