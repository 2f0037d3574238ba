import { describe, expect, it } from 'vitest';

import type { SegmentChange } from '@segue/core/model/change.ts';

import { matchChanges } from '../../src/scenario/match-changes.ts';
import type { ExpectedChange } from '../../src/scenario/scenario.ts';

const names = ['asha', 'ben', 'chi'];
const isCustomer = (name: string, change: SegmentChange): boolean => names[change.profile] === name;

function seen(at: number, profile: number, more: Partial<SegmentChange> = {}): SegmentChange {
  return {
    kind: 'segment',
    profile,
    segment: 's',
    version: 1,
    change: 'entered',
    at,
    cause: 'time',
    ...more,
  };
}
function listed(customer: string, more: Partial<ExpectedChange> = {}): ExpectedChange {
  return { customer, segment: 's', change: 'entered', ...more };
}

describe('changes', () => {
  it('agree in order of instants, in any order within one', () => {
    const found = [seen(1, 0), seen(2, 1), seen(2, 2)];
    expect(matchChanges([listed('asha'), listed('chi'), listed('ben')], found, isCustomer)).toBeUndefined();
    expect(matchChanges([listed('chi'), listed('asha'), listed('ben')], found, isCustomer)).toEqual({
      missing: [],
      unexpected: [],
      misordered: true,
    });
  });

  it('are matched so that an open entry does not take what a strict one needs', () => {
    const found = [seen(1, 0, { cause: 'time' }), seen(1, 0, { cause: 'event', change: 'entered' })];
    expect(
      matchChanges([listed('asha'), listed('asha', { cause: 'time' })], found, isCustomer),
    ).toBeUndefined();
  });

  it.each<[Partial<ExpectedChange>]>([
    [{ at: 2 }],
    [{ version: 2 }],
    [{ messageId: 'm' }],
    [{ cause: 'event' }],
    [{ change: 'exited' }],
    [{ segment: 't' }],
    [{ customer: 'ben' }],
  ])('differ in %j', (more) => {
    const mismatch = matchChanges([listed('asha', more)], [seen(1, 0)], isCustomer);
    expect(mismatch).toMatchObject({ missing: [{}], unexpected: [{}], misordered: false });
  });

  it('are exact: none missing, none more', () => {
    expect(matchChanges([], [], isCustomer)).toBeUndefined();
    expect(matchChanges([], [seen(1, 0)], isCustomer)).toMatchObject({ missing: [], unexpected: [{}] });
    expect(matchChanges([listed('asha')], [], isCustomer)).toMatchObject({ missing: [{}], unexpected: [] });
  });
});
