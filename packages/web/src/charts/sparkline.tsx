/** A line without axes, small enough for a row of a table. What it shows is said in words beside it. */

import type { JSX } from 'react';

import { height, lineOf, width } from './line-of.ts';

export function Sparkline({ values }: { readonly values: readonly number[] }): JSX.Element {
  return (
    <svg
      className="spark"
      width={width}
      height={height}
      viewBox={`0 0 ${String(width)} ${String(height)}`}
      aria-hidden
    >
      <path d={lineOf(values)} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" />
    </svg>
  );
}
