/** The result as a page of the documentation. */

import type { PhaseResult } from '../measure/result.ts';
import type { MachineFacts } from './machine.ts';
import { isMet, loadWarning, short } from './text.ts';

export function markdownPage(facts: MachineFacts, scale: string, results: readonly PhaseResult[]): string {
  const targets = results.flatMap((result) => result.targets);
  return [
    '# Results of the benchmark',
    '',
    `Written by \`npm run bench -- --scale ${scale} --markdown FILE\`; [what is measured, and how](benchmark.md).`,
    '',
    `Commit ${facts.commit}, ${facts.at.slice(0, 10)}. ${facts.cpu}, ${facts.cores} cores, ${facts.memoryGiB} GiB, ` +
      `${facts.os}, Node ${facts.node}, V8 ${facts.v8}.`,
    ...loadWarning(facts).flatMap((warning) => ['', `**${warning}**`]),
    '',
    '## Targets',
    '',
    '| target | wanted | reached | |',
    '| --- | --- | --- | --- |',
    ...targets.map((target) => {
      const { name, than, wanted, unit, reached } = target;
      return `| ${name} | ${than} ${short(wanted)} ${unit} | ${short(reached)} ${unit} | ${isMet(target) ? 'met' : 'not met'} |`;
    }),
    ...results.flatMap(phaseSection),
    '',
  ].join('\n');
}

function phaseSection({ phase, figures, checks, problems }: PhaseResult): readonly string[] {
  return [
    '',
    `## ${phase}`,
    '',
    '| | min | median | max | |',
    '| --- | --- | --- | --- | --- |',
    ...figures.map(({ name, unit, min, median, max, rounds, note }) => {
      const detail = [`${unit}, ${rounds} rounds`, ...(note === undefined ? [] : [note])].join('; ');
      return `| ${name} | ${short(min)} | ${short(median)} | ${short(max)} | ${detail} |`;
    }),
    '',
    ...checks.map((check) => `- agrees: ${check}`),
    ...problems.map((problem) => `- **disagrees**: ${problem}`),
  ];
}
