/** Up to where an answer about the past knows, where that is not everything. */

import type { JSX } from 'react';

import { Notice } from '../design/layout.tsx';
import { useFormats, useTexts } from '../texts/use-texts.ts';

export type AsOf = { readonly position: number; readonly at?: string; readonly behind: number };

export function Behind({ asOf }: { readonly asOf: AsOf }): JSX.Element | null {
  const t = useTexts();
  const formats = useFormats();
  if (asOf.behind === 0) return null;
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
