/**
 * The log as a story: what stood in it before a position, as it arrived or as it happened.
 *
 * As it arrived: record by record, at the instants at which they took effect. As it happened: every message at its own
 * time, whenever it arrived, which is how imported history is meant; a log that is in that order already is read as it is,
 * any other is sorted first, on disk where it is large. Definitions and ticks are left out either way: a run has its own.
 */

import type { Input } from '@segue/core/model/input.ts';
import type { Instant } from '@segue/core/model/message.ts';

import { ExternalSorter } from '../ingest/files/external-sort.ts';
import type { LogEntry, LogRecord, Position } from '../log/entry.ts';
import type { Log } from '../log/log.ts';
import type { StoryOrder } from './question.ts';
import type { Step, Story } from './story.ts';

export type LogStoryOptions = {
  readonly order: StoryOrder;
  /** Entries before it are told. */
  readonly until: Position;
  /** Where sorting writes; the system's folder for temporary files when left out. */
  readonly folder?: string;
  readonly memoryBytes?: number;
  /** While it is sorted: entries read, of how many. */
  readonly onSorting?: (done: number, total: number) => void;
};

type OrderedStep = Required<Step> & { readonly place: number };

/** Entries read between two turns of the event loop. */
const turnEntries = 8_192;

export class LogStory implements Story {
  total: number | undefined;
  readonly #log: Log;
  readonly #options: LogStoryOptions;
  #looked: Promise<Looked> | undefined;

  constructor(log: Log, options: LogStoryOptions) {
    this.#log = log;
    this.#options = options;
    this.total = options.order === 'arrival' ? options.until : undefined;
  }

  steps(from: number, only: (input: Input) => boolean = always): AsyncIterable<readonly Step[]> {
    return this.#options.order === 'arrival' ? this.#asArrived(from) : this.#asHappened(from, only);
  }

  /** A step for each entry, so that its number is its position. */
  async *#asArrived(from: number): AsyncGenerator<readonly Step[], void, undefined> {
    for await (const { position, at, entries } of this.#records(from)) {
      const steps = entries.map((entry): Step => {
        const input = inputOf(entry);
        return input === undefined ? { at } : { at, input };
      });
      const first = Math.max(0, from - position);
      yield first === 0 ? steps : steps.slice(first);
    }
  }

  async *#asHappened(
    from: number,
    only: (input: Input) => boolean,
  ): AsyncGenerator<readonly Step[], void, undefined> {
    this.#looked ??= this.#look();
    const { erased, inOrder, total } = await this.#looked;
    this.total = total;
    const batches = inOrder ? this.#inOrder(erased) : await this.#sorted(erased, only);
    let left = from;
    for await (const batch of batches) {
      if (left >= batch.length) left -= batch.length;
      else {
        yield left === 0 ? batch : batch.slice(left);
        left = 0;
      }
    }
  }

  /** Whether it is in order already, and who was erased: of them nothing is told. */
  async #look(): Promise<Looked> {
    const erased: Erased = new Map();
    let inOrder = true;
    let last = -Infinity;
    let total = 0;
    for await (const { position, at, entries } of this.#records(0)) {
      for (const [i, entry] of entries.entries()) {
        if (entry.kind === 'erase') erased.set(nameOf(entry.customer), position + i);
        const input = inputOf(entry);
        if (input === undefined) continue;
        total += 1;
        const instant = instantOf(input, at);
        if (instant < last) inOrder = false;
        last = instant;
      }
      this.#options.onSorting?.(position + entries.length, this.#options.until);
    }
    if (erased.size === 0) return { erased, inOrder, total };
    // Only now is it known of whom nothing is told.
    total = 0;
    for await (const record of this.#records(0)) total += stepsOf(record, erased).length;
    return { erased, inOrder, total };
  }

  async *#inOrder(erased: Erased): AsyncGenerator<readonly Step[], void, undefined> {
    for await (const record of this.#records(0)) {
      const steps = stepsOf(record, erased);
      if (steps.length > 0) yield steps;
    }
  }

  async #sorted(erased: Erased, only: (input: Input) => boolean): Promise<Iterable<readonly Step[]>> {
    const { folder, memoryBytes } = this.#options;
    const sorter = new ExternalSorter<OrderedStep>({
      compare: (a, b) => a.at - b.at || a.place - b.place,
      write: (step) => JSON.stringify(step),
      read: (line) => JSON.parse(line) as OrderedStep,
      sizeOf: sizeOfStep,
      ...(folder === undefined ? {} : { folder }),
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
    });
    for await (const record of this.#records(0)) {
      for (const step of stepsOf(record, erased)) if (only(step.input)) sorter.add(step);
    }
    return sorter.sorted();
  }

  /** Records from the one that holds an entry, with the entries before `until`; others have a turn in between. */
  async *#records(from: Position): AsyncGenerator<LogRecord, void, undefined> {
    const { until } = this.#options;
    let read = 0;
    for (const record of this.#log.read(from)) {
      const { position, entries } = record;
      if (position >= until) return;
      yield position + entries.length <= until
        ? record
        : { ...record, entries: entries.slice(0, until - position) };
      read += entries.length;
      if (read < turnEntries) continue;
      read = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** Who was erased, by identifier, and where the log says so. */
type Erased = Map<string, Position>;

type Looked = { readonly erased: Erased; readonly inOrder: boolean; readonly total: number };

function always(): boolean {
  return true;
}

function stepsOf({ position, at, entries }: LogRecord, erased: Erased): readonly OrderedStep[] {
  const steps: OrderedStep[] = [];
  for (const [i, entry] of entries.entries()) {
    const input = inputOf(entry);
    if (input === undefined || isOfErased(input, position + i, erased)) continue;
    steps.push({ at: instantOf(input, at), place: position + i, input });
  }
  return steps;
}

function isOfErased(input: Input, position: Position, erased: Erased): boolean {
  if (erased.size === 0) return false;
  const isGone = (name: string): boolean => position < (erased.get(name) ?? -1);
  switch (input.kind) {
    case 'message':
      return input.message.identifiers.some((identifier) => isGone(nameOf(identifier)));
    case 'score':
    case 'consent':
      return isGone(nameOf(input.customer));
    case 'erase':
      return true;
    case 'list':
    case 'refresh':
    case 'definitions':
      return false;
  }
}

function nameOf({ kind, value }: { readonly kind: string; readonly value: string }): string {
  return `${kind} ${value}`;
}

/** When it happened; `at` is when it took effect. */
function instantOf(input: Input, at: Instant): Instant {
  switch (input.kind) {
    case 'message':
      return Math.min(input.message.time, at);
    case 'score':
    case 'consent':
      return Math.min(input.at, at);
    case 'list':
    case 'refresh':
    case 'erase':
    case 'definitions':
      return at;
  }
}

/** What a run is told of an entry; undefined: nothing but that time passes. */
function inputOf(entry: LogEntry): Input | undefined {
  switch (entry.kind) {
    case 'message':
      return { kind: 'message', message: entry.message };
    case 'list':
    case 'score':
    case 'consent':
    case 'refresh':
    case 'erase':
      return entry;
    case 'definitions':
    case 'tick':
    case 'skipped':
    case 'erased':
      return undefined;
  }
}

/** Rough bytes in memory. */
function sizeOfStep({ input }: OrderedStep): number {
  if (input.kind !== 'message') return 1_000;
  const { properties, traits } = input.message;
  return 500 + 2 * (JSON.stringify(properties).length + JSON.stringify(traits).length);
}
