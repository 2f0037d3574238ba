/**
 * JSON as the history store keeps it: one text for one value, so that equal texts are equal values.
 *
 * Keys are sorted by code point, numbers are written as JavaScript writes them (the shortest decimal that reads back as
 * the same double), except that whole numbers beyond 2^53 get an exponent, since ClickHouse's JSON reader refuses
 * integers of more than 64 bits. A lone surrogate becomes U+FFFD: a text of the store is UTF-8.
 */

import { compareStrings } from '../base/order.ts';
import type { JsonObject, JsonValue } from '../model/message.ts';

/** The text of a JSON value; `properties` of a message, or the value of one trait. */
export function storedJson(json: JsonValue): string {
  if (typeof json === 'string') return JSON.stringify(wellFormed(json));
  if (typeof json === 'number') return storedNumber(json);
  if (typeof json !== 'object' || json === null) return JSON.stringify(json);
  if (isList(json)) return `[${json.map(storedJson).join()}]`;
  const members = Object.keys(json)
    .sort(compareStrings)
    .map((key) => `${JSON.stringify(wellFormed(key))}:${storedJson(json[key] ?? null)}`);
  return `{${members.join()}}`;
}

/** The text with every lone surrogate replaced by U+FFFD, as every encoder of UTF-8 does. */
export function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}

function isList(json: JsonObject | readonly JsonValue[]): json is readonly JsonValue[] {
  return Array.isArray(json);
}

function storedNumber(x: number): string {
  if (!Number.isFinite(x)) return 'null';
  if (Number.isInteger(x) && !Number.isSafeInteger(x)) return x.toExponential();
  return String(x === 0 ? 0 : x);
}
