/**
 * What is known of a customer apart from events: a trait, a score, a consent, a spell on a list. Each is a
 * register that takes the value with the latest time, and of those the greatest messageId. Where a rule asks
 * about the past (`for`, `age(entered …)`), the older values are kept too, and the register can be read as of
 * any instant.
 */

import { compareStrings } from '../base/order.ts';
import type { Instant, JsonValue } from '../model/message.ts';

export class FactLog {
  /** Ascending by (time, id). */
  times: Instant[] = [];
  ids: string[] = [];
  values: (JsonValue | undefined)[] = [];

  /** The value as of t; undefined when there was none, or it was cleared. */
  at(t: Instant): JsonValue | undefined {
    let i = this.times.length - 1;
    while (i >= 0 && (this.times[i] as number) > t) i--;
    return i < 0 ? undefined : this.values[i];
  }

  /** The first time later than t at which another value takes over; Infinity when there is none. */
  nextAfter(t: Instant): Instant {
    for (const time of this.times) if (time > t) return time;
    return Infinity;
  }

  /** Forgets what was said at `t` or later. */
  forgetFrom(t: Instant): void {
    const kept = this.times.filter((time) => time < t).length;
    this.times.length = this.ids.length = this.values.length = kept;
  }

  /** On a list by either: true wherever this or the other is. */
  unite(other: FactLog): void {
    const times = [...new Set([...this.times, ...other.times])].sort((a, b) => a - b);
    const values = times.map((t) => this.at(t) === true || other.at(t) === true);
    this.times = times;
    this.ids = times.map(() => '');
    this.values = values;
  }

  /** Takes a value; with `history` false only the latest is kept. True when the value read as of now may differ. */
  set(time: Instant, id: string, value: JsonValue | undefined, history: boolean): boolean {
    const n = this.times.length;
    let i = n;
    while (i > 0 && isBefore(time, id, this.times[i - 1] as number, this.ids[i - 1] as string)) i--;
    if (!history) {
      if (i < n) return false;
      this.times = [time];
      this.ids = [id];
      this.values = [value];
      return true;
    }
    this.times.splice(i, 0, time);
    this.ids.splice(i, 0, id);
    this.values.splice(i, 0, value);
    return true;
  }
}

function isBefore(time: Instant, id: string, otherTime: Instant, otherId: string): boolean {
  return time < otherTime || (time === otherTime && compareStrings(id, otherId) < 0);
}

export const traitKey = (root: string): string => `trait ${root}`;
export const scoreKey = (name: string): string => `score ${name}`;
export const listKey = (name: string): string => `list ${name}`;
export const channelKey = (channel: string): string => `channel ${channel}`;
/** Topics are kept per channel: "topic <channel length> <channel> <topic>" cannot be ambiguous. */
export const topicKey = (channel: string, topic: string): string =>
  `topic ${channel.length} ${channel} ${topic}`;

/** The name in a key of a kind; undefined for keys of other kinds. */
export function nameOfKey(key: string, kind: 'trait' | 'score' | 'list'): string | undefined {
  return key.startsWith(`${kind} `) ? key.slice(kind.length + 1) : undefined;
}

/** The channel that a consent is about; undefined for keys of other facts. */
export function channelOfKey(key: string): string | undefined {
  if (key.startsWith('channel ')) return key.slice('channel '.length);
  const parts = topicParts(key);
  return parts?.channel;
}

export function topicOfKey(key: string): string | undefined {
  return topicParts(key)?.topic;
}

function topicParts(key: string): { readonly channel: string; readonly topic: string } | undefined {
  if (!key.startsWith('topic ')) return undefined;
  const at = key.indexOf(' ', 'topic '.length);
  const length = Number(key.slice('topic '.length, at));
  const rest = key.slice(at + 1);
  return { channel: rest.slice(0, length), topic: rest.slice(length + 1) };
}
