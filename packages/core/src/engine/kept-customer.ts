/**
 * A customer as plain data, all that is kept of them: for a checkpoint, and for who moves to another partition.
 *
 * Mostly that is their packed bytes (packing.ts), which are taken up again without being understood, and beside them
 * what is not a number. Whoever cannot be packed, or has sequences with keys, is written as a whole (checkpoint.ts).
 */

import type { Instant, JsonValue, Message } from '../model/message.ts';
import type { RuleValue } from '../rules/value.ts';
import { type ProfileJson, readProfile, writeProfile } from './checkpoint.ts';
import type { EngineState } from './engine-state.ts';
import { FactLog } from './facts.ts';
import { NEVER, type Profile } from './profile.ts';
import { RichRing } from './rich-ring.ts';

/** What is not a number; see customers.ts. */
export type KeptObjects = {
  readonly rich: Map<number, RichRing> | undefined;
  readonly facts: Map<string, FactLog> | undefined;
  readonly future: Message[] | undefined;
};

export type KeptCustomer =
  | {
      readonly kind: 'packed';
      readonly id: number;
      readonly sampleId: string;
      /** When the queue wakes the customer; NEVER: it does not. */
      readonly queuedAt: Instant;
      /** To be read at once. */
      readonly bytes: Uint8Array;
      readonly objects: KeptObjects;
    }
  | { readonly kind: 'whole'; readonly id: number; readonly json: ProfileJson };

/** Customers, and the plan by which what is kept of them is read. */
export type Written = Pick<EngineState, 'profiles' | 'plan'>;

/** All that is kept of a customer but their identifiers; undefined where there is none of that number. */
export function keptCustomer(
  { profiles, plan }: Written,
  id: number,
  now: Instant,
): KeptCustomer | undefined {
  const kept = profiles.keptOf(id);
  if (kept === undefined) return undefined;
  const { bytes, sequences } = kept;
  if (bytes !== undefined && sequences === undefined) {
    const sampleId = profiles.sampleIdOf(id) ?? '';
    return { kind: 'packed', id, sampleId, queuedAt: profiles.queuedAt(id), bytes, objects: kept };
  }
  const p = profiles.look(id);
  return p === undefined ? undefined : { kind: 'whole', id, json: writeProfile(p, plan, now, [], []) };
}

/**
 * Adds a customer of whom nothing is known. Gives whoever was written as a whole: their timers and sequences have to be
 * found again.
 */
export function putCustomer({ profiles, plan }: Written, kept: KeptCustomer): Profile | undefined {
  if (kept.kind === 'whole') {
    const p = profiles.addAt(kept.id, kept.json.sampleId);
    readProfile(p, kept.json, plan);
    return p;
  }
  profiles.putAt(kept.id, kept.sampleId, kept.bytes, kept.objects);
  return undefined;
}

/** Puts a customer into a partition, in which the queue wakes them as it did where they come from. */
export function putIntoPartition(state: EngineState, kept: KeptCustomer, now: Instant): void {
  const p = putCustomer(state, kept);
  if (p !== undefined) {
    state.machine.resume(p, now);
    state.enqueue(p);
  } else if (kept.kind === 'packed' && kept.queuedAt !== NEVER) {
    state.profiles.setQueuedAt(kept.id, kept.queuedAt);
    state.queue.push(kept.queuedAt, kept.id);
  }
}

// What is not a number, as JSON.

type FactJson = readonly [string, readonly Instant[], readonly string[], readonly (JsonValue | null)[]];
type RichJson = readonly [
  stream: number,
  ids: readonly string[],
  columns: readonly (readonly (RuleValue | null)[])[],
  exact: readonly (readonly [scale: number, base: string, prefix: readonly string[]] | null)[],
  firstId: string,
  firstValues: readonly (RuleValue | null)[],
  trimmed: number,
];
type ObjectsJson = {
  readonly facts?: readonly FactJson[];
  readonly future?: readonly Message[];
  readonly rich?: readonly RichJson[];
};

/** Undefined where there is nothing but numbers. */
export function writeObjects({ rich, facts, future }: KeptObjects): string | undefined {
  if (rich === undefined && facts === undefined && future === undefined) return undefined;
  const json: ObjectsJson = {
    ...(facts === undefined ? {} : { facts: [...facts].map(writeFact) }),
    ...(future === undefined ? {} : { future }),
    ...(rich === undefined ? {} : { rich: [...rich].map(writeRich) }),
  };
  return JSON.stringify(json);
}

export function readObjects(text: string): KeptObjects {
  const { facts, future, rich } = JSON.parse(text) as ObjectsJson;
  return {
    facts: facts === undefined ? undefined : new Map(facts.map(readFact)),
    future: future === undefined ? undefined : [...future],
    rich: rich === undefined ? undefined : new Map(rich.map(readRich)),
  };
}

function writeFact([key, { times, ids, values }]: readonly [string, FactLog]): FactJson {
  return [key, times, ids, values.map((value) => value ?? null)];
}

function readFact([key, times, ids, values]: FactJson): [string, FactLog] {
  const fact = new FactLog();
  fact.times = [...times];
  fact.ids = [...ids];
  fact.values = values.map((value) => value ?? undefined);
  return [key, fact];
}

/** Views are left out: whoever asks has them made. */
function writeRich([stream, rich]: readonly [number, RichRing]): RichJson {
  const { ids, columns, exact, firstId, firstValues, trimmed } = rich;
  return [
    stream,
    ids,
    columns.map(orNulls),
    Array.from(exact, (column) =>
      column === undefined ? null : ([column.scale, String(column.base), column.prefix.map(String)] as const),
    ),
    firstId,
    orNulls(firstValues),
    trimmed,
  ];
}

function readRich([stream, ids, columns, exact, firstId, firstValues, trimmed]: RichJson): [
  number,
  RichRing,
] {
  const rich = new RichRing(columns.length);
  rich.ids = [...ids];
  rich.columns = columns.map(orUndefined);
  rich.exact = exact.map((column) => {
    if (column === null) return undefined;
    const [scale, base, prefix] = column;
    return { scale, base: BigInt(base), prefix: prefix.map(BigInt) };
  });
  rich.firstId = firstId;
  rich.firstValues = orUndefined(firstValues);
  rich.trimmed = trimmed;
  return [stream, rich];
}

function orNulls(values: readonly RuleValue[]): (RuleValue | null)[] {
  return Array.from(values, (value) => value ?? null);
}

function orUndefined(values: readonly (RuleValue | null)[]): RuleValue[] {
  return values.map((value) => value ?? undefined);
}
