/** A customer's answers as stored with them, which a unit's last `settle` found. */

import type { SegmentUnit } from './plan.ts';
import { answerOf, type Profile } from './profile.ts';

/** Whether the customer is in the segment, as stored. */
export function isMember(p: Profile, unit: SegmentUnit): boolean {
  const i = p.membershipIndex(unit.id);
  return i < 0 ? unit.byDefault : answerOf(p.memberships.valueAt(i));
}

/** The customer's stage in a lifecycle, as stored; −1 before there is one. */
export function stageIndex(p: Profile, unit: number): number {
  const stages = p.stages;
  for (let i = 0; i < stages.length; i += 3) if (stages[i] === unit) return stages[i + 1] as number;
  return -1;
}
