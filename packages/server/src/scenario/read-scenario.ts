/**
 * Reads scenario files: YAML or JSON, one scenario a document. A file is taken whole or not at all; everything that is
 * wrong in it is reported with line and column.
 */

import { INSTANT_MAX, INSTANT_MIN, Zone } from '@segue/core/base/zone.ts';
import { fail, ok, type Result } from '@segue/core/base/result.ts';
import type { DefinitionNames } from '@segue/core/model/definition-changes.ts';
import { definitionKinds, type DefinitionKind } from '@segue/core/model/names.ts';
import { noDefinitions, type Definitions } from '@segue/core/model/definitions.ts';
import { identifierKindsByField, normaliseIdentifier } from '@segue/core/model/identifiers.ts';
import type { Instant, MessageKind } from '@segue/core/model/message.ts';
import { nearestName } from '@segue/core/rules/names.ts';

import { placed, type PlacedDiagnostic } from '../definitions-files/place.ts';
import { readDefinitions } from '../definitions-files/read-definitions.ts';
import { parseYaml, type YamlEntry, type YamlNode } from '../definitions-files/yaml-source.ts';
import {
  Faults,
  readCustomer,
  readCustomers,
  readItems,
  readMap,
  readText,
  readTexts,
  readTime,
} from './fields.ts';
import { checkKeys, readChecks } from './read-checks.ts';
import type { Action, ImportMapping, Scenario, ScenarioMessage, Step } from './scenario.ts';

const messageKinds: readonly MessageKind[] = ['identify', 'track', 'page', 'screen', 'group', 'alias'];
const actionKeys: readonly string[] = [
  ...messageKinds,
  'batch',
  'import',
  'define',
  'remove',
  'list',
  'erase',
  'refresh',
  'restart',
];
const stepKeys: readonly string[] = ['at', ...actionKeys, 'rejected', ...checkKeys];
const scenarioKeys: readonly string[] = ['name', 'timezone', 'start', 'definitions', 'steps'];

/** Fields of a Segment call; others are let through, but one that is nearly one of these is a slip of the pen. */
const messageKeys: readonly string[] = [
  'userId',
  'anonymousId',
  'event',
  'name',
  'category',
  'properties',
  'traits',
  'context',
  'timestamp',
  'originalTimestamp',
  'sentAt',
  'receivedAt',
  'messageId',
  'previousId',
  'groupId',
  'integrations',
  'type',
];
/** A shorter field is near too many others to be called a slip. */
const shortKey = 5;
const messageTimeKeys: readonly string[] = ['timestamp', 'originalTimestamp', 'sentAt'];

const defaultStart = '2026-01-01T00:00:00Z';

/** The scenarios of one file, or everything that is wrong with it. */
export function readScenarios(
  file: string,
  text: string,
): Result<readonly Scenario[], readonly PlacedDiagnostic[]> {
  const source = parseYaml(file, text);
  if (!source.ok) return source;
  const faults = new Faults(file);
  const { documents } = source.value;
  if (documents.length === 0) {
    const message = 'There is no scenario in this file; a scenario has a name and steps.';
    return fail([placed(file, { line: 1, column: 1 }, { code: 'scenario/empty', message })]);
  }
  const scenarios: Scenario[] = [];
  for (const [index, document] of documents.entries()) {
    const scenario = readScenario(document, index + 1, faults);
    if (scenario !== undefined) scenarios.push(scenario);
  }
  return faults.found.length > 0 ? fail(faults.found) : ok(scenarios);
}

function readScenario(node: YamlNode, number: number, faults: Faults): Scenario | undefined {
  const fields = readMap(node, 'A scenario', scenarioKeys, faults);
  if (fields === undefined) return undefined;
  const nameNode = fields.get('name')?.node;
  const name = nameNode === undefined ? `Scenario ${number}` : readText(nameNode, 'name', faults);
  const { timeZone, zone } = readZone(fields.get('timezone')?.node, faults);
  const start = readStart(fields.get('start')?.node, zone, faults);
  const stepsNode = fields.get('steps')?.node;
  if (stepsNode === undefined) {
    faults.add(node.place, 'A scenario needs "steps": what happens and what is then true.', {
      expected: 'steps',
    });
    return undefined;
  }
  const steps = readSteps(readItems(stepsNode, 'steps', faults), start, zone, faults);
  const definitions = readOwnDefinitions(fields.get('definitions')?.node, faults);
  return {
    file: node.file,
    name: name ?? '',
    place: node.place,
    zone,
    timeZone,
    start,
    definitions,
    steps,
  };
}

