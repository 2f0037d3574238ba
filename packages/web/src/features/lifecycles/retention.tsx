/** Of those who first did something in a week, how many do it again in each later week, up to the end of a period. */

import { useQuery } from '@tanstack/react-query';
import { type JSX, type SubmitEvent, useMemo, useState } from 'react';

import { Behind } from '../../charts/behind.tsx';
import { Heat } from '../../charts/heat.tsx';
import { useZone } from '../../charts/period.tsx';
import { Answer } from '../../data/answer.tsx';
import { Button } from '../../design/button.tsx';
import { fieldText } from '../../design/form-text.ts';
import { Card } from '../../design/layout.tsx';
import { useFormats, useTexts } from '../../texts/use-texts.ts';
import { type Chosen, type Retention as Cohorts, retentionQuery } from './asked.ts';

/** So many are looked at where the period is shorter: one week alone says nothing of who comes back. */
const daysMin = { week: 84, month: 365 };
const usualEvent = 'Order Completed';

export function Retention({ chosen: { days, until } }: { readonly chosen: Chosen }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const [event, setEvent] = useState(usualEvent);
  const [every, setEvery] = useState<'week' | 'month'>('week');
  const zone = useZone();
  const period = useMemo(
    () => ({
      from: new Date(zone.daysBefore(until, Math.max(days, daysMin[every]))).toISOString(),
      to: new Date(until).toISOString(),
    }),
    [zone, days, until, every],
  );
  const cohorts = useQuery(retentionQuery(event, every, period));
  const onSubmit = (submit: SubmitEvent<HTMLFormElement>): void => {
    submit.preventDefault();
    const said = fieldText(new FormData(submit.currentTarget), 'event').trim();
    if (said !== '') setEvent(said);
  };
  return (
    <Card
      title={t('retention.title')}
      aside={
        <select
          className="input inline"
          aria-label={t('retention.every')}
          value={every}
          onChange={(change) => {
            setEvery(change.target.value === 'month' ? 'month' : 'week');
          }}
        >
          <option value="week">{t('retention.week')}</option>
          <option value="month">{t('retention.month')}</option>
        </select>
      }
    >
      <div className="stack">
        <form className="row" onSubmit={onSubmit}>
          <label htmlFor="retention-event">{t('retention.event')}</label>
          <input id="retention-event" name="event" className="input inline" defaultValue={event} />
          <Button type="submit">{t('retention.show')}</Button>
        </form>
        <Answer of={cohorts} lines={8}>
          {(data) => (
            <>
              <p className="quiet">
                {t('retention.over', {
                  from: formats.instant(data.period.from),
                  to: formats.instant(data.period.to),
                })}
              </p>
              <Behind asOf={data.asOf} until={data.period.to} />
              {data.cohorts.every(({ customers }) => customers === 0) ? (
                <p className="quiet">{t('retention.none', { event: data.event })}</p>
              ) : (
                <Grid cohorts={data.cohorts} />
              )}
            </>
          )}
        </Answer>
      </div>
    </Card>
  );
}

function Grid({ cohorts }: { readonly cohorts: Cohorts['cohorts'] }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const pieces = Math.max(...cohorts.map(({ active }) => active.length));
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label={t('retention.title')}>
      <table className="heat">
        <thead>
          <tr>
            <th>{t('retention.since')}</th>
            <th>{t('nav.customers')}</th>
            {Array.from({ length: pieces }, (_, i) => (
              <th key={i}>{formats.number(i)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {cohorts.map(({ from, customers, active }) => (
            <tr key={from}>
              <th scope="row">{formats.day(from)}</th>
              <td className="numbers">{formats.number(customers)}</td>
              {active.map((n, i) => (
                <Heat key={i} share={customers === 0 ? 0 : n / customers}>
                  {customers === 0 ? '' : formats.percent(n / customers)}
                </Heat>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
