/** Settings in words: what one takes, and its value as it would be written in the file. */

import type { SettingField } from './setting-field.ts';

/** Units of sizes from the largest to the smallest, in bytes; the first that divides a size writes it. */
export const sizeUnits: ReadonlyMap<string, number> = new Map([
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

/** Units of durations from the largest to the smallest, in milliseconds. Weeks are left out: 7d says more than 1w. */
const durationUnits: ReadonlyMap<string, number> = new Map([
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
]);

/** Names that a list of proxies may hold beside addresses. */
export const namedNetworks: readonly string[] = ['loopback', 'linklocal', 'uniquelocal'];

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

function durationText(ms: number): string {
  for (const [unit, unitMs] of durationUnits) {
    if (ms % unitMs === 0) return `${ms / unitMs}${unit}`;
  }
  return `${ms}ms`;
}

function sizeText(bytes: number): string {
  for (const [unit, unitBytes] of sizeUnits) {
    if (bytes >= unitBytes && bytes % unitBytes === 0) return `${bytes / unitBytes}${unit}`;
  }
  return `${bytes}B`;
}
