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
import { type KeptRow, putRow } from './checkpoint-run.ts';
import type { EngineState, Partitions } from './engine-state.ts';
import { negativesOf, noteNegatives } from './move-customer.ts';
import { NEVER } from './profile.ts';

/** A header and a line per customer. */
export function* writeState(parts: Partitions): Iterable<string> {
  const [{ registry }] = parts;
  yield JSON.stringify({ ...writeHeader(parts), seen: registry.seen.state() });
  for (let id = 0; id < registry.count; id++) {
    const state = parts[registry.placeOf(id)] as EngineState;
    const p = state.profiles.look(id);
    if (p === undefined) continue;
    const identifiers = registry.identity.identifiersOf(p.id);
    yield JSON.stringify(writeProfile(p, state.plan, state.now, identifiers, historyToWrite(state, p.id)));
  }
}

/** Messages that are kept elsewhere are not the checkpoint's to keep. */
function historyToWrite(state: EngineState, id: number): readonly Message[] {
  return state.options.history === undefined ? state.messagesOf(id) : [];
}

/** All that is not of one customer, nor which messages have been taken. */
export function writeHeader(parts: Partitions): Omit<CheckpointHeader, 'seen'> {
  const [{ registry, options, plan, env, now, refreshAt }] = parts;
  return {
    format: CHECKPOINT_FORMAT,
    timeZone: options.timeZone,
    now,
    definitions: listDefinitions(plan.definitions),
    versions: [...plan.versions],
    profiles: registry.count,
    refused: registry.identity.refused,
    lists: registry.lists.state(),
    erased: [...registry.erased],
    populations: [...env.populations].map(([key, taken]) => [
      key,
      taken.map(({ at, values }) => [at, [...values]] as const),
    ]),
    refreshAt: refreshAt === NEVER ? null : refreshAt,
    negatives: negativesOfAll(parts),
  };
}

/** In any of the partitions. */
function negativesOfAll(parts: Partitions): CheckpointHeader['negatives'] {
  const [first, ...others] = parts;
  for (const other of others) noteNegatives(first, negativesOf(other));
  return negativesOf(first);
}

/** Puts what was written down into an engine that has just been made with the same definitions. */
export function restoreState(parts: Partitions, header: CheckpointHeader, profiles: readonly string[]): void {
  restoreHeader(parts, header);
  for (const line of profiles) restoreProfile(parts, JSON.parse(line) as ProfileJson);
  for (const state of parts) {
    for (const p of state.profiles) {
      state.machine.resume(p, header.now);
      state.enqueue(p);
    }
  }
}

/** Puts a header and rows into an engine that has just been made with the same definitions. */
export function restoreRows(parts: Partitions, header: CheckpointHeader, rows: Iterable<KeptRow>): void {
  restoreHeader(parts, header);
  for (const row of rows) {
    const state = homeOf(parts, row.id);
    state.profiles.beginStep();
    putRow(state, row, header.now);
  }
}

function restoreHeader(parts: Partitions, header: CheckpointHeader): void {
  const [{ registry }] = parts;
  registry.reserve(header.profiles);
  registry.identity.refused.push(...header.refused);
  registry.lists.restore(header.lists);
  for (const [identifier, at] of header.erased) registry.erased.set(identifier, at);
  registry.seen.restore(header.seen);
  const populations = header.populations.map(
    ([key, taken]) =>
      [key, taken.map(([at, values]) => ({ at, values: Float64Array.from(values) }))] as const,
  );
  for (const state of parts) {
    state.define(state.plan.definitions, new Map(header.versions));
    state.profiles.reserve(header.profiles);
    state.env.populations.clear();
    for (const [key, taken] of populations) state.env.populations.set(key, taken);
    state.refreshAt = header.refreshAt ?? NEVER;
    noteNegatives(state, header.negatives);
  }
}

/** Where a customer lives is not written down, as it changes nothing. */
function homeOf(parts: Partitions, id: number): EngineState {
  const { registry } = parts[0];
  const home = registry.homeOf(id);
  registry.place(id, home);
  return parts[home] as EngineState;
}

function restoreProfile(parts: Partitions, json: ProfileJson): void {
  const state = homeOf(parts, json.id);
  state.profiles.beginStep();
  readProfile(state.profiles.addAt(json.id, json.sampleId), json, state.plan);
  for (const identifier of json.identifiers) state.identity.own(json.id, identifier);
  for (const message of json.history) state.history.add(json.id, message);
}
