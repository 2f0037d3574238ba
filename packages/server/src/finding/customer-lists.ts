/**
 * Customers as lists: found by what was typed, among the members of segments and stages, in an order, any part of it at any time.
 *
 * Idea. A list is made once, as numbers of customers in their order, and kept while somebody scrolls in it; so a row stays
 * where it is, and any part of a million can be asked for. What stands in a row is looked up when it is shown, so it is as of now:
 * whoever was erased or merged into another since is shown as gone, with nothing of them.
 *
 * Who may be in a list is said by the live sets, so sizes are exact. A list is an answer as of the instant at which it was
 * made; make another to see who has come.
 */

import { randomBytes } from 'node:crypto';

import type { Engine } from '@segue/core/engine/engine.ts';
import type { Instant, JsonValue } from '@segue/core/model/message.ts';

import { type Bitmap, emptyBitmap, type ReadonlyBitmap } from '../sets/bitmaps.ts';
import type { MembershipSets } from '../sets/membership-sets.ts';
import { nameOfCustomer } from './customer-name.ts';
import type { Finder } from './finder.ts';
import type { FoundOrder } from './finder-messages.ts';
import type { SearchTerm } from './search-terms.ts';

export type ListOrder =
  | Exclude<FoundOrder, { readonly by: 'given' }>
  /** When they entered the one segment that is asked about. */
  | { readonly by: 'since' };

export type ListQuestion = {
  readonly terms: readonly SearchTerm[];
  /** What was typed, as it is. */
  readonly typed: string;
  /** In all of these. */
  readonly segments: readonly string[];
  /** Of each lifecycle that is named, in any of these. */
  readonly stages: readonly { readonly lifecycle: string; readonly stage: string }[];
  readonly order: ListOrder;
  readonly descending: boolean;
};

export type CustomerList = {
  /** Under which it is found again. */
  readonly name: string;
  readonly ids: Uint32Array;
  /** When it was made. */
  readonly at: Instant;
  /** Less than 1: customers are still being read, so that part alone was searched, and the order is that of becoming known. */
  readonly searched: number;
};

export type CustomerRow = {
  readonly id: number;
  /** Erased, or merged into another, since the list was made; nothing else is said then. */
  readonly gone?: true;
  readonly displayId: string;
  readonly name?: string;
  readonly email?: string;
  readonly firstSeen?: Instant;
  /** Event time of the message that arrived last. */
  readonly lastSeen?: Instant;
  /** Of the segment that is asked about, where it is one. */
  readonly since?: Instant;
  readonly stages: Readonly<Record<string, string>>;
  readonly segments: number;
  /** Traits that were asked for. */
  readonly columns: Readonly<Record<string, JsonValue>>;
};

export type CustomerListsOptions = {
  readonly engine: Engine;
  readonly sets: MembershipSets;
  readonly finder: Finder;
  readonly now: () => Instant;
};

/** Numbers kept of lists that were made, over all; the lists not asked for longest go first. */
const keptMax = 16_000_000;
const listsMax = 200;
/** Until everybody can be searched, an answer is waited for so long. */
const readyMs = 400;
/** In one piece, of the thread that serves. */
const sliceMs = 3;
const lookEvery = 512;
/** A part of it is shown to people. */
const textMax = 200;

export class CustomerLists {
  readonly #options: CustomerListsOptions;
  /** By name; those asked for longest ago first. */
  readonly #lists = new Map<string, CustomerList & { readonly key: string }>();
  /** Names of another process mean nothing here. */
  readonly #mark = randomBytes(4).toString('hex');
  #made = 0;
  #kept = 0;

  constructor(options: CustomerListsOptions) {
    this.#options = options;
  }

  /** How many there are now. */
  everybody(): number {
    return this.#options.sets.everybody().size;
  }

  /** A list that was made for the same question; undefined where it is no longer kept. */
  find(name: string, question: ListQuestion): CustomerList | undefined {
    const list = this.#lists.get(name);
    if (list?.key !== keyOf(question)) return undefined;
    this.#lists.delete(name);
    this.#lists.set(name, list);
    return list;
  }

