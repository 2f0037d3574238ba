/** The engine's state to and from the lines of a checkpoint; what the lines hold is in checkpoint.ts. */

import { listDefinitions } from '../model/listed-definitions.ts';
import {
  CHECKPOINT_FORMAT,
  type CheckpointHeader,
  type ProfileJson,
  readProfile,
  writeProfile,
} from './checkpoint.ts';
import type { Message } from '../model/message.ts';
import type { EngineState } from './engine-state.ts';
import { NEVER } from './profile.ts';

/** A header and a line per customer. */
export function* writeState(state: EngineState): Iterable<string> {
  yield JSON.stringify({ ...writeHeader(state), seen: state.seen.state() });
  for (const id of state.profiles.ids()) {
    const p = state.profiles.look(id);
    if (p === undefined) continue;
    const identifiers = state.identity.identifiersOf(p.id);
    yield JSON.stringify(writeProfile(p, state.plan, state.now, identifiers, historyToWrite(state, p.id)));
  }
}

/** Messages that are kept elsewhere are not the checkpoint's to keep. */
function historyToWrite(state: EngineState, id: number): readonly Message[] {
  return state.options.history === undefined ? state.messagesOf(id) : [];
}

/** All that is not of one customer, nor which messages have been taken. */
export function writeHeader(state: EngineState): Omit<CheckpointHeader, 'seen'> {
  return {
    format: CHECKPOINT_FORMAT,
    timeZone: state.options.timeZone,
    now: state.now,
    definitions: listDefinitions(state.plan.definitions),
    versions: [...state.plan.versions],
    profiles: state.profiles.length,
    refused: state.identity.refused,
    lists: state.lists.state(),
    erased: [...state.erased],
    populations: [...state.env.populations].map(([key, taken]) => [
      key,
      taken.map(({ at, values }) => [at, [...values]] as const),
    ]),
    refreshAt: state.refreshAt === NEVER ? null : state.refreshAt,
    negatives: state.plan.streams.flatMap(({ id, columns }) =>
      columns.flatMap(({ hasNegative }, c) => (hasNegative ? [[id, c] as const] : [])),
    ),
  };
}

/** Puts what was written down into the state of an engine that has just been made with the same definitions. */
export function restoreState(
  state: EngineState,
  header: CheckpointHeader,
  profiles: readonly string[],
): void {
  restoreHeader(state, header);
  for (const line of profiles) restoreProfile(state, JSON.parse(line) as ProfileJson);
  for (const p of state.profiles) {
    state.machine.resume(p, header.now);
    state.enqueue(p);
  }
}

export function restoreHeader(state: EngineState, header: CheckpointHeader): void {
  state.define(state.plan.definitions, new Map(header.versions));
  state.profiles.reserve(header.profiles);
  state.identity.refused.push(...header.refused);
  state.lists.restore(header.lists);
  for (const [identifier, at] of header.erased) state.erased.set(identifier, at);
  state.env.populations.clear();
  for (const [key, taken] of header.populations) {
    const populations = taken.map(([at, values]) => ({ at, values: Float64Array.from(values) }));
    state.env.populations.set(key, populations);
  }
  state.refreshAt = header.refreshAt ?? NEVER;
  for (const [stream, c] of header.negatives) {
    const column = state.plan.streams[stream]?.columns[c];
    if (column !== undefined) column.hasNegative = true;
  }
  state.seen.restore(header.seen);
}

function restoreProfile(state: EngineState, json: ProfileJson): void {
  state.profiles.beginStep();
  readProfile(state.profiles.addAt(json.id, json.sampleId), json, state.plan);
  for (const identifier of json.identifiers) state.identity.own(json.id, identifier);
  for (const message of json.history) state.history.add(json.id, message);
}
