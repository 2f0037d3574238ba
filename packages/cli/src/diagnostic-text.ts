/** Diagnostics for people: where, what, and the line of the file with the fault underlined. */

import type { PlacedDiagnostic } from '@segue/server/definitions-files/place.ts';

import type { Colours } from './terminal.ts';

/** Characters of a source line that are shown around the fault. */
const shownWidth = 100;
const shownBefore = 60;

/**
 * One diagnostic with its source line.
 *
 * @example
 * vip.yaml:3:17: error: There is no segment "vpi"; did you mean "vip"? [rule/unknown-name]
 *     3 |   lost_vip: in vpi
 *       |                ^^^
 */
export function diagnosticText(
  diagnostic: PlacedDiagnostic,
  source: string | undefined,
  colours: Colours,
): string {
  const { file, line, column = 1, severity, code } = diagnostic;
  const place = line === undefined ? file : `${file}:${line}:${column}`;
  const label = severity === 'error' ? colours.red('error') : colours.yellow('warning');
  const head = `${colours.bold(place)}: ${label}: ${diagnostic.message} ${colours.dim(`[${code}]`)}\n`;
  const text = line === undefined ? undefined : source?.split('\n')[line - 1]?.replace(/\r$/, '');
  if (text === undefined || line === undefined) return head;
  return head + underlined(text, line, column, diagnostic.length ?? 1, colours);
}

function underlined(text: string, line: number, column: number, length: number, colours: Colours): string {
  const at = Math.min(column - 1, text.length);
  const from = text.length <= shownWidth ? 0 : Math.max(0, at - shownBefore);
  const shown = text.slice(from, from + shownWidth);
  const lead = from > 0 ? '…' : '';
  const trail = from + shownWidth < text.length ? '…' : '';
  const gutter = String(line).padStart(5);
  // Tabs stay tabs, so that the caret stands under the fault however wide they are shown.
  const indent = lead.replace('…', ' ') + shown.slice(0, at - from).replace(/[^\t]/g, ' ');
  const carets = '^'.repeat(Math.max(1, Math.min(length, shown.length - (at - from))));
  const bar = colours.dim('|');
  return `${colours.dim(gutter)} ${bar} ${lead}${shown}${trail}\n      ${bar} ${indent}${colours.red(carets)}\n`;
}
