/** How long people stay in a segment or stage, and whether they come back. */

import { useQuery } from '@tanstack/react-query';
import type { EChartsCoreOption } from 'echarts/core';
import { type JSX, lazy, type ReactNode, Suspense, useCallback, useMemo } from 'react';

import { Behind } from '../../charts/behind.tsx';
import type { Palette } from '../../charts/chart.tsx';
import { type Days, type Period, periodsOf } from '../../charts/days.ts';
import { useZone } from '../../charts/period.tsx';
import { Answer } from '../../data/answer.tsx';
import { DataTable } from '../../design/data-table.tsx';
import { Card, Skeleton } from '../../design/layout.tsx';
import { type Formats, useFormats, useTexts, type Words } from '../../texts/use-texts.ts';
import { type Returns, returnsQuery, type Stay, stayQuery } from './asked.ts';
import { Beside, useDuration } from './period-before.tsx';

const Chart = lazy(() => import('../../charts/chart.tsx'));
const chartPixels = 220;

/** `of`: a segment, or a stage as in `default.active`. */
export function StayAndReturns({
  of,
  days,
  until,
  aside,
}: {
  readonly of: string;
  readonly days: Days;
  /** The period ends here. */
  readonly until: number;
  readonly aside?: ReactNode;
}): JSX.Element {
  const t = useTexts();
  const zone = useZone();
  const periods = useMemo(() => periodsOf(zone, days, until), [zone, days, until]);
  return (
    <div className="grid" data-size="wide">
      <Card title={t('stay.title')} aside={aside}>
        <StayPart of={of} periods={periods} />
      </Card>
      <Card title={t('returns.title')} aside={<span className="quiet">{of}</span>}>
        <ReturnsPart of={of} periods={periods} />
      </Card>
    </div>
  );
}

type Parts = { readonly of: string; readonly periods: { readonly now: Period; readonly before: Period } };

function StayPart({ of, periods }: Parts): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const duration = useDuration();
  const stay = useQuery(stayQuery(of, periods.now));
  const before = useQuery(stayQuery(of, periods.before)).data;
  return (
    <Answer of={stay} lines={6}>
      {(data) => (
        <div className="stack">
          <Behind asOf={data.asOf} until={periods.now.to} />
          <p className="quiet">{t('stay.about')}</p>
          {data.spells === 0 ? (
            <p className="quiet">{t('stay.none')}</p>
          ) : (
            <>
              <p>
                {t('stay.entered', { n: data.spells })} <Beside now={data.spells} before={before?.spells} />{' '}
                {data.medianUnits === null
                  ? t('stay.median.unknown', { share: formats.percent(data.survival.at(-1)?.share ?? 1) })
                  : t('stay.median', { n: data.medianUnits })}{' '}
                {data.endedMs !== null &&
                  t('stay.ended', { n: data.ended, time: duration(data.endedMs.p50) })}
              </p>
              <SurvivalChart stay={data} before={before} />
            </>
          )}
        </div>
      )}
    </Answer>
  );
}

function SurvivalChart({
  stay,
  before,
}: {
  readonly stay: Stay;
  readonly before: Stay | undefined;
}): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const option = useCallback(
    (palette: Palette) => survivalOption(stay, before, palette, formats, t),
    [stay, before, formats, t],
  );
  return (
    <>
      <Suspense fallback={<Skeleton lines={6} />}>
        <Chart label={t('stay.chart')} height={chartPixels} option={option} />
      </Suspense>
      <details>
        <summary>{t('charts.table')}</summary>
        <DataTable
          label={t('stay.chart')}
          rows={stay.survival}
          keyOf={({ after }) => after}
          columns={[
            { title: t('stay.after'), cell: ({ after }) => formats.number(after) },
            { title: t('stay.stillIn'), align: 'end', cell: ({ share }) => formats.percent(share) },
            { title: t('stay.known'), align: 'end', cell: ({ atRisk }) => formats.number(atRisk) },
          ]}
        />
      </details>
    </>
  );
}

/** The share still in by day: of this period as an area, of the one before as a line. */
function survivalOption(
  stay: Stay,
  before: Stay | undefined,
  palette: Palette,
  formats: Formats,
  t: Words,
): EChartsCoreOption {
  const axis = { axisLine: { lineStyle: { color: palette.line } }, axisLabel: { color: palette.quiet } };
  const line = (name: string, of: Stay, color: string, isArea: boolean): object => ({
    name,
    type: 'line',
    step: 'end',
    showSymbol: false,
    lineStyle: { color, width: isArea ? 2 : 1, type: isArea ? 'solid' : 'dashed' },
    itemStyle: { color },
    ...(isArea ? { areaStyle: { color, opacity: 0.08 } } : {}),
    data: of.survival.map(({ share }) => share),
  });
  const longest = Math.max(stay.survival.length, before?.survival.length ?? 0);
  return {
    grid: { left: 8, right: 8, top: 16, bottom: 8, containLabel: true },
    textStyle: { fontFamily: 'inherit' },
    tooltip: {
      trigger: 'axis',
      backgroundColor: palette.surface,
      borderColor: palette.line,
      textStyle: { color: palette.ink },
      valueFormatter: (value: unknown) => (typeof value === 'number' ? formats.percent(value) : '–'),
    },
    xAxis: {
      type: 'category',
      data: Array.from({ length: longest }, (_, day) => day),
      axisTick: { show: false },
      ...axis,
      axisLabel: { color: palette.quiet, hideOverlap: true, interval: 'auto', margin: 12 },
    },
    yAxis: {
      type: 'value',
      min: 0,
      max: 1,
      splitLine: { lineStyle: { color: palette.line } },
      ...axis,
      axisLabel: { color: palette.quiet, formatter: (share: number) => formats.percent(share) },
    },
    series: [
      line(t('past.thisPeriod'), stay, palette.accent, true),
      ...(before === undefined || before.spells === 0
        ? []
        : [line(t('past.periodBefore'), before, palette.quiet, false)]),
    ],
  };
}

function ReturnsPart({ of, periods }: Parts): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const returns = useQuery(returnsQuery(of, periods.now));
  const before = useQuery(returnsQuery(of, periods.before)).data;
  return (
    <Answer of={returns} lines={6}>
      {(data) => (
        <div className="stack">
          <Behind asOf={data.asOf} />
          <p className="quiet">{t('returns.about')}</p>
          <table className="table">
            <thead>
              <tr>
                <th>{t('returns.within')}</th>
                <th data-align="end">{t('returns.left')}</th>
                <th data-align="end">{t('returns.returned')}</th>
              </tr>
            </thead>
            <tbody>
              {data.within.map((one) => {
                const share = shareOf(one);
                const was = shareOf(before?.within.find((other) => other.days === one.days));
                return (
                  <tr key={one.days}>
                    <td>{t('returns.days', { n: one.days })}</td>
                    <td className="numbers" data-align="end">
                      {formats.number(one.exits)}
                    </td>
                    <td className="numbers" data-align="end">
                      {share === undefined ? '–' : formats.percent(share)}{' '}
                      {share !== undefined && <Beside now={share} before={was} isShare />}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </Answer>
  );
}

/** Undefined where nobody left so long ago. */
function shareOf(one: Returns['within'][number] | undefined): number | undefined {
  return one === undefined || one.exits === 0 ? undefined : one.returned / one.exits;
}
