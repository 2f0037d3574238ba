/**
 * The log as a story: what stood in it before a position, as it arrived or as it happened.
 *
 * As it arrived: record by record, at the instants at which they took effect. As it happened: every message at its own time,
 * whenever it arrived, which is how imported history is meant. Definitions and ticks are left out either way: a run has its
 * own.
 *
 * Idea. Most of a log is nearly in that order already. So it is skimmed first, for the times alone; what comes so late that it
 * does not find its place among the next few thousand (near-order.ts) is read and sorted, on disk where it is large; then the
 * log is read once, put in order as it comes, and the late ones are woven in. Of a log in no order at all everything is late.
 */

import type { Input } from '@segue/core/model/input.ts';
import type { Identifier, Instant } from '@segue/core/model/message.ts';

import { ExternalSorter } from '../ingest/files/external-sort.ts';
import type { LogEntry, LogRecord, Position } from '../log/entry.ts';
import type { Log, SkimmedRecord, Wanted } from '../log/log.ts';
import { NearOrder } from './near-order.ts';
import type { StoryOrder } from './question.ts';
import { isAmong, nameOf, type Step, type Story } from './story.ts';

export type LogStoryOptions = {
  readonly order: StoryOrder;
  /** Entries before it are told. */
  readonly until: Position;
  /** Where sorting writes; the system's folder for temporary files when left out. */
  readonly folder?: string;
  readonly memoryBytes?: number;
  /** How many steps are held back, for others to find their place among them. */
  readonly held?: number;
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

  constructor(log: Log, options: LogStoryOptions) {
    this.#log = log;
    this.#options = options;
    this.total = options.order === 'arrival' ? options.until : undefined;
  }

  steps(from: number, names?: ReadonlySet<string>): AsyncIterable<readonly Step[]> {
    if (names !== undefined) return afterSome(from, this.#of(names));
    return this.#options.order === 'arrival' ? this.#asArrived(from) : afterSome(from, this.#asHappened());
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

  async *#asHappened(): AsyncGenerator<readonly OrderedStep[], void, undefined> {
    const { erased, late, total } = await this.#look();
    this.total = total;
    const lates = new Sorted(late.sorted());
    const isTold = ({ input, place }: OrderedStep): boolean => !isOfErased(input, place, erased);
    const told = (steps: readonly OrderedStep[]): readonly OrderedStep[] => {
      const woven = lates.weave(steps);
      return erased.size === 0 ? woven : woven.filter(isTold);
    };
    try {
      const near = this.#near<OrderedStep>(compare, ({ at }) => at);
      for await (const record of this.#records(0)) {
        // What is refused now was refused when the log was skimmed.
        for (const step of stepsOf(record)) near.add(step);
        const steps = near.ready();
        if (steps.length > 0) yield told(steps);
      }
      yield told(near.rest());
      for (let steps = lates.rest(); steps.length > 0; steps = lates.rest()) yield steps.filter(isTold);
    } finally {
      late.close();
    }
  }

  /** What comes too late to be put in order as it comes; who was erased, of whom nothing is told; how many steps there are. */
  async #look(): Promise<Looked> {
    const erased: Erased = new Map();
    const late = this.#sorter();
    const near = this.#near<Instant>(
      (a, b) => a - b,
      (at) => at,
    );
    let total = 0;
    const wanted: Wanted = {
      byName: false,
      wants: (time, _, at) => {
        total += 1;
        return !near.add(Math.min(time, at));
      },
    };
    for await (const { position, at, count, entries } of this.#skim(wanted)) {
      for (const { at: place, entry } of entries) {
        noteErased(entry, place, erased);
        const input = inputOf(entry);
        if (input === undefined) continue;
        const step = { at: instantOf(input, at), place, input };
        if (input.kind === 'message') late.add(step);
        else {
          total += 1;
          if (!near.add(step.at)) late.add(step);
        }
      }
      near.ready();
      this.#options.onSorting?.(position + count, this.#options.until);
    }
    // Only now is it known of whom nothing is told.
    return { erased, late, total: erased.size === 0 ? total : await this.#count(erased) };
  }

  async #count(erased: Erased): Promise<number> {
    let total = 0;
    const wanted: Wanted = {
      byName: true,
      wants: (_, identifiers, _at, position) => {
        if (!isNamed(identifiers, position, erased)) total += 1;
        return false;
      },
    };
    for await (const { at, entries } of this.#skim(wanted)) {
      total += orderedSteps(at, entries).filter(
        ({ input, place }) => !isOfErased(input, place, erased),
      ).length;
    }
    return total;
  }

  /** In the order of the story, all that is of some customers or of nobody. */
  async *#of(names: ReadonlySet<string>): AsyncGenerator<readonly OrderedStep[], void, undefined> {
    const erased: Erased = new Map();
    const sorter = this.#sorter();
    const isAsArrived = this.#options.order === 'arrival';
    try {
      const wants: Wanted['wants'] = (_, identifiers) => isAmong(identifiers, names);
      for await (const { at, entries } of this.#skim({ byName: true, wants })) {
        for (const { at: place, entry } of entries) if (!isAsArrived) noteErased(entry, place, erased);
        for (const step of orderedSteps(at, entries)) sorter.add(isAsArrived ? { ...step, at } : step);
      }
      for (const steps of sorter.sorted()) {
        yield steps.filter(({ input, place }) => isAsArrived || !isOfErased(input, place, erased));
      }
    } finally {
      sorter.close();
    }
  }

  #near<T>(compareTwo: (a: T, b: T) => number, atOf: (item: T) => Instant): NearOrder<T> {
    const { held } = this.#options;
    return new NearOrder({ compare: compareTwo, atOf, ...(held === undefined ? {} : { held }) });
  }

  #sorter(): ExternalSorter<OrderedStep> {
    const { folder, memoryBytes } = this.#options;
    return new ExternalSorter<OrderedStep>({
      compare,
      write: (step) => JSON.stringify(step),
      read: (line) => JSON.parse(line) as OrderedStep,
      sizeOf: sizeOfStep,
      ...(folder === undefined ? {} : { folder }),
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
    });
  }

  /** Records from the one that holds an entry, with the entries before `until`; others have a turn in between. */
  async *#records(from: Position): AsyncGenerator<LogRecord, void, undefined> {
    const { until } = this.#options;
    for await (const record of inTurns(this.#log.read(from), ({ entries }) => entries.length)) {
      const { position, entries } = record;
      if (position >= until) return;
      yield position + entries.length <= until
        ? record
        : { ...record, entries: entries.slice(0, until - position) };
    }
  }

  /** The same of what is wanted of all of it. */
  async *#skim({ byName, wants }: Wanted): AsyncGenerator<SkimmedRecord, void, undefined> {
    const { until } = this.#options;
    const before: Wanted = {
      byName,
      wants: (time, identifiers, at, position) => position < until && wants(time, identifiers, at, position),
    };
    for await (const record of inTurns(this.#log.skim(0, before), ({ count }) => count)) {
      const { position, count, entries } = record;
      if (position >= until) return;
      yield position + count <= until
        ? record
        : { ...record, count: until - position, entries: entries.filter(({ at }) => at < until) };
    }
  }
}

