/** Over which days something is shown. */

import type { JSX } from 'react';

import { useTexts } from '../texts/use-texts.ts';

const dayMs = 86_400_000;

export type Days = 7 | 30 | 90 | 365;
export const periods: readonly Days[] = [7, 30, 90, 365];

/** Up to now: the instants from and to, and pieces of a size that can be seen. */
export function periodOf(
  days: Days,
  now: number,
): { readonly from: string; readonly every: 'hour' | 'day' | 'week' } {
  return {
    from: new Date(now - days * dayMs).toISOString(),
    every: days === 7 ? 'hour' : days === 365 ? 'week' : 'day',
  };
}

export function PeriodPicker({
  days,
  onChange,
}: {
  readonly days: Days;
  readonly onChange: (days: Days) => void;
}): JSX.Element {
  const t = useTexts();
  return (
    <select
      className="input inline"
      aria-label={t('charts.period')}
      value={days}
      onChange={(event) => {
        onChange(Number(event.target.value) as Days);
      }}
    >
      {periods.map((each) => (
        <option key={each} value={each}>
          {t('charts.lastDays', { n: each })}
        </option>
      ))}
    </select>
  );
}
