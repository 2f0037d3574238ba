/** The result as a table for people. */

import type { Figure, PhaseResult, Target } from '../measure/result.ts';
import type { MachineFacts } from './machine.ts';

export function headerText(facts: MachineFacts, scale: string): string {
  return [
    `Segue benchmark, scale ${scale}, commit ${facts.commit}, ${facts.at}`,
    `${facts.cpu}, ${facts.cores} cores, ${facts.memoryGiB} GiB, ${facts.os}, Node ${facts.node} (V8 ${facts.v8})`,
    'min / median / max of interleaved rounds; ratios are taken within a round',
    ...loadWarning(facts),
    '',
  ].join('\n');
}

/** Others at work make figures smaller and spreads wider; ratios suffer less. */
export function loadWarning({ load, cores }: MachineFacts): readonly string[] {
  if (load < cores / 2) return [];
  return [
    `The machine was busy before the start (load ${load} on ${cores} cores): trust the ratios, not the rates.`,
  ];
}

export function phaseText({ phase, figures, checks, problems }: PhaseResult, seconds: number): string {
  const width = Math.max(...figures.map(({ name }) => name.length), 0);
  return [
    `${phase} (${seconds.toFixed(1)} s)`,
    ...figures.map((figure) => `  ${figureText(figure, width)}`),
    ...checks.map((check) => `  ✓ ${check}`),
    ...problems.map((problem) => `  ✗ ${problem}`),
    '',
  ].join('\n');
}

export function targetsText(targets: readonly Target[]): string {
  const width = Math.max(...targets.map(({ name }) => name.length), 0);
  return [
    'targets',
    ...targets.map((target) => {
      const { name, than, wanted, unit, reached } = target;
      const mark = isMet(target) ? 'met    ' : 'not met';
      return `  ${mark}  ${name.padEnd(width)}  ${short(reached)} ${unit}, wanted ${than} ${short(wanted)}`;
    }),
    '',
  ].join('\n');
}

export function isMet({ than, wanted, reached }: Target): boolean {
  return than === 'at least' ? reached >= wanted : reached <= wanted;
}

function figureText({ name, unit, min, median, max, rounds, note }: Figure, width: number): string {
  const figures = [min, median, max].map((figure) => short(figure).padStart(7)).join(' /');
  return `${name.padEnd(width)} ${figures} ${unit} (n=${rounds})${note === undefined ? '' : `, ${note}`}`;
}

/** Three digits that count. */
export function short(figure: number): string {
  if (!Number.isFinite(figure)) return '–';
  if (figure >= 1e6) return `${(figure / 1e6).toFixed(2)}M`;
  if (figure >= 1e4) return `${(figure / 1e3).toFixed(1)}k`;
  if (figure >= 100) return figure.toFixed(0);
  return figure.toFixed(figure >= 10 ? 1 : 2);
}
