/** Events of the last hour, a bar a minute; drawn here, so that it is there with the page. */

import type { JSX } from 'react';

import type { OverviewNow } from '../../data/live-overview.ts';
import { useFormats, useTexts } from '../../texts/use-texts.ts';

const minuteMs = 60_000;
const height = 120;
const barWidth = 8;
const gap = 2;

export function Minutes({ events }: { readonly events: OverviewNow['events'] }): JSX.Element {
  const t = useTexts();
  const formats = useFormats();
  const { minutes, from } = events;
  const most = Math.max(1, ...minutes);
  const sum = minutes.reduce((all, n) => all + n, 0);
  const start = Date.parse(from);
  return (
    <figure className="minutes">
      <svg
        role="img"
        aria-label={t('overview.minutes.label', { n: sum, most })}
        viewBox={`0 0 ${String(minutes.length * (barWidth + gap))} ${String(height)}`}
        preserveAspectRatio="none"
      >
        {minutes.map((n, i) => {
          const at = start + i * minuteMs;
          const tall = n === 0 ? 1 : Math.max(2, (n / most) * (height - 4));
          return (
            <rect
              key={at}
              x={i * (barWidth + gap)}
              y={height - tall}
              width={barWidth}
              height={tall}
              data-empty={n === 0}
              data-running={i === minutes.length - 1}
            >
              <title>{`${formats.time(at)}: ${formats.number(n)}`}</title>
            </rect>
          );
        })}
      </svg>
      <figcaption className="quiet numbers">
        <span>{formats.time(start)}</span>
        <span>{formats.time(start + (minutes.length - 1) * minuteMs)}</span>
      </figcaption>
    </figure>
  );
}
