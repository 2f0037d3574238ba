/**
 * Sequences in SQL: one part for each step, which finds for every event the nearest one before it that reached the step
 * before (ASOF JOIN), and at the end the instants of completion. Where the window and the times between steps say how far
 * back a step can lie, what is older is not read.
 */

import type { Instant } from '../model/message.ts';
import { formatRule } from '../rules/format.ts';
import { durationMs } from '../rules/semantics.ts';
import type { Condition, EventPattern, Path } from '../rules/tree.ts';
import { within } from './behaviours-past.ts';
import { lastTime } from './behaviours-now.ts';
import { isPast, type Build, type When } from './build.ts';
import { eventFilters, eventSlug, eventText, propertySql } from './event-sql.ts';
import { sqlInstant } from './sql-text.ts';
import { elementsSql } from './sql-value.ts';
import { atSql, windowOpensAfter, windowSql } from './windows.ts';

type Sequence = Extract<Condition, { kind: 'sequence' }>;

/** Whether it was completed in its window. */
export function sequenceSql(build: Build, when: When, sequence: Sequence): string {
  const { window } = sequence;
  if (isPast(when)) {
    const times = `${completionArrays(build, when, sequence)}.times`;
    return within(build, when, window, (inside) => `arrayExists(e -> ${inside}, ${times})`);
  }
  const { zone, now } = build;
  const done = completions(build, sequence, windowOpensAfter(now, window, zone));
  const other = window?.kind === 'after_last' ? lastTime(build, window.events) : '';
  const conditions = [`at <= ${atSql(now, zone)}`, ...windowSql('at', now, window, zone, `${other}.last_at`)];
  const join = other === '' ? '' : ` INNER JOIN ${other} USING (profile)`;
  const part = build.parts.name(
    `now ${JSON.stringify(bare(sequence))}`,
    `${done}_in_window`,
    textOf(sequence),
    () =>
      `SELECT profile, count() AS completions\nFROM ${done}${join}\nWHERE ${conditions.join('\n  AND ')}\nGROUP BY profile`,
  );
  return `${when.scope.join(part)}.completions > 0`;
}

/** The part with the instants of completion as an array `times` of each customer. */
export function completionArrays(build: Build, when: When, sequence: Sequence): string {
  const done = completions(build, sequence);
  const part = build.parts.name(
    `arrays of ${done}`,
    `${done}_history`,
    `when ${textOf(sequence)} was completed, first to last`,
    () => `SELECT profile, arraySort(groupArray(at)) AS times\nFROM ${done}\nGROUP BY profile`,
  );
  return when.scope.join(part);
}

/** The part with a row (profile, at) for each completion after an instant; some of those up to it may be there too. */
function completions(build: Build, sequence: Sequence, after?: Instant): string {
  const { steps, absent, on } = sequence;
  const starts = stepStarts(sequence, after);
  const key = on === undefined ? '' : ', key';
  const same = (a: string, b: string): string =>
    `${a}.profile = ${b}.profile${on === undefined ? '' : ` AND ${a}.key = ${b}.key`}`;
  const columnsOf = (row: string): string =>
    `${row}.profile AS profile${on === undefined ? '' : `, ${row}.key AS key`}, ${row}.time AS time`;
  const base = `seq_${eventSlug(steps[0]?.events ?? { source: { kind: 'any' } })}`;
  const begun = JSON.stringify(on ?? null);
  let reached = '';
  let path = begun;
  for (const [index, step] of steps.entries()) {
    path += JSON.stringify([step, starts[index] ?? null]);
    const rows = rowsOf(build, step.events, on, starts[index]);
    const before = reached;
    const text = eventText(step.events);
    if (index === 0) {
      reached = build.parts.name(`sequence ${path}`, `${base}_step_1`, `step 1: ${text}`, () => rows);
      continue;
    }
    const limit = step.within === undefined ? '' : `\nWHERE s.time - r.time < ${durationMs(step.within)}`;
    const about = `step ${index + 1}: ${text}${step.within === undefined ? '' : ` within ${step.within}`}`;
    reached = build.parts.name(
      `sequence ${path}`,
      `${base}_step_${index + 1}`,
      about,
      () =>
        `SELECT ${columnsOf('s')}\nFROM (\n${rows}\n) AS s\nASOF INNER JOIN ${before} AS r ON ${same('s', 'r')} AND s.time > r.time${limit}`,
    );
  }
  const last = reached;
  if (absent === undefined) {
    return build.parts.name(
      `completed ${path}`,
      `${base}_done`,
      'instants of completion',
      () => `SELECT profile, time AS at\nFROM ${last}`,
    );
  }
  const silence = durationMs(absent.within);
  const others = rowsOf(build, absent.events, on, starts.at(-1));
  return build.parts.name(
    `completed ${path} ${JSON.stringify(absent)}`,
    `${base}_done`,
    `instants of completion: no ${eventText(absent.events)} within ${absent.within}`,
    () =>
      `SELECT r.profile AS profile, r.time + ${silence} AS at\nFROM ${last} AS r\nASOF LEFT JOIN (\n  SELECT profile${key}, time, 1 AS found\n  FROM (\n${others}\n  )\n) AS o ON ${same('r', 'o')} AND r.time < o.time\nWHERE o.found = 0 OR o.time - r.time >= ${silence}`,
  );
}

/** After when the steps of a completion after an instant lie; undefined where that may be any time. */
function stepStarts(
  { steps, absent }: Sequence,
  after: Instant | undefined,
): readonly (Instant | undefined)[] {
  let start = after === undefined || absent === undefined ? after : after - durationMs(absent.within);
  return steps
    .map(({ within: limit }) => limit)
    .reverse()
    .map((limit) => {
      const own = start;
      start = own === undefined || limit === undefined ? undefined : own - durationMs(limit);
      return own;
    })
    .reverse();
}

/** Rows of a pattern's events, after an instant where one is given; with `on`, one for each value of that property. */
function rowsOf(
  { zone, now }: Build,
  events: EventPattern,
  on: Path | undefined,
  after: Instant | undefined,
): string {
  const key = on === undefined ? '' : `, arrayJoin(arrayDistinct(${elementsSql(propertySql(on))})) AS key`;
  const filters = [
    ...eventFilters(events, zone),
    ...(after === undefined ? [] : [`time > ${sqlInstant(after, zone)}`]),
    `time <= ${atSql(now, zone)}`,
  ];
  return `SELECT profile${key}, time\nFROM events\nWHERE ${filters.join('\n  AND ')}`;
}

function bare(sequence: Sequence): Sequence {
  const { comments: _, ...rest } = sequence;
  return rest;
}

function textOf(sequence: Sequence): string {
  return formatRule(bare(sequence), { width: Infinity });
}
