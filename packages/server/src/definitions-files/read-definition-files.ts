/**
 * Reads definitions from files and folders as one set: one or many documents a file, in any order, since a rule may
 * name what another file defines. A definition that stands twice is an error at its second place.
 */

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import { compareStrings } from '@segue/core/base/order.ts';
import { mergeDefinitions } from '@segue/core/model/definition-changes.ts';
import { noDefinitions, type Definitions } from '@segue/core/model/definitions.ts';
import { definitionKinds, definitionPath, nounOf } from '@segue/core/model/names.ts';
import { parseDefinitions } from '@segue/core/model/parse-definitions.ts';
import { checkDefinitions } from '@segue/core/rules/check-definitions.ts';
import type { Positions } from '@segue/core/rules/parse-positions.ts';

import { listFiles, readTextFile } from './list-files.ts';
import { placeDefinitionDiagnostics } from './place-diagnostics.ts';
import { placed, type PlacedDiagnostic } from './place.ts';
import { parseYaml, type YamlNode } from './yaml-source.ts';

export type DefinitionFiles = {
  /** All that could be read. Usable only where no diagnostic is an error and nothing is unreadable. */
  readonly definitions: Definitions;
  /** What is wrong with the definitions, in order of files, with the file's line and column. */
  readonly diagnostics: readonly PlacedDiagnostic[];
  /** Files and folders that could not be read, or that are not YAML. */
  readonly unreadable: readonly PlacedDiagnostic[];
  readonly files: readonly string[];
  /** The texts of the files, for showing the lines concerned. */
  readonly sources: ReadonlyMap<string, string>;
};

/** Of a folder, every `.yaml`, `.yml` and `.json` file in it and below. */
export async function readDefinitionFiles(paths: readonly string[]): Promise<DefinitionFiles> {
  const listed = await listFiles(paths);
  const unreadable = [...listed.unreadable];
  const sources = new Map<string, string>();
  const set = new DefinitionSet();
  for (const file of listed.files) {
    const content = await readTextFile(file);
    if ('unreadable' in content) {
      unreadable.push(content.unreadable);
      continue;
    }
    sources.set(file, content.text);
    const source = parseYaml(file, content.text);
    if (!source.ok) unreadable.push(...source.error);
    else for (const document of source.value.documents) set.add(document);
  }
  return { ...set.finish(), unreadable, files: listed.files, sources };
}

/** Gathers documents, then checks them together. */
class DefinitionSet {
  #definitions: Definitions = noDefinitions;
  readonly #faults: PlacedDiagnostic[] = [];
  readonly #positions = new Map<string, Positions>();
  readonly #broken = new Set<string>();
  /** The document that holds each definition, by its path such as `segments.vip`. */
  readonly #documents = new Map<string, YamlNode>();

  add(document: YamlNode): void {
    if (isScenario(document)) {
      const message =
        'This is a scenario, not definitions. Run it with segue test, which checks its definitions too.';
      this.#faults.push(placed(document.file, document.place, { code: 'definitions/scenario', message }));
      return;
    }
    const parsed = parseDefinitions(document.value());
    this.#faults.push(...placeDefinitionDiagnostics(document, parsed.diagnostics));
    for (const kind of definitionKinds) {
      for (const entry of document.child(kind)?.entries() ?? []) {
        const path = definitionPath(kind, entry.key);
        const before = this.#documents.get(path);
        if (before === undefined) {
          this.#documents.set(path, document);
          continue;
        }
        const { line } = before.child(kind)?.entry(entry.key)?.keyPlace ?? before.place;
        const message = `${path}: the ${nounOf[kind]} “${entry.key}” is defined already, in ${before.file}:${line}. Give one of them another name, or remove it.`;
        const fault = { code: 'definitions/duplicate', message, definition: path };
        this.#faults.push(placed(document.file, entry.keyPlace, fault));
      }
    }
    for (const [path, positions] of parsed.positions) {
      if (!this.#positions.has(path)) this.#positions.set(path, positions);
    }
    for (const path of parsed.broken) this.#broken.add(path);
    // What was there first stays; the second is reported above.
    this.#definitions = mergeDefinitions(parsed.definitions, this.#definitions);
  }

  finish(): Pick<DefinitionFiles, 'definitions' | 'diagnostics'> {
    const options = { positions: this.#positions, broken: this.#broken };
    const checked = checkDefinitions(this.#definitions, options).flatMap((fault) => this.#place(fault));
    const diagnostics = [...this.#faults, ...checked].sort(byPlace);
    return { definitions: this.#definitions, diagnostics };
  }

  #place(fault: Diagnostic): readonly PlacedDiagnostic[] {
    const [kind, name] = (fault.definition ?? '').split('.');
    const document = this.#documents.get(`${kind ?? ''}.${name ?? ''}`);
    return document === undefined ? [{ ...fault, file: '' }] : placeDefinitionDiagnostics(document, [fault]);
  }
}

function isScenario(document: YamlNode): boolean {
  return document.entry('steps') !== undefined;
}

function byPlace(a: PlacedDiagnostic, b: PlacedDiagnostic): number {
  if (a.file !== b.file) return compareStrings(a.file, b.file);
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
