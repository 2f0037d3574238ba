/** What the colours of a chart stand for. */

import type { JSX } from 'react';

export type LegendItem = {
  readonly text: string;
  /** Of the design: `accent`, `good`. */
  readonly colour: 'accent' | 'good' | 'bad' | 'line-strong' | 'ink-3';
};

export function Legend({ items }: { readonly items: readonly LegendItem[] }): JSX.Element {
  return (
    <ul className="legend">
      {items.map(({ text, colour }) => (
        <li key={text}>
          <span aria-hidden style={{ background: `var(--${colour})` }} />
          {text}
        </li>
      ))}
    </ul>
  );
}
