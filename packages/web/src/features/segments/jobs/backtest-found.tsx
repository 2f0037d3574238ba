/** What a backtest found: the size of both rules through the period, entries and exits by day, and what people did afterwards. */

import { Link } from '@tanstack/react-router';
import type { EChartsCoreOption } from 'echarts/core';
import { type JSX, lazy, Suspense, useCallback } from 'react';

import type { Palette } from '../../../charts/chart.tsx';
import type { BacktestResult } from '../../../data/authoring-queries.ts';
import { Skeleton } from '../../../design/layout.tsx';
import { type Formats, useFormats, useTexts, type Words } from '../../../texts/use-texts.ts';
import { WhyTree } from '../../customers/why-tree.tsx';
import { axisOf, lookOf, valueAxisOf } from '../chart-look.ts';
import { Legend } from '../legend.tsx';

const Chart = lazy(() => import('../../../charts/chart.tsx'));
const chartPixels = 260;

type Part = BacktestResult['parts'][number];
type Track = NonNullable<Part['draft']>;
type Measure = Track['afterwards']['measures'][number];
type Group = Measure['entered'];
type Estimate = NonNullable<Group['rate']>;

export function BacktestFound({ result }: { readonly result: BacktestResult }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const days = Math.round(result.withinMs / 86_400_000);
  return (
    <div className="stack">
      <p className="quiet">
        {t('backtest.period', {
          from: formats.day(result.from),
          to: formats.day(result.to),
          n: formats.number(result.customers),
        })}
      </p>
      {result.parts.map((part, i) => (
        <PartFound key={part.stage ?? i} part={part} days={days} />
      ))}
    </div>
  );
}

function PartFound({ part, days }: { readonly part: Part; readonly days: number }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const { draft, against, sideBySide } = part;
  const option = useCallback((palette: Palette) => optionOf(part, palette, formats, t), [part, formats, t]);
  return (
    <div className="stack">
      <Suspense fallback={<Skeleton lines={6} />}>
        <Chart label={t('backtest.chart')} height={chartPixels} option={option} />
      </Suspense>
      <Legend
        items={[
          { text: t('backtest.draft'), colour: 'accent' },
          ...(draft === undefined || against === undefined
            ? []
            : [{ text: t('backtest.inForce'), colour: 'ink-3' } as const]),
          { text: t('segment.forecast.entries'), colour: 'good' },
          { text: t('segment.forecast.exits'), colour: 'bad' },
        ]}
      />
      <Figures draft={draft} against={against} />
      {sideBySide !== undefined && (
        <p>
          {t('backtest.both', {
            both: sideBySide.members.both,
            draft: sideBySide.members.onlyDraft,
            against: sideBySide.members.onlyAgainst,
          })}
        </p>
      )}
      <Afterwards draft={draft} against={against} days={days} />
      <Sample track={draft ?? against} />
    </div>
  );
}

type Sides = { readonly draft: Track | undefined; readonly against: Track | undefined };

