/** Texts, numbers and instants as the person reads them: their language, the workspace's time zone. */

import { type MessageDescriptor, useIntl } from 'react-intl';

import type { TextName } from './en.ts';

export type Words = (name: TextName, values?: Readonly<Record<string, string | number>>) => string;

/** `t('segment.size', { n: 3 })`. */
export function useTexts(): Words {
  const intl = useIntl();
  return (name, values) => intl.formatMessage({ id: name } satisfies MessageDescriptor, values);
}

export type Formats = {
  readonly number: (n: number) => string;
  readonly percent: (share: number) => string;
  /** Day and minute. */
  readonly instant: (at: string | number) => string;
  /** To the millisecond. */
  readonly exact: (at: string | number) => string;
  readonly day: (at: string | number) => string;
  /** Time of day, to the minute. */
  readonly time: (at: string | number) => string;
  /** Time of day, to the millisecond. */
  readonly clock: (at: string | number) => string;
  /** “3 minutes ago”. */
  readonly ago: (at: string | number, now: number) => string;
};

const steps: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, ms: number])[] = [
  ['year', 31_557_600_000],
  ['month', 2_629_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

export function useFormats(): Formats {
  const intl = useIntl();
  const millisecond = { fractionalSecondDigits: 3 } as const;
  return {
    number: (n) => intl.formatNumber(n),
    percent: (share) => intl.formatNumber(share, { style: 'percent', maximumFractionDigits: 1 }),
    instant: (at) => intl.formatDate(at, { dateStyle: 'medium', timeStyle: 'short' }),
    exact: (at) =>
      intl.formatDate(at, {
        year: 'numeric',
        month: 'short',
        day: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        ...millisecond,
      }),
    day: (at) => intl.formatDate(at, { dateStyle: 'medium' }),
    time: (at) => intl.formatDate(at, { hour: '2-digit', minute: '2-digit', hour12: false }),
    clock: (at) =>
      intl.formatDate(at, {
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        hour12: false,
        ...millisecond,
      }),
    ago: (at, now) => {
      const past = now - new Date(at).getTime();
      for (const [unit, ms] of steps) {
        if (Math.abs(past) >= ms || unit === 'second') {
          return intl.formatRelativeTime(-Math.trunc(past / ms), unit, { numeric: 'auto' });
        }
      }
      return '';
    },
  };
}
