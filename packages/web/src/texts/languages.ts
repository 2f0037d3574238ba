/** Languages that the app speaks, and which one a browser gets. Texts other than English are loaded when they are needed. */

import { en, type TextName } from './en.ts';
import { namedRefusals } from './use-refusals.ts';

export type Texts = Readonly<Record<TextName, string>>;
export type Language = 'en' | 'hi';

export const languageNames: Readonly<Record<Language, string>> = { en: 'English', hi: 'हिन्दी' };

const chosenKey = 'segue.language';

/** What the person chose, else the first of the browser's languages that there is, else English. */
export function preferredLanguage(storage: Storage, offered: readonly string[]): Language {
  const chosen = storage.getItem(chosenKey);
  if (isLanguage(chosen)) return chosen;
  for (const tag of offered) {
    const [language] = tag.toLowerCase().split('-');
    if (isLanguage(language)) return language;
  }
  return 'en';
}

export function rememberLanguage(storage: Storage, language: Language): void {
  storage.setItem(chosenKey, language);
}

/** The locale for numbers and dates: the browser's own variant of the language where there is one. */
export function localeOf(language: Language, offered: readonly string[]): string {
  return offered.find((tag) => tag.toLowerCase().startsWith(`${language}-`)) ?? language;
}

export async function loadTexts(language: Language): Promise<Texts> {
  if (language === 'en') return en;
  const [{ hi }, { hiRefusals }] = await Promise.all([import('./hi.ts'), import('./hi-refusals.ts')]);
  return { ...hi, ...namedRefusals(hiRefusals) };
}

function isLanguage(value: string | null | undefined): value is Language {
  return value !== null && value !== undefined && Object.hasOwn(languageNames, value);
}
