import { expect, test } from 'vitest';

import { growthPercent } from '../src/service/young-objects.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;

test('a heap may double, and grow by 256 MB where little lives in it and the machine has them to spare', () => {
  expect(growthPercent(64 * MiB, 24 * GiB)).toBe(400);
  expect(growthPercent(256 * MiB, 24 * GiB)).toBe(100);
  expect(growthPercent(2 * GiB, 24 * GiB)).toBe(100);
  expect(growthPercent(64 * MiB, 2 * GiB)).toBe(200);
  expect(growthPercent(64 * MiB, 512 * MiB)).toBe(100);
});
