/** What charts of a segment have in common: axes, tooltip, space, in the colours of the theme. */

import type { EChartsCoreOption } from 'echarts/core';

import type { Palette } from '../../charts/chart.tsx';

export function axisOf({ line, quiet }: Palette): object {
  return {
    axisLine: { lineStyle: { color: line } },
    axisLabel: { color: quiet },
    nameTextStyle: { color: quiet },
  };
}

export function lookOf({ surface, line, ink }: Palette): EChartsCoreOption {
  return {
    animationDuration: 200,
    grid: { left: 8, right: 8, top: 28, bottom: 8, containLabel: true },
    textStyle: { fontFamily: 'inherit' },
    tooltip: { trigger: 'axis', backgroundColor: surface, borderColor: line, textStyle: { color: ink } },
  };
}

/** An axis of numbers, whole ones unless said otherwise. */
export function valueAxisOf(palette: Palette, more: object = {}): object {
  return {
    type: 'value',
    splitLine: { lineStyle: { color: palette.line } },
    minInterval: 1,
    ...axisOf(palette),
    ...more,
  };
}
