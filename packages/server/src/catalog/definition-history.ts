/**
 * Versions of definitions. Every set that came into force is a revision, counted from 1; every definition has versions of
 * its own, counted from 1, one more whenever its meaning changes. The log says what is in force and when; this is derived from it and
 * lets people look: what was in force, who changed what and why, what differs.
 */

import { compareStrings } from '@segue/core/base/order.ts';
import type { Instant, JsonValue } from '@segue/core/model/message.ts';
import { definitionKinds, type DefinitionKind } from '@segue/core/model/names.ts';

import { canonicalJson } from './audit-log.ts';
import type { Page, PageRequest } from './catalog.ts';
import { definitionIn, eachDefinition, type PlainDefinitions } from './plain-definitions.ts';

/** A set that came into force. */
export type Revision = {
  readonly revision: number;
  readonly at: Instant;
  readonly author: string;
  readonly reason: string;
  /** How many definitions it created, changed and removed. */
  readonly created: number;
  readonly changed: number;
  readonly removed: number;
};

/** One definition as of one revision. */
export type DefinitionVersion = {
  readonly kind: DefinitionKind;
  readonly name: string;
  /** Counted from 1; it goes on where a definition is removed and made again. */
  readonly version: number;
  readonly revision: number;
  readonly at: Instant;
  readonly author: string;
  readonly reason: string;
  /** Undefined: it was removed. */
  readonly definition: JsonValue | undefined;
};

export type RevisionSet = {
  readonly head: Revision;
  readonly definitions: PlainDefinitions;
  /** Of every definition in it, by its path such as `segments.vip`. */
  readonly versions: ReadonlyMap<string, Omit<DefinitionVersion, 'definition'>>;
};

/** What became of one definition between two sets. */
export type DefinitionDifference = {
  readonly kind: DefinitionKind;
  readonly name: string;
  readonly change: 'created' | 'changed' | 'removed';
  readonly before: JsonValue | undefined;
  readonly after: JsonValue | undefined;
};

export interface DefinitionHistory {
  /** The newest revision; undefined before the first. */
  latest(): Promise<RevisionSet | undefined>;
  get(revision: number): Promise<RevisionSet | undefined>;
  /** Newest first; `after` is the last revision seen. */
  list(page: PageRequest): Promise<Page<Revision>>;
  /** Of one definition, newest first; `after` is the revision of the last one seen. */
  versionsOf(kind: DefinitionKind, name: string, page: PageRequest): Promise<Page<DefinitionVersion>>;
  /**
   * Keeps a revision that the log holds. Revisions come in order; one that is kept already with the same content is
   * passed over, so a replay of the log may repeat them. RangeError for another content or a gap.
   */
  record(
    revision: Pick<Revision, 'revision' | 'at' | 'author' | 'reason'>,
    definitions: PlainDefinitions,
  ): Promise<void>;
  /** Takes identifiers of somebody who is erased out of all versions of lists, in whatever form they were uploaded. */
  takeOffLists(values: ReadonlySet<string>): Promise<void>;
}

/** In order of kinds and names. Definitions that say the same in other words are the same. */
export function differenceOf(
  before: PlainDefinitions,
  after: PlainDefinitions,
): readonly DefinitionDifference[] {
  const differences: DefinitionDifference[] = [];
  for (const [kind, name, now] of eachDefinition(after)) {
    const was = definitionIn(before, kind, name);
    if (was !== undefined && sameDefinition(was, now)) continue;
    differences.push({
      kind,
      name,
      change: was === undefined ? 'created' : 'changed',
      before: was,
      after: now,
    });
  }
  for (const [kind, name, was] of eachDefinition(before)) {
    if (definitionIn(after, kind, name) !== undefined) continue;
    differences.push({ kind, name, change: 'removed', before: was, after: undefined });
  }
  const rank = (kind: DefinitionKind): number => definitionKinds.indexOf(kind);
  return differences.sort((a, b) => rank(a.kind) - rank(b.kind) || compareStrings(a.name, b.name));
}

export function sameDefinition(a: JsonValue, b: JsonValue): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/** What counts for the version: everything but the description. */
export function meaningOf(definition: JsonValue): string {
  if (
    typeof definition !== 'object' ||
    definition === null ||
    !('rule' in definition || 'stages' in definition)
  ) {
    return canonicalJson(definition);
  }
  return canonicalJson({ ...definition, description: null });
}
