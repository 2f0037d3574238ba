/**
 * What a backtest asks, as plain data that can be written down: two things to compare under one set of definitions.
 *
 * The draft and what is in force run side by side in one engine, so that both see the same world. What of the draft differs
 * from what is in force, or rests on something that does, gets a name of its own; all else is shared.
 */

import { compareStrings } from '@segue/core/base/order.ts';
import type {
  Definitions,
  LifecycleDefinition,
  RfmDefinition,
  SegmentDefinition,
} from '@segue/core/model/definitions.ts';
import type { Instant } from '@segue/core/model/message.ts';
import { listDefinitions, type ListedDefinitions } from '@segue/core/model/listed-definitions.ts';
import { dependencies } from '@segue/core/rules/check-walk.ts';
import type { EventPattern, Path } from '@segue/core/rules/tree.ts';

export type SubjectKind = 'segments' | 'lifecycles';

/** A segment or a lifecycle. */
export type Subject = {
  readonly kind: SubjectKind;
  /** In the definitions of the question. */
  readonly name: string;
  /** As whoever asked calls it. */
  readonly title: string;
};

/** Something that people do, counted after they entered. */
export type Measure = {
  readonly title: string;
  readonly events: EventPattern;
  /** A numeric property of it that is summed up. */
  readonly value?: Path;
};

/** `event_time`: each message when it happened. `arrival`: when it arrived, so late ones come late again. */
export type StoryOrder = 'event_time' | 'arrival';

export type BacktestQuestion = {
  readonly timeZone: string;
  readonly definitions: ListedDefinitions;
  readonly draft: Subject;
  readonly against?: Subject;
  /** Entries are counted from here on … */
  readonly from: Instant;
  /** … and before this. */
  readonly to: Instant;
  readonly withinMs: number;
  readonly measures: readonly Measure[];
  /** Customers named, with why, of each list. */
  readonly samples: number;
  readonly order: StoryOrder;
};

type Kind = SubjectKind | 'rfm';
type Names = Readonly<Record<Kind, ReadonlySet<string>>>;
type Renames = Readonly<Record<Kind, ReadonlyMap<string, string>>>;
type Definition = SegmentDefinition | LifecycleDefinition | RfmDefinition;

const kinds: readonly Kind[] = ['segments', 'lifecycles', 'rfm'];

export type Named = { readonly kind: SubjectKind; readonly name: string };

/** A draft, in a set that is complete: what it names is there too. */
export type Draft = Named & { readonly definitions: Definitions; readonly title?: string };

/**
 * One set in which the draft and what is in force live together, with nothing that neither needs.
 *
 * @example sideBySide(inForce, { definitions: changed, kind: 'segments', name: 'lapsed' }, { kind: 'segments', name: 'lapsed' })
 */
export function sideBySide(
  inForce: Definitions,
  draft: Draft,
  against: Named | undefined,
): { readonly definitions: ListedDefinitions; readonly draft: Subject; readonly against?: Subject } {
  const kept = against === undefined ? none() : closure(inForce, against);
  const wanted = closure(draft.definitions, draft);
  const renames = rename(inForce, draft.definitions, wanted, kept, draft);
  const definitions: Definitions = {
    segments: joined('segments', inForce, kept, draft.definitions, wanted, renames),
    lifecycles: joined('lifecycles', inForce, kept, draft.definitions, wanted, renames),
    rfm: joined('rfm', inForce, kept, draft.definitions, wanted, renames),
    lists: draft.definitions.lists,
    channels: draft.definitions.channels,
  };
  const { kind, name, title = name } = draft;
  const subject = { kind, name: renames[kind].get(name) ?? name, title };
  return {
    definitions: listDefinitions(definitions),
    draft: subject,
    ...(against === undefined ? {} : { against: { ...against, title: against.name } }),
  };
}

