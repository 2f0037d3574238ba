/** The names that definitions in force speak of, for fields to offer. */

import type { Definitions } from '@segue/core/model/definitions.ts';
import { pathText } from '@segue/core/rules/format.ts';
import type { Condition, Path } from '@segue/core/rules/tree.ts';

import { type Names, usualChannels, usualEvents, usualProperties } from './builder/names.ts';

/** A node of a tree, of whatever kind. */
type Node = {
  readonly kind?: string;
  readonly name?: string;
  readonly path?: Path;
  readonly property?: Path;
  readonly channel?: string;
  readonly topic?: string;
};

export function namesOf({ segments, lifecycles, lists, rfm, channels }: Definitions): Names {
  const found = {
    events: new Set(usualEvents),
    properties: new Set(usualProperties),
    traits: new Set(['email', 'country', 'city', 'plan', 'created_at']),
    scores: new Set<string>(),
    channels: new Set([...usualChannels, ...channels.keys()]),
    topics: new Set<string>(),
  };
  const take = ({ kind, name, path, property, channel, topic }: Node): void => {
    if (kind === 'track' && name !== undefined) found.events.add(name);
    if (kind === 'score' && name !== undefined) found.scores.add(name);
    if (kind === 'property' && path !== undefined) found.properties.add(pathText(path));
    if (kind === 'trait' && path !== undefined) found.traits.add(pathText(path));
    if (property !== undefined) found.properties.add(pathText(property));
    if (channel !== undefined) found.channels.add(channel);
    if (topic !== undefined) found.topics.add(topic);
  };
  const look = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(look);
    if (typeof node !== 'object' || node === null) return;
    take(node);
    Object.values(node).forEach(look);
  };
  const rules: (Condition | undefined)[] = [...segments.values()].map(({ rule }) => rule);
  for (const { stages } of lifecycles.values()) rules.push(...stages.map(({ rule }) => rule));
  rules.forEach(look);
  return {
    events: [...found.events].sort(),
    properties: [...found.properties].sort(),
    traits: [...found.traits].sort(),
    segments: [...segments.keys()].sort(),
    lists: [...lists.keys()].sort(),
    rfm: [...rfm.keys()].sort(),
    scores: [...found.scores].sort(),
    channels: [...found.channels],
    topics: [...found.topics].sort(),
    stages: new Map(
      [...lifecycles].map(([name, lifecycle]) => [name, lifecycle.stages.map((stage) => stage.name)]),
    ),
  };
}
