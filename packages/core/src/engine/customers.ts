/**
 * All customers of a partition. A few hundred, those looked at last, are in working form (profile.ts); all others
 * lie packed as bytes in an arena.
 *
 * Idea. What a customer costs is mostly memory that is seldom touched, and touching it costs mostly the way to it. Packed,
 * a customer is some 200 bytes in one piece instead of a dozen objects; the few numbers are read into a working form that
 * was another customer's before, so nothing is allocated, and everything that works on a customer finds it in the
 * processor's cache. People come in visits, so most events find their customer in working form.
 *
 * A working form is valid until another customer is asked for, except for those that were asked for by `use` since
 * `beginStep`: these stay as they are until the next step.
 *
 * What is not a number (values of properties, traits, messages that wait) stays beside the packed form as objects.
 */

import { defined } from '../base/assert.ts';
import type { Instant } from '../model/message.ts';
import { Arena } from './arena.ts';
import { readRest } from './checkpoint-sheet.ts';
import type { KeptObjects } from './kept-customer.ts';
import type { KeptTexts } from './kept-texts.ts';
import type { Plan } from './make-plan.ts';
import { Packing } from './packing.ts';
import { NEVER, Profile } from './profile.ts';
import { slideAll } from './ring-room.ts';
import type { KeyedRun } from './sequence-runs.ts';
import { Unpacking } from './unpacking.ts';
import { WorkingForms } from './working-forms.ts';

/** Customers in working form: some megabytes. */
export const WORKING_MAX = 1024;
/** Places: a block of the arena from 0 on; else nobody, or a working form. */
const NOBODY = -1;
const placeOfSlot = (slot: number): number => -2 - slot;
const slotOfPlace = (place: number): number => -2 - place;

/** What a packed customer has beside the numbers. */
type Objects = KeptObjects & { readonly sequences: Map<number, KeyedRun> | undefined };

/** Larger arrays are made into tables of hashes when they are made at once. */
const PRESIZED_MAX: number = 2 ** 24;

const NO_OBJECTS: Objects = {
  rich: undefined,
  facts: undefined,
  sequences: undefined,
  future: undefined,
};

export class Customers {
  readonly #plan: Plan;
  readonly #packing: Packing;
  readonly #unpacking: Unpacking;
  readonly #arena: Arena;
  readonly #now: () => Instant;

  // By id.
  #places = new Int32Array(16).fill(NOBODY);
  #queuedAt = new Float64Array(16);
  /** Undefined: none is known, or it stands where `#restAt` says. */
  #sampleIds: (string | undefined)[] = [];
  #length = 0;
  readonly #objects = new Map<number, Objects>();
  /** Where what is not a number stands in a checkpoint that was taken up, until somebody asks; 0: not there. */
  #restAt = new Uint32Array(0);
  #texts: KeptTexts | undefined = undefined;

  readonly #forms: WorkingForms;
  #count = 0;
  #touches = 0;
  /** Told of whoever is about to be changed, added or removed. */
  onTouch: ((id: number) => void) | undefined = undefined;
  /** Told as well, while questions are asked and definitions built. */
  readonly #watchers = new Set<(id: number) => void>();
  /** Whoever is glanced at; nobody else's. */
  readonly #glanced: Profile = new Profile(-1, '');

