/**
 * Aggregates that neither positions nor prefix sums can answer (`distinct`, `top`, `days`, `min`, `max`), kept
 * up to date as a window slides: an event is added when the window's end passes it and taken out when its
 * beginning does.
 *
 * A view covers absolute positions [from, to) of its stream (counted from the first event ever kept). It moves
 * forward only; a question about an earlier instant is answered by a view made for it.
 *
 * Cost. Amortised one addition and one removal per event; `top`, and `min` or `max` after their extreme left, look
 * at every different value once.
 */

import { compareStrings } from '../base/order.ts';
import type { Zone } from '../base/zone.ts';
import type { Instant } from '../model/message.ts';
import { elementsOf, valueKey } from '../rules/semantics.ts';
import type { RuleValue } from '../rules/value.ts';
import type { RichRing } from './rich-ring.ts';

export type ViewKind = 'distinct' | 'top' | 'days' | 'min' | 'max';

type Entry = {
  readonly value: RuleValue;
  count: number;
  lastTime: Instant;
  lastId: string;
  /** Place in the event's list of values. */
  lastPlace: number;
};

export class SlidingView {
  readonly #kind: ViewKind;
  /** The stream's value column that the view reads; −1 for `days`, which reads times. */
  readonly #column: number;
  readonly #zone: Zone;
  readonly #entries = new Map<string | number, Entry>();
  from: number;
  to: number;
  #extreme: number | undefined = undefined;

  constructor(kind: ViewKind, column: number, zone: Zone, from: number) {
    this.#kind = kind;
    this.#column = column;
    this.#zone = zone;
    this.from = from;
    this.to = from;
  }

  /** Takes in the event at a position of the rich ring's arrays. */
  add(rich: RichRing, at: number, time: Instant): void {
    this.to++;
    const id = rich.ids[at] ?? '';
    let place = 0;
    for (const element of this.#elements(rich, at, time)) {
      place++;
      const key = keyOf(element);
      const entry = this.#entries.get(key);
      if (entry === undefined) {
        this.#entries.set(key, { value: element, count: 1, lastTime: time, lastId: id, lastPlace: place });
        if (typeof element === 'number') this.#widen(element);
        continue;
      }
      entry.count++;
      if (time > entry.lastTime || (time === entry.lastTime && compareStrings(id, entry.lastId) >= 0)) {
        entry.lastTime = time;
        entry.lastId = id;
        entry.lastPlace = place;
      }
    }
  }

  /** Lets go of the earliest event, which is at a position of the rich ring's arrays. */
  removeFirst(rich: RichRing, at: number, time: Instant): void {
    this.from++;
    for (const element of this.#elements(rich, at, time)) {
      const key = keyOf(element);
      const entry = this.#entries.get(key);
      if (entry === undefined) continue;
      entry.count--;
      if (entry.count > 0) continue;
      this.#entries.delete(key);
      if (element === this.#extreme) this.#extreme = undefined;
    }
  }

  /** An event was put in at an absolute position before the end of the stream. */
  insertLate(rich: RichRing, at: number, absolute: number, time: Instant): void {
    if (absolute >= this.to) return;
    if (absolute >= this.from) this.add(rich, at, time);
    else {
      this.from++;
      this.to++;
    }
  }

  /** The stream trims its first event, at absolute position `absolute`. */
  trimFirst(rich: RichRing, at: number, absolute: number, time: Instant): void {
    if (absolute < this.from) return;
    if (absolute < this.to) this.removeFirst(rich, at, time);
    else {
      this.from = absolute + 1;
      this.to = absolute + 1;
    }
  }

  #elements(rich: RichRing, at: number, time: Instant): readonly RuleValue[] {
    if (this.#kind === 'days') return [this.#zone.dayNumber(time)];
    const elements = elementsOf((rich.columns[this.#column] as RuleValue[])[at]);
    if (this.#kind === 'distinct' || this.#kind === 'top') return elements;
    return elements.filter((element) => typeof element === 'number');
  }

  result(): RuleValue {
    switch (this.#kind) {
      case 'distinct':
      case 'days':
        return this.#entries.size;
      case 'top':
        return this.#top();
      case 'min':
      case 'max':
        return this.#best();
    }
  }

  #widen(x: number): void {
    if (this.#extreme === undefined) {
      if (this.#entries.size === 1) this.#extreme = x;
    } else if (this.#kind === 'min' ? x < this.#extreme : x > this.#extreme) this.#extreme = x;
  }

  #best(): number | undefined {
    if (this.#extreme !== undefined) return this.#extreme;
    for (const { value } of this.#entries.values()) {
      const x = value as number;
      if (this.#extreme === undefined || (this.#kind === 'min' ? x < this.#extreme : x > this.#extreme)) {
        this.#extreme = x;
      }
    }
    return this.#extreme;
  }

  /** The most frequent; of those the one seen last, by time, messageId and place in the event. */
  #top(): RuleValue {
    let best: Entry | undefined;
    for (const entry of this.#entries.values()) if (best === undefined || outranks(entry, best)) best = entry;
    return best?.value;
  }
}

function outranks(a: Entry, b: Entry): boolean {
  if (a.count !== b.count) return a.count > b.count;
  if (a.lastTime !== b.lastTime) return a.lastTime > b.lastTime;
  const ids = compareStrings(a.lastId, b.lastId);
  return ids !== 0 ? ids > 0 : a.lastPlace > b.lastPlace;
}

/** Numbers are their own keys: days and prices are the common case. */
function keyOf(element: RuleValue): string | number {
  return typeof element === 'number' ? element : valueKey(element);
}
