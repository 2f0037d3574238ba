/**
 * Who owns which identifier, for very many: about 40 bytes an identifier beside the text itself.
 *
 * An identifier has a number; what is known of it is in columns, and a profile's identifiers are a chain through them in
 * the order in which they came. A hash table finds the number of a kind and value: open addressing, eight bytes a place.
 * Texts of a checkpoint that was taken up stay where they are until they are asked for (kept-texts.ts).
 */

import { defined } from '../base/assert.ts';
import type { Identifier } from '../model/message.ts';
import type { KeptTexts } from './kept-texts.ts';

const NONE = -1;
const ROOM_MIN = 16;
/** The table grows when it is fuller than this. */
const LOAD_MAX = 0.75;
/** Words of a place: the hash, and the identifier's number plus one (0: empty). */
const PLACE_WORDS = 2;
/** A part of the table of so many words (two to this) lies in the processor's cache. */
const PART_BITS = 13;

/** Larger arrays are made into tables of hashes when they are made at once. */
const PRESIZED_MAX: number = 2 ** 24;

/** An identifier as a checkpoint has it: kinds by number. */
export type NumberedIdentifier = { readonly kind: number; readonly value: string; readonly hash: number };

export class IdentityTable {
  /** Kinds by number: there are few. */
  readonly #kinds: string[] = [];

  // By number of the identifier.
  /** Undefined: still where `#keptAt` says. */
  #values: (string | undefined)[] = [];
  /** Numbers given, those given back too. */
  #numbers = 0;
  #keptAt = new Uint32Array(0);
  #texts: KeptTexts | undefined = undefined;
  /** While a checkpoint is taken up. */
  #hashes = new Uint32Array(0);
  #kindOf = new Uint16Array(ROOM_MIN);
  #owner = new Int32Array(ROOM_MIN);
  #next = new Int32Array(ROOM_MIN);
  /** First of the numbers that were given back, chained by `#next`. */
  #free = NONE;

  /** By profile: the first of its identifiers. */
  #first = new Int32Array(ROOM_MIN).fill(NONE);

  #places = new Uint32Array(ROOM_MIN * PLACE_WORDS);
  #size = 0;

  /** How many identifiers there are. */
  get size(): number {
    return this.#size;
  }

  /** All kinds that there have been, by number. */
  get kinds(): readonly string[] {
    return this.#kinds;
  }

  owner(kind: string, value: string): number | undefined {
    const k = this.#kinds.indexOf(kind);
    if (k < 0) return undefined;
    const place = this.#find(k, value, hashOf(k, value));
    const id = this.#places[place + 1] as number;
    return id === 0 ? undefined : this.#owner[id - 1];
  }

  /** Gives an identifier that nobody owns to a profile, as its last; one that somebody owns changes hands. */
  own(profile: number, { kind, value }: Identifier): void {
    let k = this.#kinds.indexOf(kind);
    if (k < 0) k = this.#kinds.push(kind) - 1;
    const hash = hashOf(k, value);
    const place = this.#find(k, value, hash);
    const known = this.#places[place + 1] as number;
    if (known !== 0) this.#unchain(known - 1);
    const id = known === 0 ? this.#newId(k, value) : known - 1;
    this.#owner[id] = profile;
    this.#chain(profile, id);
    if (known === 0) this.#put(place, hash, id);
  }

  identifiersOf(profile: number): readonly Identifier[] {
    const identifiers: Identifier[] = [];
    for (let id = this.#firstOf(profile); id !== NONE; id = this.#next[id] as number) {
      identifiers.push({
        kind: this.#kinds[this.#kindOf[id] as number] as string,
        value: this.#valueOf(id),
      });
    }
    return identifiers;
  }

  numberedOf(profile: number): readonly NumberedIdentifier[] {
    const identifiers: NumberedIdentifier[] = [];
    for (let id = this.#firstOf(profile); id !== NONE; id = this.#next[id] as number) {
      const kind = this.#kindOf[id] as number;
      const value = this.#valueOf(id);
      identifiers.push({ kind, value, hash: hashOf(kind, value) });
    }
    return identifiers;
  }

