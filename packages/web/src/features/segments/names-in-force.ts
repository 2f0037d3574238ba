/** The names that definitions in force speak of, for fields to offer. */

import type { Definitions } from '@segue/core/model/definitions.ts';
import { pathText } from '@segue/core/rules/format.ts';
import type { Condition, Path } from '@segue/core/rules/tree.ts';

import { type Names, usualEvents, usualProperties } from './builder/names.ts';

export function namesOf({ segments, lifecycles }: Definitions): Names {
  const events = new Set(usualEvents);
  const properties = new Set(usualProperties);
  const traits = new Set(['email', 'country', 'city', 'plan', 'created_at']);
  const look = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(look);
    if (typeof node !== 'object' || node === null) return;
    const { kind, name, path, property } = node as {
      readonly kind?: string;
      readonly name?: string;
      readonly path?: Path;
      readonly property?: Path;
    };
    if (kind === 'track' && name !== undefined) events.add(name);
    if (kind === 'property' && path !== undefined) properties.add(pathText(path));
    if (kind === 'trait' && path !== undefined) traits.add(pathText(path));
    if (property !== undefined) properties.add(pathText(property));
    Object.values(node).forEach(look);
  };
  const rules: (Condition | undefined)[] = [...segments.values()].map(({ rule }) => rule);
  for (const { stages } of lifecycles.values()) rules.push(...stages.map(({ rule }) => rule));
  rules.forEach(look);
  return {
    events: [...events].sort(),
    properties: [...properties].sort(),
    traits: [...traits].sort(),
    segments: [...segments.keys()].sort(),
    stages: new Map(
      [...lifecycles].map(([name, lifecycle]) => [name, lifecycle.stages.map((stage) => stage.name)]),
    ),
  };
}
