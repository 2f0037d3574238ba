/**
 * YAML and JSON files read with positions. A `YamlNode` is a value of the file that knows where it stands, so that
 * whoever finds fault with it, or with one character of the text inside it, can point at the file.
 *
 * Aliases are followed; YAML 1.2, keys are texts, a key that stands twice is an error.
 */

import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  type Document,
  type ParsedNode,
} from 'yaml';

import { fail, ok, type Result } from '@segue/core/base/result.ts';

import { placed, type Place, type PlacedDiagnostic } from './place.ts';
import { scalarOffsets, type ScalarStyle } from './scalar-offsets.ts';

export type YamlEntry = { readonly key: string; readonly keyPlace: Place; readonly node: YamlNode };
export type ScalarRange = { readonly start: number; readonly end: number; readonly style: ScalarStyle };

/** The documents of a file; empty ones (nothing, or only comments) are left out. */
export type YamlSource = {
  readonly file: string;
  readonly text: string;
  readonly documents: readonly YamlNode[];
};

/** Parses a file's text. Everything that YAML finds wrong is reported at its place. */
export function parseYaml(file: string, text: string): Result<YamlSource, readonly PlacedDiagnostic[]> {
  const lines = new LineCounter();
  const problems: PlacedDiagnostic[] = [];
  const report = (offset: number, why: string): void => {
    const message = `This is not YAML that can be read: ${why}`;
    problems.push(placed(file, placeAt(lines, offset), { code: 'yaml/syntax', message }));
  };
  const documents: YamlNode[] = [];
  try {
    for (const document of parseDocuments(text, lines)) {
      for (const error of document.errors) report(error.pos[0], error.message);
      const root = document.contents;
      if (document.errors.length > 0 || root === null || (isScalar(root) && root.value === null)) continue;
      const node = new YamlNode({ file, text, lines, document }, root);
      // Aliases are followed once here, so that one which leads nowhere or explodes is refused at the door.
      node.value();
      documents.push(node);
    }
  } catch (error) {
    if (error instanceof RangeError) report(0, 'it is nested too deeply');
    else if (error instanceof ReferenceError) report(0, error.message);
    else throw error;
  }
  return problems.length > 0 ? fail(problems) : ok({ file, text, documents });
}

function parseDocuments(text: string, lineCounter: LineCounter): readonly Document.Parsed[] {
  const parsed = parseAllDocuments(text, { lineCounter, prettyErrors: false, stringKeys: true });
  return Array.isArray(parsed) ? parsed : [];
}

type Context = {
  readonly file: string;
  readonly text: string;
  readonly lines: LineCounter;
  readonly document: Document.Parsed;
};

/** One value in a file. */
export class YamlNode {
  readonly #context: Context;
  readonly #node: ParsedNode | null;
  readonly #place: Place | undefined;

  /** `node` is null for a key without a value; then `place` says where the value would be. */
  constructor(context: Context, node: ParsedNode | null, place?: Place) {
    this.#context = context;
    this.#node = node;
    this.#place = place;
  }

  get file(): string {
    return this.#context.file;
  }

