/** What time alone will bring over the next days: a day each, and who, soonest first. */

import type { Output } from '@segue/client/operation-types.ts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { EChartsCoreOption } from 'echarts/core';
import { ArrowDownRight, ArrowUpRight, Hourglass } from 'lucide-react';
import { type JSX, lazy, Suspense, useCallback, useState } from 'react';

import type { Palette } from '../../charts/chart.tsx';
import { Answer } from '../../data/answer.tsx';
import { forecastQuery } from '../../data/queries.ts';
import { Button } from '../../design/button.tsx';
import { Card, Empty, Skeleton } from '../../design/layout.tsx';
import { type Formats, useFormats, useTexts, type Words } from '../../texts/use-texts.ts';
import { axisOf, lookOf, valueAxisOf } from './chart-look.ts';
import { Legend } from './legend.tsx';

type Coming = Output<'forecastSegment'>;

const Chart = lazy(() => import('../../charts/chart.tsx'));
const chartPixels = 320;
/** Room for the figures of an axis. */
const axisPixels = 48;
const whoShown = 20;

export function Forecast({ name }: { readonly name: string }): JSX.Element {
  const t = useTexts();
  const forecast = useQuery(forecastQuery(name));
  return (
    <Answer of={forecast} lines={8}>
      {(data) => (
        <div className="stack">
          <Card title={t('segment.forecast')}>
            <p className="quiet">{t('segment.forecast.note')}</p>
            <Days name={name} coming={data} />
          </Card>
          <Who coming={data} />
        </div>
      )}
    </Answer>
  );
}

function Days({ name, coming }: { readonly name: string; readonly coming: Coming }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const option = useCallback(
    (palette: Palette) => optionOf(coming, palette, formats, t),
    [coming, formats, t],
  );
  return (
    <>
      <Suspense fallback={<Skeleton lines={6} />}>
        <Chart label={t('segment.forecast.chart', { name })} height={chartPixels} option={option} />
      </Suspense>
      <Legend
        items={[
          { text: t('segments.size'), colour: 'accent' },
          { text: t('segment.forecast.entries'), colour: 'good' },
          { text: t('segment.forecast.exits'), colour: 'bad' },
        ]}
      />
      <div className="scroll" tabIndex={0} role="group" aria-label={t('charts.table')}>
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
            {coming.days.map(({ date, entered, exited, membersAfter }) => (
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
      </div>
    </>
  );
}

function Who({ coming: { changes } }: { readonly coming: Coming }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const [shown, setShown] = useState(whoShown);
  return (
    <Card title={t('segment.forecast.who')}>
      {changes.length === 0 ? (
        <Empty icon={<Hourglass aria-hidden />} title={t('segment.forecast.nobody')} />
      ) : (
        <ol className="timeline">
          {changes.slice(0, shown).map(({ id, displayId, change, at }) => (
            <li key={`${String(id)} ${at} ${change}`}>
              {change === 'entered' ? (
                <ArrowUpRight aria-hidden style={{ color: 'var(--good)' }} />
              ) : (
                <ArrowDownRight aria-hidden style={{ color: 'var(--bad)' }} />
              )}
              <p>
                <Link to="/customers/$identifier" params={{ identifier: displayId }}>
                  {displayId}
                </Link>{' '}
                <span className="quiet">
                  {t(change === 'entered' ? 'segment.forecast.enters' : 'segment.forecast.leaves')}
                </span>
              </p>
              <time dateTime={at} title={formats.exact(at)} className="numbers">
                {formats.instant(at)}
              </time>
            </li>
          ))}
        </ol>
      )}
      {changes.length > shown && (
        <Button
          onClick={() => {
            setShown(shown + 5 * whoShown);
          }}
        >
          {t('segment.forecast.more')}
        </Button>
      )}
    </Card>
  );
}

/**
 * Two panels over the same days: how many there will be, and below, who comes and goes. Each has one axis, so nothing is
 * read off the wrong one; the size has its own range, since some of very many would be no line at all.
 */
function optionOf({ days }: Coming, palette: Palette, formats: Formats, t: Words): EChartsCoreOption {
  const dates = days.map(({ date }) => formats.day(`${date}T12:00:00Z`));
  const dayAxis = { type: 'category', data: dates, axisTick: { show: false }, ...axisOf(palette) };
  const number = {
    axisLabel: {
      color: palette.quiet,
      formatter: (n: number) => formats.number(Math.abs(n)),
      width: axisPixels,
      align: 'right',
    },
  };
  const titled = (name: string): object => ({
    name,
    nameLocation: 'end',
    nameTextStyle: { color: palette.quiet, align: 'left', padding: [0, 0, 0, -axisPixels] },
  });
  const panel = { left: axisPixels + 8, right: 8, containLabel: false };
  return {
    ...lookOf(palette),
    axisPointer: { link: [{ xAxisIndex: 'all' }] },
    grid: [
      { ...panel, top: 32, height: '32%' },
      { ...panel, top: '56%', bottom: 28 },
    ],
    xAxis: [
      { ...dayAxis, gridIndex: 0, axisLabel: { show: false } },
      { ...dayAxis, gridIndex: 1, axisLine: { onZero: false, lineStyle: { color: palette.line } } },
    ],
    yAxis: [
      valueAxisOf(palette, {
        ...titled(t('segment.forecast.sizeAfter')),
        ...number,
        gridIndex: 0,
        scale: true,
        splitNumber: 3,
      }),
      valueAxisOf(palette, {
        ...titled(t('segment.forecast.moves')),
        ...number,
        gridIndex: 1,
        splitNumber: 3,
      }),
    ],
    series: seriesOf(days, palette, t),
  };
}

function seriesOf(days: Coming['days'], palette: Palette, t: Words): readonly object[] {
  const bar = (name: string, color: string, data: readonly number[]): object => ({
    name,
    type: 'bar',
    stack: 'moves',
    xAxisIndex: 1,
    yAxisIndex: 1,
    barMaxWidth: 36,
    itemStyle: { color },
    data,
  });
  return [
    {
      name: t('segments.size'),
      type: 'line',
      symbolSize: 6,
      lineStyle: { color: palette.accent, width: 2 },
      itemStyle: { color: palette.accent },
      data: days.map(({ membersAfter }) => membersAfter),
    },
    bar(
      t('segment.forecast.entries'),
      palette.good,
      days.map(({ entered }) => entered),
    ),
    bar(
      t('segment.forecast.exits'),
      palette.bad,
      days.map(({ exited }) => -exited),
    ),
  ];
}