/** The definition and all that it rests on. */
function closure(definitions: Definitions, { kind, name }: Named): Names {
  const found: Record<Kind, Set<string>> = { segments: new Set(), lifecycles: new Set(), rfm: new Set() };
  const pending: { readonly kind: Kind; readonly name: string }[] = [{ kind, name }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const definition = definitions[next.kind].get(next.name);
    if (definition === undefined || found[next.kind].has(next.name)) continue;
    found[next.kind].add(next.name);
    const needs = dependencies(definition);
    for (const of of kinds) for (const needed of needs[of]) pending.push({ kind: of, name: needed });
  }
  return found;
}

/** New names for the draft itself, and for what it rests on and is not as in force. */
function rename(
  inForce: Definitions,
  drafts: Definitions,
  wanted: Names,
  kept: Names,
  draft: Named,
): Renames {
  const changed = new Set<string>([`${draft.kind} ${draft.name}`]);
  for (const kind of kinds) {
    for (const name of wanted[kind]) {
      const isSame = JSON.stringify(drafts[kind].get(name)) === JSON.stringify(inForce[kind].get(name));
      if (!isSame) changed.add(`${kind} ${name}`);
    }
  }
  const rests = (definition: Definition): boolean => {
    const needs = dependencies(definition);
    return kinds.some((kind) => [...needs[kind]].some((name) => changed.has(`${kind} ${name}`)));
  };
  for (let before = -1; before < changed.size;) {
    before = changed.size;
    for (const kind of kinds) {
      for (const name of wanted[kind]) {
        const definition = drafts[kind].get(name);
        if (definition !== undefined && rests(definition)) changed.add(`${kind} ${name}`);
      }
    }
  }
  const renames: Record<Kind, Map<string, string>> = {
    segments: new Map(),
    lifecycles: new Map(),
    rfm: new Map(),
  };
  for (const kind of kinds) {
    const taken = new Set([...wanted[kind], ...kept[kind]]);
    for (const name of [...wanted[kind]].sort(compareStrings)) {
      if (!changed.has(`${kind} ${name}`)) continue;
      const fresh = freeName(`draft_${name}`, taken);
      taken.add(fresh);
      renames[kind].set(name, fresh);
    }
  }
  return renames;
}

function freeName(wish: string, taken: ReadonlySet<string>): string {
  const base = wish.slice(0, 90);
  let name = base;
  for (let i = 2; taken.has(name); i++) name = `${base}_${i}`;
  return name;
}

function joined<K extends Kind>(
  kind: K,
  inForce: Definitions,
  kept: Names,
  drafts: Definitions,
  wanted: Names,
  renames: Renames,
): Definitions[K] {
  const all = new Map<string, Definition>();
  for (const name of kept[kind]) {
    const definition = inForce[kind].get(name);
    if (definition !== undefined) all.set(name, definition);
  }
  for (const name of wanted[kind]) {
    const definition = drafts[kind].get(name);
    if (definition === undefined) continue;
    const fresh = renames[kind].get(name);
    if (fresh === undefined) all.set(name, definition);
    else all.set(fresh, { ...withNames(definition, renames), name: fresh });
  }
  return all as unknown as Definitions[K];
}

/** A copy of a tree whose references bear the new names. */
function withNames<T>(tree: T, renames: Renames): T {
  if (Array.isArray(tree)) return tree.map((item: unknown) => withNames(item, renames)) as T;
  if (typeof tree !== 'object' || tree === null) return tree;
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(tree)) copy[key] = withNames<unknown>(value, renames);
  const put = (key: string, kind: Kind, standard?: string): void => {
    const fresh = renames[kind].get((copy[key] as string | undefined) ?? standard ?? '');
    if (fresh !== undefined) copy[key] = fresh;
  };
  switch (copy['kind']) {
    case 'in_segment':
    case 'age_in_segment':
      put('segment', 'segments');
      break;
    case 'stage':
      put('lifecycle', 'lifecycles');
      break;
    case 'rfm':
      put('model', 'rfm', 'default');
      break;
  }
  return copy as T;
}

function none(): Names {
  return { segments: new Set(), lifecycles: new Set(), rfm: new Set() };
}
