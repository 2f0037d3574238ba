/**
 * What can be taken out of history as files: members of a segment or stage, changes, events. One query each, streamed as it
 * comes; whoever reads slowly slows it down.
 *
 * Rows come in their order as long as that many can be sorted in memory; a larger file comes as the store has it.
 *
 * In CSV a cell that a spreadsheet would take for a formula begins with an apostrophe.
 */

import type { Instant } from '@segue/core/model/message.ts';
import { sqlNumber, sqlString, sqlStrings } from '@segue/core/sql/sql-text.ts';

import type { StreamFormat } from './history-store.ts';
import { movesOf, type Subject } from './moves.ts';

export const exportFormats = ['csv', 'ndjson', 'parquet'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export const formatOf: Readonly<
  Record<ExportFormat, { readonly name: StreamFormat; readonly type: string }>
> = {
  csv: { name: 'CSVWithNames', type: 'text/csv; charset=utf-8; header=present' },
  ndjson: { name: 'JSONEachRow', type: 'application/x-ndjson; charset=utf-8' },
  parquet: { name: 'Parquet', type: 'application/vnd.apache.parquet' },
};

export type ExportRequest =
  | { readonly kind: 'members'; readonly of: Subject; readonly at: Instant }
  | {
      readonly kind: 'changes';
      readonly of?: Subject;
      readonly causes?: readonly string[];
      /** From included, to excluded. */
      readonly from: Instant;
      readonly to: Instant;
    }
  | {
      readonly kind: 'events';
      readonly names?: readonly string[];
      readonly profile?: number;
      readonly from: Instant;
      readonly to: Instant;
    }
  | {
      readonly kind: 'deliveries';
      readonly endpoint?: string;
      readonly from: Instant;
      readonly to: Instant;
    };

/** Rows that are put into their order. */
export const orderedRowsMax = 300_000;

/** How many rows there will be. */
export function exportCountQuery(request: ExportRequest): string {
  return `SELECT count() FROM (\n${rowsOf(request)}\n)`;
}

export function exportQuery(request: ExportRequest, format: ExportFormat, isOrdered: boolean): string {
  const columns = columnsOf(request).map(({ name, sql, isText }) => {
    const safe = isText && format === 'csv' ? safeCell(sql) : sql;
    return `${safe} AS ${name}`;
  });
  const order = isOrdered ? `\nORDER BY ${orderOf(request)}` : '';
  return `SELECT\n  ${columns.join(',\n  ')}\nFROM (\n${rowsOf(request)}\n) AS r\nLEFT ANY JOIN (\n${namesQuery}\n) AS n ON n.profile = r.survivor${order}`;
}

type Column = { readonly name: string; readonly sql: string; readonly isText: boolean };

const text = (name: string, sql: string): Column => ({ name, sql, isText: true });
const other = (name: string, sql: string): Column => ({ name, sql, isText: false });

const customer: readonly Column[] = [
  other('customer', 'r.survivor'),
  text('user_id', 'n.user_id'),
  text('email', 'n.email'),
  text('phone', 'n.phone'),
];

function columnsOf({ kind }: ExportRequest): readonly Column[] {
  switch (kind) {
    case 'members':
      return [...customer, other('since', isoText('r.since'))];
    case 'changes':
      return [
        other('seq', 'r.seq'),
        other('at', isoText('r.at')),
        ...customer,
        text('kind', 'toString(r.kind)'),
        text('name', 'r.name'),
        text('change', "if(r.kind = 'stage', 'stage', if(r.entered, 'entered', 'exited'))"),
        text('from_stage', 'r.from_stage'),
        text('to_stage', 'r.to_stage'),
        text('cause', 'r.cause'),
        text('message_id', 'r.message_id'),
      ];
    case 'events':
      return [
        other('time', isoText('r.time')),
        ...customer,
        text('type', 'r.event_kind'),
        text('event', 'r.event'),
        text('message_id', 'r.message_id'),
        text('properties', 'r.properties'),
      ];
    case 'deliveries':
      return [
        other('time', isoText('r.time')),
        ...customer,
        text('endpoint', 'r.endpoint'),
        text('delivery_id', 'r.delivery_id'),
        other('seq', 'r.change'),
        text('reason', 'r.reason'),
        other('attempt', 'r.attempt'),
        text('status', 'r.status'),
        other('http_status', 'r.http_status'),
        text('failure', 'r.failure'),
        other('duration_ms', 'r.duration_ms'),
      ];
  }
}

/** The customer whom somebody is now. */
const survivorOf = (rows: string): string => `SELECT if(m.is_gone, m.survivor, t.profile) AS survivor, t.*
FROM (
${rows}
) AS t
LEFT ANY JOIN (SELECT gone, argMax(survivor, position) AS survivor, true AS is_gone FROM merges GROUP BY gone) AS m ON m.gone = t.profile`;

function rowsOf(request: ExportRequest): string {
  switch (request.kind) {
    case 'members':
      return survivorOf(`SELECT profile, argMax(comes, seq) AS is_in, max(at) AS since
FROM (
${movesOf(request.of)}
)
WHERE at <= ${sqlNumber(request.at)}
GROUP BY profile
HAVING is_in`);
    case 'changes':
      return survivorOf(`SELECT * FROM membership_changes WHERE ${changesWhere(request)}`);
    case 'events': {
      const { names, profile, from, to } = request;
      const where = [
        `time >= ${sqlNumber(from)} AND time < ${sqlNumber(to)}`,
        ...(names === undefined ? [] : [`name IN (${sqlStrings(names)})`]),
        ...(profile === undefined ? [] : [`profile = ${sqlNumber(profile)}`]),
      ];
      return `SELECT profile AS survivor, time, position, message_id, kind AS event_kind, name AS event, properties
FROM events WHERE ${where.join(' AND ')}`;
    }
    case 'deliveries': {
      const { endpoint, from, to } = request;
      const whose = endpoint === undefined ? '' : ` AND endpoint = ${sqlString(endpoint)}`;
      return survivorOf(`SELECT d.*, c.profile AS profile, if(d.seq < 0, NULL, d.seq) AS change
FROM (SELECT * FROM deliveries FINAL WHERE time >= ${sqlNumber(from)} AND time < ${sqlNumber(to)}${whose}) AS d
LEFT ANY JOIN (SELECT toInt64(seq) AS seq, toNullable(profile) AS profile FROM membership_changes WHERE cause != 'gone') AS c ON c.seq = if(d.status = 'missed', -1, d.seq)`);
    }
  }
}

function changesWhere({ of, causes, from, to }: ExportRequest & { readonly kind: 'changes' }): string {
  const period = `at >= ${sqlNumber(from)} AND at < ${sqlNumber(to)}`;
  const subject =
    of === undefined
      ? []
      : of.kind === 'segment'
        ? [`kind = 'segment' AND name = ${sqlString(of.name)}`]
        : [
            `kind = 'stage' AND name = ${sqlString(of.lifecycle)} AND ${sqlString(of.stage)} IN (from_stage, to_stage)`,
          ];
  const why = causes === undefined ? [] : [`cause IN (${sqlStrings(causes)})`];
  return [period, ...subject, ...why].join(' AND ');
}

function orderOf({ kind }: ExportRequest): string {
  switch (kind) {
    case 'members':
      return 'r.survivor';
    case 'changes':
      return 'r.seq, r.survivor, r.name';
    case 'events':
      return 'r.time, r.position';
    case 'deliveries':
      return 'r.time, r.endpoint, r.attempt_id';
  }
}

/** Of several of a kind, the same each time. */
const namesQuery = `SELECT profile, minIf(value, kind = 'user_id') AS user_id, minIf(value, kind = 'email') AS email, minIf(value, kind = 'phone') AS phone
FROM identifiers
GROUP BY profile`;

/** ISO 8601 in UTC with milliseconds; as a number outside the years that ClickHouse has. */
function isoText(ms: string): string {
  const date = `fromUnixTimestamp64Milli(${ms}, 'UTC')`;
  const rest = `leftPad(toString(positiveModulo(${ms}, 1000)), 3, '0')`;
  return `if(${ms} BETWEEN -2208988800000 AND 7258118399999, concat(formatDateTime(${date}, '%Y-%m-%dT%H:%i:%S'), '.', ${rest}, 'Z'), toString(${ms}))`;
}

function safeCell(sql: string): string {
  return `if(match(${sql}, '^[=+\\\\-@\\\\t\\\\r]'), concat('\\'', ${sql}), ${sql})`;
}
