/** Of those who entered each stage in the period, how many went on, where to, after how long; beside the period before. */

import { useQuery } from '@tanstack/react-query';
import type { JSX } from 'react';

import { Behind } from '../../charts/behind.tsx';
import type { Period } from '../../charts/days.ts';
import { Answer } from '../../data/answer.tsx';
import { Badge, Card } from '../../design/layout.tsx';
import { useFormats, useTexts } from '../../texts/use-texts.ts';
import { type Conversions, conversionsQuery } from './asked.ts';
import { Beside, useDuration } from './period-before.tsx';
import type { Stage } from './stages.ts';

type Converted = Conversions['stages'][number];

export function ConversionTable({
  lifecycle,
  stages,
  periods,
}: {
  readonly lifecycle: string;
  readonly stages: readonly Stage[];
  readonly periods: { readonly now: Period; readonly before: Period };
}): JSX.Element {
  const t = useTexts();
  const now = useQuery(conversionsQuery(lifecycle, periods.now));
  const before = useQuery(conversionsQuery(lifecycle, periods.before)).data;
  return (
    <Card title={t('conversion.title')}>
      <p className="quiet">{t('conversion.about')}</p>
      <Answer of={now} lines={6}>
        {(found) => (
          <div className="stack">
            <Behind asOf={found.asOf} until={found.period.to} />
            {found.stages.length === 0 ? (
              <p className="quiet">{t('conversion.none')}</p>
            ) : (
              <Rows stages={stages} now={found.stages} before={before?.stages} />
            )}
          </div>
        )}
      </Answer>
    </Card>
  );
}

function Rows({
  stages,
  now,
  before,
}: {
  readonly stages: readonly Stage[];
  readonly now: readonly Converted[];
  readonly before: readonly Converted[] | undefined;
}): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const duration = useDuration();
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label={t('conversion.title')}>
      <table className="table">
        <thead>
          <tr>
            <th>{t('lifecycles.stage')}</th>
            <th data-align="end">{t('conversion.entered')}</th>
            <th data-align="end">{t('conversion.wentOn')}</th>
            <th data-align="end">{t('conversion.median')}</th>
            <th>{t('conversion.next')}</th>
          </tr>
        </thead>
        <tbody>
          {inOrder(stages, now).map((converted) => {
            const { stage, entered, medianMs, next } = converted;
            const was = before?.find((one) => one.stage === stage);
            const wasEntered = before === undefined ? undefined : (was?.entered ?? 0);
            return (
              <tr key={stage}>
                <td>{stage}</td>
                <td className="numbers" data-align="end">
                  {formats.number(entered)} <Beside now={entered} before={wasEntered} />
                </td>
                <td className="numbers" data-align="end">
                  {formats.percent(shareOf(converted))}{' '}
                  <Beside
                    now={shareOf(converted)}
                    before={was === undefined ? undefined : shareOf(was)}
                    isShare
                  />
                </td>
                <td className="numbers" data-align="end">
                  {medianMs === null ? '–' : duration(medianMs)}
                </td>
                <td>
                  <span className="row">
                    {next.map(({ stage: to, entries, medianMs: after }) => (
                      <span key={to} title={t('conversion.after', { time: duration(after) })}>
                        <Badge>
                          {to === '' ? t('lifecycles.nobody') : to} {formats.percent(entries / entered)}
                        </Badge>
                      </span>
                    ))}
                  </span>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function shareOf({ entered, ongoing }: Converted): number {
  return entered === 0 ? 0 : (entered - ongoing) / entered;
}

/** As they are defined; those that are defined no more come last. */
function inOrder(stages: readonly Stage[], found: readonly Converted[]): readonly Converted[] {
  const places = new Map(stages.map(({ name }, i) => [name, i]));
  const place = ({ stage }: Converted): number => places.get(stage) ?? stages.length;
  return found.toSorted((a, b) => place(a) - place(b));
}
