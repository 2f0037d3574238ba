/** The speech of the person's language, once it is here. */

import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useIntl } from 'react-intl';

import type { Language } from './languages.ts';
import type { Speech } from './speech.ts';

/**
 * Undefined for a moment, while the first sentence waits for its writer.
 *
 * @param isWanted - false: nothing is loaded for it
 */
export function useSpeech(isWanted = true): Speech | undefined {
  const intl = useIntl();
  const language: Language = intl.locale.startsWith('hi') ? 'hi' : 'en';
  return useQuery({
    queryKey: ['speech', intl.locale, intl.timeZone],
    queryFn: async () => (await import('./speech.ts')).loadSpeech(language, intl),
    staleTime: Infinity,
    gcTime: Infinity,
    networkMode: 'always',
    enabled: isWanted,
  }).data;
}

/**
 * What a rule means. Until its writer is here, an English reader sees what the service says, others nothing for a moment.
 */
export function useRuleSentence(isWanted = true): (text: string, english: string) => string {
  const speech = useSpeech(isWanted);
  const { locale } = useIntl();
  return useCallback(
    (text, english) => speech?.rule(text, english) ?? (locale.startsWith('en') ? english : ''),
    [speech, locale],
  );
}
