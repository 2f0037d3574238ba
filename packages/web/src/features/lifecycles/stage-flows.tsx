/** From which stage to which customers went over a period. */

import { useQuery } from '@tanstack/react-query';
import type { EChartsCoreOption } from 'echarts/core';
import { type JSX, lazy, Suspense, useCallback, useMemo, useState } from 'react';

import type { Palette } from '../../charts/chart.tsx';
import { type Days, periodOf, PeriodPicker } from '../../charts/period.tsx';
import { Answer } from '../../data/answer.tsx';
import { type Flows, flowsQuery } from '../../data/queries.ts';
import { Card, Skeleton } from '../../design/layout.tsx';
import { useFormats, useTexts, type Words } from '../../texts/use-texts.ts';

const Chart = lazy(() => import('../../charts/chart.tsx'));
const chartPixels = 360;

export function StageFlows({ name }: { readonly name: string }): JSX.Element {
  const t = useTexts();
  const [days, setDays] = useState<Days>(30);
  const [openedAt] = useState(() => Date.now());
  const { from } = useMemo(() => periodOf(days, openedAt), [days, openedAt]);
  const flows = useQuery(flowsQuery(name, from));
  return (
    <Card title={t('lifecycles.flows')} aside={<PeriodPicker days={days} onChange={setDays} />}>
      <Answer of={flows} lines={8}>
        {(data) =>
          data.links.length === 0 ? (
            <p className="quiet">{t('lifecycles.flows.none')}</p>
          ) : (
            <Found data={data} />
          )
        }
      </Answer>
    </Card>
  );
}

function Found({ data }: { readonly data: Flows }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const option = useCallback((palette: Palette) => optionOf(data, palette, t), [data, t]);
  return (
    <div className="stack">
      <Suspense fallback={<Skeleton lines={6} />}>
        <Chart label={t('lifecycles.flows')} height={chartPixels} option={option} />
      </Suspense>
      <details>
        <summary>{t('charts.table')}</summary>
        <table className="table">
          <thead>
            <tr>
              <th>{t('lifecycles.from')}</th>
              <th>{t('lifecycles.to')}</th>
              <th data-align="end">{t('nav.customers')}</th>
            </tr>
          </thead>
          <tbody>
            {data.links.map(({ from, to, customers }) => (
              <tr key={`${from} ${to}`}>
                <td>{stageText(t, from)}</td>
                <td>{stageText(t, to)}</td>
                <td className="numbers" data-align="end">
                  {formats.number(customers)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </div>
  );
}

function stageText(t: Words, stage: string): string {
  return stage === '' ? t('lifecycles.nobody') : stage;
}

/** Stages before at the left, after at the right: the same stage stands at both sides. */
function optionOf({ links }: Flows, palette: Palette, t: Words): EChartsCoreOption {
  const left = [...new Set(links.map(({ from }) => from))].map((stage) => `0 ${stageText(t, stage)}`);
  const right = [...new Set(links.map(({ to }) => to))].map((stage) => `1 ${stageText(t, stage)}`);
  return {
    textStyle: { fontFamily: 'inherit' },
    tooltip: {
      backgroundColor: palette.surface,
      borderColor: palette.line,
      textStyle: { color: palette.ink },
    },
    series: [
      {
        type: 'sankey',
        left: 8,
        right: 120,
        top: 8,
        bottom: 8,
        nodeGap: 12,
        nodeWidth: 12,
        itemStyle: { color: palette.accent, borderWidth: 0 },
        lineStyle: { color: 'source', opacity: 0.18 },
        label: { color: palette.ink, formatter: ({ name }: { readonly name: string }) => name.slice(2) },
        data: [...left, ...right].map((name) => ({ name })),
        links: links.map(({ from, to, customers }) => ({
          source: `0 ${stageText(t, from)}`,
          target: `1 ${stageText(t, to)}`,
          value: customers,
        })),
      },
    ],
  };
}
