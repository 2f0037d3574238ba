/**
 * Live sets: of every segment and every stage the numbers of those in it, and of everybody. From them come sizes, pages of
 * members, and overlaps of any kind, without looking at customers.
 *
 * Idea. The engine tells every change, so a set that was right stays right by taking changes in. They are noted in plain
 * lists, one for each set, which costs the way in nearly nothing, and taken into the sets when somebody asks: all who enter or
 * leave one after the other at once, as very many may be due together. Until anybody asks there are no sets; then all customers
 * are glanced at once, in slices. A change that comes meanwhile is noted and taken in afterwards: the last change of a
 * customer and a set says how it is, whenever they were glanced at.
 *
 * Invariant. After `ready`, at every instant between two inputs of the engine, the sets are what the engine answers.
 */

import { assert, defined } from '@segue/core/base/assert.ts';
import type { AnswerVisitor, Standing } from '@segue/core/engine/views.ts';
import type { Change } from '@segue/core/model/change.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';

import { type Bitmap, emptyBitmap, type ReadonlyBitmap } from './bitmaps.ts';

/** What the sets ask of the engine. */
export type Asked = {
  readonly definitions: Definitions;
  readonly numbersGiven: number;
  standingOf(id: number): Standing;
  visitAnswers(id: number, visitor: AnswerVisitor): Standing;
};

/** What happened to a set: n + 1 for those who enter, −n − 1 for those who leave, in order. */
type Noted = { readonly key: string; readonly ids: number[] };

/** Changes that are kept before they are taken in. */
const notedMax = 1 << 16;
/** Customers glanced at before others have a turn, in milliseconds, and between two looks at the clock. */
const sliceMs = 5;
const customersPerLook = 256;

export class MembershipSets {
  readonly #engine: Asked;
  /** By key; undefined until somebody asks. */
  #sets: Map<string, Bitmap> | undefined = undefined;
  readonly #everybody: Bitmap = emptyBitmap();
  /** Numbers below have been looked at. */
  #looked = 0;
  /** Known by a number, and not yet born when last looked at. */
  #unborn = new Set<number>();
  /** Merged or erased, and not yet taken out. */
  #gone: number[] = [];
  /** Changes that are noted, by segment, and by lifecycle and stage. */
  readonly #notedSegments = new Map<string, Noted>();
  readonly #notedStages = new Map<string, Map<string, Noted>>();
  #noted = 0;
  #building: Promise<void> | undefined = undefined;
  #isBuilt = false;

  constructor(engine: Asked) {
    this.#engine = engine;
  }

  // What happens.

