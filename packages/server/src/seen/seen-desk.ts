/**
 * What messages have said so far: names of events and traits, what stands in them, and how often. For whoever writes a rule.
 *
 * Idea. The history store counts; an answer is kept and given again at once. It is right as long as the store has nothing new, and
 * good enough for a while after: then it is still given, and taken anew behind it. So typing costs nothing, however much
 * there is, and the store is asked at most so often. Every answer says up to where it knows.
 *
 * Bounds: `keptMax` answers, `runningMax` queries at a time, each of `timeoutMs`, `waitingMax` that wait for their turn.
 */

import type { Instant } from '@segue/core/model/message.ts';
import type { Path } from '@segue/core/rules/tree.ts';

import type { History } from '../history/history-process.ts';
import type { QueryRows } from '../history/history-store.ts';
import {
  eventNamesSql,
  lookedAtMax,
  propertiesSql,
  propertyValuesSql,
  type Reach,
  type SeenKind,
  traitNamesSql,
  traitPathsSql,
  traitValuesSql,
  valuesMax,
} from './seen-queries.ts';

export type SeenEvent = {
  readonly kind: SeenKind;
  readonly name: string;
  readonly events: number;
  /** Within a percent or so. */
  readonly customers: number;
  readonly last: Instant;
};

export type SeenTrait = {
  readonly name: string;
  /** Within a percent or so. */
  readonly customers: number;
  readonly last: Instant;
};

export const seenTypes = ['text', 'date', 'number', 'boolean', 'list', 'object', 'mixed'] as const;
export type SeenType = (typeof seenTypes)[number];

export type SeenPath = {
  readonly path: Path;
  readonly type: SeenType;
  /** Of the messages or customers looked at, those that have it. */
  readonly share: number;
  /** Different values, within a percent or so. */
  readonly different: number;
};

export type SeenValue = {
  readonly value: string | number | boolean;
  /** Messages or customers looked at that have it. */
  readonly count: number;
};

export type SeenValues = {
  readonly values: readonly SeenValue[];
  readonly different: number;
};

/** An answer, as of when it was taken. */
export type Seen<T> = {
  readonly value: T;
  /** Entries of the log that were in the store, and the instant of the last. */
  readonly position: number;
  readonly at: Instant | undefined;
};

export type SeenDeskOptions = {
  readonly history: History;
  readonly now: () => Instant;
};

const keptMax = 400;
const runningMax = 2;
const waitingMax = 30;
const timeoutMs = 15_000;
const catchUpMs = 5_000;
/** How old an answer gets before it is taken anew: at least so long, and so many times what it took. */
const freshMs = 15_000;
const freshFactor = 20;

/** More is asked than can be answered; again in a moment. */
export class SeenBusy extends Error {
  constructor() {
    super(`${waitingMax} questions about what has come wait already; ask again in a moment.`);
    this.name = 'SeenBusy';
  }
}

type Kept = Seen<unknown> & { readonly takenAt: Instant; readonly tookMs: number };

export class SeenDesk {
  readonly #options: SeenDeskOptions;
  /** By query, the one used last at the end. */
  readonly #kept = new Map<string, Kept>();
  readonly #running = new Map<string, Promise<Kept>>();
  #slots = runningMax;
  readonly #queue: (() => void)[] = [];

  constructor(options: SeenDeskOptions) {
    this.#options = options;
  }

  /** Waits until the store has everything before a position, and lets go of answers that have not. */
  async catchUp(position: number): Promise<void> {
    const { history } = this.#options;
    await history.caughtUp(position, catchUpMs);
    const reached = history.status().reached?.position ?? 0;
    for (const [sql, kept] of this.#kept) if (kept.position < reached) this.#kept.delete(sql);
  }

  /** @throws HistoryError, SeenBusy, as all of these */
  async events(): Promise<Seen<readonly SeenEvent[]>> {
    const { value, ...as } = await this.#eventTable();
    return { ...as, value: value.map(({ reach: _, ...event }) => event) };
  }

  /** How long ago the list of events was taken, in milliseconds; undefined where it has not been. Never asks the store. */
  eventsAgeMs(): number | undefined {
    const kept = this.#kept.get(eventNamesSql());
    return kept === undefined ? undefined : this.#options.now() - kept.takenAt;
  }

  async traits(): Promise<Seen<readonly SeenTrait[]>> {
    const { value, ...as } = await this.#traitTable();
    return { ...as, value: value.map(({ reach: _, ...trait }) => trait) };
  }

  /** Undefined: no such event has come. */
  async properties(kind: SeenKind, name: string): Promise<Seen<readonly SeenPath[]> | undefined> {
    const reach = await this.#reachOfEvent(kind, name);
    if (reach === undefined) return undefined;
    return this.#ask(propertiesSql(kind, name, reach), (rows) => rows.map(pathOf));
  }

  /** Of one trait: itself, and what stands within it. */
  async traitPaths(name: string): Promise<Seen<readonly SeenPath[]> | undefined> {
    const reach = await this.#reachOfTrait(name);
    if (reach === undefined) return undefined;
    return this.#ask(traitPathsSql(name, reach), (rows) =>
      rows.map(pathOf).map((found) => ({ ...found, path: [name, ...found.path.slice(1)] })),
    );
  }

  /** The most frequent values that have a text in them, in any case. */
  async propertyValues(
    kind: SeenKind,
    name: string,
    path: Path,
    like: string,
  ): Promise<Seen<SeenValues> | undefined> {
    const reach = await this.#reachOfEvent(kind, name);
    if (reach === undefined) return undefined;
    return this.#values((text) => propertyValuesSql(kind, name, path, reach, text), like);
  }

