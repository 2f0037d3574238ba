/** What `segue test` prints: a line a scenario, and under a failed one what was expected, found, and why. */

import type { Failure, Outcome } from '@segue/server/scenario/outcome.ts';

import type { Colours } from '../terminal.ts';

/**
 * @example
 * FAIL  A browser becomes high intent
 *   intent.yaml:12  step 3  2026-11-01T11:00:00.000+00:00
 *     expect high_intent
 *       expected  asha
 *       found     nobody
 *       asha
 *         is missing
 *         count("Product Viewed", last 7d) is 3, needed > 3
 */
export function outcomeText(outcome: Outcome, colours: Colours): string {
  if (outcome.passed) return `${colours.green('PASS')}  ${outcome.name}\n`;
  const failures = outcome.failures.map((failure) => failureText(outcome.file, failure, colours));
  return `${colours.red('FAIL')}  ${outcome.name}\n${failures.join('')}`;
}

function failureText(file: string, failure: Failure, colours: Colours): string {
  const route = failure.route === undefined ? '' : `  ${failure.route}`;
  const lines = [
    `  ${colours.bold(`${file}:${failure.line}`)}  step ${failure.step}  ${failure.at}${route}`,
    `    ${failure.check}`,
    `      expected  ${indentAfterFirst(failure.expected, 16)}`,
    `      found     ${indentAfterFirst(failure.found, 16)}`,
  ];
  for (const { customer, lines: why } of failure.explanations) {
    if (customer !== '') lines.push(`      ${customer}`);
    for (const line of why) lines.push(`        ${colours.dim(indentAfterFirst(line, 8))}`);
  }
  return `${lines.join('\n')}\n`;
}

function indentAfterFirst(text: string, spaces: number): string {
  return text.replaceAll('\n', `\n${' '.repeat(spaces)}`);
}

/** One line of JSON a scenario. */
export function outcomeJson(outcome: Outcome): string {
  const { name, file, passed, failures } = outcome;
  return `${JSON.stringify({ name, file, passed, failures })}\n`;
}

/** The last line of a run. */
export function summaryText(passed: number, failed: number): string {
  return `${passed} passed, ${failed} failed\n`;
}
