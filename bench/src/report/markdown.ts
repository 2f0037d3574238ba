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
    ...table(
      ['target', 'wanted', 'reached', 'met'],
      targets.map((target) => {
        const { name, than, wanted, unit, reached } = target;
        const met = isMet(target) ? 'yes' : 'no';
        return [name, `${than} ${short(wanted)} ${unit}`, `${short(reached)} ${unit}`, met];
      }),
    ),
    ...results.flatMap(phaseSection),
    '',
  ].join('\n');
}

function phaseSection({ phase, figures, checks, problems }: PhaseResult): readonly string[] {
  const verdicts = [
    ...checks.map((check) => `- agrees: ${check}`),
    ...problems.map((problem) => `- **disagrees**: ${problem}`),
  ];
  return [
    '',
    `## ${phase}`,
    '',
    ...table(
      ['subject', 'min', 'median', 'max', 'unit'],
      figures.map(({ name, unit, min, median, max, rounds, note }) => {
        const detail = [`${unit}, ${rounds} rounds`, ...(note === undefined ? [] : [note])].join('; ');
        return [name, short(min), short(median), short(max), detail];
      }),
    ),
    ...(verdicts.length === 0 ? [] : ['', ...verdicts]),
  ];
}

/** Columns as wide as their widest cell, as the formatter writes them. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((title, i) =>
    Math.max(3, title.length, ...rows.map((row) => (row[i] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}
