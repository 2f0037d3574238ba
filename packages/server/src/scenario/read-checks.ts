/** Reads the checks of a step: `expect`, `value`, `size`, `changes`, `actions`. */

import type { Zone } from '@segue/core/base/zone.ts';
import type { Cause } from '@segue/core/model/change.ts';
import type { Instant } from '@segue/core/model/message.ts';
import { parseValue } from '@segue/core/rules/parse.ts';

import { placeDiagnostics } from '../definitions-files/place-diagnostics.ts';
import type { YamlEntry, YamlNode } from '../definitions-files/yaml-source.ts';
import {
  readCustomer,
  readCustomers,
  readItems,
  readMap,
  readText,
  readTime,
  type Faults,
} from './fields.ts';
import type { Check, ExpectedChange, ExpectedValue } from './scenario.ts';

/** In the order in which they are looked at: states before changes, whatever the file's order. */
export const checkKeys: readonly string[] = ['expect', 'value', 'size', 'changes', 'actions'];

const causes: readonly Cause[] = [
  'event',
  'late_event',
  'time',
  'identify',
  'merge',
  'list',
  'population',
  'definition',
  'score',
  'erasure',
];

/** All checks of a step whose clock stands at `at`. */
export function readChecks(
  fields: ReadonlyMap<string, YamlEntry>,
  at: Instant,
  zone: Zone,
  faults: Faults,
): readonly Check[] {
  const checks: Check[] = [];
  for (const key of checkKeys) {
    const entry = fields.get(key);
    if (entry === undefined) continue;
    if (key === 'expect') readExpect(entry.node, checks, faults);
    else if (key === 'value') readValues(entry.node, checks, faults);
    else if (key === 'size') readSizes(entry.node, checks, faults);
    else if (key === 'changes') readChanges(entry, at, zone, checks, faults);
    else {
      checks.push({
        kind: 'actions',
        place: entry.keyPlace,
        expectedCount: readItems(entry.node, 'actions', faults).length,
      });
    }
  }
  return checks;
}

/** A list is the members of a segment; a map gives members by stage of a lifecycle. */
function readExpect(node: YamlNode, checks: Check[], faults: Faults): void {
  for (const [name, entry] of readMap(node, 'expect', undefined, faults) ?? []) {
    const stages = entry.node.entries();
    if (stages === undefined) {
      const expected = readCustomers(entry.node, `expect ${name}`, faults);
      checks.push({ kind: 'members', place: entry.keyPlace, segment: name, expected });
      continue;
    }
    for (const stage of stages) {
      const expected = readCustomers(stage.node, `expect ${name} ${stage.key}`, faults);
      checks.push({ kind: 'stage', place: stage.keyPlace, lifecycle: name, stage: stage.key, expected });
    }
  }
}

function readValues(node: YamlNode, checks: Check[], faults: Faults): void {
  for (const item of node.items() ?? [node]) {
    const fields = readMap(item, 'value', ['customer', 'of', 'is'], faults);
    if (fields === undefined) continue;
    const customerEntry = required(fields, 'customer', item, 'value', faults);
    const ofEntry = required(fields, 'of', item, 'value', faults);
    const isEntry = required(fields, 'is', item, 'value', faults);
    if (customerEntry === undefined || ofEntry === undefined || isEntry === undefined) continue;
    const customer = readCustomer(customerEntry.node, 'customer', faults);
    const text = readText(ofEntry.node, 'of', faults);
    const is = readExpectedValue(isEntry.node, faults);
    if (customer === undefined || text === undefined) continue;
    const parsed = parseValue(text);
    for (const diagnostic of placeDiagnostics(ofEntry.node, parsed.diagnostics)) {
      faults.addDiagnostic(diagnostic);
    }
    if (parsed.tree === undefined) continue;
    checks.push({ kind: 'value', place: item.place, customer, text, of: parsed.tree, is });
  }
}

function readExpectedValue(node: YamlNode, faults: Faults): ExpectedValue {
  const items = node.items();
  if (items !== undefined) return items.map((item) => readExpectedValue(item, faults));
  const value = node.scalar();
  if (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean'
  ) {
    return value;
  }
  faults.add(
    node.place,
    `is must be a number, a text, true, false, null or a list of them, but here is ${node.kind}.`,
  );
  return null;
}