/** Who was erased, by identifier, and where the log says so. */
type Erased = Map<string, Position>;

type Looked = {
  readonly erased: Erased;
  readonly late: ExternalSorter<OrderedStep>;
  readonly total: number;
};

/** Sorted steps, taken as far as they are before others. */
class Sorted {
  readonly #batches: Iterator<readonly OrderedStep[]>;
  #batch: readonly OrderedStep[] = [];
  #at = 0;

  constructor(batches: Iterable<readonly OrderedStep[]>) {
    this.#batches = batches[Symbol.iterator]();
  }

  /** The steps, which are in order, and all before the last of them that have not been taken. */
  weave(steps: readonly OrderedStep[]): readonly OrderedStep[] {
    const woven: OrderedStep[] = [];
    for (const step of steps) {
      for (let next = this.#next(); next !== undefined && compare(next, step) < 0; next = this.#next()) {
        woven.push(next);
        this.#at += 1;
      }
      woven.push(step);
    }
    return woven;
  }

  /** Some of those that are left; none at the end. */
  rest(): readonly OrderedStep[] {
    if (this.#next() === undefined) return [];
    const rest = this.#batch.slice(this.#at);
    this.#at = this.#batch.length;
    return rest;
  }

  #next(): OrderedStep | undefined {
    if (this.#at < this.#batch.length) return this.#batch[this.#at];
    const { value, done } = this.#batches.next() as IteratorResult<readonly OrderedStep[], undefined>;
    this.#batch = done === true ? [] : value;
    this.#at = 0;
    return this.#batch[0];
  }
}

function compare(a: OrderedStep, b: OrderedStep): number {
  return a.at - b.at || a.place - b.place;
}

/** All but the first of them. */
async function* afterSome(
  from: number,
  batches: AsyncIterable<readonly OrderedStep[]>,
): AsyncGenerator<readonly Step[], void, undefined> {
  let left = from;
  for await (const batch of batches) {
    if (left >= batch.length) left -= batch.length;
    else {
      yield left === 0 ? batch : batch.slice(left);
      left = 0;
    }
  }
}

/** Others have a turn now and then. */
async function* inTurns<R>(
  records: Iterable<R>,
  entriesOf: (record: R) => number,
): AsyncGenerator<R, void, undefined> {
  let read = 0;
  for (const record of records) {
    yield record;
    read += entriesOf(record);
    if (read < turnEntries) continue;
    read = 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function stepsOf({ position, at, entries }: LogRecord): readonly OrderedStep[] {
  return orderedSteps(
    at,
    entries.map((entry, i) => ({ at: position + i, entry })),
  );
}

/** `at`: of the record. */
function orderedSteps(at: Instant, entries: SkimmedRecord['entries']): readonly OrderedStep[] {
  const steps: OrderedStep[] = [];
  for (const { at: place, entry } of entries) {
    const input = inputOf(entry);
    if (input !== undefined) steps.push({ at: instantOf(input, at), place, input });
  }
  return steps;
}

function noteErased(entry: LogEntry, place: Position, erased: Erased): void {
  if (entry.kind === 'erase') erased.set(nameOf(entry.customer), place);
}

function isOfErased(input: Input, position: Position, erased: Erased): boolean {
  switch (input.kind) {
    case 'message':
      return isNamed(input.message.identifiers, position, erased);
    case 'score':
    case 'consent':
      return isNamed([input.customer], position, erased);
    case 'erase':
      return true;
    case 'list':
    case 'refresh':
    case 'definitions':
      return false;
  }
}

/** Whether one of them was erased after a position. */
function isNamed(identifiers: readonly Identifier[], position: Position, erased: Erased): boolean {
  if (erased.size === 0) return false;
  return identifiers.some((identifier) => position < (erased.get(nameOf(identifier)) ?? -1));
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
