import { describe, expect, it } from 'vitest';
import { type Happening, holds, turningPoints } from '../src/oracle/answers.ts';
import type { Shape } from '../src/workload/segments.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Happenings at these instants, each arriving at once unless said otherwise. */
function at(...times: readonly (number | readonly [time: number, arrival: number])[]): readonly Happening[] {
  return times.map((given) => {
    const [time, arrival] = typeof given === 'number' ? [given, given] : given;
    return { time, arrival, cents: 100 };
  });
}

const nothing: readonly Happening[] = [];

describe('the brute-force answer', () => {
  it('lets an event leave its window at exactly its end', () => {
    const shape: Shape = { kind: 'count', event: 0, windowMs: DAY, atLeast: 2 };
    const evidence = { events: at(0, HOUR), others: nothing, clubs: nothing };
    expect(holds(shape, evidence, HOUR)).toBe(true);
    expect(holds(shape, evidence, DAY - 1)).toBe(true);
    expect(holds(shape, evidence, DAY)).toBe(false);
    expect(turningPoints(shape, evidence)).toEqual([DAY, DAY + HOUR]);
  });

  it('knows a late event only from its arrival on', () => {
    const shape: Shape = { kind: 'sum', event: 0, windowMs: DAY, atLeastCents: 100 };
    const evidence = { events: at([0, 2 * HOUR]), others: nothing, clubs: nothing };
    expect(holds(shape, evidence, HOUR)).toBe(false);
    expect(holds(shape, evidence, 2 * HOUR)).toBe(true);
    expect(holds(shape, evidence, DAY)).toBe(false);
  });

  it('takes a step as within its time only when it comes strictly later and sooner than that', () => {
    const shape: Shape = { kind: 'then', event: 0, other: 1, withinMs: HOUR, windowMs: DAY };
    const answer = (gap: number): boolean =>
      holds(shape, { events: at(0), others: at(gap), clubs: nothing }, 2 * HOUR);
    expect([0, 1, HOUR - 1, HOUR].map(answer)).toEqual([false, true, true, false]);
  });

  it('finds silence at exactly its end, whatever comes then', () => {
    const shape: Shape = { kind: 'silence', event: 0, other: 1, withinMs: HOUR, windowMs: DAY };
    const answer = (t: number, ...others: readonly number[]): boolean =>
      holds(shape, { events: at(0), others: at(...others), clubs: nothing }, t);
    expect(answer(HOUR - 1)).toBe(false);
    expect(answer(HOUR)).toBe(true);
    expect(answer(HOUR, HOUR)).toBe(true);
    expect(answer(HOUR, HOUR - 1)).toBe(false);
    expect(answer(HOUR + DAY)).toBe(false);
  });

  it('finds that something has held since the first event of an unbroken row', () => {
    const shape: Shape = { kind: 'held', event: 0, windowMs: 3 * DAY, forMs: 4 * DAY };
    const answer = (t: number, ...times: readonly number[]): boolean =>
      holds(shape, { events: at(...times), others: nothing, clubs: nothing }, t);
    expect(answer(4 * DAY - 1, 0, 2 * DAY)).toBe(false);
    expect(answer(4 * DAY, 0, 2 * DAY)).toBe(true);
    expect(answer(5 * DAY, 0, 2 * DAY)).toBe(false);
    expect(answer(4 * DAY, 0, 3 * DAY)).toBe(true);
    expect(answer(4 * DAY, 0, 3 * DAY + 1)).toBe(false);
  });
});
