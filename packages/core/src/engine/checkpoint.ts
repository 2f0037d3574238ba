/**
 * A checkpoint: the engine's state as lines of JSON, a header and then a line per customer in the order of their
 * numbers. Restoring it gives an engine that writes the same bytes and, given the same inputs, does the same.
 *
 * What can be derived is left out: timers (every question says when it is next due), views, the automata of
 * sequences and their completions (run again over kept events).
 */

import { assert, defined } from '../base/assert.ts';
import { compareStrings } from '../base/order.ts';
import { type ListedDefinitions, readListed } from '../model/listed-definitions.ts';
import type { Definitions } from '../model/definitions.ts';
import type { Identifier, Instant, JsonValue, Message } from '../model/message.ts';
import type { RuleValue } from '../rules/value.ts';
import { FactLog } from './facts.ts';
import type { RefusedMerge } from './identity.ts';
import type { Plan } from './make-plan.ts';
import { NEVER, type Profile } from './profile.ts';
import type { StreamPlan } from './plan.ts';
import { trim } from './ring-events.ts';
import { type ColumnState, readRing, replaceRing, type RingState } from './ring-state.ts';
import { findRing, UNIT_SCALE } from './rings.ts';
import { lastingFlips, writeFlips } from './tracked.ts';

/** Grows when older checkpoints can no longer be read. */
export const CHECKPOINT_FORMAT = 3;

export type CheckpointHeader = {
  readonly format: number;
  readonly timeZone: string;
  readonly now: Instant;
  readonly definitions: ListedDefinitions;
  readonly versions: readonly (readonly [string, number])[];
  /** Number of profiles ever made. */
  readonly profiles: number;
  readonly refused: readonly RefusedMerge[];
  readonly lists: readonly (readonly [string, readonly (readonly [string, Instant])[]])[];
  readonly erased: readonly (readonly [string, Instant])[];
  readonly populations: readonly (readonly [string, readonly (readonly [Instant, readonly number[]])[]])[];
  /** Null: never. */
  readonly refreshAt: Instant | null;
  /** Columns of streams in which there has been a negative number. */
  readonly negatives: readonly (readonly [number, number])[];
  readonly seen: { readonly young: readonly number[]; readonly old: readonly number[] };
};

type RingJson = {
  readonly stream: number;
  readonly times: readonly Instant[];
  readonly ids: readonly string[];
  readonly values: readonly (readonly (RuleValue | null)[])[];
  readonly columns: readonly {
    readonly scale: number;
    readonly base: string;
    readonly units: readonly string[];
  }[];
  readonly trimmed: number;
  readonly first: Instant | null;
  readonly firstId: string;
  readonly firstValues: readonly (RuleValue | null)[];
};

type FactJson = readonly [string, readonly Instant[], readonly string[], readonly (JsonValue | null)[]];

export type ProfileJson = {
  readonly id: number;
  readonly sampleId: string;
  readonly bornAt: Instant | null;
  readonly identifiers: readonly Identifier[];
  readonly rings: readonly RingJson[];
  readonly facts: readonly FactJson[];
  readonly memberships: readonly number[];
  readonly stages: readonly number[];
  readonly tracked: readonly (readonly [number, readonly number[]])[];
  readonly future: readonly Message[];
  readonly history: readonly Message[];
};

export function writeProfile(
  p: Profile,
  plan: Plan,
  now: Instant,
  identifiers: readonly Identifier[],
  history: readonly Message[],
): ProfileJson {
  const rings: RingJson[] = [];
  for (const stream of plan.streams) {
    if (stream.source === undefined) continue;
    // When exactly an event was let go depends on when somebody looked; what is written down does not.
    const o = findRing(p, stream.id);
    const oldest = o >= 0 ? stream.oldest(p, now) : -NEVER;
    if (o >= 0) trim(p, stream, o, oldest);
    const ring = readRing(p, stream);
    // Nor is it told that there was something that has left nothing.
    if (ring !== undefined && (ring.times.length > 0 || ring.trimmed > 0)) {
      const asked = onlyTimeOfLast(ring, stream, oldest);
      rings.push(ringToJson(stream.id, inOneOrder({ ...asked, columns: asked.columns.map(inLowestScale) })));
    }
  }
  return {
    id: p.id,
    sampleId: p.sampleId,
    bornAt: p.bornAt === NEVER ? null : p.bornAt,
    identifiers,
    rings,
    facts: [...(p.facts ?? [])].map(([key, fact]) => [
      key,
      fact.times,
      fact.ids,
      fact.values.map((value) => value ?? null),
    ]),
    memberships: p.memberships.toList(),
    stages: [...p.stages],
    tracked: plan.trackedUnits.flatMap((id) => {
      const unit = plan.units[id];
      const flips = unit?.kind === 'tracked' ? lastingFlips(p, unit, now) : undefined;
      return flips === undefined ? [] : [[id, flips] as const];
    }),
    future: (p.future ?? []).map(inFixedOrder),
    history: history.map(inFixedOrder),
  };
}