function readOwnDefinitions(node: YamlNode | undefined, faults: Faults): Definitions {
  if (node === undefined || node.isNothing()) return noDefinitions;
  const { definitions, diagnostics } = readDefinitions(node, noDefinitions);
  for (const diagnostic of diagnostics) if (diagnostic.severity === 'error') faults.addDiagnostic(diagnostic);
  return definitions;
}

function readZone(node: YamlNode | undefined, faults: Faults): { timeZone: string; zone: Zone } {
  const timeZone = node === undefined ? 'UTC' : readText(node, 'timezone', faults);
  const zone = Zone.open(timeZone ?? 'UTC');
  if (zone.ok) return { timeZone: timeZone ?? 'UTC', zone: zone.value };
  if (node !== undefined) {
    const expected = 'an IANA name such as Asia/Kolkata';
    faults.add(node.place, `There is no time zone "${timeZone ?? ''}"; expected ${expected}.`, { expected });
  }
  return { timeZone: 'UTC', zone: new Zone('UTC') };
}

function readStart(node: YamlNode | undefined, zone: Zone, faults: Faults): Instant {
  const start = zone.parseInstant(defaultStart) ?? 0;
  if (node === undefined) return start;
  return readTime(node, 'start', start, zone, faults) ?? start;
}

function readSteps(nodes: readonly YamlNode[], start: Instant, zone: Zone, faults: Faults): readonly Step[] {
  const steps: Step[] = [];
  let now = start;
  for (const [index, node] of nodes.entries()) {
    if (node.isNothing()) {
      steps.push({ number: index + 1, place: node.place, at: now, action: undefined, checks: [] });
      continue;
    }
    const fields = readMap(node, 'A step', stepKeys, faults);
    if (fields === undefined) continue;
    now = readClock(fields.get('at'), now, zone, faults);
    const action = readAction(fields, now, zone, faults);
    const checks = readChecks(fields, now, zone, faults);
    steps.push({ number: index + 1, place: node.place, at: now, action, checks });
  }
  return steps;
}

function readClock(entry: YamlEntry | undefined, now: Instant, zone: Zone, faults: Faults): Instant {
  if (entry === undefined) return now;
  const at = readTime(entry.node, 'at', now, zone, faults);
  if (at === undefined) return now;
  if (at < now) {
    const message = `at goes back: the step before is at ${zone.format(now)}, this one at ${zone.format(at)}. The clock only goes forward.`;
    faults.add(entry.node.place, message, { expected: 'the same time or later' });
    return now;
  }
  if (at > INSTANT_MAX || at < INSTANT_MIN) {
    faults.add(entry.node.place, 'at is beyond the years 1 to 9999.', { expected: 'a year from 1 to 9999' });
    return now;
  }
  return at;
}

function readAction(
  fields: ReadonlyMap<string, YamlEntry>,
  now: Instant,
  zone: Zone,
  faults: Faults,
): Action | undefined {
  const entries = [...fields.values()].filter((entry) => actionKeys.includes(entry.key));
  const [entry, second] = entries;
  const rejected = fields.get('rejected');
  if (second !== undefined && entry !== undefined) {
    const message = `A step does one thing, but this one has "${entry.key}" and "${second.key}"; write two steps, or a batch of messages.`;
    faults.add(second.keyPlace, message);
    return undefined;
  }
  if (rejected !== undefined && entry?.key !== 'define' && entry?.key !== 'remove') {
    faults.add(rejected.keyPlace, '"rejected" stands beside "define" or "remove" only.');
  }
  if (entry === undefined) return undefined;
  const message = messageKinds.find((kind) => kind === entry.key);
  if (message !== undefined) {
    return { kind: 'messages', messages: readMessage(message, entry, now, zone, faults) };
  }
  const rejectedText = rejected === undefined ? undefined : readText(rejected.node, 'rejected', faults);
  return readOtherAction(entry, rejectedText, now, zone, faults);
}

function readOtherAction(
  entry: YamlEntry,
  rejected: string | undefined,
  now: Instant,
  zone: Zone,
  faults: Faults,
): Action | undefined {
  const { node } = entry;
  switch (entry.key) {
    case 'batch':
      return { kind: 'messages', messages: readBatch(node, now, zone, faults) };
    case 'import':
      return readImport(node, faults);
    case 'define':
      readMap(node, 'define', undefined, faults);
      return { kind: 'define', definitions: node, rejected };
    case 'remove':
      return { kind: 'remove', names: readNames(node, faults), rejected };
    case 'list':
      return { kind: 'list', lists: readLists(node, faults) };
    case 'erase':
      return readErase(node, faults);
    case 'refresh':
      if (node.text() === 'population') return { kind: 'refresh' };
      faults.add(node.place, 'refresh is of the population; expected refresh: population.', {
        expected: 'population',
      });
      return undefined;
    default:
      if (node.scalar() === true) return { kind: 'restart' };
      faults.add(node.place, 'restart is written restart: true.', { expected: 'true' });
      return undefined;
  }
}

