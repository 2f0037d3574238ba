/** Definitions inside a YAML or JSON file: parsed, put together with those in force, checked, every fault placed. */

import { mergeDefinitions } from '@segue/core/model/definition-changes.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import { parseDefinitions } from '@segue/core/model/parse-definitions.ts';
import { checkDefinitions } from '@segue/core/rules/check-definitions.ts';

import { placeDefinitionDiagnostics } from './place-diagnostics.ts';
import type { PlacedDiagnostic } from './place.ts';
import type { YamlNode } from './yaml-source.ts';

export type ReadDefinitions = {
  /** `base` with what the file creates or changes. Usable only where no diagnostic is an error. */
  readonly definitions: Definitions;
  readonly diagnostics: readonly PlacedDiagnostic[];
};

/** Reads the map of definitions at `node` as a change of `base`. */
export function readDefinitions(node: YamlNode, base: Definitions): ReadDefinitions {
  const parsed = parseDefinitions(node.value());
  const definitions = mergeDefinitions(base, parsed.definitions);
  const { positions, broken } = parsed;
  const faults = [...parsed.diagnostics, ...checkDefinitions(definitions, { positions, broken })];
  return { definitions, diagnostics: placeDefinitionDiagnostics(node, faults) };
}
