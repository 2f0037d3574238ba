import type { Change } from '@segue/core/model/change.ts';
import { describe, expect, it } from 'vitest';
import { ChangeLog } from '../src/oracle/change-log.ts';
import { checkChanges } from '../src/oracle/check.ts';
import { feed, newEngine } from '../src/subject/engine-run.ts';
import { MessageMaker, userId } from '../src/workload/messages.ts';
import { plainCounts, touchConstant, touchProportional } from '../src/workload/segments.ts';
import { usualTraffic } from '../src/workload/traffic.ts';

const traffic = usualTraffic(3_000);

/** The problems that the oracle has with the engine, when the changes pass through `spoil` on their way. */
function problems(
  set: ReturnType<typeof touchConstant>,
  spoil: (change: Change) => readonly Change[] = (change) => [change],
): readonly string[] {
  const log = new ChangeLog(set);
  const engine = newEngine(traffic, set, (change) => {
    spoil(change).forEach(log.add);
  });
  feed(engine, new MessageMaker(traffic, set.categories), traffic);
  engine.advanceTo(traffic.end);
  return checkChanges(traffic, set, log, (customer) => engine.findProfile(userId(customer)) ?? -1).problems;
}

describe('the check of the benchmark', () => {
  it.each([
    ['about a category each', touchConstant(100)],
    ['about everything', touchProportional(60)],
    ['that peers are asked about', plainCounts(20, 'everything')],
  ])('agrees with the engine on segments %s', (_, set) => {
    expect(problems(set)).toEqual([]);
  });

  it('notices a single change that is missing', () => {
    let left = 50;
    expect(problems(touchConstant(100), (change) => (left-- === 0 ? [] : [change]))).toHaveLength(1);
  });

  it('notices a change of somebody whom the segment does not concern', () => {
    let left = 50;
    const strange = (change: Change): readonly Change[] =>
      left-- === 0 && change.kind === 'segment'
        ? [change, { ...change, segment: 's99', profile: 0 }]
        : [change];
    expect(problems(touchConstant(100), strange).length).toBeGreaterThan(0);
  });
});
