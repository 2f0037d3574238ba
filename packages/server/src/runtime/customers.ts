/**
 * All customers of the workspace, as the loop moves them: durable records in, numbered changes out.
 *
 * The number of a change is the same after any restart, because the engine does the same with the same records and
 * counting goes on from the checkpoint.
 */

import { defined } from '@segue/core/base/assert.ts';
import { ok } from '@segue/core/base/result.ts';
import type { DefinitionsBuild } from '@segue/core/engine/definitions-build.ts';
import { Engine } from '@segue/core/engine/engine.ts';
import type { Change } from '@segue/core/model/change.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Input } from '@segue/core/model/input.ts';
import { readListed } from '@segue/core/model/listed-definitions.ts';
import type { Identifier, Instant, Message } from '@segue/core/model/message.ts';

import { ChangeColumns, ChangeSubjects } from '../feeds/change-columns.ts';
import { NamesThen } from '../feeds/names-then.ts';
import type { Published } from '../feeds/published.ts';
import { Finder } from '../finding/finder.ts';
import type { Journal } from '../history/journal.ts';
import type { JournalKeeper } from '../history/journal-keeper.ts';
import type { LogEntry, LogRecord, Position } from '../log/entry.ts';
import type { Log } from '../log/log.ts';
import { StorageError } from '../log/storage-error.ts';
import type { Directory, Found } from '../reading/customer-reader.ts';
import { MembershipSets } from '../sets/membership-sets.ts';
import type { CheckpointRows } from './checkpoint-rows.ts';
import type { CheckpointHead } from './checkpoints.ts';
import type { Clock } from './clock.ts';
import { DefinitionsLoader } from './definitions-loader.ts';
import { EntryFailure } from './entry-failure.ts';
import type { Membership, Outcome } from './intake.ts';
import type { Subject } from './loop.ts';
import type { MessageIndex } from './message-index.ts';
import type { NoPast, PastEvents } from './past-events.ts';
import type { EntryResult } from './submissions.ts';

export type CustomersOptions = {
  readonly timeZone: string;
  /** Where the clock stands in an empty log. */
  readonly start: Instant;
  /** In force before the first entry of the log. */
  readonly definitions: Definitions;
  /** Parts that customers are spread over (default 1): no answer, number or order depends on it. */
  readonly partitions?: number;
  readonly log: Log;
  readonly index: MessageIndex;
  /** Notes what history needs. */
  readonly journal?: JournalKeeper;
  /** For looking at customers between two records; the engine's own clock when left out. */
  readonly clock?: Pick<Clock, 'now'>;
  /** Lives through the past before the base once more: like the present, but for the answers of those who were erased since. */
  readonly isPast?: boolean;
  /** Told of somebody erased, before their changes are published. */
  readonly onErased?: (erased: ErasedCustomer) => void;
  /** Gets the changes of a record once the state shows them all. */
  readonly publish: (changes: Published) => void;
};

/** What there was of somebody who is erased, so that it can be taken out wherever it is kept. */
export type ErasedCustomer = {
  /** Of the entry that erased them. */
  readonly position: Position;
  readonly at: Instant;
  /** Undefined where nobody was known by the identifier. */
  readonly profile: number | undefined;
  readonly identifiers: readonly Identifier[];
  /** Of their messages in the log. */
  readonly messages: readonly Position[];
};

/** A checkpoint to go on from. */
export type RestoredFrom = { readonly rows: CheckpointRows; readonly head: CheckpointHead };

/** Where a checkpoint stands. */
export type Standing = {
  /** Of the next entry to take. */
  readonly position: Position;
  /** Number of the next change. */
  readonly seq: number;
  readonly definitions: Omit<TakenDefinitions, 'definitions'>;
};

/** The definitions in force, and how they came to be. */
export type TakenDefinitions = {
  /** 0: none were ever given. */
  readonly revision: number;
  readonly at: Instant;
  readonly author: string;
  readonly reason: string;
  readonly definitions: Definitions;
};

const noRevision = { revision: 0, at: 0, author: '', reason: '' };

/** What the engine can be told of. */
type PresentEntry = Exclude<LogEntry, { readonly kind: 'erased' }>;