  get place(): Place {
    if (this.#node !== null) return placeAt(this.#context.lines, this.#node.range[0]);
    return this.#place ?? { line: 1, column: 1 };
  }

  /** For messages: what kind of value stands here. */
  get kind(): 'nothing' | 'a map' | 'a list' | 'a text' | 'a number' | 'true or false' {
    const node = this.#resolved();
    if (isMap(node)) return 'a map';
    if (isSeq(node)) return 'a list';
    const value = this.scalar();
    if (typeof value === 'string') return 'a text';
    if (typeof value === 'number' || typeof value === 'bigint') return 'a number';
    return typeof value === 'boolean' ? 'true or false' : 'nothing';
  }

  isNothing(): boolean {
    return this.kind === 'nothing';
  }

  /** The entries of a map in order; undefined when this is no map. */
  entries(): readonly YamlEntry[] | undefined {
    const node = this.#resolved();
    if (!isMap(node)) return undefined;
    const entries: YamlEntry[] = [];
    for (const pair of node.items) {
      const key = pair.key;
      const keyPlace = placeAt(this.#context.lines, key.range[0]);
      const value = pair.value;
      const name = isScalar(key) ? String(key.value) : this.#context.text.slice(key.range[0], key.range[1]);
      entries.push({ key: name, keyPlace, node: new YamlNode(this.#context, value, keyPlace) });
    }
    return entries;
  }

  /** The items of a list; undefined when this is no list. */
  items(): readonly YamlNode[] | undefined {
    const node = this.#resolved();
    if (!isSeq(node)) return undefined;
    return node.items.map((item) => new YamlNode(this.#context, item as ParsedNode | null, this.place));
  }

  entry(key: string): YamlEntry | undefined {
    return this.entries()?.find((entry) => entry.key === key);
  }

  /** Text, number, true, false or null; undefined for a map or list. */
  scalar(): unknown {
    const node = this.#resolved();
    if (node === undefined || node === null) return null;
    return isScalar(node) ? node.value : undefined;
  }

  /** The text of a scalar: of a text its value, of `5` or `true` what stands in the file. */
  text(): string | undefined {
    const value = this.scalar();
    if (typeof value === 'string') return value;
    if (value === null || value === undefined) return undefined;
    const node = this.#resolved();
    return isScalar(node) && typeof node.source === 'string' ? node.source : JSON.stringify(value);
  }

  /** As plain data. */
  value(): unknown {
    const node = this.#node;
    return node === null ? null : (node.toJS(this.#context.document, { maxAliasCount: 100 }) as unknown);
  }

  /** Where a map's key or a list's index leads; undefined when there is nothing. */
  child(step: string | number): YamlNode | undefined {
    return typeof step === 'number' ? this.items()?.[step] : this.entry(step)?.node;
  }

  /** Written with braces or brackets, where block text cannot stand. */
  isFlow(): boolean {
    const node = this.#node;
    return (isMap(node) || isSeq(node)) && node.flow === true;
  }

  /** Where the scalar stands in the file, for editing; undefined for anything else, and for aliases. */
  scalarRange(): ScalarRange | undefined {
    const node = this.#node;
    if (!isScalar(node)) return undefined;
    return { start: node.range[0], end: node.range[1], style: styleOf(node.type) };
  }

  /** The file's place of a line and column (from 1) of this text's value. */
  placeInText(line: number, column: number): Place {
    const node = this.#resolved();
    if (!isScalar(node) || typeof node.value !== 'string') return this.place;
    const value = node.value;
    let lineStart = 0;
    for (let n = 1; n < line; n++) {
      const next = value.indexOf('\n', lineStart);
      if (next < 0) break;
      lineStart = next + 1;
    }
    const { range } = node as ParsedNode;
    const offsets = scalarOffsets(this.#context.text, range[0], range[1], value, styleOf(node.type));
    const offset = offsets[Math.min(lineStart + column - 1, value.length)] ?? range[0];
    return placeAt(this.#context.lines, offset);
  }

  #resolved(): ParsedNode | null | undefined {
    const node = this.#node;
    return isAlias(node) ? (node.resolve(this.#context.document) as ParsedNode | undefined) : node;
  }
}

const styles: ReadonlyMap<string, ScalarStyle> = new Map([
  ['QUOTE_SINGLE', 'single'],
  ['QUOTE_DOUBLE', 'double'],
  ['BLOCK_LITERAL', 'literal'],
  ['BLOCK_FOLDED', 'folded'],
]);

function styleOf(type: string | null | undefined): ScalarStyle {
  return styles.get(type ?? '') ?? 'plain';
}

function placeAt(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return line === 0 ? { line: 1, column: offset + 1 } : { line, column: col };
}