  async traitValues(path: Path, like: string): Promise<Seen<SeenValues> | undefined> {
    const reach = await this.#reachOfTrait(path[0] ?? '');
    if (reach === undefined) return undefined;
    return this.#values((text) => traitValuesSql(path, reach, text), like);
  }

  /** Few different values are looked through here; of more the store is asked. */
  async #values(sql: (like?: string) => string, like: string): Promise<Seen<SeenValues>> {
    const all = await this.#ask(sql(), valuesOf);
    if (like === '') return all;
    if (all.value.different > valuesMax) return this.#ask(sql(like), valuesOf);
    const lower = like.toLowerCase();
    const values = all.value.values.filter(({ value }) => String(value).toLowerCase().includes(lower));
    return { ...all, value: { values, different: values.length } };
  }

  #eventTable(): Promise<Seen<readonly (SeenEvent & { readonly reach: Reach })[]>> {
    return this.#ask(eventNamesSql(), (rows) =>
      (rows as [SeenKind, string, number, number, number, number][]).map(
        ([kind, name, events, customers, last, profileMax]) => ({
          kind,
          name,
          events,
          customers,
          last,
          reach: { messages: events, profileMax },
        }),
      ),
    );
  }

  #traitTable(): Promise<Seen<readonly (SeenTrait & { readonly reach: Reach })[]>> {
    return this.#ask(traitNamesSql(), (rows) =>
      (rows as [string, number, number, number, number][]).map(
        ([name, facts, customers, last, profileMax]) => ({
          name,
          customers,
          last,
          reach: { messages: facts, profileMax },
        }),
      ),
    );
  }

  async #reachOfEvent(kind: SeenKind, name: string): Promise<Reach | undefined> {
    const { value } = await this.#eventTable();
    return settled(value.find((event) => event.kind === kind && event.name === name)?.reach);
  }

  async #reachOfTrait(name: string): Promise<Reach | undefined> {
    const { value } = await this.#traitTable();
    return settled(value.find((trait) => trait.name === name)?.reach);
  }

  async #ask<T>(sql: string, read: (rows: QueryRows['rows']) => T): Promise<Seen<T>> {
    const kept = this.#kept.get(sql);
    if (kept === undefined) return (await this.#take(sql, read)) as Seen<T>;
    this.#kept.delete(sql);
    this.#kept.set(sql, kept);
    if (this.#isOld(kept)) void this.#take(sql, read).catch(() => undefined);
    return kept as Seen<T>;
  }

  #isOld({ position, takenAt, tookMs }: Kept): boolean {
    const { history, now } = this.#options;
    if ((history.status().reached?.position ?? 0) === position) return false;
    return now() - takenAt >= Math.max(freshMs, freshFactor * tookMs);
  }

  /** Those who ask the same at the same time wait for the same. */
  #take(sql: string, read: (rows: QueryRows['rows']) => unknown): Promise<Kept> {
    let taking = this.#running.get(sql);
    if (taking === undefined) {
      taking = this.#query(sql, read).finally(() => this.#running.delete(sql));
      this.#running.set(sql, taking);
    }
    return taking;
  }

  async #query(sql: string, read: (rows: QueryRows['rows']) => unknown): Promise<Kept> {
    const { history, now } = this.#options;
    await this.#turn();
    try {
      const { reached } = history.status();
      const began = now();
      const { rows } = await history.query(sql, { timeoutMs });
      const takenAt = now();
      const at = reached === undefined || reached.at === -Infinity ? undefined : reached.at;
      const position = reached?.position ?? 0;
      const kept: Kept = { value: read(rows), position, at, takenAt, tookMs: takenAt - began };
      this.#kept.set(sql, kept);
      for (const oldest of this.#kept.keys()) {
        if (this.#kept.size <= keptMax) break;
        this.#kept.delete(oldest);
      }
      return kept;
    } finally {
      this.#slots++;
      this.#queue.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    while (this.#slots === 0) {
      if (this.#queue.length >= waitingMax) throw new SeenBusy();
      await new Promise<void>((resolve) => {
        this.#queue.push(resolve);
      });
    }
    this.#slots--;
  }
}

/**
 * So that a count that grows with every message does not make another query of it: a name with few is looked at whole, and
 * what is looked at of one with many changes when there are twice as many.
 */
function settled(reach: Reach | undefined): Reach | undefined {
  if (reach === undefined) return undefined;
  if (reach.messages <= lookedAtMax) return { messages: 0, profileMax: 0 };
  return {
    messages: 2 ** Math.floor(Math.log2(reach.messages)),
    profileMax: 2 ** Math.ceil(Math.log2(reach.profileMax + 1)) - 1,
  };
}

function pathOf(row: readonly unknown[]): SeenPath {
  const [path, messages, different, texts, dates, numbers, booleans, lists, objects, of] = row as [
    string[],
    ...number[],
  ];
  const types: readonly (readonly [SeenType, number | undefined])[] = [
    ['text', (texts ?? 0) - (dates ?? 0)],
    ['date', dates],
    ['number', numbers],
    ['boolean', booleans],
    ['list', lists],
    ['object', objects],
  ];
  const had = types.filter(([, count = 0]) => count > 0);
  const [only] = had;
  return {
    path,
    type: had.length === 1 && only !== undefined ? only[0] : 'mixed',
    share: Math.min(1, (messages ?? 0) / Math.max(1, of ?? 1)),
    different: different ?? 0,
  };
}

function valuesOf(rows: QueryRows['rows']): SeenValues {
  const found = rows as readonly [raw: string, count: number, different: number][];
  return {
    values: found.map(([raw, count]) => ({ value: JSON.parse(raw) as SeenValue['value'], count })),
    different: found[0]?.[2] ?? 0,
  };
}
