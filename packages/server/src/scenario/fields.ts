/**
 * Reading the maps, texts, times and durations of a scenario file, with every fault collected at its place so that one
 * run shows them all.
 */

import type { Zone } from '@segue/core/base/zone.ts';
import type { Instant } from '@segue/core/model/message.ts';
import { nearestName } from '@segue/core/rules/names.ts';
import { readDate, readDuration } from '@segue/core/rules/parse-literal.ts';

import { placed, type Place, type PlacedDiagnostic } from '../definitions-files/place.ts';
import type { YamlEntry, YamlNode } from '../definitions-files/yaml-source.ts';

/** Faults of one file, in the order in which they were found. */
export class Faults {
  readonly found: PlacedDiagnostic[] = [];
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  add(place: Place, message: string, more: { expected?: string; nearest?: string } = {}): void {
    this.found.push(placed(this.#file, place, { code: 'scenario/format', message, ...more }));
  }

  addDiagnostic(diagnostic: PlacedDiagnostic): void {
    this.found.push(diagnostic);
  }
}

/** The entries of a map by key. Keys that are not `allowed` are faults, with the nearest that is. */
export function readMap(
  node: YamlNode,
  what: string,
  allowed: readonly string[] | undefined,
  faults: Faults,
): ReadonlyMap<string, YamlEntry> | undefined {
  const entries = node.entries();
  if (entries === undefined) {
    faults.add(node.place, `${what} must be a map, but here is ${node.kind}.`, { expected: 'a map' });
    return undefined;
  }
  const byKey = new Map<string, YamlEntry>();
  for (const entry of entries) {
    if (allowed === undefined || allowed.includes(entry.key)) byKey.set(entry.key, entry);
    else addUnknownKey(entry, what, allowed, faults);
  }
  return byKey;
}

function addUnknownKey(entry: YamlEntry, what: string, allowed: readonly string[], faults: Faults): void {
  const nearest = nearestName(entry.key, allowed);
  const hint =
    nearest === undefined ? `expected one of ${allowed.join(', ')}.` : `did you mean "${nearest}"?`;
  const more = nearest === undefined ? {} : { nearest };
  faults.add(entry.keyPlace, `${what} has no key "${entry.key}"; ${hint}`, {
    expected: allowed.join(', '),
    ...more,
  });
}

export function readItems(node: YamlNode, what: string, faults: Faults): readonly YamlNode[] {
  const items = node.items();
  if (items !== undefined) return items;
  faults.add(node.place, `${what} must be a list, but here is ${node.kind}.`, { expected: 'a list' });
  return [];
}

/** A text; a number, `true` or `false` stands for what is written in the file. */
export function readText(node: YamlNode, what: string, faults: Faults): string | undefined {
  const text = node.text();
  if (text !== undefined && text !== '') return text;
  faults.add(node.place, `${what} must be a text, but here is ${node.kind}.`, { expected: 'a text' });
  return undefined;
}

export function readTexts(node: YamlNode, what: string, faults: Faults): readonly string[] {
  const texts: string[] = [];
  for (const item of readItems(node, what, faults)) {
    const text = readText(item, `An item of ${what}`, faults);
    if (text !== undefined) texts.push(text);
  }
  return texts;
}

/** What names a customer in a check: as a message's id would be read, so `7` and `"7"` are one. */
export function readCustomers(node: YamlNode, what: string, faults: Faults): readonly string[] {
  const customers: string[] = [];
  for (const item of readItems(node, what, faults)) {
    const customer = readCustomer(item, `An item of ${what}`, faults);
    if (customer !== undefined) customers.push(customer);
  }
  return customers;
}

export function readCustomer(node: YamlNode, what: string, faults: Faults): string | undefined {
  const value = node.scalar();
  if (typeof value === 'number') return String(value);
  return readText(node, what, faults);
}

const timeExpected = 'an instant such as 2026-11-01T09:00:00Z, or a time from here such as +1h30m';

/** `+1h` and `-3d` count from `from`; anything else is an instant, in the scenario's zone where it has no offset. */
export function readTime(
  node: YamlNode,
  what: string,
  from: Instant,
  zone: Zone,
  faults: Faults,
): Instant | undefined {
  const text = node.text();
  if (text === undefined) {
    faults.add(node.place, `${what} must be a time, but here is ${node.kind}; expected ${timeExpected}.`, {
      expected: timeExpected,
    });
    return undefined;
  }
  const sign = text.startsWith('+') ? 1 : text.startsWith('-') ? -1 : 0;
  if (sign === 0) return readInstant(node, text, what, zone, faults);
  const duration = readDuration(text.slice(1).trim());
  if (duration.ok) return from + sign * duration.value;
  faults.add(node.place, `${what} "${text}" cannot be read: ${duration.error}.`, { expected: timeExpected });
  return undefined;
}

function readInstant(
  node: YamlNode,
  text: string,
  what: string,
  zone: Zone,
  faults: Faults,
): Instant | undefined {
  const instant = zone.parseInstant(text);
  if (instant !== undefined) return instant;
  const date = readDate(text);
  const looksRelative = readDuration(text).ok;
  const why = looksRelative
    ? `a time from here has a sign: "+${text}"`
    : date.ok
      ? 'it is out of range'
      : date.error;
  faults.add(node.place, `${what} "${text}" cannot be read: ${why}.`, { expected: timeExpected });
  return undefined;
}
