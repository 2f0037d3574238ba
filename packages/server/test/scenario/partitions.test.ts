/** Law: over how many partitions customers are spread changes no answer, no change and no number. */

import { expect, test } from 'vitest';

import { openPartitioned } from '../../src/scenario/service-subject.ts';
import { examples, run } from './run.ts';

test.each(examples.map((scenario) => [scenario.name, scenario] as const))(
  'over three partitions: %s',
  async (_, scenario) => {
    expect((await run(scenario, openPartitioned(3))).failures).toEqual([]);
  },
);
