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

/** What was clicked on, as far as the chart says. */
export type Picked = {
  readonly name?: string;
  readonly source?: string;
  readonly target?: string;
  /** Place in the data of its series. */
  readonly index?: number;
};

/** @param height - in pixels */
export default function Chart({
  label,
  height,
  option,
  onClick,
}: {
  readonly label: string;
  readonly height: number;
  readonly option: (palette: Palette) => EChartsCoreOption;
  /** For who points; the same must be reached by keys elsewhere. */
  readonly onClick?: (picked: Picked) => void;
}): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const click = useRef(onClick);
  useEffect(() => {
    click.current = onClick;
  });
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const ending = new AbortController();
    void draw(element, option, ending.signal, (picked) => {
      click.current?.(picked);
    });
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
  onClick: (picked: Picked) => void,
): Promise<void> {
  const { init } = await import('./echarts.ts');
  if (signal.aborted) return;
  const chart = init(element, undefined, { renderer: 'svg' });
  const paint = (): void => {
    chart.setOption(option(paletteNow(element)), { notMerge: true });
  };
  paint();
  chart.on('click', ({ name, data, dataIndex }) => {
    const link = data as Pick<Picked, 'source' | 'target'> | undefined;
    const { source, target } = typeof link === 'object' ? link : {};
    onClick({
      name,
      index: dataIndex,
      ...(source === undefined || target === undefined ? {} : { source, target }),
    });
  });
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

/** A colour that depends on the theme is settled only where it is used, so it is read off an element that uses it. */
function paletteNow(place: HTMLElement): Palette {
  const probe = document.createElement('span');
  place.append(probe);
  const value = (name: string): string => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const palette = {
    ink: value('--ink'),
    quiet: value('--ink-3'),
    line: value('--line'),
    surface: value('--raised'),
    accent: value('--accent'),
    good: value('--good'),
    bad: value('--bad'),
  };
  probe.remove();
  return palette;
}
