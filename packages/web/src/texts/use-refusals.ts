/**
 * What was refused, or is wrong with a rule, in a sentence in the person's language: by its code, with what the service says
 * where no text by code can say it. The service speaks English, so English has no texts of its own here.
 */

import { useCallback } from 'react';
import { useIntl } from 'react-intl';

const prefix = 'refusal.';

/** As the names of texts are: they stand beside those of the language, and are loaded with them. */
export function namedRefusals(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(texts).map(([code, text]) => [`${prefix}${code}`, text]));
}

/** Of an error, a finding or a problem: whatever says in English what it is. */
export function useRefusals(): (of: unknown) => string {
  const { messages } = useIntl();
  return useCallback((of) => refusalText(messages, of), [messages]);
}

export function refusalText(messages: Readonly<Record<string, unknown>>, of: unknown): string {
  const { code, message } = said(of);
  const text = code === undefined ? undefined : messages[`${prefix}${code}`];
  return typeof text === 'string' ? text.replace('{detail}', () => message) : message;
}

function said(of: unknown): { readonly code: string | undefined; readonly message: string } {
  if (typeof of !== 'object' || of === null || !('message' in of)) {
    return { code: undefined, message: String(of) };
  }
  const code = 'code' in of && typeof of.code === 'string' ? of.code : undefined;
  return { code, message: String(of.message) };
}