const nothing: Outcome = { notices: [] };

export class Customers implements Subject, Directory {
  readonly engine: Engine;
  readonly index: MessageIndex;
  /** Messages dated before it may have been let go. */
  messagesSince: Instant = -Infinity;
  /** Who is in which segment and stage. */
  readonly sets: MembershipSets;
  /** Told of what customers can be found by. */
  readonly finder: Finder;
  readonly #journal: JournalKeeper | undefined;
  readonly #publish: (changes: Published) => void;
  readonly #subjects = new ChangeSubjects();
  readonly #names: NamesThen;
  readonly #onErased: (erased: ErasedCustomer) => void;
  readonly #isPast: boolean;
  readonly #log: Log;
  readonly #clock: Pick<Clock, 'now'>;
  /** Definitions that are being built, and for which entry of the log. */
  #building: { readonly loader: DefinitionsLoader; readonly revision: number } | undefined = undefined;
  #position: Position;
  #seq: number;
  #definitions: TakenDefinitions;
  /** Changes that are not published yet. */
  #changes: ChangeColumns;
  /** Of the next entry to tell of. */
  #toldTo: Position;
  /** Instant of a record of which all was taken, until that is told. */
  #ended: Instant | undefined = undefined;
  /** Of the entries taken so far of the record under way. */
  #results: EntryResult[] = [];