  /** `now` tells what instants are mostly near. With a `workingMax` of 0 everybody is packed after every step. */
  constructor(plan: Plan, now: () => Instant, workingMax: number = WORKING_MAX) {
    this.#forms = new WorkingForms(workingMax, (p) => this.#giveUp(p));
    this.#plan = plan;
    this.#packing = new Packing(plan);
    this.#unpacking = new Unpacking(plan);
    this.#now = now;
    this.#arena = new Arena((id, block) => {
      this.#moved(id, block);
    });
  }

  /** Grows with everybody who is about to be changed, added or removed: where it is the same, nobody was. */
  get touches(): number {
    return this.#touches;
  }

  /** How many there are. */
  get count(): number {
    return this.#count;
  }

  /** How many numbers have been given out: ids are below it. */
  get length(): number {
    return this.#length;
  }

  has(id: number): boolean {
    return id < this.length && this.#places[id] !== NOBODY;
  }

  /** A new step begins: nobody holds a working form any more. */
  beginStep(): void {
    this.#forms.beginStep();
  }

  /** The customer, to be changed; valid until the next step. */
  use(id: number): Profile | undefined {
    if (!this.has(id)) return undefined;
    // Before they are read, so that a checkpoint can copy the bytes of whoever lies packed.
    this.#touch(id);
    return this.#used(id);
  }

  /** As `use`, for one of very many who are worked on one after another and then left alone. */
  usePassing(id: number): Profile | undefined {
    if (!this.has(id)) return undefined;
    this.#touch(id);
    const p = (this.#places[id] as number) < NOBODY ? undefined : this.#forms.takePassing();
    if (p === undefined) return this.#used(id);
    this.#unpack(p, id);
    this.#forms.hold(p);
    return p;
  }

  #used(id: number): Profile {
    const p = this.#find(id) as Profile;
    this.#forms.hold(p);
    return p;
  }

  #touch(id: number): void {
    this.#touches++;
    this.onTouch?.(id);
    if (this.#watchers.size > 0) this.#tellWatchers(id);
  }

  /** The customer, to be looked at; valid until another is asked for. */
  look(id: number): Profile | undefined {
    return this.#find(id);
  }

  /**
   * The customer, to be read until the next glance; nobody is packed to make room, so that everybody can be read without
   * those being lost who are worked on. `rest: false` leaves out what is not a number, as the answers are.
   */
  glance(id: number, { rest = true }: { readonly rest?: boolean } = {}): Profile | undefined {
    if (!this.has(id)) return undefined;
    const place = this.#places[id] as number;
    if (place < NOBODY) return this.#forms.at(slotOfPlace(place));
    const p = this.#glanced;
    p.reset(id, this.#sampleIds[id] ?? '');
    this.#unpacking.unpack(p, this.#arena.viewOf(place), this.#arena.offsetOf(place));
    if (rest) this.#lendRest(p);
    return p;
  }

  /**
   * Makes `p`, which is nobody's, a copy that time may pass for: false, and of no use, where there is no such customer or nothing
   * is due by an instant. It shares facts with the customer, which time does not change.
   */
  copyDue(p: Profile, id: number, until: Instant): boolean {
    if (!this.has(id) || (this.#queuedAt[id] as number) > until) return false;
    const place = this.#places[id] as number;
    if (place < NOBODY) {
      const from = this.#forms.at(slotOfPlace(place));
      if (from.dueAt > until) return false;
      p.copyNumbers(from);
      p.rich = from.rich;
      p.facts = from.facts;
      p.sequences = from.sequences;
    } else {
      p.reset(id, this.#sampleIds[id] ?? '');
      this.#unpacking.unpack(p, this.#arena.viewOf(place), this.#arena.offsetOf(place));
      if (p.dueAt > until) return false;
      this.#lendRest(p);
    }
    p.future = undefined;
    p.ownForTime();
    return true;
  }

  /** What is not a number; what still stands in the checkpoint is read and not kept. */
  #lendRest(p: Profile): void {
    const restAt = p.id < this.#restAt.length ? (this.#restAt[p.id] as number) : 0;
    const read = restAt === 0 ? undefined : readRest(defined(this.#texts, 'texts of a checkpoint'), restAt);
    if (read !== undefined) p.sampleId = read.sampleId;
    const objects: KeptObjects | undefined = read === undefined ? this.#objects.get(p.id) : read.objects;
    if (objects === undefined) return;
    p.rich = objects.rich;
    p.facts = objects.facts;
    p.future = objects.future;
    p.sequences = this.#objects.get(p.id)?.sequences;
  }

  /** From now on told of whoever is about to be changed, added or removed. */
  watch(watcher: (id: number) => void): void {
    this.#watchers.add(watcher);
  }

  unwatch(watcher: (id: number) => void): void {
    this.#watchers.delete(watcher);
  }

  #tellWatchers(id: number): void {
    for (const tell of this.#watchers) tell(id);
  }

  /** Ids of all, ascending. */
  ids(): number[] {
    const ids: number[] = [];
    for (let id = 0; id < this.length; id++) if (this.#places[id] !== NOBODY) ids.push(id);
    return ids;
  }

  /** All, by ascending id, each in a step of its own. */
  *[Symbol.iterator](): Iterator<Profile> {
    for (let id = 0; id < this.length; id++) {
      this.beginStep();
      const p = this.use(id);
      if (p !== undefined) yield p;
    }
  }

  /** The identifier under which the customer first arrived. */
  sampleIdOf(id: number): string | undefined {
    if (!this.has(id)) return undefined;
    this.#readRest(id);
    return this.#sampleIds[id] ?? '';
  }

  /** The identifier under which they first arrived turns out to be another. */
  setSampleId(p: Profile, sampleId: string): void {
    p.sampleId = sampleId;
    this.#sampleIds[p.id] = sampleId;
  }

  /** When the queue wakes the customer; NEVER when it does not. */
  queuedAt(id: number): Instant {
    return this.#queuedAt[id] as number;
  }

  setQueuedAt(id: number, at: Instant): void {
    this.#queuedAt[id] = at;
  }

  /**
   * These customers take the place of `before`: the queue wakes them as it did. Returns those who are to be woken sooner than
   * it knows of, at their `queuedAt`.
   */
  succeed(before: Customers): readonly number[] {
    this.reserve(before.length);
    const sooner: number[] = [];
    for (let id = 0; id < this.length; id++) {
      const queuedAt = before.has(id) ? before.queuedAt(id) : NEVER;
      if (!this.has(id) || (this.#queuedAt[id] as number) >= queuedAt) this.#queuedAt[id] = queuedAt;
      else sooner.push(id);
    }
    return sooner;
  }

  /** Adds a customer of whom nothing is known, under an id that nobody has; to be changed, valid until the next step. */
  addAt(id: number, sampleId: string): Profile {
    return this.#add(id, sampleId, this.#forms.take());
  }

  /** As `addAt` and as `usePassing`. */
  addPassing(id: number, sampleId: string): Profile {
    return this.#add(id, sampleId, this.#forms.takePassing() ?? this.#forms.take());
  }

  #add(id: number, sampleId: string, p: Profile): Profile {
    this.#touch(id);
    this.reserve(id + 1);
    this.#sampleIds[id] = sampleId;
    this.#queuedAt[id] = NEVER;
    this.#count++;
    p.reset(id, sampleId);
    this.#hold(id, p);
    this.#forms.hold(p);
    return p;
  }

  /** Gives out numbers up to `length`, to nobody. */
  reserve(length: number): void {
    const was = this.#places.length;
    if (length > was) {
      const places = new Int32Array(Math.max(length, was * 2)).fill(NOBODY, was);
      places.set(this.#places);
      this.#places = places;
      const queuedAt = new Float64Array(places.length);
      queuedAt.set(this.#queuedAt);
      this.#queuedAt = queuedAt;
    }
    while (this.#sampleIds.length < length) this.#sampleIds.push(undefined);
    this.#length = Math.max(this.#length, length);
  }

  /** Forgets a customer. A working form that somebody holds stays readable until the next step. */
  remove(id: number): void {
    if (!this.has(id)) return;
    this.#touch(id);
    const block = this.#blockOf(id);
    if (block >= 0) this.#arena.free(block);
    const place = this.#places[id] as number;
    if (place < NOBODY) this.#forms.release(this.#forms.at(slotOfPlace(place)));
    this.#places[id] = NOBODY;
    this.#sampleIds[id] = undefined;
    this.#objects.delete(id);
    if (id < this.#restAt.length) this.#restAt[id] = 0;
    this.#count--;
  }

  // Written down, and taken up again.

  /** What a customer is made of, the numbers as bytes to be read at once (undefined where those cannot be had now). */
  keptOf(id: number): ({ readonly bytes: Uint8Array | undefined } & Objects) | undefined {
    if (!this.has(id)) return undefined;
    this.#readRest(id);
    const place = this.#places[id] as number;
    if (place >= 0) {
      const objects = this.#objects.get(id);
      const { rich, facts, sequences, future } = objects ?? NO_OBJECTS;
      return { bytes: this.#arena.bytesOf(place), rich, facts, sequences, future };
    }
    const p = this.#forms.at(slotOfPlace(place));
    const { rich, facts, sequences, future } = p;
    if (!this.#packing.canPack(p)) return { bytes: undefined, rich, facts, sequences, future };
    // Packed, everything stands at the front, also what is not among the numbers.
    if (rich !== undefined) slideAll(p, this.#plan.streams);
    const bytes = this.#packing.pack(p, this.#now());
    return { bytes: this.#packing.written(bytes), rich, facts, sequences, future };
  }

  /** Adds a customer whose bytes `keptOf` gave, under an id that nobody has. */
  putAt(id: number, sampleId: string, bytes: Uint8Array, objects: KeptObjects): void {
    this.reserve(id + 1);
    this.#sampleIds[id] = sampleId;
    this.#queuedAt[id] = NEVER;
    this.#count++;
    const words = new Uint32Array((bytes.length + 3) >>> 2);
    new Uint8Array(words.buffer).set(bytes);
    this.#places[id] = this.#arena.write(id, -1, words, bytes.length);
    this.#setObjects(id, objects);
  }

  /** Units of the arena that are in use; for `beginRestore`. */
  get units(): number {
    return this.#arena.used;
  }

  /** Makes room for customers of a checkpoint up to a number, of whom what is not a number is among `texts`. */
  beginRestore(length: number, units: number, texts: KeptTexts): void {
    this.#sampleIds = new Array<undefined>(Math.min(length, PRESIZED_MAX));
    this.reserve(length);
    this.#arena.beginRestore(units);
    this.#texts = texts;
    this.#restAt = new Uint32Array(length);
  }

  /** Adds customers under ids that nobody has: blocks of an arena, which stand in `source` from a word to another. */
  restoreBlocks(source: Uint32Array, from: number, to: number): void {
    this.#touches++;
    this.#arena.restore(source, from, to, this.#places);
  }

  /** Notes of one of them when the queue wakes them, and where what is not a number stands. */
  restoreAt(id: number, queuedAt: Instant, restAt: number): void {
    this.#count++;
    this.#queuedAt[id] = queuedAt;
    this.#restAt[id] = restAt;
  }

  #readRest(id: number): void {
    const restAt = id < this.#restAt.length ? (this.#restAt[id] as number) : 0;
    if (restAt === 0) return;
    const { sampleId, objects } = readRest(defined(this.#texts, 'texts of a checkpoint'), restAt);
    this.#restAt[id] = 0;
    this.#sampleIds[id] = sampleId;
    if (objects !== undefined) this.#setObjects(id, objects);
  }

  #setObjects(id: number, { rich, facts, future }: KeptObjects): void {
    if (rich === undefined && facts === undefined && future === undefined) return;
    this.#objects.set(id, { ...NO_OBJECTS, rich, facts, future });
  }

  // Working forms.

  #find(id: number): Profile | undefined {
    if (id >= this.length) return undefined;
    const place = this.#places[id] as number;
    if (place === NOBODY) return undefined;
    const p = place < NOBODY ? this.#forms.at(slotOfPlace(place)) : this.#unpack(this.#forms.take(), id);
    p.isRecent = true;
    return p;
  }

  /** Into a form that nobody is in. */
  #unpack(p: Profile, id: number): Profile {
    this.#readRest(id);
    p.reset(id, this.#sampleIds[id] ?? '');
    // To find a form, somebody may have been packed, and this block have been moved.
    const block = this.#places[id] as number;
    this.#unpacking.unpack(p, this.#arena.viewOf(block), this.#arena.offsetOf(block));
    const objects = this.#objects.size === 0 ? undefined : this.#objects.get(id);
    if (objects !== undefined) {
      p.rich = objects.rich;
      p.facts = objects.facts;
      p.sequences = objects.sequences;
      p.future = objects.future;
    }
    p.block = block;
    this.#hold(id, p);
    return p;
  }

  #hold(id: number, p: Profile): void {
    this.#places[id] = placeOfSlot(p.slot);
    p.isRecent = true;
    p.isTaken = true;
  }

  /** Packs the customer of a working form; false when they are too large for that and stay. */
  #giveUp(p: Profile): boolean {
    if (!p.isTaken) return true;
    if (!this.#packing.fits(p)) return false;
    const bytes = this.#packing.pack(p, this.#now());
    this.#places[p.id] = this.#arena.write(p.id, p.block, this.#packing.words, bytes);
    this.#keepObjects(p);
    this.#forms.release(p);
    return true;
  }

  #keepObjects(p: Profile): void {
    const { id, rich, facts, sequences, future } = p;
    if (rich === undefined && facts === undefined && sequences === undefined && future === undefined) {
      if (this.#objects.size > 0) this.#objects.delete(id);
      return;
    }
    const kept = this.#objects.get(id);
    const isSame =
      kept?.rich === rich &&
      kept?.facts === facts &&
      kept?.sequences === sequences &&
      kept?.future === future;
    if (kept === undefined || !isSame) this.#objects.set(id, { rich, facts, sequences, future });
  }

  // Blocks.

  #blockOf(id: number): number {
    const place = this.#places[id] as number;
    if (place >= 0) return place;
    return place === NOBODY ? -1 : this.#forms.at(slotOfPlace(place)).block;
  }

  #moved(id: number, block: number): void {
    const place = this.#places[id] as number;
    if (place >= 0) this.#places[id] = block;
    else if (place !== NOBODY) this.#forms.at(slotOfPlace(place)).block = block;
  }
}
