/** A cell of a table whose colour says how much, beside the figure that does. */

import type { JSX, ReactNode } from 'react';

/** Of the accent in the strongest colour: text stays readable on it, in the light and in the dark. */
const strongestPercent = 45;

/** @param share - 0 to 1 */
export function Heat({
  share,
  children,
}: {
  readonly share: number;
  readonly children: ReactNode;
}): JSX.Element {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * strongestPercent);
  return (
    <td
      className="heat-cell numbers"
      style={{ background: `color-mix(in oklab, var(--accent) ${String(percent)}%, var(--surface))` }}
    >
      {children}
    </td>
  );
}
