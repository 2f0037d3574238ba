/** Versions of segments: counted from 1, one more whenever the rule changes. */

import type { Definitions } from '../model/definitions.ts';

export function nextVersions(
  before: { readonly definitions: Definitions; readonly versions: ReadonlyMap<string, number> } | undefined,
  definitions: Definitions,
): ReadonlyMap<string, number> {
  const versions = new Map(before?.versions);
  for (const [name, { rule }] of definitions.segments) {
    const version = versions.get(name);
    const same = JSON.stringify(before?.definitions.segments.get(name)?.rule) === JSON.stringify(rule);
    versions.set(name, version === undefined ? 1 : same ? version : version + 1);
  }
  return versions;
}
