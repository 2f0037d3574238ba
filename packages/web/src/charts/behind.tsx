/** Up to where an answer about the past knows, where that is not everything. */

import type { JSX } from 'react';

import { Notice } from '../design/layout.tsx';
import { useFormats, useTexts } from '../texts/use-texts.ts';

export type AsOf = { readonly position: number; readonly at?: string; readonly behind: number };

/** History follows about half a second behind what comes; that much is not worth a word. */
const usualMs = 10_000;
const usualEntries = 1_000;

export function isBehind({ at, behind }: AsOf, now: number): boolean {
  if (behind === 0) return false;
  return at === undefined || behind > usualEntries || now - Date.parse(at) > usualMs;
}

export function Behind({ asOf }: { readonly asOf: AsOf }): JSX.Element | null {
  const t = useTexts();
  const formats = useFormats();
  if (!isBehind(asOf, Date.now())) return null;
  return (
    <Notice tone="warn">
      <p>
        {asOf.at === undefined
          ? t('charts.behind.nothing')
          : t('charts.behind.until', { at: formats.instant(asOf.at) })}{' '}
        {t('charts.behind', { n: asOf.behind })}
      </p>
    </Notice>
  );
}
