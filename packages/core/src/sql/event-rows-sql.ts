/**
 * The events that some patterns match, as rows for the engine: what new rules have to know of the past (in place of a reading
 * of the whole log), customer by customer.
 *
 * Rows are of the table `messages` as it stands: under the numbers that customers had when the message came, also those of who
 * was merged away since, so that nothing has to be joined, and those of one event come in the order in which they lie. Whoever
 * reads them knows who survived. A `where` only narrows: the engine looks again.
 */

import type { Diagnostic } from '../base/diagnostic.ts';
import { fail, type Result } from '../base/result.ts';
import type { Zone } from '../base/zone.ts';
import { noDefinitions } from '../model/definitions.ts';
import type { Instant } from '../model/message.ts';
import type { EventNeeds } from '../rules/event-needs.ts';
import type { EventSource } from '../rules/tree.ts';
import { compiling } from './compile.ts';
import { eventFilters, noColumns, propertyToken, type PropertyColumns } from './event-sql.ts';
import { sqlInstant, sqlNumber, sqlString, sqlStrings } from './sql-text.ts';

/** More patterns than this are told apart by the engine alone: to try all of them on every row takes longer than to send it. */
const narrowedMax = 32;

/** Kinds of events, in the order of their numbers in rows. */
export const eventKinds = ['track', 'page', 'screen'] as const;

export type EventRowsOptions = {
  readonly zone: Zone;
  /** The instant of the question, which decides nothing but how dates are read. */
  readonly at: Instant;
  /** Events up to then are left out; −Infinity: none. */
  readonly after: Instant;
  /** Only what stands before this position of the log. */
  readonly before: number;
  readonly columns?: PropertyColumns;
};

/**
 * Columns: profile UInt64, time Int64, position UInt64, kind UInt8 (from 1, of `eventKinds`), name String, message_id String
 * (empty where ids are not needed), then a String of JSON for each of `roots`; empty where there is none.
 *
 * Refused where the store keeps something in another form than the engine knows it.
 */
export function eventRowsToSql(
  { patterns, roots, ids }: EventNeeds,
  { zone, at, after, before, columns = noColumns }: EventRowsOptions,
): Result<string, Diagnostic> {
  if (isChangedByStoring(JSON.stringify([patterns, roots])) || roots.includes('__proto__')) {
    return fail({
      code: 'sql/odd-text',
      severity: 'error',
      message: 'A name or text of the rules cannot be told from others in the history store.',
    });
  }
  return compiling({ zone, definitions: noDefinitions, at, columns }, (compiler) => {
    const matches = patterns.map(({ source, where }) => {
      const isNarrowed = where !== undefined && patterns.length <= narrowedMax;
      const filters = eventFilters(isNarrowed ? { source, where } : { source }, compiler.build);
      return filters.length === 0 ? 'true' : `(${filters.join(' AND ')})`;
    });
    const conditions = [
      ...namesFilter(patterns.map(({ source }) => source)),
      `position < ${sqlNumber(before)}`,
      ...(after === -Infinity ? [] : [`time > ${sqlInstant(after, zone)}`]),
      ...(matches.includes('true') ? [] : [`(${[...new Set(matches)].join('\n  OR ')})`]),
    ];
    const selected = [
      'profile',
      'time',
      'position',
      `toUInt8(indexOf([${sqlStrings(eventKinds)}], kind)) AS kind_number`,
      'toString(name) AS event_name',
      ids ? 'message_id' : `'' AS no_id`,
      ...roots.map((root, i) => `toString(${propertyToken([root], columns)}) AS root_${i}`),
    ];
    const select = `SELECT ${selected.join(',\n  ')}\nFROM messages\nWHERE ${conditions.join('\n  AND ')}\nORDER BY profile`;
    return compiler.withHelpers(['Events that definitions to come have to know'], select);
  });
}

/** What the table can pass over whole pieces by, before any property is looked at. */
function namesFilter(sources: readonly EventSource[]): readonly string[] {
  const kinds = sources.flatMap(({ kind }) =>
    kind === 'any' ? eventKinds : kind === 'prefix' ? 'track' : kind,
  );
  const names = sources.flatMap((source) => ('name' in source ? [source.name] : []));
  const ofKinds = oneOf('kind', kinds);
  return names.length < sources.length ? [ofKinds] : [ofKinds, oneOf('name', names)];
}

/** Of one value it is an equation, after which rows are known to lie in the order of what comes next. */
function oneOf(column: string, values: readonly string[]): string {
  const [one = '', ...others] = new Set(values);
  return others.length === 0
    ? `${column} = ${sqlString(one)}`
    : `${column} IN (${sqlStrings([one, ...others])})`;
}

/** Half a surrogate pair (in JSON: its escape) is stored as U+FFFD, which may as well be one of the text's own. */
export function isChangedByStoring(text: string): boolean {
  return /\ufffd|\\ud[89a-f]/.test(text);
}
