/**
 * One setting's value: text → value, value → text. All sources speak text; the file also knows lists. What is wrong is
 * said as what was expected, since whoever reads the message knows what they wrote.
 */

import { BlockList, isIP } from 'node:net';

import { Zone } from '@segue/core/base/zone.ts';
import { fail, ok, type Result } from '@segue/core/base/result.ts';
import { durationUnits, readDuration } from '@segue/core/rules/parse-literal.ts';

import { nearestName } from '@segue/core/rules/names.ts';

import type { SettingField } from './setting-field.ts';

/** What was expected, to follow “Expected”, and the nearest choice where there are choices. */
export type ValueFault = { readonly expected: string; readonly nearest?: string };

const textCharactersMax = 4_096;
const addressesMax = 100;

/** Units of sizes from the largest to the smallest, in bytes; the first that divides a size writes it. */
const sizeUnits: ReadonlyMap<string, number> = new Map([
  ['TiB', 1024 ** 4],
  ['GiB', 1024 ** 3],
  ['MiB', 1024 ** 2],
  ['KiB', 1024],
  ['TB', 1000 ** 4],
  ['GB', 1000 ** 3],
  ['MB', 1000 ** 2],
  ['KB', 1000],
  ['B', 1],
]);

/** Names that a list of proxies may hold beside addresses. */
const namedNetworks = ['loopback', 'linklocal', 'uniquelocal'];

/** Reads what stands for one setting: a text, or in the file also a list of texts. */
export function readSettingValue(
  field: SettingField,
  given: string | readonly string[],
): Result<unknown, ValueFault> {
  if (field.kind === 'addresses') {
    return readAddresses(typeof given === 'string' ? given.split(',').map((part) => part.trim()) : given);
  }
  if (typeof given !== 'string') return fail({ expected: `${expectedOf(field)}, not a list` });
  const value = readText(field, given.trim());
  return value === undefined ? fail(faultOf(field, given)) : ok(value);
}

/** What a setting takes, such as “a whole number from 0 to 65535”; follows “Expected”. */
export function expectedOf(field: SettingField): string {
  const { kind, choices, minimum, maximum } = field;
  switch (kind) {
    case 'text':
      return 'a text';
    case 'path':
      return 'a path';
    case 'host':
      return 'an address or host name such as 127.0.0.1';
    case 'url':
      return 'an address such as https://segue.example.com, without path, query or password';
    case 'timezone':
      return 'a time zone such as Europe/Berlin or UTC';
    case 'addresses':
      return 'addresses or networks such as 10.0.0.0/8, or loopback, linklocal, uniquelocal';
    case 'integer':
      return `a whole number from ${minimum} to ${maximum}`;
    case 'duration':
      return `a duration with its unit from ${durationText(minimum)} to ${durationText(maximum)}, such as 30s`;
    case 'size':
      return `a size with its unit from ${sizeText(minimum)} to ${sizeText(maximum)}, such as 512KiB`;
    case 'choice':
      return `one of ${choices.join(', ')}`;
    case 'switch':
      return 'true or false';
  }
}

/** A value as it would be written in the file; undefined for one that is not set. */
export function settingText(field: SettingField, value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value !== 'number') return undefined;
  if (field.kind === 'duration') return durationText(value);
  return field.kind === 'size' ? sizeText(value) : String(value);
}

/** Undefined for what it cannot be. */
function readText(field: SettingField, text: string): unknown {
  if (text === '' || text.length > textCharactersMax || text.includes('\0')) return undefined;
  switch (field.kind) {
    case 'text':
    case 'path':
    case 'addresses':
      return text;
    case 'host':
      return /^[\w.:%-]+$/.test(text) ? text : undefined;
    case 'url':
      return readOrigin(text);
    case 'timezone':
      return Zone.open(text).ok ? text : undefined;
    case 'integer':
      return /^\d{1,15}$/.test(text) ? within(field, Number(text)) : undefined;
    case 'duration': {
      const ms = readDuration(text);
      return ms.ok ? within(field, ms.value) : undefined;
    }
    case 'size':
      return within(field, readSize(text));
    case 'choice':
      return field.choices.includes(text) ? text : undefined;
    case 'switch':
      return readSwitch(text);
  }
}

function within(field: SettingField, value: number | undefined): number | undefined {
  if (value === undefined || value < field.minimum || value > field.maximum) return undefined;
  return value;
}

/** The words of YAML 1.2 and those that people are used to from the environment. */
function readSwitch(text: string): boolean | undefined {
  if (/^(?:true|on|yes|1)$/i.test(text)) return true;
  return /^(?:false|off|no|0)$/i.test(text) ? false : undefined;
}

function readSize(text: string): number | undefined {
  const [, amount = '', unit = 'B'] = /^(\d{1,15})\s?([kmgt]i?b|b)?$/i.exec(text) ?? [];
  if (amount === '') return undefined;
  for (const [name, bytes] of sizeUnits) {
    if (name.toLowerCase() === unit.toLowerCase()) return Number(amount) * bytes;
  }
  return undefined;
}

/** An http(s) URL that is nothing but an origin, without the slash at its end. */
function readOrigin(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, origin, pathname, search, hash, username, password } = new URL(text);
  const plain = [search, hash, username, password].every((part) => part === '') && pathname === '/';
  return plain && (protocol === 'https:' || protocol === 'http:') ? origin : undefined;
}

function readAddresses(parts: readonly string[]): Result<string[], ValueFault> {
  const addresses = parts.filter((part) => part !== '');
  if (addresses.length > addressesMax) return fail({ expected: `at most ${addressesMax} addresses` });
  const wrong = addresses.find((part) => !isNetwork(part));
  if (wrong === undefined) return ok(addresses);
  const nearest = nearestName(wrong, namedNetworks);
  const expected = `addresses or networks such as 10.0.0.0/8, or ${namedNetworks.join(', ')}; “${wrong}” is none`;
  return fail(nearest === undefined ? { expected } : { expected, nearest });
}

function isNetwork(text: string): boolean {
  if (namedNetworks.includes(text)) return true;
  const [, address = '', prefix] = /^([\da-f.:]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? [];
  const family = isIP(address);
  if (family === 0) return false;
  try {
    new BlockList().addSubnet(
      address,
      Number(prefix ?? (family === 4 ? 32 : 128)),
      family === 4 ? 'ipv4' : 'ipv6',
    );
    return true;
  } catch {
    return false;
  }
}

function faultOf(field: SettingField, given: string): ValueFault {
  const nearest = field.kind === 'choice' ? nearestName(given, field.choices) : undefined;
  const expected = expectedOf(field);
  return nearest === undefined ? { expected } : { expected, nearest };
}

function durationText(ms: number): string {
  for (const [unit, unitMs] of durationUnits) {
    // Weeks are left out: 7d says more than 1w.
    if (unit !== 'w' && ms % unitMs === 0) return `${ms / unitMs}${unit}`;
  }
  return `${ms}ms`;
}

function sizeText(bytes: number): string {
  for (const [unit, unitBytes] of sizeUnits) {
    if (bytes >= unitBytes && bytes % unitBytes === 0) return `${bytes / unitBytes}${unit}`;
  }
  return `${bytes}B`;
}
