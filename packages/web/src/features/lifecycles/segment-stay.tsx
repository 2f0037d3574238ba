/** How long people stay in a segment and whether they come back, over a period that one chooses. */

import type { JSX } from 'react';

import { usePeriod } from '../../charts/period.tsx';
import { StayAndReturns } from './stay-and-returns.tsx';

export function SegmentStay({ name }: { readonly name: string }): JSX.Element {
  const { days, until, picker } = usePeriod(90);
  return <StayAndReturns of={name} days={days} until={until} aside={picker} />;
}
