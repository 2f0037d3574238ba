/** The engine's state to and from the lines of a checkpoint; what the lines hold is in checkpoint.ts. */

import { listDefinitions } from '../model/listed-definitions.ts';
import {
  CHECKPOINT_FORMAT,
  type CheckpointHeader,
  type ProfileJson,
  readProfile,
  writeProfile,
} from './checkpoint.ts';
import type { Instant, Message } from '../model/message.ts';
import { type SheetTaker, takeUpSheet } from './checkpoint-sheet.ts';
import type { EngineState, Partitions } from './engine-state.ts';
import { KeptTexts } from './kept-texts.ts';
import { negativesOf, noteNegatives } from './move-customer.ts';
import { NEVER } from './profile.ts';
import type { SeenSizes } from './seen-messages.ts';

/** What stands before the sheets of a checkpoint. */
export type SheetsHeader = Omit<CheckpointHeader, 'seen'> & {
  /** Of identifiers, by number. */
  readonly kinds: readonly string[];
  readonly identifiers: number;
  /** Of packed customers, about; see arena.ts. */
  readonly units: number;
  /** How many of the hashes given count. */
  readonly seen: SeenSizes;
};

/** A sheet, and which of its customers, by their place in it, do not stand in a later one. */
export type KeptSheet = { readonly bytes: Uint8Array; readonly counts: (place: number) => boolean };

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
  parts[0].registry.seen.restore(header.seen);
  for (const { profiles: customers } of parts) customers.reserve(header.profiles);
  for (const line of profiles) restoreProfile(parts, JSON.parse(line) as ProfileJson);
  for (const state of parts) {
    for (const p of state.profiles) {
      state.machine.resume(p, header.now);
      state.enqueue(p);
    }
  }
}

export function writeSheetsHeader(parts: Partitions): SheetsHeader {
  const [{ registry }] = parts;
  const { kinds, size } = registry.identity.table;
  const units = parts.reduce((sum, { profiles }) => sum + profiles.units, 0);
  return { ...writeHeader(parts), kinds, identifiers: size, units, seen: registry.seen.sizes };
}

/** Puts a header, hashes of messages and sheets into an engine that has just been made with the same definitions. */
export function restoreSheets(
  parts: Partitions,
  header: SheetsHeader,
  seen: Iterable<Uint32Array>,
  sheets: Iterable<KeptSheet>,
): void {
  const [{ registry }] = parts;
  const texts = new KeptTexts();
  restoreHeader(parts, header);
  registry.identity.table.beginRestore(header.kinds, header.identifiers, header.profiles, texts);
  const units = header.units / parts.length;
  for (const { profiles } of parts) profiles.beginRestore(header.profiles, units, texts);
  const taker = takerOf(parts, header.now, texts);
  for (const { bytes, counts } of sheets) takeUpSheet(bytes, counts, taker);
  registry.identity.table.endRestore();
  registry.seen.restoreHashes([...seen], header.seen);
}

function takerOf(parts: Partitions, now: Instant, texts: KeptTexts): SheetTaker {
  const { registry } = parts[0];
  const { table } = registry.identity;
  return {
    texts,
    homeOf: (id) => (parts.length === 1 ? 0 : registry.homeOf(id)),
    blocks: (home, words, from, to) => {
      (parts[home] as EngineState).profiles.restoreBlocks(words, from, to);
    },
    packed: (home, id, queuedAt, restAt) => {
      if (parts.length > 1) registry.place(id, home);
      const { profiles, queue } = parts[home] as EngineState;
      profiles.restoreAt(id, queuedAt, restAt);
      if (queuedAt !== NEVER) queue.push(queuedAt, id);
    },
    identifier: (id, kind, hash, textAt) => {
      table.restore(id, kind, hash, textAt);
    },
    whole: (id, json) => {
      const state = homeOf(parts, id);
      state.profiles.beginStep();
      const p = state.profiles.addAt(id, json.sampleId);
      readProfile(p, json, state.plan);
      state.machine.resume(p, now);
      state.enqueue(p);
    },
  };
}

function restoreHeader(parts: Partitions, header: Omit<CheckpointHeader, 'seen'>): void {
  const [{ registry }] = parts;
  registry.reserve(header.profiles);
  registry.identity.refused.push(...header.refused);
  registry.lists.restore(header.lists);
  for (const [identifier, at] of header.erased) registry.erased.set(identifier, at);
  const populations = header.populations.map(
    ([key, taken]) =>
      [key, taken.map(([at, values]) => ({ at, values: Float64Array.from(values) }))] as const,
  );
  for (const state of parts) {
    state.define(state.plan.definitions, new Map(header.versions));
    state.env.populations.clear();
    for (const [key, taken] of populations) state.env.populations.set(key, taken);
    state.refreshAt = header.refreshAt ?? NEVER;
    noteNegatives(state, header.negatives);
  }
}

/** Where a customer lives is not written down, as it changes nothing. */
function homeOf(parts: Partitions, id: number): EngineState {
  if (parts.length === 1) return parts[0];
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
