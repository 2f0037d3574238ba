/** The result as a page of the documentation. */

import type { PhaseResult } from '../measure/result.ts';
import type { MachineFacts } from '../report/machine.ts';
import { markdownPage } from '../report/markdown.ts';

export function servicePage(facts: MachineFacts, scale: string, results: readonly PhaseResult[]): string {
  const isHistory = results.every(({ phase }) => phase === 'history');
  const [what, command] = isHistory ? ['history', 'bench:history'] : ['the service', 'bench:service'];
  return markdownPage(facts, scale, results)
    .replace('# Results of the benchmark', `# Results of the benchmark of ${what}`)
    .replace('npm run bench --', `npm run ${command} --`)
    .replace('(benchmark.md)', '(benchmark-service.md)');
}