  /** @throws FinderRefusal; segments and stages that do not exist are empty. */
  async make(question: ListQuestion, signal: AbortSignal): Promise<CustomerList> {
    const { finder, sets, now } = this.#options;
    await sets.ready();
    const isReady = await within(finder.ready(), readyMs);
    const at = now();
    if (!isReady) return { name: '', ids: this.#unsearched(question), at, searched: finder.progress };
    const among = this.#among(question);
    const order = await this.#orderOf(question, among);
    const first = question.typed === '' ? undefined : this.#options.engine.findProfile(question.typed);
    const { terms, descending } = question;
    const asked = { terms, among, order, descending, ...(first === undefined ? {} : { first }) };
    const ids = await finder.find(asked, signal);
    return this.#keep({ name: '', ids, at, searched: 1 }, keyOf(question));
  }

  /** What is true now of those who stand at some places of a list. */
  async rows(
    { ids }: CustomerList,
    { offset, limit }: { readonly offset: number; readonly limit: number },
    { segments }: Pick<ListQuestion, 'segments'>,
    columns: readonly string[],
  ): Promise<readonly CustomerRow[]> {
    const rows: CustomerRow[] = [];
    const only = segments.length === 1 ? segments[0] : undefined;
    let until = performance.now() + sliceMs;
    for (const id of ids.subarray(offset, offset + limit)) {
      rows.push(this.#row(id, only, columns));
      if (performance.now() < until) continue;
      await new Promise((resolve) => setImmediate(resolve));
      until = performance.now() + sliceMs;
    }
    return rows;
  }

  /** Those who can be told without a search: all, the latest known first, or the one who is known by what was typed. */
  #unsearched(question: ListQuestion): Uint32Array {
    const among = this.#among(question);
    if (question.terms.length === 0) return among.reverse();
    const id = this.#options.engine.findProfile(question.typed);
    return id === undefined || !among.includes(id) ? new Uint32Array(0) : Uint32Array.of(id);
  }

  #among({ segments, stages }: ListQuestion): Uint32Array<ArrayBuffer> {
    const { sets } = this.#options;
    const parts: Bitmap[] = segments.map((name) => copyOf(sets.segment(name)));
    for (const lifecycle of new Set(stages.map((stage) => stage.lifecycle))) {
      const any = emptyBitmap();
      for (const { stage } of stages.filter((one) => one.lifecycle === lifecycle)) {
        const members = sets.stage(lifecycle, stage);
        if (members !== undefined) any.orInPlace(members as Bitmap);
      }
      parts.push(any);
    }
    const [first, ...rest] = parts;
    if (first === undefined) return sets.everybody().toUint32Array() as Uint32Array<ArrayBuffer>;
    for (const part of rest) {
      first.andInPlace(part);
      part.dispose();
    }
    const ids = first.toUint32Array() as Uint32Array<ArrayBuffer>;
    first.dispose();
    return ids;
  }

  async #orderOf({ order, segments }: ListQuestion, among: Uint32Array): Promise<FoundOrder> {
    if (order.by !== 'since') return order;
    const { engine } = this.#options;
    const [segment = ''] = segments;
    const keys = new Float64Array(among.length);
    let until = performance.now() + sliceMs;
    for (const [place, id] of among.entries()) {
      keys[place] = engine.memberSince(id, segment) ?? NaN;
      if (place % lookEvery !== 0 || performance.now() < until) continue;
      await new Promise((resolve) => setImmediate(resolve));
      until = performance.now() + sliceMs;
    }
    return { by: 'given', keys };
  }

  #row(id: number, segment: string | undefined, columns: readonly string[]): CustomerRow {
    const { engine } = this.#options;
    const glimpse = engine.glimpse(id);
    if (glimpse === undefined) {
      return { id, gone: true, displayId: '', stages: {}, segments: 0, columns: {} };
    }
    const { identifiers, displayId, traits, bornAt } = glimpse;
    const name = nameOfCustomer(traits);
    const email = identifiers.find(({ kind }) => kind === 'email')?.value;
    const stages: Record<string, string> = {};
    let segments = 0;
    engine.visitAnswers(id, {
      segment: () => {
        segments++;
      },
      stage: (lifecycle, stage) => {
        stages[lifecycle] = stage;
      },
    });
    const lastSeen = this.#options.finder.lastSeen(id);
    const since = segment === undefined ? undefined : engine.memberSince(id, segment);
    return {
      id,
      displayId,
      ...(name === undefined ? {} : { name: shown(name) }),
      ...(email === undefined ? {} : { email }),
      firstSeen: bornAt,
      ...(lastSeen === undefined ? {} : { lastSeen }),
      ...(since === undefined ? {} : { since }),
      stages,
      segments,
      columns: Object.fromEntries(
        columns.flatMap((path) => {
          const value = valueAt(traits, path);
          return value === undefined ? [] : [[path, typeof value === 'string' ? shown(value) : value]];
        }),
      ),
    };
  }

  #keep(list: CustomerList, key: string): CustomerList {
    const name = `${this.#mark}-${(this.#made++).toString(36)}`;
    const kept = { ...list, name, key };
    this.#lists.set(name, kept);
    this.#kept += list.ids.length;
    for (const [oldest, { ids }] of this.#lists) {
      if ((this.#kept <= keptMax && this.#lists.size <= listsMax) || oldest === name) break;
      this.#lists.delete(oldest);
      this.#kept -= ids.length;
    }
    return kept;
  }
}

/** A trait by its name, or `address.city`; undefined for none. */
export function valueAt(traits: Readonly<Record<string, JsonValue>>, path: string): JsonValue | undefined {
  if (Object.hasOwn(traits, path)) return traits[path];
  let at: JsonValue | undefined = traits;
  for (const step of path.split('.')) {
    if (typeof at !== 'object' || at === null || Array.isArray(at) || !Object.hasOwn(at, step)) {
      return undefined;
    }
    at = (at as Readonly<Record<string, JsonValue>>)[step];
  }
  return at ?? undefined;
}

function keyOf({ terms, segments, stages, order, descending }: ListQuestion): string {
  return JSON.stringify([terms, segments, stages, order, descending]);
}

function copyOf(set: ReadonlyBitmap | undefined): Bitmap {
  return set === undefined ? emptyBitmap() : set.clone();
}

function shown(text: string): string {
  return text.length > textMax ? `${text.slice(0, textMax)}…` : text;
}

/** Whether something was done within so long; it goes on in any case. */
async function within(work: Promise<void>, ms: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => {
    late.resolve(false);
  }, ms);
  try {
    return await Promise.race([work.then(() => true), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
