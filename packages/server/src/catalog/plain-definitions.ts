/**
 * Definitions as plain data with their rules as canonical text: what a definitions file would hold, what the catalog
 * keeps and the API gives. `parseDefinitions` reads it back as the same definitions; equal definitions give equal texts.
 */

import { fail, ok, type Result } from '@segue/core/base/result.ts';
import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import { compareStrings } from '@segue/core/base/order.ts';
import type {
  Definitions,
  LifecycleDefinition,
  ListDefinition,
  RfmDefinition,
  SegmentDefinition,
} from '@segue/core/model/definitions.ts';
import type { JsonObject, JsonValue } from '@segue/core/model/message.ts';
import { definitionKinds, type DefinitionKind } from '@segue/core/model/names.ts';
import { parseDefinitions } from '@segue/core/model/parse-definitions.ts';
import { checkDefinitions } from '@segue/core/rules/check-definitions.ts';
import { formatEventPattern, formatRule, formatWindow, pathText } from '@segue/core/rules/format.ts';

/** Definitions by kind and name; a kind without any is an empty object. */
export type PlainDefinitions = Readonly<Record<DefinitionKind, JsonObject>>;

export const noPlainDefinitions: PlainDefinitions = {
  segments: {},
  lifecycles: {},
  rfm: {},
  lists: {},
  channels: {},
};

/** By set, since a set that is in force is asked for again and again. */
const written = new WeakMap<Definitions, PlainDefinitions>();

/** Names in order, so that equal sets are equal texts. */
export function toPlain(definitions: Definitions): PlainDefinitions {
  const before = written.get(definitions);
  if (before !== undefined) return before;
  const plain = {
    segments: sorted(definitions.segments, plainSegment),
    lifecycles: sorted(definitions.lifecycles, plainLifecycle),
    rfm: sorted(definitions.rfm, plainRfm),
    lists: sorted(definitions.lists, plainList),
    channels: sorted(definitions.channels, (mode) => mode),
  };
  written.set(definitions, plain);
  return plain;
}

/** One of them. */
export function toPlainDefinition(
  definitions: Definitions,
  kind: DefinitionKind,
  name: string,
): JsonValue | undefined {
  return definitionIn(toPlain(definitions), kind, name);
}

export type CheckedDefinitions = {
  readonly definitions: Definitions;
  readonly warnings: readonly Diagnostic[];
};

/** Reads and checks a whole set from outside. Never throws. */
export function fromPlain(raw: unknown): Result<CheckedDefinitions, readonly Diagnostic[]> {
  const { definitions, diagnostics, positions, broken } = parseDefinitions(raw);
  const all = [...diagnostics, ...checkDefinitions(definitions, { positions, broken })];
  return all.some(({ severity }) => severity === 'error') ? fail(all) : ok({ definitions, warnings: all });
}

/** A copy of the set with one definition put in or, for undefined, taken out. */
export function withDefinition(
  set: PlainDefinitions,
  kind: DefinitionKind,
  name: string,
  definition: JsonValue | undefined,
): PlainDefinitions {
  const entries = Object.entries(set[kind]).filter(([other]) => other !== name);
  if (definition !== undefined) entries.push([name, definition]);
  return { ...set, [kind]: Object.fromEntries(entries) };
}

/** The definition of that kind and name; a name such as `constructor` is nothing special. */
export function definitionIn(
  set: PlainDefinitions,
  kind: DefinitionKind,
  name: string,
): JsonValue | undefined {
  return Object.hasOwn(set[kind], name) ? set[kind][name] : undefined;
}

/** Every definition of a set with its kind and name. */
export function* eachDefinition(set: PlainDefinitions): Iterable<[DefinitionKind, string, JsonValue]> {
  for (const kind of definitionKinds) {
    for (const [name, definition] of Object.entries(set[kind])) yield [kind, name, definition];
  }
}

/** Rules stand on as many lines as they need; descriptions only where there is one. */
function plainSegment({ rule, description }: SegmentDefinition): JsonObject {
  return { rule: formatRule(rule), ...described(description) };
}

function plainLifecycle({ stages, description }: LifecycleDefinition): JsonObject {
  const plain = stages.map(({ name, rule }) => (rule === undefined ? name : { [name]: formatRule(rule) }));
  return { stages: plain, ...described(description) };
}

function plainRfm({ purchase, value, window }: RfmDefinition): JsonObject {
  return {
    purchase: formatEventPattern(purchase),
    value: pathText(value),
    ...(window === undefined ? {} : { window: formatWindow(window) }),
  };
}

function plainList({ members }: ListDefinition): JsonValue {
  return members;
}

function described(description: string | undefined): JsonObject {
  return description === undefined ? {} : { description };
}

function sorted<T>(map: ReadonlyMap<string, T>, plain: (definition: T) => JsonValue): JsonObject {
  const entries = [...map].sort(([a], [b]) => compareStrings(a, b));
  return Object.fromEntries(entries.map(([name, definition]) => [name, plain(definition)]));
}
