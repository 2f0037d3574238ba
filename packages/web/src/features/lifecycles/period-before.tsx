/** How a figure of a period stands beside that of the one before it. */

import { ArrowDownRight, ArrowUpRight, Minus } from 'lucide-react';
import type { JSX } from 'react';
import { useIntl } from 'react-intl';

import { useFormats, useTexts } from '../../texts/use-texts.ts';

/** `isShare`: the figures are shares, and differ by points. Nothing where the one before is not known. */
export function Beside({
  now,
  before,
  isShare = false,
}: {
  readonly now: number;
  readonly before: number | undefined;
  readonly isShare?: boolean;
}): JSX.Element | null {
  const t = useTexts();
  const formats = useFormats();
  const intl = useIntl();
  if (before === undefined) return null;
  const more = now - before;
  const text = isShare
    ? t('past.points', {
        n: intl.formatNumber(more * 100, { signDisplay: 'exceptZero', maximumFractionDigits: 1 }),
      })
    : intl.formatNumber(more, { signDisplay: 'exceptZero' });
  const was = isShare ? formats.percent(before) : formats.number(before);
  return (
    <span className="beside" title={t('past.before', { n: was })}>
      {more > 0 ? (
        <ArrowUpRight aria-hidden />
      ) : more < 0 ? (
        <ArrowDownRight aria-hidden />
      ) : (
        <Minus aria-hidden />
      )}
      {text}
      <span className="visually-hidden"> {t('past.before', { n: was })}</span>
    </span>
  );
}

const steps: readonly (readonly ['day' | 'hour' | 'minute' | 'second', number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

/** “3.5 days”, in the largest unit of which there is one. */
export function useDuration(): (ms: number) => string {
  const intl = useIntl();
  return (ms) => {
    const [unit, size] = steps.find(([, each]) => ms >= each) ?? (['second', 1_000] as const);
    return intl.formatNumber(ms / size, {
      style: 'unit',
      unit,
      unitDisplay: 'long',
      maximumFractionDigits: 1,
    });
  };
}
