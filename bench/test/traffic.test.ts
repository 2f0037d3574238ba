import { describe, expect, it } from 'vitest';
import { WindowFloor } from '../src/floors/window-floor.ts';
import { spread } from '../src/measure/rounds.ts';
import { deltasOf, membersAtEnd } from '../src/peers/question.ts';
import { plainCounts } from '../src/workload/segments.ts';
import { MessageMaker } from '../src/workload/messages.ts';
import { makeTraffic, type Traffic, usualTraffic } from '../src/workload/traffic.ts';

const traffic = usualTraffic(20_000);

function share(is: (row: number, traffic: Traffic) => boolean): number {
  let rows = 0;
  for (let row = 0; row < traffic.rows; row++) if (is(row, traffic)) rows++;
  return rows / traffic.rows;
}

describe('the traffic', () => {
  it('arrives in order, after it happened', () => {
    const { arrival, time, rows } = traffic;
    for (let row = 1; row < rows; row++) {
      expect(arrival[row]).toBeGreaterThanOrEqual(arrival[row - 1] as number);
    }
    expect(share((row) => (arrival[row] as number) < (time[row] as number))).toBe(0);
  });

  it('is the same for the same seed', () => {
    expect(usualTraffic(20_000)).toEqual(traffic);
  });

  it('has late events, repeated ones and a bot in the shares that it says', () => {
    const { arrival, time, customer, customers, isRepeated } = traffic;
    const late = share(
      (row) => isRepeated[row] === 0 && (arrival[row] as number) - (time[row] as number) > 5_000,
    );
    expect(late).toBeGreaterThan(0.04);
    expect(late).toBeLessThan(0.06);
    expect(share((row) => isRepeated[row] === 1)).toBeCloseTo(0.01, 2);
    expect(share((row) => customer[row] === customers)).toBeCloseTo(0.01, 2);
  });

  it('gives each message an id of its own, and a repeated one that of the first', () => {
    const maker = new MessageMaker(traffic, 10);
    const ids = new Set<string>();
    for (let row = 0; row < traffic.rows; row++) ids.add(maker.message(row).messageId);
    expect(ids.size).toBe(
      traffic.rows - Math.round(share((row) => traffic.isRepeated[row] === 1) * traffic.rows),
    );
  });

  it('may be even, without a bot', () => {
    const even = makeTraffic({ seed: 1, customers: 10, events: 1_000, days: 5, even: true });
    expect(Math.max(...even.customer)).toBe(9);
  });
});

describe('floors and peers', () => {
  it('the floor ends with the members that plain counting finds', () => {
    const set = plainCounts(1, 'everything');
    const members = membersAtEnd(deltasOf(traffic, set), set);
    const floor = new WindowFloor(traffic.customers + 1, 30 * 86_400_000, 2);
    let entered = 0;
    for (let row = 0; row < traffic.rows; row++) {
      const before = floor.changes;
      floor.advanceTo(traffic.arrival[row] as number);
      entered -= floor.changes - before;
      if (traffic.name[row] !== 0 || traffic.isRepeated[row] === 1) continue;
      const then = floor.changes;
      floor.take(
        traffic.customer[row] as number,
        traffic.time[row] as number,
        traffic.arrival[row] as number,
      );
      entered += floor.changes - then;
    }
    const before = floor.changes;
    floor.advanceTo(traffic.end);
    expect(entered - (floor.changes - before)).toBe(members.size);
  });

  it('a spread is least, middle and greatest', () => {
    expect(spread([3, 1, 2])).toEqual({ min: 1, median: 2, max: 3, rounds: 3 });
  });
});
