import { expect, test } from 'vitest';

import { systemClock } from '../../src/runtime/clock.ts';

const wokenAt = (instant: number): Promise<number> =>
  new Promise((resolve) => {
    let returned = false;
    systemClock.wakeAt(instant, () => {
      expect(returned).toBe(true);
      resolve(Date.now());
    });
    returned = true;
  });

test('the clock never calls back before the instant, nor within the call', async () => {
  for (const ahead of [-1000, -1, 0, 1, 2, 3, 7, 20]) {
    const instant = Date.now() + ahead;
    expect(await wokenAt(instant)).toBeGreaterThanOrEqual(instant);
  }
});

test('what was called off is not called back, however near it was', async () => {
  const called: number[] = [];
  const calls = [0, 1, 2, 5].map((ahead) => systemClock.wakeAt(Date.now() + ahead, () => called.push(ahead)));
  for (const callOff of calls) callOff();
  await wokenAt(Date.now() + 10);
  expect(called).toEqual([]);
});
