/**
 * The answers of all customers to one question, and what they come to. A customer may be noted again: the last counts.
 *
 * Four bytes a customer, and four for each trait asked.
 */

import type { RuleValue } from '@segue/core/rules/value.ts';

import { bitmapOf, type Bitmap } from '../sets/bitmaps.ts';
import { type PreviewQuestion, previewPartsMax } from './preview-question.ts';

/** Different values of a trait that are told apart; all others are counted together. */
const valuesMax = 10_000;
/** Set for those who exist. */
const here = 2 ** 31;
const member = 1;

export type PartAnswers = {
  /** For how many it holds. */
  readonly size: number;
  /**
   * Of an `and`: who would be in as well if it were left out, failing this condition alone. Of an `or`: who is in because of
   * this condition alone.
   */
  readonly alone: number;
};

export type ValueCount = { readonly value: PlainValue; readonly size: number };
export type PlainValue = string | number | boolean | null;

export class PreviewAnswers {
  readonly #question: PreviewQuestion;
  #marks = new Uint32Array(1024);
  /** By trait: of each customer, one more than the place of their value. */
  readonly #values: Uint32Array<ArrayBuffer>[];
  readonly #places: Map<PlainValue, number>[];

  constructor(question: PreviewQuestion) {
    this.#question = question;
    this.#values = question.traits.map(() => new Uint32Array(1024));
    this.#places = question.traits.map(() => new Map<PlainValue, number>());
  }

  /** `bits` as of `conditionsOf`; undefined where there is nobody, or nobody yet. */
  note(id: number, bits: number | undefined): void {
    if (id >= this.#marks.length) this.#grow(id + 1);
    this.#marks[id] = bits === undefined ? 0 : here + bits;
  }

  /** Of one who was noted. */
  noteValue(id: number, trait: number, value: RuleValue): void {
    const [values, places] = [this.#values[trait], this.#places[trait]];
    if (values === undefined || places === undefined) return;
    const plain = plainValue(value);
    let place = places.get(plain);
    if (place === undefined && places.size < valuesMax) places.set(plain, (place = places.size + 1));
    values[id] = place ?? 0;
  }

  /** Those for whom the rule holds; to be disposed of. */
  members(): Bitmap {
    return this.#marked(member);
  }

  /** Those for whom a part of the rule holds; to be disposed of. */
  holding(part: number): Bitmap {
    return this.#marked(this.#question.parts.length === 1 ? member : 2 << part);
  }

  #marked(bit: number): Bitmap {
    const marks = this.#marks;
    const ids: number[] = [];
    // There may be millions: a plain loop is three times as fast.
    for (let id = 0; id < marks.length; id++) if (((marks[id] as number) & bit) === bit) ids.push(id);
    return bitmapOf(ids);
  }

  /** How many exist. */
  everybody(): number {
    return this.#count(here);
  }

  parts(): readonly PartAnswers[] {
    const { parts, joined } = this.#question;
    const n = parts.length;
    if (n === 1) return [this.#onlyPart(joined)];
    const all = 2 ** n - 1;
    const sizes = new Uint32Array(previewPartsMax);
    const alone = new Uint32Array(previewPartsMax);
    for (const mark of this.#marks) {
      if (mark < here) continue;
      const bits = (mark >>> 1) & all;
      for (let rest = bits; rest !== 0; rest &= rest - 1) {
        const part = 31 - Math.clz32(rest & -rest);
        sizes[part] = (sizes[part] as number) + 1;
      }
      // The one bit that is missing, or that is there.
      const lone = joined === 'and' ? all & ~bits : bits;
      if (lone === 0 || (lone & (lone - 1)) !== 0) continue;
      const part = 31 - Math.clz32(lone);
      alone[part] = (alone[part] as number) + 1;
    }
    return parts.map((_, part) => ({ size: sizes[part] ?? 0, alone: alone[part] ?? 0 }));
  }

  /** Which parts hold together, a bit each from the first, and for how many members exactly these do. */
  combinations(): ReadonlyMap<number, number> {
    const sizes = new Map<number, number>();
    const isOne = this.#question.parts.length === 1;
    for (const mark of this.#marks) {
      if ((mark & member) === 0) continue;
      const bits = isOne ? 1 : (mark >>> 1) & (2 ** this.#question.parts.length - 1);
      sizes.set(bits, (sizes.get(bits) ?? 0) + 1);
    }
    return sizes;
  }

  /** Members by the value of a trait, the most frequent first, and how many have one that is not told apart. */
  values(trait: number): { readonly values: readonly ValueCount[]; readonly others: number } {
    const [values, places] = [this.#values[trait] ?? new Uint32Array(0), this.#places[trait]];
    const sizes = new Uint32Array((places?.size ?? 0) + 1);
    this.#marks.forEach((mark, id) => {
      if ((mark & member) === 0) return;
      const place = values[id] as number;
      sizes[place] = (sizes[place] as number) + 1;
    });
    const counted = [...(places ?? [])].flatMap(([value, place]) => {
      const size = sizes[place] as number;
      return size === 0 ? [] : [{ value, size }];
    });
    counted.sort((a, b) => b.size - a.size || compareValues(a.value, b.value));
    return { values: counted, others: sizes[0] ?? 0 };
  }

  #count(bit: number): number {
    const marks = this.#marks;
    let count = 0;
    for (let id = 0; id < marks.length; id++) if (((marks[id] as number) & bit) !== 0) count++;
    return count;
  }

  #onlyPart(joined: 'and' | 'or'): PartAnswers {
    const size = this.#count(member);
    return { size, alone: joined === 'and' ? this.everybody() - size : size };
  }

  #grow(length: number): void {
    const grown = (array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> => {
      const larger = new Uint32Array(Math.max(length, array.length * 2));
      larger.set(array);
      return larger;
    };
    this.#marks = grown(this.#marks);
    this.#values.forEach((values, trait) => {
      this.#values[trait] = grown(values);
    });
  }
}

/** A value as people are told of it; null for none. */
export function plainValue(value: RuleValue): PlainValue {
  if (value === undefined) return null;
  if (typeof value !== 'object') return value;
  switch (value.kind) {
    case 'duration':
      return value.ms;
    case 'instant':
      return new Date(value.ms).toISOString();
    case 'list':
      return value.elements.map((element) => String(plainValue(element))).join(', ');
    case 'object':
      return JSON.stringify(value.json);
  }
}

function compareValues(a: PlainValue, b: PlainValue): number {
  const [x, y] = [String(a), String(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}