function Figures({ draft, against }: Sides): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const number = (
    track: Track | undefined,
    of: 'size' | 'entered' | 'exited' | 'customersEntered',
  ): string => (track === undefined ? '–' : formats.number(track[of]));
  const lines = [
    [t('backtest.size'), 'size'],
    [t('segment.forecast.entries'), 'entered'],
    [t('segment.forecast.exits'), 'exited'],
    [t('backtest.customers'), 'customersEntered'],
  ] as const;
  return (
    <table className="table">
      <thead>
        <tr>
          <td />
          <th data-align="end">{t('backtest.draft')}</th>
          {against !== undefined && <th data-align="end">{t('backtest.inForce')}</th>}
        </tr>
      </thead>
      <tbody>
        {lines.map(([text, of]) => (
          <tr key={of}>
            <th scope="row">{text}</th>
            <td className="numbers" data-align="end">
              {number(draft, of)}
            </td>
            {against !== undefined && (
              <td className="numbers" data-align="end">
                {number(against, of)}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Of those who entered, of the others at the same time, and of those who entered by the rule in force. */
function Afterwards({ draft, against, days }: Sides & { readonly days: number }): JSX.Element | null {
  const t = useTexts();
  const formats = useFormats();
  const track = draft ?? against;
  if (track === undefined) return null;
  const { followed, notFollowed, measures } = track.afterwards;
  const inForce = new Map(against?.afterwards.measures.map((one) => [one.measure, one.entered]));
  return (
    <section className="stack tight">
      <h3>{t('backtest.afterwards', { n: days })}</h3>
      <p className="quiet">
        {t('backtest.followed', { n: followed })}
        {notFollowed > 0 && ` ${t('backtest.notFollowed', { n: notFollowed })}`}
      </p>
      {followed > 0 && (
        <div className="scroll" tabIndex={0} role="group" aria-label={t('backtest.afterwards', { n: days })}>
          <table className="table">
            <thead>
              <tr>
                <th>{t('backtest.did')}</th>
                <th data-align="end">{t('backtest.entered')}</th>
                <th data-align="end">{t('backtest.others')}</th>
                <th data-align="end">{t('backtest.difference')}</th>
                {draft !== undefined && against !== undefined && (
                  <th data-align="end">{t('backtest.inForce')}</th>
                )}
              </tr>
            </thead>
            <tbody>
              {measures.flatMap((measure) => [
                <tr key={measure.measure}>
                  <th scope="row">{measure.measure}</th>
                  <Cell group={measure.entered} of="rate" />
                  <Cell group={measure.others} of="rate" />
                  <Difference estimate={measure.rateDifference} show={formats.percent} />
                  {draft !== undefined && against !== undefined && (
                    <Cell group={inForce.get(measure.measure)} of="rate" />
                  )}
                </tr>,
                measure.entered.mean !== undefined && (
                  <tr key={`${measure.measure} mean`}>
                    <th scope="row">{t('backtest.mean', { measure: measure.measure })}</th>
                    <Cell group={measure.entered} of="mean" />
                    <Cell group={measure.others} of="mean" />
                    <Difference estimate={measure.meanDifference} show={decimal(formats)} />
                    {draft !== undefined && against !== undefined && (
                      <Cell group={inForce.get(measure.measure)} of="mean" />
                    )}
                  </tr>
                ),
              ])}
            </tbody>
          </table>
        </div>
      )}
      <p className="quiet">{t('backtest.interval')}</p>
    </section>
  );
}

function Cell({
  group,
  of,
}: {
  readonly group: Group | undefined;
  readonly of: 'rate' | 'mean';
}): JSX.Element {
  const formats = useFormats();
  const estimate = group?.[of];
  const show = of === 'rate' ? formats.percent : decimal(formats);
  return (
    <td className="numbers" data-align="end">
      {estimate === undefined ? '–' : show(estimate.value)}
      {estimate !== undefined && (
        <span className="quiet interval">
          {show(estimate.low)} – {show(estimate.high)}
        </span>
      )}
    </td>
  );
}

/** One whose interval does not reach nought is more than chance. */
function Difference({
  estimate,
  show,
}: {
  readonly estimate: Estimate | undefined;
  readonly show: (n: number) => string;
}): JSX.Element {
  if (estimate === undefined) return <td data-align="end">–</td>;
  const { value, low, high } = estimate;
  const isSure = low > 0 || high < 0;
  return (
    <td className="numbers" data-align="end">
      <span style={isSure ? { color: value > 0 ? 'var(--good)' : 'var(--bad)' } : {}}>
        {value > 0 ? '+' : ''}
        {show(value)}
      </span>
      <span className="quiet interval">
        {show(low)} – {show(high)}
      </span>
    </td>
  );
}

function decimal(formats: Formats): (n: number) => string {
  return (n) => formats.number(Math.round(n * 100) / 100);
}

function Sample({ track }: { readonly track: Track | undefined }): JSX.Element | null {
  const t = useTexts();
  const formats = useFormats();
  if (track === undefined || track.sample.length === 0) return null;
  return (
    <details>
      <summary>{t('backtest.sample', { n: track.sample.length })}</summary>
      <ol className="stack">
        {track.sample.map(({ customer, at, why = [], explanation }) => (
          <li key={`${customer} ${at}`} className="stack tight">
            <p>
              <Link to="/customers/$identifier" params={{ identifier: customer }}>
                {customer}
              </Link>{' '}
              <span className="quiet" title={formats.exact(at)}>
                {formats.instant(at)}
              </span>
            </p>
            {explanation === undefined ? (
              why.map((line) => (
                <p key={line} className="quiet">
                  {line}
                </p>
              ))
            ) : (
              <WhyTree explanation={explanation} />
            )}
          </li>
        ))}
      </ol>
    </details>
  );
}

function optionOf({ draft, against }: Part, palette: Palette, formats: Formats, t: Words): EChartsCoreOption {
  const shown = draft ?? against;
  const days = shown?.days ?? [];
  const sizes = new Map(against?.days.map(({ day, size }) => [day, size]));
  const line = (name: string, color: string, data: readonly (number | null)[], dashed: boolean): object => ({
    name,
    type: 'line',
    showSymbol: false,
    lineStyle: { color, width: 2, type: dashed ? 'dashed' : 'solid' },
    itemStyle: { color },
    data,
  });
  const bar = (name: string, color: string, data: readonly number[]): object => ({
    name,
    type: 'bar',
    stack: 'moves',
    itemStyle: { color },
    data,
  });
  return {
    ...lookOf(palette),
    xAxis: {
      type: 'category',
      data: days.map(({ day }) => formats.day(`${day}T12:00:00Z`)),
      axisTick: { show: false },
      ...axisOf(palette),
    },
    yAxis: valueAxisOf(palette),
    series: [
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
      line(
        t('backtest.draft'),
        palette.accent,
        days.map(({ size }) => size),
        false,
      ),
      ...(draft === undefined || against === undefined
        ? []
        : [
            line(
              t('backtest.inForce'),
              palette.quiet,
              days.map(({ day }) => sizes.get(day) ?? null),
              true,
            ),
          ]),
    ],
  };
}
