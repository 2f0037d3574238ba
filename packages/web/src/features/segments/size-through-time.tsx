/** How many were in a segment, who came and who went, and why. */

import { useQuery } from '@tanstack/react-query';
import type { EChartsCoreOption } from 'echarts/core';
import { type JSX, lazy, Suspense, useCallback, useMemo } from 'react';

import { piecesOf } from '../../charts/days.ts';
import { usePeriod, useZone } from '../../charts/period.tsx';
import type { Palette } from '../../charts/chart.tsx';
import { Answer } from '../../data/answer.tsx';
import { type SizeThroughTime as Sizes, sizeThroughTimeQuery } from '../../data/queries.ts';
import { Card, Skeleton } from '../../design/layout.tsx';
import { type Formats, useFormats, useTexts } from '../../texts/use-texts.ts';
import { causeText } from '../live/change-list.tsx';
import { Legend } from './legend.tsx';

const Chart = lazy(() => import('../../charts/chart.tsx'));
const chartPixels = 280;

export function SizeThroughTime({ name }: { readonly name: string }): JSX.Element {
  const t = useTexts();
  const zone = useZone();
  const { days, until, picker } = usePeriod(30);
  const period = useMemo(() => piecesOf(zone, days, until), [zone, days, until]);
  const sizes = useQuery(sizeThroughTimeQuery(name, period));
  return (
    <Card title={t('segment.time')} aside={picker}>
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
      <Legend
        items={[
          { text: t('segments.size'), colour: 'accent' },
          { text: t('segment.forecast.entries'), colour: 'good' },
          { text: t('segment.forecast.exits'), colour: 'bad' },
        ]}
      />
      <Causes pieces={pieces} />
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

/** Over the whole period: because of what people came, and went. */
function Causes({ pieces }: { readonly pieces: Sizes['pieces'] }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const ways = [
    ['entered', t('segment.time.entered'), 'var(--good)'],
    ['exited', t('segment.time.exited'), 'var(--bad)'],
  ] as const;
  const counted = ways.map(([way, title, color]) => ({ title, color, causes: sumOf(pieces, way) }));
  const most = Math.max(1, ...counted.flatMap(({ causes }) => causes.map(([, count]) => count)));
  return (
    <section className="stack tight">
      <h3>{t('segment.time.why')}</h3>
      {counted.every(({ causes }) => causes.length === 0) && (
        <p className="quiet">{t('segment.time.nobody')}</p>
      )}
      <div className="cause-columns">
        {counted
          .filter(({ causes }) => causes.length > 0)
          .map(({ title, color, causes }) => (
            <div key={title} className="stack tight">
              <p className="quiet">{title}</p>
              <ul className="stack tight">
                {causes.map(([cause, count]) => (
                  <li key={cause} className="size-line">
                    <span>{causeText(t, cause)}</span>
                    <span className="size-bar" aria-hidden>
                      <span style={{ width: `${String((100 * count) / most)}%`, background: color }} />
                    </span>
                    <span className="numbers">{formats.number(count)}</span>
                  </li>
                ))}
              </ul>
            </div>
          ))}
      </div>
    </section>
  );
}

/** By cause, the most frequent first. */
function sumOf(pieces: Sizes['pieces'], way: 'entered' | 'exited'): readonly (readonly [string, number])[] {
  const sums = new Map<string, number>();
  for (const { causes } of pieces) {
    for (const [cause, count] of Object.entries(causes[way])) sums.set(cause, (sums.get(cause) ?? 0) + count);
  }
  return [...sums].filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a);
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
      // Below the least number of the other axis, which stands at the same corner.
      axisLabel: { ...axis.axisLabel, margin: 16 },
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