  count(profile: number, kind: string): number {
    const k = this.#kinds.indexOf(kind);
    let n = 0;
    for (let id = this.#firstOf(profile); id !== NONE; id = this.#next[id] as number) {
      if (this.#kindOf[id] === k) n++;
    }
    return n;
  }

  /** Takes a profile's identifiers away from it. */
  remove(profile: number): readonly Identifier[] {
    const identifiers = this.identifiersOf(profile);
    for (let id = this.#firstOf(profile); id !== NONE;) {
      const next = this.#next[id] as number;
      this.#forget(id);
      id = next;
    }
    if (profile < this.#first.length) this.#first[profile] = NONE;
    return identifiers;
  }

  // Taken up from a checkpoint.

  /** Makes an empty table ready for so many identifiers, whose texts are among `texts`. */
  beginRestore(kinds: readonly string[], identifiers: number, profiles: number, texts: KeptTexts): void {
    this.#kinds.push(...kinds);
    this.#texts = texts;
    this.#values = new Array<undefined>(Math.min(identifiers, PRESIZED_MAX));
    this.#growColumns(identifiers);
    if (profiles > this.#first.length) this.#first = grown(this.#first, profiles, NONE);
    this.#hashes = new Uint32Array(Math.max(ROOM_MIN, identifiers));
  }

  /** Gives a profile an identifier that nobody owns, as its last. It is found after `endRestore`. */
  restore(profile: number, kind: number, hash: number, textAt: number): void {
    const id = this.#newId(kind, undefined);
    this.#keptAt[id] = textAt;
    this.#owner[id] = profile;
    this.#chain(profile, id);
    if (id >= this.#hashes.length) this.#hashes = twice(this.#hashes);
    this.#hashes[id] = hash;
  }

  /** Makes the table of what was restored: sorted by where they go first, so that memory is walked in order. */
  endRestore(): void {
    const identifiers = this.#numbers;
    let length = this.#places.length;
    while (identifiers * PLACE_WORDS > length * LOAD_MAX) length *= 2;
    const places = new Uint32Array(length);
    const mask = length - 1;
    const hashes = this.#hashes;
    const starts = new Uint32Array((length >>> PART_BITS) + 2);
    for (let id = 0; id < identifiers; id++) {
      const part = (((hashes[id] as number) * PLACE_WORDS) & mask) >>> PART_BITS;
      starts[part + 1] = (starts[part + 1] as number) + PLACE_WORDS;
    }
    for (let part = 1; part < starts.length; part++) {
      starts[part] = (starts[part] as number) + (starts[part - 1] as number);
    }
    const sorted = new Uint32Array(identifiers * PLACE_WORDS);
    for (let id = 0; id < identifiers; id++) {
      const hash = hashes[id] as number;
      const part = ((hash * PLACE_WORDS) & mask) >>> PART_BITS;
      const at = starts[part] as number;
      sorted[at] = hash;
      sorted[at + 1] = id + 1;
      starts[part] = at + PLACE_WORDS;
    }
    for (let i = 0; i < sorted.length; i += PLACE_WORDS) {
      let place = ((sorted[i] as number) * PLACE_WORDS) & mask;
      while (places[place + 1] !== 0) place = (place + PLACE_WORDS) & mask;
      places[place] = sorted[i] as number;
      places[place + 1] = sorted[i + 1] as number;
    }
    this.#places = places;
    this.#size = identifiers;
    this.#hashes = new Uint32Array(0);
  }

  #put(place: number, hash: number, id: number): void {
    this.#places[place] = hash;
    this.#places[place + 1] = id + 1;
    this.#size++;
    if (this.#size * PLACE_WORDS > this.#places.length * LOAD_MAX) this.#grow();
  }

  #valueOf(id: number): string {
    const value = this.#values[id];
    if (value !== undefined) return value;
    const kept = defined(this.#texts, 'texts of a checkpoint').textAt(this.#keptAt[id] as number);
    this.#values[id] = kept;
    return kept;
  }

  #firstOf(profile: number): number {
    return profile < this.#first.length ? (this.#first[profile] as number) : NONE;
  }

  // Chains.

  #chain(profile: number, id: number): void {
    if (profile >= this.#first.length) this.#first = grown(this.#first, profile + 1, NONE);
    this.#next[id] = NONE;
    let last = this.#first[profile] as number;
    if (last === NONE) {
      this.#first[profile] = id;
      return;
    }
    while (this.#next[last] !== NONE) last = this.#next[last] as number;
    this.#next[last] = id;
  }

  #unchain(id: number): void {
    const profile = this.#owner[id] as number;
    const next = this.#next[id] as number;
    if (this.#first[profile] === id) {
      this.#first[profile] = next;
      return;
    }
    let before = this.#first[profile] as number;
    while (this.#next[before] !== id) before = this.#next[before] as number;
    this.#next[before] = next;
  }

  // Numbers.

  #newId(kind: number, value: string | undefined): number {
    let id = this.#free;
    if (id === NONE) {
      id = this.#numbers++;
      this.#values[id] = value;
      if (id >= this.#owner.length) this.#growColumns(id + (id >>> 1));
    } else {
      this.#free = this.#next[id] as number;
      this.#values[id] = value;
    }
    this.#kindOf[id] = kind;
    return id;
  }

  #growColumns(length: number): void {
    this.#owner = grown(this.#owner, length, 0);
    this.#next = grown(this.#next, length, NONE);
    const kinds = new Uint16Array(this.#owner.length);
    kinds.set(this.#kindOf);
    this.#kindOf = kinds;
    if (this.#texts === undefined) return;
    const keptAt = new Uint32Array(this.#owner.length);
    keptAt.set(this.#keptAt);
    this.#keptAt = keptAt;
  }

  #forget(id: number): void {
    const kind = this.#kindOf[id] as number;
    const value = this.#valueOf(id);
    this.#vacate(this.#find(kind, value, hashOf(kind, value)));
    this.#values[id] = '';
    this.#next[id] = this.#free;
    this.#free = id;
  }

  // The table.

  /** The identifier's place, or the empty one where it belongs. */
  #find(kind: number, value: string, hash: number): number {
    const places = this.#places;
    const mask = places.length - 1;
    let place = (hash * PLACE_WORDS) & mask;
    for (;;) {
      const id = places[place + 1] as number;
      if (id === 0) return place;
      if (places[place] === hash && this.#kindOf[id - 1] === kind && this.#valueOf(id - 1) === value) {
        return place;
      }
      place = (place + PLACE_WORDS) & mask;
    }
  }

  /** Empties a place; those after it that it kept from their own move up. */
  #vacate(place: number): void {
    const places = this.#places;
    const mask = places.length - 1;
    let hole = place;
    let at = place;
    for (;;) {
      at = (at + PLACE_WORDS) & mask;
      if (places[at + 1] === 0) break;
      const home = ((places[at] as number) * PLACE_WORDS) & mask;
      // Whether the hole lies between the home and where it is now, around the end of the table.
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      places[hole] = places[at] as number;
      places[hole + 1] = places[at + 1] as number;
      hole = at;
    }
    places[hole] = 0;
    places[hole + 1] = 0;
    this.#size--;
  }

  #grow(): void {
    const old = this.#places;
    const places = new Uint32Array(old.length * 2);
    const mask = places.length - 1;
    for (let from = 0; from < old.length; from += PLACE_WORDS) {
      if (old[from + 1] === 0) continue;
      let to = ((old[from] as number) * PLACE_WORDS) & mask;
      while (places[to + 1] !== 0) to = (to + PLACE_WORDS) & mask;
      places[to] = old[from] as number;
      places[to + 1] = old[from + 1] as number;
    }
    this.#places = places;
  }
}

function grown(column: Int32Array, length: number, value: number): Int32Array<ArrayBuffer> {
  const room = Math.max(length, column.length + (column.length >>> 1));
  const copy = new Int32Array(room).fill(value, column.length);
  copy.set(column);
  return copy;
}

function twice(column: Uint32Array): Uint32Array<ArrayBuffer> {
  const copy = new Uint32Array(column.length * 2);
  copy.set(column);
  return copy;
}

function hashOf(kind: number, value: string): number {
  let hash = Math.imul(kind + 1, 0x9e3779b1) ^ value.length;
  for (let i = 0; i < value.length; i++) hash = Math.imul(hash ^ value.charCodeAt(i), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 13), 0x297a2d39);
  return (hash ^ (hash >>> 16)) >>> 0;
}
