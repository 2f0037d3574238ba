/** The language of the app, and the way to choose another. */

import { createContext } from 'react';

import type { Language } from '../texts/languages.ts';

export const LanguageContext = createContext<{
  readonly language: Language;
  readonly choose: (language: Language) => void;
}>({ language: 'en', choose: () => undefined });
