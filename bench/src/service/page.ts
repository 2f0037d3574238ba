/** The result as a page of the documentation. */

import type { PhaseResult } from '../measure/result.ts';
import type { MachineFacts } from '../report/machine.ts';
import { markdownPage } from '../report/markdown.ts';

export function servicePage(facts: MachineFacts, scale: string, results: readonly PhaseResult[]): string {
  return markdownPage(facts, scale, results)
    .replace('# Results of the benchmark', '# Results of the benchmark of the service')
    .replace('npm run bench --', 'npm run bench:service --')
    .replace('(benchmark.md)', '(benchmark-service.md)');
}
