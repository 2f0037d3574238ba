/**
 * Rows of history from what the log, the journal and the feed say: one maker for the tables of schema.ts, fed record by
 * record and change by change, emptied batch by batch. What it makes of a range of the log does not depend on how the
 * range is cut into batches, but for facts that it has said already and leaves out (`Said`).
 */

import { quintileCuts } from '@segue/core/rules/population.ts';
import { lateAfterMs } from '@segue/core/base/limits.ts';
import type { Instant, Message } from '@segue/core/model/message.ts';
import { readingsOf } from '@segue/core/model/identifiers.ts';
import { consentOfEvent, defaultChannel } from '@segue/core/rules/interpreter-consent.ts';
import { storedJson, wellFormed } from '@segue/core/sql/stored-json.ts';

import type { FeedEvent } from '../feeds/feed.ts';
import type { LogEntry, Position } from '../log/entry.ts';
import type { TableRows } from './history-store.ts';
import { nobody, type JournalMark } from './journal.ts';
import { RowBinaryWriter } from './row-binary.ts';
import { Said } from './said.ts';
import { goneCause, historyTables } from './schema.ts';

/** Where an entry stands. */
type Place = { readonly profile: number; readonly at: Instant; readonly position: Position };

export class RowMaker {
  readonly #writers: ReadonlyMap<string, RowBinaryWriter>;
  readonly #said = new Said();
  /** Who was merged into whom and lives on in them: whoever survives next gets them too. */
  readonly #goneInto: Map<number, number[]>;
  #erased: number[] = [];

  /** `merges`: gone and survivor, of those merged before. */
  constructor(merges: Iterable<readonly [number, number]> = []) {
    this.#writers = new Map(historyTables.map(({ name }) => [name, new RowBinaryWriter()]));
    this.#goneInto = new Map();
    for (const [gone, survivor] of merges) {
      this.#goneInto.set(survivor, [...(this.#goneInto.get(survivor) ?? []), gone]);
    }
  }

  /** Bytes that wait to be taken. */
  get size(): number {
    let size = 0;
    for (const writer of this.#writers.values()) size += writer.size;
    return size;
  }

  /** An entry of the log; `profile`: whose it is, or `nobody`; `isNamed`: a mark says by what they are known. */
  addEntry(entry: LogEntry, profile: number, at: Instant, position: Position, isNamed: boolean): void {
    switch (entry.kind) {
      case 'message':
        if (profile === nobody) return;
        this.#addMessage(entry.message, entry.source, { profile, at, position });
        if (isNamed) return;
        this.#addNames(
          profile,
          entry.message.identifiers.map(({ kind, value }) => [kind, value]),
          at,
          position,
        );
        return;
      case 'score':
        if (profile !== nobody) this.#addScore(entry, { profile, at, position });
        return;
      case 'consent':
        if (profile !== nobody) this.#addConsentEntry(entry, { profile, at, position });
        return;
      case 'list':
        this.#addList(entry.name, entry.members, at, position);
        return;
      case 'definitions':
        for (const { name, members } of entry.definitions.lists) this.#addList(name, members, at, position);
        return;
      case 'refresh':
      case 'erase':
      case 'erased':
      case 'skipped':
      case 'tick':
        return;
    }
  }

  /** A merge, an erasure, a population. */
  addMark(mark: JournalMark): void {
    const { kind, position, at } = mark;
    switch (kind) {
      case 'merged':
        this.#addMerge(mark.profile, mark.survivor, at, position);
        for (const segment of mark.segments) this.#addEnd('segment', segment, '', mark);
        for (const [lifecycle, stage] of mark.stages) this.#addEnd('stage', lifecycle, stage, mark);
        return;
      case 'erased': {
        const w = this.#writer('erasures');
        w.int64(mark.profile);
        w.int64(at);
        w.int64(position);
        w.endRow();
        this.#erased.push(mark.profile);
        this.#said.forget(mark.profile);
        return;
      }
      case 'names':
        this.#addNames(mark.profile, mark.names, at, position);
        return;
      case 'population': {
        const w = this.#writer('population_versions');
        w.text(mark.key);
        w.int64(mark.takenAt);
        w.int64(mark.place);
        w.float64s(mark.values);
        w.float64s(mark.values.length === 0 ? [] : quintileCuts(mark.values));
        w.endRow();
        return;
      }
    }
  }

  addChange(event: FeedEvent): void {
    const w = this.#writer('membership_changes');
    w.int64(event.customer.profile);
    w.int64(event.at);
    w.int64(event.seq);
    if (event.kind === 'segment') {
      w.uint8(1);
      w.text(event.segment);
      w.uint32(event.version);
      w.bool(event.change === 'entered');
      w.text('');
      w.text('');
    } else {
      w.uint8(2);
      w.text(event.lifecycle);
      w.uint32(0);
      w.bool(event.to !== undefined);
      w.text(event.from ?? '');
      w.text(event.to ?? '');
    }
    w.text(event.cause);
    w.text(event.messageId ?? '');
    w.int64(0);
    w.endRow();
  }

  /** All rows since the last time, and who was erased. */
  take(): { readonly tables: readonly TableRows[]; readonly erased: readonly number[] } {
    const tables: TableRows[] = [];
    for (const [table, writer] of this.#writers) {
      if (writer.rows > 0) tables.push({ table, ...writer.take() });
    }
    const erased = this.#erased;
    this.#erased = [];
    return { tables, erased };
  }