function readSizes(node: YamlNode, checks: Check[], faults: Faults): void {
  for (const [segment, entry] of readMap(node, 'size', undefined, faults) ?? []) {
    const match = /^(\d{1,15})(?:\s*\.\.\s*(\d{1,15}))?$/.exec(entry.node.text() ?? '');
    const min = Number(match?.[1]);
    const max = Number(match?.[2] ?? match?.[1]);
    if (match === null || min > max) {
      const expected = 'a count such as 5, or a range such as 4800..5200';
      faults.add(entry.node.place, `size of ${segment} cannot be read; expected ${expected}.`, { expected });
      continue;
    }
    checks.push({ kind: 'size', place: entry.keyPlace, segment, min, max });
  }
}

const changeKeys = ['customer', 'segment', 'change', 'at', 'version', 'messageId', 'cause'];

function readChanges(entry: YamlEntry, at: Instant, zone: Zone, checks: Check[], faults: Faults): void {
  const expected: ExpectedChange[] = [];
  for (const item of readItems(entry.node, 'changes', faults)) {
    const fields = readMap(item, 'A change', changeKeys, faults);
    const change = fields === undefined ? undefined : readChange(item, fields, at, zone, faults);
    if (change !== undefined) expected.push(change);
  }
  checks.push({ kind: 'changes', place: entry.keyPlace, expected });
}

function readChange(
  item: YamlNode,
  fields: ReadonlyMap<string, YamlEntry>,
  now: Instant,
  zone: Zone,
  faults: Faults,
): ExpectedChange | undefined {
  const customerEntry = required(fields, 'customer', item, 'A change', faults);
  const segmentEntry = required(fields, 'segment', item, 'A change', faults);
  const changeEntry = required(fields, 'change', item, 'A change', faults);
  if (customerEntry === undefined || segmentEntry === undefined || changeEntry === undefined) {
    return undefined;
  }
  const customer = readCustomer(customerEntry.node, 'customer', faults);
  const segment = readText(segmentEntry.node, 'segment', faults);
  const change = readChoice(changeEntry.node, 'change', ['entered', 'exited'] as const, faults);
  if (customer === undefined || segment === undefined || change === undefined) return undefined;
  const atEntry = fields.get('at');
  const at = atEntry === undefined ? undefined : readTime(atEntry.node, 'at', now, zone, faults);
  const versionEntry = fields.get('version');
  const version = versionEntry === undefined ? undefined : readVersion(versionEntry.node, faults);
  const messageIdEntry = fields.get('messageId');
  const messageId =
    messageIdEntry === undefined ? undefined : readText(messageIdEntry.node, 'messageId', faults);
  const causeEntry = fields.get('cause');
  const cause = causeEntry === undefined ? undefined : readChoice(causeEntry.node, 'cause', causes, faults);
  return {
    customer,
    segment,
    change,
    ...(at === undefined ? {} : { at }),
    ...(version === undefined ? {} : { version }),
    ...(messageId === undefined ? {} : { messageId }),
    ...(cause === undefined ? {} : { cause }),
  };
}

function readVersion(node: YamlNode, faults: Faults): number | undefined {
  const value = node.scalar();
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value;
  faults.add(node.place, 'version must be a whole number from 1.', { expected: 'a whole number from 1' });
  return undefined;
}

function readChoice<T extends string>(
  node: YamlNode,
  what: string,
  choices: readonly T[],
  faults: Faults,
): T | undefined {
  const text = node.text();
  const choice = choices.find((candidate) => candidate === text);
  if (choice === undefined) {
    const expected = choices.join(', ');
    faults.add(node.place, `${what} is "${text ?? node.kind}"; expected one of ${expected}.`, { expected });
  }
  return choice;
}

function required(
  fields: ReadonlyMap<string, YamlEntry>,
  key: string,
  node: YamlNode,
  what: string,
  faults: Faults,
): YamlEntry | undefined {
  const entry = fields.get(key);
  if (entry === undefined) faults.add(node.place, `${what} needs "${key}".`, { expected: key });
  return entry;
}