  constructor(options: CustomersOptions, checkpoint?: RestoredFrom) {
    this.index = options.index;
    this.#journal = options.journal;
    this.#publish = options.publish;
    this.#onErased = options.onErased ?? (() => undefined);
    this.#isPast = options.isPast ?? false;
    this.#log = options.log;
    this.#clock = options.clock ?? { now: () => this.engine.now };
    options.index.onMerge = (survivor, gone, positions) => {
      const loader = this.#building?.loader;
      loader?.build.merge(survivor, gone);
      for (const position of positions) loader?.note(survivor, position);
    };
    this.#position = checkpoint?.head.position ?? 0;
    this.#toldTo = this.#position;
    this.#seq = checkpoint?.head.seq ?? 0;
    const onMerge = (survivor: number, gone: number): void => {
      this.sets.forget(gone);
      this.finder.merged(survivor, gone);
      this.#journal?.merging(this.engine, survivor, gone, this.#seq + this.#changes.length);
    };
    const onChange = (change: Change): void => {
      this.#note(change);
    };
    this.#names = new NamesThen((profile) => {
      const { displayId, identifiers } = this.engine.namesOf(profile);
      return { profile, displayId, identifiers };
    });
    const onNames = (profile: number): void => {
      this.#names.changing(profile);
      this.finder.renamed(profile);
    };
    this.#changes = this.#noChanges();
    const { timeZone, start, definitions, partitions = 1, index: history } = options;
    this.engine =
      checkpoint === undefined
        ? new Engine({ timeZone, start, definitions, partitions, history, onChange, onMerge, onNames })
        : checkpoint.rows.restore(checkpoint.head.engine, {
            partitions,
            history,
            onChange,
            onMerge,
            onNames,
          });
    this.sets = new MembershipSets(this.engine);
    this.finder = new Finder({ engine: this.engine, messages: options.index });
    const { revision, at, author, reason } = checkpoint?.head.definitions ?? noRevision;
    this.#definitions = { revision, at, author, reason, definitions: this.engine.definitions };
    this.#journal?.begin(this.engine);
  }

  /** What history needs and only the engine knows; undefined where nobody keeps it. */
  get journal(): Journal | undefined {
    return this.#journal?.journal;
  }

  get standing(): Standing {
    const { definitions: _, ...definitions } = this.#definitions;
    return { position: this.#position, seq: this.#seq, definitions };
  }

  take(record: LogRecord, goOn: () => boolean = always): readonly EntryResult[] | undefined {
    const results = this.#takeEntries(record, goOn);
    if (results !== undefined) {
      this.#position = record.position + record.entries.length;
      this.#ended = record.at;
    }
    return results;
  }

  tell(): void {
    if (this.#ended !== undefined) this.#toldTo = this.#position;
    const changes = this.#changes;
    if (changes.length > 0) {
      this.#seq += changes.length;
      this.#changes = this.#noChanges();
      this.#publish(changes);
    }
    if (this.#ended === undefined) return;
    this.#journal?.endRecord(this.engine, this.#seq, this.#position - 1, this.#ended);
    this.#ended = undefined;
  }

  /** What is being built reads messages from the log as soon as it has noted them. */
  get mayGoAhead(): boolean {
    return this.#building === undefined;
  }

  /** From the entry on that comes next, as far as there is time. */
  #takeEntries(
    { position, at, entries }: LogRecord,
    goOn: () => boolean,
  ): readonly EntryResult[] | undefined {
    const results = this.#results;
    for (let i = results.length; i < entries.length; i++) {
      const entry = this.#standFor(entries[i] as LogEntry, position + i);
      const result = goOn() ? this.#takeEntry(entry, position + i, at, goOn) : undefined;
      if (result === undefined) return undefined;
      results.push(result);
      this.#journal?.taken(this.engine, entry, result, position + i, at);
    }
    this.#results = [];
    return results;
  }

  #standFor(entry: LogEntry, position: Position): PresentEntry {
    if (entry.kind !== 'erased') return entry;
    if (!this.#isPast) throw takenOut(position);
    return entry.stand;
  }

  find(identifier: string | Identifier): Found | undefined {
    const id = this.engine.findProfile(identifier);
    return id === undefined ? undefined : { engine: this.engine, id, now: this.now() };
  }

  /** The instant of answers: the clock's, as long as nothing is due that has not been done. */
  now(): Instant {
    const { engine } = this;
    const due = engine.nextDueAt() ?? Infinity;
    return Math.max(engine.now, Math.min(this.#clock.now(), due - 1));
  }

  positions({ id }: Found): readonly Position[] {
    return this.index.positions(id);
  }

  messageAt(position: Position): Message | undefined {
    return this.index.messageAt(position);
  }

  nextDueAt(): Instant | undefined {
    return this.engine.nextDueAt();
  }

  memberships(profile: number): readonly Membership[] {
    return this.engine.profile(profile)?.segments ?? [];
  }

  /**
   * Begins to build definitions beside those in force, for the entry of the log with that revision. One at a time. `askPast`:
   * gives the events of the past from elsewhere than the log, or says why not.
   */
  beginBuild(
    definitions: Definitions,
    revision: number,
    askPast?: (build: DefinitionsBuild) => PastEvents | NoPast,
  ): DefinitionsLoader {
    this.dropBuild();
    const build = this.engine.build(definitions);
    const past = build.isLoading ? askPast?.(build) : undefined;
    const loader = new DefinitionsLoader(build, this.#log, this.index, past);
    this.#building = { loader, revision };
    return loader;
  }

  /** Lets a build go that will not come into force. */
  dropBuild(): void {
    this.#building?.loader.close();
    this.#building?.loader.build.release();
    this.#building = undefined;
  }

  get definitions(): TakenDefinitions {
    return this.#definitions;
  }

  /** Of the next entry to tell of: those before it are durable, and every answer reflects them. */
  get position(): Position {
    return this.#toldTo;
  }

  /** Definitions that were not built before, as in a replay, are built here. Undefined where there is no time to go on. */
  #putInForce(
    entry: LogEntry & { readonly kind: 'definitions' },
    position: Position,
    at: Instant,
    goOn: () => boolean,
  ): EntryResult | undefined {
    const loader = this.#builtFor(entry);
    if (!loader.load(position, goOn)) return undefined;
    const result = this.engine.putInForce(loader.build, at, goOn);
    if (result === undefined) return undefined;
    this.#building = undefined;
    if (result.ok) {
      const { revision, author, reason } = entry;
      this.#definitions = { revision, at, author, reason, definitions: this.engine.definitions };
      this.sets.redefined();
    }
    return result;
  }

  #builtFor({ definitions, revision }: LogEntry & { readonly kind: 'definitions' }): DefinitionsLoader {
    const built = this.#building;
    if (built?.revision === revision) {
      const { build } = built.loader;
      if (build.swap !== undefined || build.before === this.engine.plan) return built.loader;
    }
    return this.beginBuild(readListed(definitions), revision);
  }

  /** Undefined where there is no time to let it become the entry's instant; nothing of the entry is taken then. */
  #takeEntry(
    entry: PresentEntry,
    position: Position,
    at: Instant,
    goOn: () => boolean,
  ): EntryResult | undefined {
    try {
      return this.engine.advanceTo(at, goOn) ? this.#giveEntry(entry, position, at, goOn) : undefined;
    } catch (error) {
      if (error instanceof StorageError) throw error;
      throw new EntryFailure(this.engine.now < at ? 'time' : 'entry', entry, position, error);
    }
  }

  #giveEntry(
    entry: PresentEntry,
    position: Position,
    at: Instant,
    goOn: () => boolean,
  ): EntryResult | undefined {
    if (entry.kind === 'definitions') return this.#putInForce(entry, position, at, goOn);
    if (entry.kind === 'erase') this.#noteErased(entry.customer, position, at);
    const input = inputOf(entry);
    if (input === undefined) {
      if (entry.kind === 'skipped' && entry.entry.kind === 'message') {
        this.engine.passOver(entry.entry.message, at);
      } else this.engine.advanceTo(at);
      return ok(nothing);
    }
    const result = this.engine.apply(input, at);
    if (entry.kind === 'list' || entry.kind === 'erase') {
      this.#definitions = { ...this.#definitions, definitions: this.engine.definitions };
    }
    if (entry.kind === 'erase' && result.ok && result.value.profile !== undefined) {
      this.sets.forget(result.value.profile);
      this.finder.erased(result.value.profile);
    }
    if (entry.kind === 'message' && result.ok && result.value.ignored === undefined) {
      const profile = defined(result.value.profile, 'the profile of a message that was taken');
      this.index.note(profile, position);
      this.finder.taken(profile, position, entry.message);
      this.#building?.loader.note(profile, position);
    }
    if (entry.kind === 'message' && result.ok && result.value.ignored === 'duplicate') {
      return this.#repeated(entry.message, result.value);
    }
    return result;
  }

  #noteErased(customer: Identifier, position: Position, at: Instant): void {
    const profile = this.engine.findProfile(customer);
    const known = profile === undefined ? [] : this.engine.namesOf(profile).identifiers;
    const isNamed = known.some(({ kind, value }) => kind === customer.kind && value === customer.value);
    const identifiers = isNamed ? [...known] : [customer, ...known];
    const messages = profile === undefined ? [] : this.index.positions(profile);
    this.#onErased({ position, at, profile, identifiers, messages });
  }

  /** A repetition is answered as the message was: with whom it concerns. */
  #repeated({ identifiers }: Message, outcome: Outcome): EntryResult {
    const user = identifiers.find(({ kind }) => kind === 'user_id');
    for (const identifier of user === undefined ? identifiers : [user, ...identifiers]) {
      const profile = this.engine.findProfile(identifier);
      if (profile !== undefined) return ok({ ...outcome, profile });
    }
    return ok(outcome);
  }

  /** Of every segment, how many are in it; at once, also where nobody has asked before. */
  sizes(): ReadonlyMap<string, number> {
    this.sets.readyNow();
    return this.sets.sizes();
  }

  #noChanges(): ChangeColumns {
    return new ChangeColumns(this.#seq, this.#names, this.#subjects);
  }

  #note(change: Change): void {
    this.sets.note(change);
    this.#changes.add(change);
  }
}

/** A replay begins behind what was taken out. */
function takenOut(position: Position): StorageError {
  return new StorageError(
    'base/unusable',
    `Entry ${position} of the log was taken out, and the base, the state that stands for it, is not there; restore a backup`,
  );
}

function always(): boolean {
  return true;
}

/** What the engine is told of an entry; undefined: only that time passes. */
function inputOf(entry: Exclude<PresentEntry, { readonly kind: 'definitions' }>): Input | undefined {
  switch (entry.kind) {
    case 'message':
    case 'list':
    case 'score':
    case 'consent':
    case 'refresh':
    case 'erase':
      return entry;
    case 'tick':
    case 'skipped':
      return undefined;
  }
}
