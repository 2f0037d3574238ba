/**
 * A chart, drawn by ECharts, which is loaded when the first one is wanted. It follows its place's width and the theme; who does not
 * see it reads the table that every chart comes with.
 */

import type { EChartsCoreOption } from 'echarts/core';
import { type JSX, useEffect, useRef } from 'react';

/** Colours of the design, as the browser has them now. */
export type Palette = {
  readonly ink: string;
  readonly quiet: string;
  readonly line: string;
  readonly surface: string;
  readonly accent: string;
  readonly good: string;
  readonly bad: string;
};

/** @param height - in pixels */
export default function Chart({
  label,
  height,
  option,
}: {
  readonly label: string;
  readonly height: number;
  readonly option: (palette: Palette) => EChartsCoreOption;
}): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const ending = new AbortController();
    void draw(element, option, ending.signal);
    return () => {
      ending.abort();
    };
  }, [option]);
  return <div ref={place} role="img" aria-label={label} style={{ height, width: '100%' }} />;
}

async function draw(
  element: HTMLElement,
  option: (palette: Palette) => EChartsCoreOption,
  signal: AbortSignal,
): Promise<void> {
  const { init } = await import('./echarts.ts');
  if (signal.aborted) return;
  const chart = init(element, undefined, { renderer: 'svg' });
  const paint = (): void => {
    chart.setOption(option(paletteNow()), { notMerge: true });
  };
  paint();
  const sizes = new ResizeObserver(() => {
    chart.resize();
  });
  sizes.observe(element);
  const themes = new MutationObserver(paint);
  themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', paint);
  signal.addEventListener('abort', () => {
    sizes.disconnect();
    themes.disconnect();
    system.removeEventListener('change', paint);
    chart.dispose();
  });
}

function paletteNow(): Palette {
  const style = getComputedStyle(document.documentElement);
  const value = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ink: value('--ink'),
    quiet: value('--ink-3'),
    line: value('--line'),
    surface: value('--raised'),
    accent: value('--accent'),
    good: value('--good'),
    bad: value('--bad'),
  };
}