function readBatch(node: YamlNode, now: Instant, zone: Zone, faults: Faults): readonly ScenarioMessage[] {
  const messages: ScenarioMessage[] = [];
  for (const item of readItems(node, 'batch', faults)) {
    const fields = readMap(item, 'A message of a batch', messageKinds, faults);
    if (fields === undefined) continue;
    if (fields.size !== 1) {
      const message =
        'Each item of a batch is one message, such as - track: { userId: asha, event: Order Completed }.';
      faults.add(item.place, message);
    }
    for (const kind of messageKinds) {
      const entry = fields.get(kind);
      if (entry !== undefined) messages.push(...readMessage(kind, entry, now, zone, faults));
    }
  }
  return messages;
}

function readMessage(
  kind: MessageKind,
  entry: YamlEntry,
  now: Instant,
  zone: Zone,
  faults: Faults,
): readonly ScenarioMessage[] {
  const fields = readMap(entry.node, kind, undefined, faults);
  if (fields === undefined) return [];
  const raw = { ...(entry.node.value() as Record<string, unknown>) };
  for (const [key, field] of fields) {
    if (!messageKeys.includes(key)) {
      const nearest = key.length < shortKey ? undefined : nearestName(key, messageKeys);
      if (nearest === undefined) continue;
      faults.add(field.keyPlace, `${kind} has no field "${key}"; did you mean "${nearest}"?`, { nearest });
    } else if (messageTimeKeys.includes(key) && typeof field.node.scalar() === 'string') {
      const time = readTime(field.node, key, now, zone, faults);
      if (time !== undefined) raw[key] = new Date(time).toISOString();
    }
  }
  return [{ kind, raw, place: entry.keyPlace }];
}

function readImport(node: YamlNode, faults: Faults): Action | undefined {
  const fields = readMap(node, 'import', ['file', 'mapping'], faults);
  const fileNode = fields?.get('file')?.node;
  if (fileNode === undefined) {
    faults.add(node.place, 'import needs "file".', { expected: 'file' });
    return undefined;
  }
  const file = readText(fileNode, 'file', faults);
  const mappingNode = fields?.get('mapping')?.node;
  const mapping = mappingNode === undefined ? undefined : readMapping(mappingNode, faults);
  return file === undefined ? undefined : { kind: 'import', file, mapping };
}

function readMapping(node: YamlNode, faults: Faults): ImportMapping | undefined {
  if (node.entries() !== undefined) return { kind: 'inline', json: JSON.stringify(node.value()) };
  const path = readText(node, 'mapping', faults);
  return path === undefined ? undefined : { kind: 'path', path };
}

function readNames(node: YamlNode, faults: Faults): DefinitionNames {
  const names: Partial<Record<DefinitionKind, readonly string[]>> = {};
  const fields = readMap(node, 'remove', definitionKinds, faults);
  for (const kind of definitionKinds) {
    const entry = fields?.get(kind);
    if (entry !== undefined) names[kind] = readTexts(entry.node, `remove ${kind}`, faults);
  }
  return names;
}

function readLists(node: YamlNode, faults: Faults): { name: string; members: readonly string[] }[] {
  const lists: { name: string; members: readonly string[] }[] = [];
  for (const [name, entry] of readMap(node, 'list', undefined, faults) ?? []) {
    lists.push({ name, members: readCustomers(entry.node, `list ${name}`, faults) });
  }
  return lists;
}

function readErase(node: YamlNode, faults: Faults): Action | undefined {
  const allowed = [...identifierKindsByField.keys()];
  const fields = readMap(node, 'erase', allowed, faults);
  const [entry, second] = [...(fields?.values() ?? [])];
  if (entry === undefined || second !== undefined) {
    faults.add(node.place, `erase names one customer by one of ${allowed.join(', ')}.`, {
      expected: allowed.join(', '),
    });
    return undefined;
  }
  const kind = identifierKindsByField.get(entry.key) ?? 'user_id';
  const value = readCustomer(entry.node, entry.key, faults);
  return value === undefined
    ? undefined
    : { kind: 'erase', customer: { kind, value: normaliseIdentifier(kind, value) ?? value } };
}
