/** Up to where an answer about the past knows, where that is not everything. */

import type { JSX } from 'react';

import { type AsOf, isBehind } from '../data/as-of.ts';
import { Notice } from '../design/layout.tsx';
import { useFormats, useTexts } from '../texts/use-texts.ts';

export function Behind({
  asOf,
  until,
}: {
  readonly asOf: AsOf;
  /** Up to where was asked for; undefined: now. */
  readonly until?: string | undefined;
}): JSX.Element | null {
  const t = useTexts();
  const formats = useFormats();
  if (!isBehind(asOf, Date.now(), until === undefined ? undefined : Date.parse(until))) return null;
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
