/**
 * From the name and properties of an event to the streams that it belongs to.
 *
 * Streams that ask for one value of a property (`where category = "shoes" and …`) are found by looking that value
 * up, so a thousand of them cost what one does. The rest of a `where` is then tested.
 */

import type { Zone } from '../base/zone.ts';
import type { JsonObject, MessageKind } from '../model/message.ts';
import { elementsOf, eventMatches, readPath, whereHolds } from '../rules/semantics.ts';
import type { Condition, Path } from '../rules/tree.ts';
import type { StreamPlan } from './plan.ts';

/** Names remembered per kind; beyond it (hostile input) a name's streams are looked for each time. */
const NAMES_MAX = 50_000;

type Primitive = string | number | boolean;
type Candidate = { readonly stream: StreamPlan; readonly rest: Condition | undefined };
type Table = { readonly path: Path; readonly byValue: Map<Primitive, Candidate[]> };
type Entry = { readonly always: Candidate[]; readonly tables: Table[] };

export class Dispatcher {
  readonly #zone: Zone;
  readonly #streams: readonly StreamPlan[];
  readonly #entries = new Map<MessageKind, Map<string, Entry>>();

  constructor(streams: readonly StreamPlan[], zone: Zone) {
    this.#streams = streams;
    this.#zone = zone;
  }

  /** Appends the streams of an event to `into`, each once. */
  match(kind: MessageKind, name: string, properties: JsonObject, into: StreamPlan[]): void {
    const entry = this.#entry(kind, name);
    for (const candidate of entry.always) this.#take(candidate, properties, into);
    for (const { path, byValue } of entry.tables) {
      const value = readPath(properties, path);
      if (typeof value !== 'object') {
        if (value !== undefined) this.#takeAll(byValue.get(value), properties, into);
        continue;
      }
      for (const element of new Set(elementsOf(value))) {
        if (typeof element !== 'object' && element !== undefined) {
          this.#takeAll(byValue.get(element), properties, into);
        }
      }
    }
  }

  #takeAll(candidates: readonly Candidate[] | undefined, properties: JsonObject, into: StreamPlan[]): void {
    if (candidates !== undefined) for (const candidate of candidates) this.#take(candidate, properties, into);
  }

  #take({ stream, rest }: Candidate, properties: JsonObject, into: StreamPlan[]): void {
    if (rest !== undefined && !whereHolds(rest, properties, this.#zone)) return;
    if (!into.includes(stream)) into.push(stream);
  }

  #entry(kind: MessageKind, name: string): Entry {
    let names = this.#entries.get(kind);
    if (names === undefined) this.#entries.set(kind, (names = new Map<string, Entry>()));
    let entry = names.get(name);
    if (entry === undefined) {
      entry = this.#build(kind, name);
      if (names.size < NAMES_MAX) names.set(name, entry);
    }
    return entry;
  }

  #build(kind: MessageKind, name: string): Entry {
    const entry: Entry = { always: [], tables: [] };
    for (const stream of this.#streams) {
      if (stream.source === undefined || !eventMatches(stream.source, kind, name)) continue;
      const equality = stream.where === undefined ? undefined : equalityOf(stream.where);
      if (equality === undefined) {
        entry.always.push({ stream, rest: stream.where });
        continue;
      }
      const key = JSON.stringify(equality.path);
      let table = entry.tables.find((t) => JSON.stringify(t.path) === key);
      if (table === undefined) entry.tables.push((table = { path: equality.path, byValue: new Map() }));
      const candidates = table.byValue.get(equality.value);
      const candidate = { stream, rest: equality.whole ? undefined : stream.where };
      if (candidates === undefined) table.byValue.set(equality.value, [candidate]);
      else candidates.push(candidate);
    }
    return entry;
  }
}

/** A value that a property must have for a `where` to hold, if it names one; `whole` when that is all it says. */
function equalityOf(
  where: Condition,
): { readonly path: Path; readonly value: Primitive; readonly whole: boolean } | undefined {
  if (where.kind === 'and') {
    for (const item of where.items) {
      const found = equalityOf(item);
      if (found !== undefined) return { ...found, whole: false };
    }
    return undefined;
  }
  if (where.kind !== 'compare' || where.op !== '=') return undefined;
  const [property, literal] =
    where.left.kind === 'property' ? [where.left, where.right] : [where.right, where.left];
  if (property.kind !== 'property') return undefined;
  if (literal.kind !== 'string' && literal.kind !== 'number' && literal.kind !== 'boolean') return undefined;
  return { path: property.path, value: literal.value, whole: true };
}
