/** What time alone will bring over the next days. */

import type { Forecast as ForecastAnswer } from '@segue/core/engine/forecast.ts';
import { useQuery } from '@tanstack/react-query';
import type { JSX } from 'react';

import { Answer } from '../../data/answer.tsx';
import { forecastQuery } from '../../data/queries.ts';
import { Card } from '../../design/layout.tsx';
import { useFormats, useTexts } from '../../texts/use-texts.ts';

export function Forecast({ name }: { readonly name: string }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const forecast = useQuery(forecastQuery(name));
  return (
    <Card>
      <p className="quiet">{t('segment.forecast.note')}</p>
      <Answer of={forecast} lines={7}>
        {(data) => (
          <table className="table">
            <thead>
              <tr>
                <th>{t('segment.forecast.day')}</th>
                <th data-align="end">{t('segment.forecast.entries')}</th>
                <th data-align="end">{t('segment.forecast.exits')}</th>
                <th data-align="end">{t('segments.size')}</th>
              </tr>
            </thead>
            <tbody>
              {daysOf(data).map(({ date, entered, exited, membersAfter }) => (
                <tr key={date}>
                  <td>{formats.day(`${date}T12:00:00Z`)}</td>
                  <td className="numbers" data-align="end">
                    {formats.number(entered)}
                  </td>
                  <td className="numbers" data-align="end">
                    {formats.number(exited)}
                  </td>
                  <td className="numbers" data-align="end">
                    {formats.number(membersAfter)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Answer>
    </Card>
  );
}

function daysOf(data: unknown): ForecastAnswer['segments'][number]['days'] {
  return (data as ForecastAnswer).segments[0]?.days ?? [];
}