  /** Every change that the engine tells, in order. */
  note(change: Change): void {
    if (this.#sets === undefined) return;
    if (change.kind === 'segment') {
      const { segment, profile } = change;
      let noted = this.#notedSegments.get(segment);
      if (noted === undefined) {
        this.#notedSegments.set(segment, (noted = { key: segmentKey(segment), ids: [] }));
      }
      this.#note(noted, profile, change.change === 'entered');
    } else {
      const { lifecycle, from, to, profile } = change;
      if (from !== undefined) this.#note(this.#stageNoted(lifecycle, from), profile, false);
      if (to !== undefined) this.#note(this.#stageNoted(lifecycle, to), profile, true);
    }
  }

  /** A customer is no more: merged into another, or erased. */
  forget(profile: number): void {
    if (this.#sets !== undefined) this.#gone.push(profile);
  }

  /** Definitions have come into force, and all changes that they brought are noted. */
  redefined(): void {
    if (this.#sets === undefined) return;
    this.#takeIn();
    this.#notedSegments.clear();
    this.#notedStages.clear();
    const keys = keysOf(this.#engine.definitions);
    for (const [key, set] of this.#sets) {
      if (keys.has(key)) continue;
      set.dispose();
      this.#sets.delete(key);
    }
    for (const key of keys) this.#setOf(this.#sets, key);
  }

  // Questions.

  /** Resolves when there are sets. Customers are glanced at in slices, so that others have their turn. */
  async ready(): Promise<void> {
    if (this.#isBuilt) return;
    this.#building ??= this.#build();
    await this.#building;
  }

  /** Makes the sets at once where there are none yet. */
  readyNow(): void {
    if (!this.#isBuilt) this.#glance(() => true);
  }

  /** Members of a segment, or of a stage; undefined where there is no such thing. Valid until something else is awaited. */
  segment(name: string): ReadonlyBitmap | undefined {
    return this.#current().get(segmentKey(name));
  }

  stage(lifecycle: string, stage: string): ReadonlyBitmap | undefined {
    return this.#current().get(stageKey(lifecycle, stage));
  }

  /** All who exist. */
  everybody(): ReadonlyBitmap {
    this.#current();
    return this.#everybody;
  }

  /** Of every segment, how many are in it. */
  sizes(): ReadonlyMap<string, number> {
    const sets = this.#current();
    const { segments } = this.#engine.definitions;
    return new Map([...segments.keys()].map((name) => [name, sets.get(segmentKey(name))?.size ?? 0]));
  }

  /** Gives back all memory; of no use afterwards. */
  dispose(): void {
    for (const set of this.#sets?.values() ?? []) set.dispose();
    this.#sets = undefined;
    this.#everybody.dispose();
  }

  async #build(): Promise<void> {
    for (;;) {
      const until = performance.now() + sliceMs;
      if (this.#glance(() => performance.now() < until)) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Goes on looking at customers; true when all have been. */
  #glance(isTime: () => boolean): boolean {
    const sets = (this.#sets ??= new Map<string, Bitmap>());
    const found = new Map<string, number[]>();
    const note = (key: string, id: number): void => {
      const ids = found.get(key);
      if (ids === undefined) found.set(key, [id]);
      else ids.push(id);
    };
    let id = this.#looked;
    const visitor: AnswerVisitor = {
      segment: (segment) => {
        note(segmentKey(segment), id);
      },
      stage: (lifecycle, stage) => {
        note(stageKey(lifecycle, stage), id);
      },
    };
    const { numbersGiven } = this.#engine;
    for (; id < numbersGiven; id++) {
      if (id % customersPerLook === 0 && !isTime()) break;
      const standing = this.#engine.visitAnswers(id, visitor);
      if (standing === 'here') note(everybodyKey, id);
      else if (standing === 'unborn') this.#unborn.add(id);
    }
    this.#looked = id;
    for (const [key, ids] of found) {
      (key === everybodyKey ? this.#everybody : this.#setOf(sets, key)).addMany(ids);
    }
    if (id < numbersGiven) return false;
    this.#isBuilt = true;
    this.redefined();
    return true;
  }

  // Keeping up.

  #stageNoted(lifecycle: string, stage: string): Noted {
    let stages = this.#notedStages.get(lifecycle);
    if (stages === undefined) this.#notedStages.set(lifecycle, (stages = new Map<string, Noted>()));
    let noted = stages.get(stage);
    if (noted === undefined) stages.set(stage, (noted = { key: stageKey(lifecycle, stage), ids: [] }));
    return noted;
  }

  #note({ ids }: Noted, profile: number, isIn: boolean): void {
    ids.push(isIn ? profile + 1 : -profile - 1);
    if (++this.#noted >= notedMax) this.#takeNoted();
  }

  #current(): ReadonlyMap<string, Bitmap> {
    assert(this.#isBuilt, 'sets that are ready');
    return this.#takeIn();
  }

  #takeIn(): ReadonlyMap<string, Bitmap> {
    const sets = defined(this.#sets, 'sets');
    this.#takeNoted();
    if (this.#isBuilt) this.#takeNew();
    for (const id of this.#gone) {
      this.#everybody.delete(id);
      this.#unborn.delete(id);
      for (const set of sets.values()) set.delete(id);
    }
    this.#gone = [];
    return sets;
  }

  #takeNoted(): void {
    if (this.#noted === 0) return;
    this.#noted = 0;
    for (const noted of this.#notedSegments.values()) this.#takeIds(noted);
    for (const stages of this.#notedStages.values()) {
      for (const noted of stages.values()) this.#takeIds(noted);
    }
  }

  /** In runs of those who enter, and of those who leave. */
  #takeIds({ key, ids }: Noted): void {
    if (ids.length === 0) return;
    const set = this.#setOf(defined(this.#sets, 'sets'), key);
    for (let from = 0; from < ids.length;) {
      const enter = (ids[from] as number) > 0;
      const run: number[] = [];
      for (; from < ids.length && (ids[from] as number) > 0 === enter; from++) {
        const id = Math.abs(ids[from] as number) - 1;
        // What a message did on the way to a merge is told after it: of one who is no more.
        if (!enter || this.#engine.standingOf(id) === 'here') run.push(id);
      }
      if (enter) set.addMany(run);
      else set.removeMany(run);
    }
    ids.length = 0;
  }

  /** Those whom somebody has named since, and those whose time has come. */
  #takeNew(): void {
    for (const id of this.#unborn) this.#takeStanding(id);
    const { numbersGiven } = this.#engine;
    for (let id = this.#looked; id < numbersGiven; id++) this.#takeStanding(id);
    this.#looked = numbersGiven;
  }

  #takeStanding(id: number): void {
    const standing = this.#engine.standingOf(id);
    if (standing === 'unborn') {
      this.#unborn.add(id);
      return;
    }
    this.#unborn.delete(id);
    if (standing === 'here') this.#everybody.add(id);
  }

  #setOf(sets: Map<string, Bitmap>, key: string): Bitmap {
    let set = sets.get(key);
    if (set === undefined) sets.set(key, (set = emptyBitmap()));
    return set;
  }
}

const everybodyKey = '';
const segmentKey = (name: string): string => `segment ${name}`;
const stageKey = (lifecycle: string, stage: string): string => `stage ${lifecycle} ${stage}`;

function keysOf({ segments, lifecycles }: Definitions): ReadonlySet<string> {
  const stages = [...lifecycles.values()].flatMap(({ name, stages: all }) =>
    all.map((stage) => stageKey(name, stage.name)),
  );
  return new Set([...[...segments.keys()].map(segmentKey), ...stages]);
}
