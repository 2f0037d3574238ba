/** Over which days something is shown. */

import { Zone } from '@segue/core/base/zone.ts';
import { type JSX, useMemo, useState } from 'react';
import { useIntl } from 'react-intl';

import { useTexts } from '../texts/use-texts.ts';
import { type Days, periods } from './days.ts';

const otherEnd = 'other';

/** That of the workspace. */
export function useZone(): Zone {
  const { timeZone = 'UTC' } = useIntl();
  return useMemo(() => new Zone(timeZone), [timeZone]);
}

/** A number of days up to an instant: now, or the end of a day that somebody chose, as what was may lie years back. */
export type ChosenPeriod = {
  readonly days: Days;
  /** Where it ends, ms since 1970; stands still while it is looked at. */
  readonly until: number;
  /** It does not end now. */
  readonly isPast: boolean;
  readonly picker: JSX.Element;
};

export function usePeriod(initial: Days): ChosenPeriod {
  const t = useTexts();
  const [days, setDays] = useState(initial);
  const [openedAt] = useState(() => Date.now());
  /** The last day, as in 2011-11-16, in the time zone of the workspace; undefined: up to now. */
  const [day, setDay] = useState<string>();
  const zone = useZone();
  const today = zone.format(openedAt).slice(0, 10);
  const until = useMemo(() => {
    const begins = day === undefined ? undefined : zone.parseInstant(day);
    return begins === undefined ? openedAt : Math.min(openedAt, zone.nextDay(begins));
  }, [day, zone, openedAt]);
  const picker = (
    <span className="row">
      <select
        className="input inline"
        aria-label={t('charts.period')}
        value={days}
        onChange={({ target: { value } }) => {
          if (value === otherEnd) setDay(day === undefined ? today : undefined);
          else setDays(Number(value) as Days);
        }}
      >
        {periods.map((each) => (
          <option key={each} value={each}>
            {t(day === undefined ? 'charts.lastDays' : 'charts.daysUntil', { n: each })}
          </option>
        ))}
        <option value={otherEnd}>{t(day === undefined ? 'charts.untilDay' : 'charts.untilNow')}</option>
      </select>
      {day !== undefined && (
        <input
          className="input inline"
          type="date"
          aria-label={t('charts.until')}
          max={today}
          value={day}
          onChange={({ target: { value } }) => {
            // While a day is being typed there is none; what was chosen stays.
            if (zone.parseInstant(value) !== undefined) setDay(value);
          }}
        />
      )}
    </span>
  );
  return { days, until, isPast: until < openedAt, picker };
}
