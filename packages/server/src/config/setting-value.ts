/**
 * One setting's value, text → value. All sources speak text; the file also knows lists. What is wrong is
 * said as what was expected, since whoever reads the message knows what they wrote.
 */

import { BlockList, isIP } from 'node:net';

import { Zone } from '@segue/core/base/zone.ts';
import { fail, ok, type Result } from '@segue/core/base/result.ts';
import { readDuration } from '@segue/core/rules/parse-literal.ts';

import { nearestName } from '@segue/core/rules/names.ts';

import type { SettingField } from './setting-field.ts';
import { expectedOf, namedNetworks, sizeUnits } from './setting-text.ts';

/** What was expected, to follow “Expected”, and the nearest choice where there are choices. */
export type ValueFault = { readonly expected: string; readonly nearest?: string };

const textCharactersMax = 4_096;
const addressesMax = 100;

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
