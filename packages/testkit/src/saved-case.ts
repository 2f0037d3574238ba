/**
 * Differential cases as JSON: a failure once found is kept as a file, and tried again in every run.
 *
 * Trees, inputs and definitions are plain data already; only the maps of the definitions become lists, and the start is
 * written as people read it. Reading back gives a case that is equal to the one saved.
 */

import { type ListedDefinitions, listDefinitions, readListed } from '@segue/core/model/listed-definitions.ts';
import { murmur3 } from '@segue/core/base/murmur.ts';

import type { HistoryStep } from './arbitrary-history.ts';
import type { DifferentialCase } from './differential.ts';

/** What a file of a saved case holds. */
export type SavedCase = {
  /** What goes on in it, for people. */
  readonly about: string;
  readonly timeZone: string;
  /** ISO 8601, in UTC. */
  readonly start: string;
  readonly definitions: ListedDefinitions;
  readonly steps: readonly SavedStep[];
  readonly tailMs: number;
};

type RedefinitionSketch = Extract<HistoryStep['input'], { kind: 'definitions' }>;
type SavedInput =
  | Exclude<HistoryStep['input'], RedefinitionSketch>
  | { readonly kind: 'definitions'; readonly definitions: ListedDefinitions };
type SavedStep = { readonly afterMs: number; readonly input: SavedInput };

/** The text of a file for a case; it ends with a line break. */
export function writeCase(testCase: DifferentialCase, about: string): string {
  const { timeZone, start, definitions, steps, tailMs } = testCase;
  const saved: SavedCase = {
    about,
    timeZone,
    start: new Date(start).toISOString(),
    definitions: listDefinitions(definitions),
    steps: steps.map(({ afterMs, input }) => ({
      afterMs,
      input:
        input.kind === 'definitions'
          ? { kind: 'definitions', definitions: listDefinitions(input.definitions) }
          : input,
    })),
    tailMs,
  };
  return `${JSON.stringify(saved, null, 2)}\n`;
}

/** The case of such a text. Throws, saying what is missing, for a text that is none. */
export function readCase(text: string): DifferentialCase {
  const { timeZone, start, definitions, steps, tailMs } = savedCaseOf(JSON.parse(text));
  const instant = Date.parse(start);
  if (Number.isNaN(instant)) throw new Error(`Not a saved case: start is ${start}, expected ISO 8601.`);
  return {
    timeZone,
    start: instant,
    definitions: readListed(definitions),
    steps: steps.map(({ afterMs, input }) => ({
      afterMs,
      input:
        input.kind === 'definitions'
          ? { kind: 'definitions', definitions: readListed(input.definitions) }
          : input,
    })),
    tailMs,
  };
}

/** `found-<hash>.json`, the same for the same case. */
export function fileNameOf(testCase: DifferentialCase): string {
  const hash = murmur3(writeCase(testCase, ''));
  return `found-${hash.toString(16).padStart(8, '0')}.json`;
}

/** Checks the outline; what is inside was written by `writeCase`, or by a person who runs it at once. */
function savedCaseOf(raw: unknown): SavedCase {
  const fields: Readonly<Record<string, unknown>> = typeof raw === 'object' && raw !== null ? { ...raw } : {};
  const isText = (key: string): boolean => typeof fields[key] === 'string';
  const expected: readonly (readonly [string, boolean])[] = [
    ['timeZone, a text', isText('timeZone')],
    ['start, a text', isText('start')],
    ['definitions', typeof fields['definitions'] === 'object'],
    ['steps, a list', Array.isArray(fields['steps'])],
    ['tailMs, a number', typeof fields['tailMs'] === 'number'],
  ];
  const missing = expected.filter(([, isThere]) => !isThere).map(([what]) => what);
  if (missing.length > 0) throw new Error(`Not a saved case: expected ${missing.join('; ')}.`);
  return raw as SavedCase;
}
