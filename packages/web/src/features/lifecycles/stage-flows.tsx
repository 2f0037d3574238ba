/** From which stage to which customers went over a period. */

import type { UseQueryResult } from '@tanstack/react-query';
import type { EChartsCoreOption } from 'echarts/core';
import { type JSX, lazy, Suspense, useCallback } from 'react';

import { Behind } from '../../charts/behind.tsx';
import type { Palette, Picked } from '../../charts/chart.tsx';
import { Answer } from '../../data/answer.tsx';
import { isBehind } from '../../data/as-of.ts';
import { Card, Skeleton } from '../../design/layout.tsx';
import { type Formats, useFormats, useTexts, type Words } from '../../texts/use-texts.ts';
import type { Flows } from './asked.ts';

const Chart = lazy(() => import('../../charts/chart.tsx'));
const chartPixels = 360;

export function StageFlows({
  of,
  onFlow,
}: {
  readonly of: UseQueryResult<Flows>;
  readonly onFlow: (from: string, to: string) => void;
}): JSX.Element {
  const t = useTexts();
  return (
    <Card title={t('lifecycles.flows')}>
      <Answer of={of} lines={8}>
        {(data) =>
          data.links.length > 0 ? (
            <Found data={data} onFlow={onFlow} />
          ) : isBehind(data.asOf, Date.now(), Date.parse(data.period.to)) ? (
            <Behind asOf={data.asOf} until={data.period.to} />
          ) : (
            <p className="quiet">{t('lifecycles.flows.none')}</p>
          )
        }
      </Answer>
    </Card>
  );
}

function Found({
  data,
  onFlow,
}: {
  readonly data: Flows;
  readonly onFlow: (from: string, to: string) => void;
}): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const option = useCallback((palette: Palette) => optionOf(data, palette, t, formats), [data, t, formats]);
  return (
    <div className="stack">
      <Suspense fallback={<Skeleton lines={6} />}>
        <Chart
          label={t('lifecycles.flows')}
          height={chartPixels}
          option={option}
          onClick={(picked) => {
            const link = linkOf(data, t, picked);
            if (link !== undefined) onFlow(link.from, link.to);
          }}
        />
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
                  <button
                    type="button"
                    className="link"
                    aria-label={t('lifecycles.people.from', {
                      from: stageText(t, from),
                      to: stageText(t, to),
                    })}
                    onClick={() => {
                      onFlow(from, to);
                    }}
                  >
                    {formats.number(customers)}
                  </button>
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

/** The link that was clicked on, where it was one. */
function linkOf({ links }: Flows, t: Words, picked: Picked): Flows['links'][number] | undefined {
  return links.find(
    ({ from, to }) =>
      picked.source === `0 ${stageText(t, from)}` && picked.target === `1 ${stageText(t, to)}`,
  );
}

/** A link, or a node: their names begin with the side at which they stand. */
type Pointed = {
  readonly name: string;
  readonly value: number;
  readonly data: { readonly source?: string; readonly target?: string };
};

function tooltipOf({ name, value, data: { source, target } }: Pointed, formats: Formats): HTMLElement {
  const what =
    source === undefined || target === undefined ? name.slice(2) : `${source.slice(2)} → ${target.slice(2)}`;
  const element = document.createElement('span');
  element.textContent = `${what}: ${formats.number(value)}`;
  return element;
}

/** Stages before at the left, after at the right: the same stage stands at both sides. */
function optionOf({ links }: Flows, palette: Palette, t: Words, formats: Formats): EChartsCoreOption {
  const left = [...new Set(links.map(({ from }) => from))].map((stage) => `0 ${stageText(t, stage)}`);
  const right = [...new Set(links.map(({ to }) => to))].map((stage) => `1 ${stageText(t, stage)}`);
  return {
    textStyle: { fontFamily: 'inherit' },
    tooltip: {
      backgroundColor: palette.surface,
      borderColor: palette.line,
      textStyle: { color: palette.ink },
      formatter: (of: Pointed) => tooltipOf(of, formats),
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