/** Makes `p`, of whom nothing is known, the customer without timers and sequences, which the machine finds again. */
export function readProfile(p: Profile, json: ProfileJson, plan: Plan): void {
  p.bornAt = json.bornAt ?? NEVER;
  for (const ring of json.rings) {
    replaceRing(p, defined(plan.streams[ring.stream], 'a stream of a checkpoint'), ringFromJson(ring));
  }
  if (json.facts.length > 0) p.facts = new Map(json.facts.map(factFromJson));
  for (let i = 0; i < json.memberships.length; i += 2) {
    p.memberships.set(json.memberships[i] as number, json.memberships[i + 1] as number);
  }
  p.stages = [...json.stages];
  for (const [unit, flips] of json.tracked) writeFlips(p, unit, flips);
  if (json.future.length > 0) p.future = [...json.future];
}

/** The same message gives the same bytes, wherever it has been meanwhile. */
function inFixedOrder(message: Message): Message {
  const { kind, messageId, time, timeFlagged, identifiers, name, properties, traits, previousId } = message;
  return {
    kind,
    messageId,
    time,
    ...(timeFlagged === undefined ? {} : { timeFlagged }),
    identifiers: identifiers.map((identifier) => ({ kind: identifier.kind, value: identifier.value })),
    name,
    properties,
    traits,
    ...(previousId === undefined ? {} : { previousId }),
  };
}

/** A number with more decimals that has been let go leaves nothing behind. */
function inLowestScale({ scale, base, units }: ColumnState): ColumnState {
  let down = 0;
  while (scale - down > UNIT_SCALE && [base, ...units].every((u) => u % 10n ** BigInt(down + 1) === 0n)) {
    down++;
  }
  const divisor = 10n ** BigInt(down);
  return { scale: scale - down, base: base / divisor, units: units.map((u) => u / divisor) };
}

/**
 * The last event that no window sees any more stays for its time alone where the stream keeps no ids: what else it says
 * is that of whichever event of its instant came last, so what is written down leaves it out (totals keep its number).
 */
function onlyTimeOfLast(ring: RingState, stream: StreamPlan, oldest: Instant): RingState {
  const [time] = ring.times;
  if (stream.keepsIds || ring.times.length !== 1 || time === undefined || time > oldest) return ring;
  return {
    ...ring,
    values: ring.values.map(() => [undefined]),
    columns: ring.columns.map(({ scale, base, units }) => ({
      scale,
      base: stream.keepsTotals ? base + (units[0] ?? 0n) : 0n,
      units: [0n],
    })),
  };
}

/**
 * Events of one instant whose ids no rule asks for stand in the order in which they came; what is written down puts them
 * in an order of their own, so that the same events give the same bytes.
 */
function inOneOrder(ring: RingState): RingState {
  const { times, ids, values, columns } = ring;
  const isTied = times.some((time, i) => i > 0 && time === times[i - 1]);
  if (ids.length > 0 || !isTied || values.length + columns.length === 0) return ring;
  const keys = times.map((_, i) =>
    JSON.stringify([values.map((of) => of[i] ?? null), columns.map(({ units }) => String(units[i]))]),
  );
  const order = times
    .map((_, i) => i)
    .sort(
      (i, j) => (times[i] as number) - (times[j] as number) || compareStrings(keys[i] ?? '', keys[j] ?? ''),
    );
  const pick = <T>(list: readonly T[]): T[] => order.map((i) => list[i] as T);
  return {
    ...ring,
    values: values.map(pick),
    columns: columns.map((column) => ({ ...column, units: pick(column.units) })),
  };
}

function ringToJson(stream: number, ring: RingState): RingJson {
  return {
    stream,
    times: ring.times,
    ids: ring.ids,
    values: ring.values.map((values) => values.map((value) => value ?? null)),
    columns: ring.columns.map(({ scale, base, units }) => ({
      scale,
      base: base.toString(),
      units: units.map((u) => u.toString()),
    })),
    trimmed: ring.trimmed,
    first: ring.first === NEVER ? null : ring.first,
    firstId: ring.firstId,
    firstValues: ring.firstValues.map((value) => value ?? null),
  };
}

function ringFromJson(json: RingJson): RingState {
  return {
    times: json.times,
    ids: json.ids,
    values: json.values.map((values) => values.map((value) => value ?? undefined)),
    columns: json.columns.map(({ scale, base, units }) => ({
      scale,
      base: BigInt(base),
      units: units.map((u) => BigInt(u)),
    })),
    trimmed: json.trimmed,
    first: json.first ?? NEVER,
    firstId: json.firstId,
    firstValues: json.firstValues.map((value) => value ?? undefined),
  };
}

function factFromJson([key, times, ids, values]: FactJson): readonly [string, FactLog] {
  const fact = new FactLog();
  fact.times = [...times];
  fact.ids = [...ids];
  fact.values = values.map((value) => value ?? undefined);
  return [key, fact];
}

export function readHeader(line: string): {
  readonly header: CheckpointHeader;
  readonly definitions: Definitions;
} {
  const header = JSON.parse(line) as CheckpointHeader;
  return { header, definitions: definitionsOf(header) };
}

/** Throws for a checkpoint of another format. */
export function definitionsOf({ format, definitions }: Omit<CheckpointHeader, 'seen'>): Definitions {
  assert(format === CHECKPOINT_FORMAT, `a checkpoint of format ${CHECKPOINT_FORMAT}, not ${format}`);
  return readListed(definitions);
}
