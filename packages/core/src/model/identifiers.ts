/**
 * Identifiers as they are compared: an e-mail lower-cased and trimmed, a phone number in E.164, everything else as it
 * was written. What cannot name one person (a blocked value, a phone number that cannot exist) names nobody; the
 * trait it came from stays a trait.
 */

import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

import type { Identifier, IdentifierKind } from './message.ts';

/** Characters; longer ones are refused, as no source names people so. */
export const identifierLengthMax = 512;

/** Parsed phone numbers remembered; parsing one costs tens of microseconds. */
const phonesRemembered = 4096;

/** Values that sources send for "nobody": an empty or all-zero id, and what broken code prints. */
export function isBlocked(value: string): boolean {
  switch (value) {
    case '-1':
    case 'null':
    case 'undefined':
    case 'anonymous':
      return true;
    default:
      return isZerosAndDashes(value);
  }
}

function isZerosAndDashes(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code !== 48 && code !== 45) return false;
  }
  return true;
}

/** The form in which an identifier of this kind is stored and compared; undefined where it names nobody. */
export function normaliseIdentifier(kind: IdentifierKind, value: string): string | undefined {
  if (isBlocked(value)) return undefined;
  if (kind === 'email') return normaliseEmail(value);
  if (kind === 'phone') return normalisePhone(value);
  return value;
}

/**
 * The identifiers that a person may mean by a bare text such as `Ann@Example.com`: as written, then as an e-mail,
 * then as a phone number. For looking customers up; at most three.
 */
export function readingsOf(text: string): readonly string[] {
  const readings = [text];
  const email = text.includes('@') ? normaliseEmail(text) : undefined;
  if (email !== undefined && email !== text) readings.push(email);
  const phone = text.startsWith('+') ? normalisePhone(text) : undefined;
  if (phone !== undefined && phone !== text) readings.push(phone);
  return readings;
}

/** A phone number as most write it, and the digits at its end that are the same in all of these forms. */
const usualNumber = /^\+[\d ().-]+$/u;
const lastDigits = 6;

/** The texts by which nobody means any of these identifiers; the same array where that is all of them. */
export function withoutNames(texts: readonly string[], values: ReadonlySet<string>): readonly string[] {
  const ends = new Set([...values].filter((value) => value.startsWith('+')).map(endOfNumber));
  const isNamed = (text: string): boolean => {
    if (values.has(text)) return true;
    // To read a phone number takes long: most are told apart by how they end.
    if (usualNumber.test(text) && !ends.has(endOfNumber(text))) return false;
    return readingsOf(text).some((reading) => values.has(reading));
  };
  const left = texts.filter((text) => !isNamed(text));
  return left.length === texts.length ? texts : left;
}

function endOfNumber(text: string): string {
  return text.replaceAll(/\D/gu, '').slice(-lastDigits);
}

/** Reads `{ userId }`, `{ email }` and so on: how a person names one customer in a file or request. */
export const identifierKindsByField: ReadonlyMap<string, IdentifierKind> = new Map([
  ['userId', 'user_id'],
  ['anonymousId', 'anonymous_id'],
  ['email', 'email'],
  ['phone', 'phone'],
  ['loyalty_id', 'loyalty_id'],
]);

/** Adds to `into` unless it is there already; order is the caller's. */
export function addIdentifier(into: Identifier[], kind: IdentifierKind, value: string): void {
  for (let i = 0; i < into.length; i++) {
    const known = into[i];
    if (known?.kind === kind && known.value === value) return;
  }
  into.push({ kind, value });
}

function normaliseEmail(value: string): string | undefined {
  const email = value.trim().toLowerCase();
  const at = email.indexOf('@');
  return at > 0 && at < email.length - 1 && !isBlocked(email) ? email : undefined;
}

const phones = new Map<string, string | undefined>();

/**
 * E.164, or undefined. Asked is whether the number can exist (its country and length), not whether its range has been
 * handed out: ranges are opened all the time, and a new number is a person too.
 */
function normalisePhone(value: string): string | undefined {
  const known = phones.get(value);
  if (known !== undefined || phones.has(value)) return known;
  const parsed = parsePhoneNumberFromString(value);
  const possible = parsed?.isPossible() === true && !isBlocked(parsed.nationalNumber);
  const phone = possible ? parsed.number : undefined;
  if (phones.size >= phonesRemembered) phones.clear();
  phones.set(value, phone);
  return phone;
}
