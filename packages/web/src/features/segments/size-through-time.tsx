/** How many were in a segment, who came and who went, and why. */

import { useQuery } from '@tanstack/react-query';
import type { EChartsCoreOption } from 'echarts/core';
import { type JSX, lazy, Suspense, useCallback, useMemo, useState } from 'react';

import { type Days, periodOf, PeriodPicker } from '../../charts/period.tsx';
import type { Palette } from '../../charts/chart.tsx';
import { Answer } from '../../data/answer.tsx';
import { type SizeThroughTime as Sizes, sizeThroughTimeQuery } from '../../data/queries.ts';
import { Card, Skeleton } from '../../design/layout.tsx';
import { type Formats, useFormats, useTexts } from '../../texts/use-texts.ts';
import { causeText } from '../live/change-list.tsx';

const Chart = lazy(() => import('../../charts/chart.tsx'));
const chartPixels = 280;

export function SizeThroughTime({ name }: { readonly name: string }): JSX.Element {
  const t = useTexts();
  const [days, setDays] = useState<Days>(30);
  const [openedAt] = useState(() => Date.now());
  const period = useMemo(() => periodOf(days, openedAt), [days, openedAt]);
  const sizes = useQuery(sizeThroughTimeQuery(name, period));
  return (
    <Card title={t('segment.time')} aside={<PeriodPicker days={days} onChange={setDays} />}>
      <Answer of={sizes} lines={8}>
        {(data) => <SizeChart data={data} name={name} />}
      </Answer>
    </Card>
  );
}

function SizeChart({ data, name }: { readonly data: Sizes; readonly name: string }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const { pieces, asOf } = data;
  const option = useCallback((palette: Palette) => optionOf(data, palette, formats), [data, formats]);
  return (
    <div className="stack">
      <Suspense fallback={<Skeleton lines={6} />}>
        <Chart label={t('segment.time.chart', { name })} height={chartPixels} option={option} />
      </Suspense>
      {asOf.behind > 0 && <p className="quiet">{t('charts.behind', { n: asOf.behind })}</p>}
      <details>
        <summary>{t('charts.table')}</summary>
        <div className="scroll" tabIndex={0} role="group" aria-label={t('charts.table')}>
          <table className="table">
            <thead>
              <tr>
                <th>{t('segment.forecast.day')}</th>
                <th data-align="end">{t('segments.size')}</th>
                <th data-align="end">{t('segment.forecast.entries')}</th>
                <th data-align="end">{t('segment.forecast.exits')}</th>
                <th>{t('live.cause')}</th>
              </tr>
            </thead>
            <tbody>
              {pieces.toReversed().map(({ from, size, entered, exited, causes }) => (
                <tr key={from}>
                  <td>{formats.instant(from)}</td>
                  <td className="numbers" data-align="end">
                    {formats.number(size)}
                  </td>
                  <td className="numbers" data-align="end">
                    {formats.number(entered)}
                  </td>
                  <td className="numbers" data-align="end">
                    {formats.number(exited)}
                  </td>
                  <td className="quiet">
                    {[...new Set([...Object.keys(causes.entered), ...Object.keys(causes.exited)])]
                      .map((cause) => causeText(t, cause))
                      .join(', ')}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </div>
  );
}

function optionOf({ pieces }: Sizes, palette: Palette, formats: Formats): EChartsCoreOption {
  const axis = { axisLine: { lineStyle: { color: palette.line } }, axisLabel: { color: palette.quiet } };
  return {
    grid: { left: 8, right: 8, top: 16, bottom: 8, containLabel: true },
    textStyle: { fontFamily: 'inherit' },
    tooltip: {
      trigger: 'axis',
      backgroundColor: palette.surface,
      borderColor: palette.line,
      textStyle: { color: palette.ink },
    },
    xAxis: {
      type: 'category',
      data: pieces.map(({ from }) => formats.day(from)),
      axisTick: { show: false },
      ...axis,
    },
    yAxis: { type: 'value', splitLine: { lineStyle: { color: palette.line } }, minInterval: 1, ...axis },
    series: [
      {
        name: '+',
        type: 'bar',
        stack: 'moves',
        itemStyle: { color: palette.good },
        data: pieces.map(({ entered }) => entered),
      },
      {
        name: '−',
        type: 'bar',
        stack: 'moves',
        itemStyle: { color: palette.bad },
        data: pieces.map(({ exited }) => -exited),
      },
      {
        name: '=',
        type: 'line',
        showSymbol: false,
        lineStyle: { color: palette.accent, width: 2 },
        itemStyle: { color: palette.accent },
        areaStyle: { color: palette.accent, opacity: 0.08 },
        data: pieces.map(({ size }) => size),
      },
    ],
  };
}