  #writer(table: string): RowBinaryWriter {
    const writer = this.#writers.get(table);
    if (writer === undefined) throw new Error(`no table ${table}`);
    return writer;
  }

  #addMessage(message: Message, source: string, place: Place): void {
    const { profile, at, position } = place;
    const { time, messageId } = message;
    const w = this.#writer('messages');
    w.int64(profile);
    w.int64(time);
    w.text(wellFormed(messageId));
    w.text(message.kind);
    w.text(wellFormed(message.name));
    w.text(storedJson(message.properties));
    w.text(source);
    w.bool(time < at - lateAfterMs);
    w.int64(at);
    w.int64(position);
    w.endRow();
    this.#addProfile(message, place);
    if (message.kind === 'identify') this.#addTraits(message, place);
    const consent = message.kind === 'track' ? consentOfEvent({ ...message, kind: 'track' }) : undefined;
    if (consent !== undefined) {
      const { channel, topic, subscribed } = consent;
      this.#addConsent({ channel, topic, subscribed, time, messageId }, place);
    }
  }

  /** When somebody was first heard of, and under which identifier they came. */
  #addProfile({ identifiers, time }: Message, { profile, position }: Place): void {
    if (this.#said.isNewBirth(profile, time)) {
      const first = identifiers.find(({ kind }) => kind === 'user_id') ?? identifiers[0];
      const w = this.#writer('profile_facts');
      w.int64(profile);
      w.int64(time);
      w.text(wellFormed(first?.value ?? ''));
      w.int64(position);
      w.endRow();
    }
  }

  #addNames(
    profile: number,
    names: readonly (readonly [kind: string, value: string])[],
    at: Instant,
    position: Position,
  ): void {
    for (const [kind, value] of names) {
      if (!this.#said.isNewName(profile, kind, value)) continue;
      const w = this.#writer('profile_names');
      w.int64(profile);
      w.text(kind);
      w.text(wellFormed(value));
      w.int64(at);
      w.int64(position);
      w.endRow();
    }
  }

  #addTraits({ traits, time, messageId }: Message, { profile, at, position }: Place): void {
    const w = this.#writer('trait_facts');
    for (const name of Object.keys(traits)) {
      w.int64(profile);
      w.text(wellFormed(name));
      w.text(storedJson(traits[name] ?? null));
      w.int64(time);
      w.text(wellFormed(messageId));
      w.int64(at);
      w.int64(position);
      w.endRow();
    }
  }

  #addScore(
    { name, value, at: time }: LogEntry & { readonly kind: 'score' },
    { profile, at, position }: Place,
  ): void {
    const w = this.#writer('score_facts');
    w.int64(profile);
    w.text(wellFormed(name));
    w.float64(value);
    w.int64(time);
    w.int64(at);
    w.int64(position);
    w.endRow();
  }

  #addConsentEntry(entry: LogEntry & { readonly kind: 'consent' }, place: Place): void {
    const { channel = defaultChannel, topic, status, at } = entry;
    const subscribed = status === 'subscribed';
    this.#addConsent({ channel, topic, subscribed, time: at, messageId: '' }, place);
  }

  #addConsent(
    consent: {
      readonly channel: string;
      readonly topic: string | undefined;
      readonly subscribed: boolean;
      readonly time: Instant;
      readonly messageId: string;
    },
    { profile, at, position }: Place,
  ): void {
    const w = this.#writer('consent_facts');
    w.int64(profile);
    w.text(wellFormed(consent.channel));
    w.text(wellFormed(consent.topic ?? ''));
    w.bool(consent.subscribed);
    w.int64(consent.time);
    w.text(wellFormed(consent.messageId));
    w.int64(at);
    w.int64(position);
    w.endRow();
  }

  #addList(name: string, members: readonly string[], at: Instant, position: Position): void {
    const w = this.#writer('list_versions');
    w.text(name);
    w.int64(at);
    w.texts([...new Set(members.flatMap(readingsOf))].map(wellFormed));
    w.int64(position);
    w.endRow();
  }

  /** Whoever had been merged into the one who goes is now in the survivor. */
  #addMerge(gone: number, survivor: number, at: Instant, position: Position): void {
    const all = [...(this.#goneInto.get(gone) ?? []), gone];
    const w = this.#writer('merges');
    for (const one of all) {
      w.int64(one);
      w.int64(survivor);
      w.int64(at);
      w.int64(position);
      w.endRow();
    }
    this.#goneInto.delete(gone);
    this.#goneInto.set(survivor, [...(this.#goneInto.get(survivor) ?? []), ...all]);
  }

  /** What somebody who is merged away was in ends, which no change says. */
  #addEnd(
    kind: 'segment' | 'stage',
    name: string,
    stage: string,
    { profile, at, seq, position }: JournalMark & { readonly kind: 'merged' },
  ): void {
    const w = this.#writer('membership_changes');
    w.int64(profile);
    w.int64(at);
    w.int64(seq);
    w.uint8(kind === 'segment' ? 1 : 2);
    w.text(name);
    w.uint32(0);
    w.bool(false);
    w.text(stage);
    w.text('');
    w.text(goneCause);
    w.text('');
    w.int64(position);
    w.endRow();
  }
}
