/**
 * Which values say who somebody is: by the name under which they stand, and by what they look like. Values of that kind are
 * of no use in a list of what occurs, and a list of them is more than anybody needs who may look at one customer at a time.
 * A guess in both directions, so it decides only what is listed, never what a rule may ask.
 */

import type { Path } from '@segue/core/rules/tree.ts';

/** As words of a name: `billing_email`, `billingEmail` and `Billing e-mail` are the words billing, e, mail. */
const personalWords = new Set([
  'email',
  'mail',
  'phone',
  'mobile',
  'telephone',
  'tel',
  'fax',
  'whatsapp',
  'address',
  'street',
  'zip',
  'zipcode',
  'postcode',
  'birthday',
  'birthdate',
  'dob',
  'ip',
  'latitude',
  'longitude',
  'iban',
  'bic',
  'ssn',
  'passport',
  'pan',
  'aadhaar',
  'gstin',
  'username',
  'nickname',
  'firstname',
  'lastname',
  'surname',
  'fullname',
  'password',
  'token',
  'secret',
]);
const personalPairs = ['first name', 'last name', 'full name', 'middle name', 'user name', 'postal code'];
/** Whose values say nothing about anybody, though they stand within what does. */
const harmless = new Set(['city', 'country', 'state', 'region', 'verified', 'domain', 'opt']);

/** `ofCustomer`: a trait, where a bare `name` is that of a person; of an event it is mostly that of a product. */
export function isPersonalPath(path: Path, ofCustomer: boolean): boolean {
  const last = wordsOf(path.at(-1) ?? '');
  if (last.some((word) => harmless.has(word))) return false;
  if (ofCustomer && path.length === 1 && last.join(' ') === 'name') return true;
  return path.some((step) => {
    const words = wordsOf(step);
    const text = ` ${words.join(' ')} `;
    return (
      words.some((word) => personalWords.has(word)) ||
      personalPairs.some((pair) => text.includes(` ${pair} `))
    );
  });
}

/** An address of e-mail, or a number that could be called. */
export function looksPersonal(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) || /^\+[\d\s().-]{7,}$/.test(value);
}

function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/e-mail/g, 'email')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}
