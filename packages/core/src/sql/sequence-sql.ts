/**
 * Sequences in SQL: all events of all steps in one pass.
 *
 * Idea. Each event of a step becomes a number whose bits are, from the highest: which of sixteen customers, the key (of a
 * sequence `on` a property, a hash of its value), the time, and how many steps are still to come (0: the event that must stay
 * away). The numbers of sixteen customers are put in order together: so each customer lies by itself in it, each key too, and
 * what happened first comes first; of two events of one instant the later step comes first, so that neither follows the other.
 * The event that a step follows is then the nearest one before it that was reached, which is carried along. Arrays of a few
 * hundred numbers are put together, sorted and looked through two to three times as fast as the same is found by joins.
 *
 * Two values of a property in the events of one customer that had the same 64 bits of SipHash would be taken for one: of a
 * million values that happens once in forty million times. Where the window and the times between steps say how far back a
 * step can lie, what is older is not read.
 */

import type { Instant } from '../model/message.ts';
import { formatRule } from '../rules/format.ts';
import { durationMs } from '../rules/semantics.ts';
import type { Condition, EventPattern, Path } from '../rules/tree.ts';
import { within } from './behaviours-past.ts';
import { lastTime } from './behaviours-now.ts';
import { isPast, type Build, type When } from './build.ts';
import { eventFilters, eventSlug, eventText, propertySql } from './event-sql.ts';
import { selectSql } from './scope.ts';
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

/** Customers whose events are put in order together. */
const lotCustomers = 16;
/** Bits of a number: how many steps are to come, and above them the time, counted from before all others. */
const codeBits = 6;
const sameBits = 60;
const earliest = 2 ** 53;
/** Between the latest time of one customer or key and the earliest of the next; longer times have to be told from it. */
const gapMs = 7e14;

/** The part with a row (profile, at) for each completion after an instant; some of those up to it may be there too. */
function completions(build: Build, sequence: Sequence, after?: Instant): string {
  const { steps, absent, on } = sequence;
  const starts = stepStarts(sequence, after);
  const base = `seq_${eventSlug(steps[0]?.events ?? { source: { kind: 'any' } })}`;
  const path = JSON.stringify([on ?? null, steps, absent ?? null, starts]);
  const rows = build.parts.name(
    `sequence rows ${path}`,
    `${base}_events`,
    `events of its steps as numbers: customer, ${on === undefined ? '' : 'key, '}time, steps to come`,
    () =>
      [
        ...steps.map(({ events }, i) => rowsOf(build, events, on, starts[i], steps.length - i)),
        ...(absent === undefined ? [] : [rowsOf(build, absent.events, on, starts.at(-1), 0)]),
      ].join('\nUNION ALL\n'),
  );
  const found = build.parts.name(
    `sequence found ${path}`,
    `${base}_found`,
    'which of them complete it, of sixteen customers at a time',
    () => `${selectSql(foundColumns(sequence), `FROM ${rows}`)}\nGROUP BY lot`,
  );
  const time = `toInt64(bitShiftRight(x, ${codeBits}) % ${2 ** (sameBits - codeBits)}) - ${earliest}`;
  const at = absent === undefined ? time : `${time} + ${durationMs(absent.within)}`;
  const customer = `bitShiftRight(x, ${on === undefined ? sameBits : sameBits + 64})`;
  return build.parts.name(
    `completed ${path}`,
    `${base}_done`,
    `instants of completion${absent === undefined ? '' : `: no ${eventText(absent.events)} within ${absent.within}`}`,
    () =>
      `SELECT lot * ${lotCustomers} + toUInt64(${customer}) AS profile, ${at} AS at\nFROM (SELECT lot, arrayJoin(done) AS x FROM ${found})`,
  );
}

/** Columns of a lot: its numbers in order, for each step which of them reach it, and those that complete the last. */
function foundColumns({ steps, absent, on }: Sequence): readonly string[] {
  const number = on === undefined ? 'UInt64' : 'UInt128';
  const code = (x: string): string => `bitAnd(toUInt8(${x}), ${2 ** codeBits - 1})`;
  /** Whether `late` is of the same customer and key as `early`, and less than so long after it. */
  const soon = (late: string, early: string, limitMs: number | undefined): string => {
    const same = `bitShiftRight(${late}, ${sameBits}) = bitShiftRight(${early}, ${sameBits})`;
    if (limitMs === undefined) return same;
    // The later one is the step after, so its number of steps to come is less by one.
    const less = `to${number}(${late} - ${early}) < ${2 ** codeBits * limitMs - 1}`;
    return limitMs < gapMs ? less : `${less} AND ${same}`;
  };
  const columns = ['lot', 'arraySort(groupArray(x)) AS events'];
  for (const [i, { within: limit }] of steps.entries()) {
    const isStep = `${code('x')} = ${steps.length - i}`;
    const reached = `reached_${i + 1}`;
    if (i === 0) columns.push(`arrayMap(x -> ${isStep}, events) AS ${reached}`);
    else {
      const inTime = soon('x', 'r', limit === undefined ? undefined : durationMs(limit));
      columns.push(
        `arrayFill(x -> x != 0, arrayMap((x, r) -> if(r, x, 0), events, reached_${i})) AS before_${i + 1}`,
        `arrayMap((x, r) -> ${isStep} AND r != 0 AND ${inTime}, events, before_${i + 1}) AS ${reached}`,
      );
    }
  }
  const last = `reached_${steps.length}`;
  if (absent === undefined) return [...columns, `arrayFilter((x, r) -> r, events, ${last}) AS done`];
  const isAbsent = `${code('x')} = 0`;
  const isBroken = `o != 0 AND ${soon('o', 'x', durationMs(absent.within))}`;
  return [
    ...columns,
    `arrayReverseFill(x -> x != 0, arrayMap(x -> if(${isAbsent}, x, 0), events)) AS after`,
    `arrayFilter((x, r, o) -> r AND NOT (${isBroken}), events, ${last}, after) AS done`,
  ];
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

/**
 * Rows (lot, x) of a pattern's events, after an instant where one is given; with `on`, one for each value of that property.
 * `code`: how many steps are to come.
 */
function rowsOf(
  { zone, now, columns }: Build,
  events: EventPattern,
  on: Path | undefined,
  after: Instant | undefined,
  code: number,
): string {
  const customer = `toUInt64(profile % ${lotCustomers})`;
  const time = `toUInt64(time + ${earliest}) * ${2 ** codeBits} + ${code}`;
  const keys =
    on === undefined ? '' : elementsSql(propertySql(on, columns), (all) => `arrayDistinct(${all})`);
  const x =
    on === undefined
      ? `bitShiftLeft(${customer}, ${sameBits}) + ${time}`
      : `bitShiftLeft(toUInt128(${customer}), ${sameBits + 64}) + bitShiftLeft(toUInt128(sipHash64(arrayJoin(${keys}))), ${sameBits}) + ${time}`;
  const filters = [
    ...eventFilters(events, { zone, columns }),
    ...(after === undefined ? [] : [`time > ${sqlInstant(after, zone)}`]),
    `time <= ${atSql(now, zone)}`,
  ];
  return selectSql(
    [`intDiv(profile, ${lotCustomers}) AS lot`, `${x} AS x`],
    `FROM events\nWHERE ${filters.join('\n  AND ')}`,
  );
}

function bare(sequence: Sequence): Sequence {
  const { comments: _, ...rest } = sequence;
  return rest;
}

function textOf(sequence: Sequence): string {
  return formatRule(bare(sequence), { width: Infinity });
}
