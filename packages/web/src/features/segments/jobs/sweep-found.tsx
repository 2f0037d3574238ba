/** What other numbers would have given: size, precision and recall of each as a chart and a table, each to be taken into the editor. */

import { Link } from '@tanstack/react-router';
import type { EChartsCoreOption } from 'echarts/core';
import { type JSX, lazy, Suspense, useCallback } from 'react';

import type { Palette } from '../../../charts/chart.tsx';
import type { ThresholdResult } from '../../../data/authoring-queries.ts';
import { useMay } from '../../../data/use-may.ts';
import { Badge, Skeleton } from '../../../design/layout.tsx';
import { type Formats, useFormats, useTexts, type Words } from '../../../texts/use-texts.ts';
import { axisOf, lookOf, valueAxisOf } from '../chart-look.ts';
import { Legend } from '../legend.tsx';

const Chart = lazy(() => import('../../../charts/chart.tsx'));
const chartPixels = 260;

export function SweepFound({
  name,
  result,
}: {
  readonly name: string;
  readonly result: ThresholdResult;
}): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const option = useCallback(
    (palette: Palette) => optionOf(result, palette, formats, t),
    [result, formats, t],
  );
  const { knee, looks, outcome, expects, withinMs } = result;
  return (
    <div className="stack">
      <p>
        {t(expects === 'does' ? 'suggest.read.does' : 'suggest.read.doesNot', {
          condition: result.condition,
          outcome,
          days: Math.round(withinMs / 86_400_000),
          looks: looks.length,
        })}
      </p>
      <Suspense fallback={<Skeleton lines={6} />}>
        <Chart label={t('suggest.chart')} height={chartPixels} option={option} />
      </Suspense>
      <Legend
        items={[
          { text: t('segments.size'), colour: 'line-strong' },
          { text: t('suggest.precision'), colour: 'accent' },
          { text: t('suggest.recall'), colour: 'good' },
        ]}
      />
      <Numbers name={name} result={result} />
      <p className="quiet">{knee === undefined ? t('suggest.noKnee') : t('suggest.kneeAbout')}</p>
    </div>
  );
}

/** One line a number; whoever may change the rule may take it. */
function Numbers({
  name,
  result: { versions, knee },
}: {
  readonly name: string;
  readonly result: ThresholdResult;
}): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const mayChange = useMay('marketer');
  const percent = (share: number | undefined): string => (share === undefined ? '–' : formats.percent(share));
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label={t('charts.table')}>
      <table className="table">
        <thead>
          <tr>
            <th>{t('suggest.number')}</th>
            <th data-align="end">{t('segments.size')}</th>
            <th data-align="end">{t('suggest.precision')}</th>
            <th data-align="end">{t('suggest.recall')}</th>
            <th>
              <span className="visually-hidden">{t('suggest.take')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {versions.map(({ number, rule, current, size, precision, recall }) => (
            <tr key={number}>
              <th scope="row">
                <span className="row">
                  {number}
                  {current && <Badge>{t('suggest.current')}</Badge>}
                  {number === knee?.number && <Badge tone="accent">{t('suggest.knee')}</Badge>}
                </span>
              </th>
              <td className="numbers" data-align="end">
                {formats.number(rounded(size))}
              </td>
              <td className="numbers" data-align="end">
                {percent(precision)}
              </td>
              <td className="numbers" data-align="end">
                {percent(recall)}
              </td>
              <td data-align="end">
                {mayChange && !current && (
                  <Link
                    to="/segments/$name/edit"
                    params={{ name }}
                    search={{ rule }}
                    className="button"
                    data-kind="plain"
                    aria-label={t('suggest.takeNumber', { number })}
                  >
                    {t('suggest.take')}
                  </Link>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A mean over several instants: a small one with a decimal. */
function rounded(size: number): number {
  return size < 10 ? Math.round(10 * size) / 10 : Math.round(size);
}

function optionOf(
  { versions, knee }: ThresholdResult,
  palette: Palette,
  formats: Formats,
  t: Words,
): EChartsCoreOption {
  const line = (name: string, color: string, of: 'precision' | 'recall'): object => ({
    name,
    type: 'line',
    yAxisIndex: 1,
    symbolSize: 6,
    lineStyle: { color, width: 2 },
    itemStyle: { color },
    data: versions.map((version) => version[of] ?? null),
  });
  const share = { axisLabel: { color: palette.quiet, formatter: formats.percent } };
  return {
    ...lookOf(palette),
    xAxis: {
      type: 'category',
      data: versions.map(({ number }) => (number === knee?.number ? `▲ ${number}` : number)),
      axisTick: { show: false },
      ...axisOf(palette),
    },
    yAxis: [
      valueAxisOf(palette, { minInterval: 0 }),
      valueAxisOf(palette, { min: 0, max: 1, minInterval: 0, splitLine: { show: false }, ...share }),
    ],
    series: [
      {
        name: t('segments.size'),
        type: 'bar',
        barMaxWidth: 36,
        itemStyle: { color: palette.line },
        data: versions.map(({ size, number }) => ({
          value: rounded(size),
          ...(number === knee?.number ? { itemStyle: { color: palette.quiet } } : {}),
        })),
      },
      line(t('suggest.precision'), palette.accent, 'precision'),
      line(t('suggest.recall'), palette.good, 'recall'),
    ],
  };
}
