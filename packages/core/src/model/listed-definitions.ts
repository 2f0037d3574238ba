/** Definitions as plain data, for checkpoints and copies: maps become lists in their order. */

import type {
  ConsentMode,
  Definitions,
  LifecycleDefinition,
  ListDefinition,
  RfmDefinition,
  SegmentDefinition,
} from './definitions.ts';

export type ListedDefinitions = {
  readonly segments: readonly SegmentDefinition[];
  readonly lifecycles: readonly LifecycleDefinition[];
  readonly rfm: readonly RfmDefinition[];
  readonly lists: readonly ListDefinition[];
  readonly channels: readonly (readonly [string, ConsentMode])[];
};

export function listDefinitions(definitions: Definitions): ListedDefinitions {
  return {
    segments: [...definitions.segments.values()],
    lifecycles: [...definitions.lifecycles.values()],
    rfm: [...definitions.rfm.values()],
    lists: [...definitions.lists.values()],
    channels: [...definitions.channels],
  };
}

export function readListed(listed: ListedDefinitions): Definitions {
  return {
    segments: new Map(listed.segments.map((d) => [d.name, d])),
    lifecycles: new Map(listed.lifecycles.map((d) => [d.name, d])),
    rfm: new Map(listed.rfm.map((d) => [d.name, d])),
    lists: new Map(listed.lists.map((d) => [d.name, d])),
    channels: new Map(listed.channels),
  };
}
