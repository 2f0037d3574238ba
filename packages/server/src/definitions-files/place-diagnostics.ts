/** Moves diagnostics from the text of a rule, or from a definition's name, to their place in the file. */

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';

import type { PlacedDiagnostic } from './place.ts';
import type { YamlEntry, YamlNode } from './yaml-source.ts';

/** Diagnostics about the text that `node` holds; line and column are within that text. */
export function placeDiagnostics(
  node: YamlNode,
  diagnostics: readonly Diagnostic[],
): readonly PlacedDiagnostic[] {
  return diagnostics.map((diagnostic) => {
    const { line, column } = diagnostic;
    const place = line === undefined ? node.place : node.placeInText(line, column ?? 1);
    return { ...diagnostic, line: place.line, column: place.column, file: node.file };
  });
}

/**
 * Diagnostics about definitions, of which `root` is the map. `definition` leads to the value, such as
 * `segments.vip` or `lifecycles.default.loyal`; what cannot be found is placed at the nearest thing that can.
 */
export function placeDefinitionDiagnostics(
  root: YamlNode,
  diagnostics: readonly Diagnostic[],
): readonly PlacedDiagnostic[] {
  return diagnostics.flatMap((diagnostic) => {
    const node = nodeOfDefinition(root, diagnostic.definition ?? '');
    const key =
      diagnostic.code === 'definitions/unknown-key' ? keyNamedIn(node, diagnostic.message) : undefined;
    if (key !== undefined) {
      return [{ ...diagnostic, ...key.keyPlace, length: key.key.length, file: node.file }];
    }
    return placeDiagnostics(diagnostic.line === undefined ? node : ruleIn(node), [diagnostic]);
  });
}

function nodeOfDefinition(root: YamlNode, definition: string): YamlNode {
  let node = root;
  for (const step of definition.split('.')) {
    const next = node.child(step) ?? itemOfList(node, step) ?? itemOfList(node.child('stages'), step);
    if (next === undefined) return node;
    node = next;
  }
  return node;
}

/** The entry whose key the message names first, in quotes. */
function keyNamedIn(node: YamlNode, message: string): YamlEntry | undefined {
  const key = /“([^”]*)”/.exec(message)?.[1];
  return key === undefined ? undefined : node.entry(key);
}

/** Stages are a list of maps of one key. */
function itemOfList(node: YamlNode | undefined, key: string): YamlNode | undefined {
  const items = node?.items();
  if (items === undefined) return undefined;
  for (const [index, item] of items.entries()) {
    if (String(index) === key) return item;
    const found = item.child(key);
    if (found !== undefined) return found;
  }
  return undefined;
}

function ruleIn(node: YamlNode): YamlNode {
  return node.child('rule') ?? node;
}
