import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

import { importScenarioFile } from '@segue/server/scenario/import-messages.ts';
import { readScenarios } from '@segue/server/scenario/read-scenario.ts';
import { runScenario } from '@segue/server/scenario/run-scenario.ts';
import { openServiceSubject } from '@segue/server/scenario/service-subject.ts';

const page = resolve(import.meta.dirname, '../../../docs/scenarios.md');
const examples = [...readFileSync(page, 'utf8').matchAll(/```yaml\n([^]*?)```/g)].map(
  ([, text]) => text ?? '',
);

it.each(examples)('an example of docs/scenarios.md passes', async (text) => {
  const scenarios = readScenarios(page, text);
  if (!scenarios.ok) throw new Error(JSON.stringify(scenarios.error));
  for (const scenario of scenarios.value) {
    const outcome = await runScenario(scenario, {
      open: openServiceSubject,
      importMessages: importScenarioFile,
    });
    expect(outcome.failures).toEqual([]);
  }
});
