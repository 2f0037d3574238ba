import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { expect, test } from 'vitest';

import { en, type TextName } from '../src/texts/en.ts';
import { hi } from '../src/texts/hi.ts';
import { localeOf, preferredLanguage } from '../src/texts/languages.ts';

const source = path.join(import.meta.dirname, '../src');
const names = Object.keys(en) as TextName[];
const placeholders = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)/g)].map(([, name]) => name ?? ''))].sort();

test('every text is used somewhere', () => {
  const code = globSync('**/*.{ts,tsx}', { cwd: source })
    .filter((file) => !file.startsWith('texts'))
    .map((file) => readFileSync(path.join(source, file), 'utf8'))
    .join('\n');
  const built = /^(cause|role|job|template|rule\.(add|measure|source|unit|op|unseen|window))\./;
  expect(names.filter((name) => !built.test(name) && !code.includes(`'${name}'`))).toEqual([]);
});

test('every text says the same things in every language', () => {
  const different = names.filter(
    (name) => placeholders(en[name]).join(' ') !== placeholders(hi[name]).join(' '),
  );
  expect(different).toEqual([]);
});

test('no text is left in English by mistake', () => {
  const same = names.filter(
    (name) => en[name] === hi[name] && /[a-z]{3}/i.test(en[name].replace(/\{[^}]*\}/g, '')),
  );
  expect(same).toEqual([]);
});

test('the language is what the person chose, else the first that the browser offers and there is', () => {
  const storage = (chosen: string | null): Storage => ({ getItem: () => chosen }) as unknown as Storage;
  expect(preferredLanguage(storage('hi'), ['en-GB'])).toBe('hi');
  expect(preferredLanguage(storage(null), ['fr-FR', 'hi-IN', 'en'])).toBe('hi');
  expect(preferredLanguage(storage('klingon'), ['fr-FR'])).toBe('en');
});

test('numbers and dates are those of the person’s own country', () => {
  expect(localeOf('en', ['de-DE', 'en-GB', 'en-US'])).toBe('en-GB');
  expect(localeOf('hi', ['en-US'])).toBe('hi');
});
