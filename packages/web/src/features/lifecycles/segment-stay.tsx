/** How long people stay in a segment and whether they come back, over a period that one chooses. */

import { type JSX, useState } from 'react';

import { type Days, PeriodPicker } from '../../charts/period.tsx';
import { StayAndReturns } from './stay-and-returns.tsx';

export function SegmentStay({ name }: { readonly name: string }): JSX.Element {
  const [days, setDays] = useState<Days>(90);
  const [openedAt] = useState(() => Date.now());
  const picker = <PeriodPicker days={days} onChange={setDays} />;
  return <StayAndReturns of={name} days={days} openedAt={openedAt} aside={picker} />;
}
