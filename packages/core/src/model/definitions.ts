/** Definitions as the rest of the core reads them: parsed and checked, no text left to interpret. */

import type { Condition, EventPattern, Path, Value, Window } from '../rules/tree.ts';

export type SegmentDefinition = {
  readonly name: string;
  readonly rule: Condition;
  readonly description?: string;
};

/** The first stage whose rule holds is the customer's; the last has no rule. */
export type StageDefinition = { readonly name: string; readonly rule?: Condition };
export type LifecycleDefinition = {
  readonly name: string;
  readonly stages: readonly StageDefinition[];
  readonly description?: string;
};

export type RfmDefinition = {
  readonly name: string;
  readonly purchase: EventPattern;
  /** The numeric property that is money. */
  readonly value: Path;
  readonly window?: Window;
};

export type ListDefinition = {
  readonly name: string;
  /** Identifiers of any kind, as uploaded. */ readonly members: readonly string[];
};

export type ConsentMode = 'opt_in' | 'opt_out';

export type Definitions = {
  readonly segments: ReadonlyMap<string, SegmentDefinition>;
  readonly lifecycles: ReadonlyMap<string, LifecycleDefinition>;
  readonly rfm: ReadonlyMap<string, RfmDefinition>;
  readonly lists: ReadonlyMap<string, ListDefinition>;
  /** Channels that a workspace has set to opt-out; all others are opt-in. */
  readonly channels: ReadonlyMap<string, ConsentMode>;
};

export const noDefinitions: Definitions = {
  segments: new Map(),
  lifecycles: new Map(),
  rfm: new Map(),
  lists: new Map(),
  channels: new Map(),
};

/** The set with other members of a list that it has; the set itself where it has none of that name. */
export function withMembers(definitions: Definitions, name: string, members: readonly string[]): Definitions {
  const { lists } = definitions;
  const list = lists.get(name);
  if (list === undefined) return definitions;
  return { ...definitions, lists: new Map(lists).set(name, { ...list, members }) };
}

/** A value expression on its own, as `value:` checks and RFM models use. */
export type NamedValue = { readonly name: string; readonly value: Value };
