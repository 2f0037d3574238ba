/**
 * The tables of the history store, in ClickHouse's dialect: a projection of the log that can be deleted and rebuilt.
 *
 * What rules compiled to SQL read are the views (`customers`, `events`, `traits`, `scores`, `consents`, `list_spells`,
 * `populations`): packages/core/src/sql/relations.ts says what their columns mean. The tables under them are what the
 * projection writes.
 *
 * - Instants are whole milliseconds since 1970 in Int64: the far past and the far future exist, and ClickHouse's own
 *   types of time begin in 1900.
 * - A profile is the engine's number for it. What arrived under a profile that was merged away since keeps the old
 *   number in its row; `merges` says who survived, and the views show the survivor. `merges` is closed: when b is merged
 *   into c, every a that b had survived gets a row of its own with the survivor c, so one look is enough.
 * - Only what the engine took is projected: duplicates, refused and erased messages are not.
 * - Every row bears the position in the log of the entry that it comes from, and `arrived_at`, the instant of its
 *   record. A batch is a range of positions, written with `insert_deduplication_token` = `from-to`: written twice it is
 *   there once.
 * - JSON is text as `storedJson` (packages/core/src/sql/stored-json.ts) writes it: equal values are equal texts. Reading a
 *   property of it costs 0.28 µs a row of one core; ClickHouse's type JSON reads in 0.03 µs, but is written in 3.9 µs
 *   instead of 0.5, splits keys at their dots, and gives whole numbers another type than fractions, so that a property
 *   is two columns. Answers have to be exact first. Properties that events often have are columns beside it
 *   (property-columns.ts), each a text of JSON too.
 * - `messages` lies by event, then by customer: a rule names its events, so of ten million messages it reads the properties of
 *   those alone. By customer first, every block has some of every event, and all of them are unpacked for a few.
 * - `membership_changes` lies by what it is about, then by customer, and has every change once (what a batch that was cut short
 *   has left is taken out by number), so that a question about one segment reads what is about it, in the order of spells, and
 *   nothing is merged while it is read. Ten million changes are counted in some tenths of a second; with FINAL it took seconds.
 * - Erasing a profile writes to `erasures`, which all views heed at once, and deletes its rows.
 */

import { noColumns, type PropertyColumns } from '@segue/core/sql/event-sql.ts';

export type HistoryTable = {
  readonly name: string;
  readonly columns: readonly HistoryColumn[];
  /** ENGINE and what follows. */
  readonly engine: string;
};

export type HistoryColumn = {
  readonly name: string;
  readonly type: string;
  readonly about: string;
};

export type HistoryView = { readonly name: string; readonly select: string };

/** Raised with every change that needs a rebuild. */
export const historySchemaVersion = 3;

/** Cause of the row that ends a membership of a customer who was merged away. */
export const goneCause = 'gone';

/** Ranges of positions remembered by each table, so that a batch written twice is there once. */
export const deduplicationWindow = 10_000;

const settings = `SETTINGS non_replicated_deduplication_window = ${deduplicationWindow}`;

function sorted(by: string): string {
  return `MergeTree ORDER BY (${by}) ${settings}`;
}

function replacing(version: string, by: string): string {
  return `ReplacingMergeTree(${version}) ORDER BY (${by}) ${settings}`;
}

const profile: HistoryColumn = {
  name: 'profile',
  type: 'UInt64 CODEC(Delta, ZSTD(1))',
  about: 'number of the profile when it arrived',
};
const time: HistoryColumn = {
  name: 'time',
  type: 'Int64 CODEC(Delta, ZSTD(1))',
  about: 'when it happened, in milliseconds',
};
const arrivedAt: HistoryColumn = {
  name: 'arrived_at',
  type: 'Int64 CODEC(Delta, ZSTD(1))',
  about: 'instant of the log record',
};
const position: HistoryColumn = {
  name: 'position',
  type: 'UInt64 CODEC(Delta, ZSTD(1))',
  about: 'of the entry in the log',
};
const messageId: HistoryColumn = {
  name: 'message_id',
  type: 'String CODEC(ZSTD(1))',
  about: 'of the message; empty where there was none',
};

export const historyTables: readonly HistoryTable[] = [
  {
    name: 'messages',
    columns: [
      profile,
      time,
      messageId,
      { name: 'kind', type: 'LowCardinality(String)', about: 'track, page, screen, identify, group, alias' },
      {
        name: 'name',
        type: 'LowCardinality(String)',
        about: 'of the event, page or screen; empty otherwise',
      },
      { name: 'properties', type: 'String CODEC(ZSTD(1))', about: 'JSON object; {} where there are none' },
      { name: 'source', type: 'LowCardinality(String)', about: 'name of the source' },
      { name: 'late', type: 'Bool', about: 'happened more than five minutes before it arrived' },
      arrivedAt,
      position,
    ],
    engine: sorted('kind, name, profile, time, message_id'),
  },
  {
    name: 'profile_facts',
    columns: [
      profile,
      {
        name: 'born_at',
        type: 'Int64',
        about: 'earliest time of a message in the batch; the least of all rows counts',
      },
      { name: 'sample_id', type: 'String', about: 'identifier under which the profile first arrived' },
      position,
    ],
    engine: sorted('profile, position'),
  },
  {
    name: 'profile_names',
    columns: [
      profile,
      { name: 'kind', type: 'LowCardinality(String)', about: 'of the identifier' },
      { name: 'value', type: 'String', about: 'of the identifier, normalised' },
      arrivedAt,
      position,
    ],
    engine: replacing('position', 'profile, kind, value'),
  },
  {
    name: 'trait_facts',
    columns: [
      profile,
      { name: 'name', type: 'LowCardinality(String)', about: 'of the trait: the first step of its path' },
      { name: 'value', type: 'String CODEC(ZSTD(1))', about: 'JSON; null clears' },
      time,
      messageId,
      arrivedAt,
      position,
    ],
    engine: sorted('name, profile, time, message_id'),
  },
  {
    name: 'score_facts',
    columns: [
      profile,
      { name: 'name', type: 'LowCardinality(String)', about: 'of the score' },
      { name: 'value', type: 'Float64', about: '' },
      time,
      arrivedAt,
      position,
    ],
    engine: sorted('name, profile, time, position'),
  },
  {
    name: 'consent_facts',
    columns: [
      profile,
      { name: 'channel', type: 'LowCardinality(String)', about: 'email where nobody said another' },
      {
        name: 'topic',
        type: 'LowCardinality(String)',
        about: 'empty: the change is about the channel as such',
      },
      { name: 'subscribed', type: 'Bool', about: '' },
      time,
      messageId,
      arrivedAt,
      position,
    ],
    engine: sorted('profile, time, message_id, position'),
  },
  {
    name: 'list_versions',
    columns: [
      { name: 'list', type: 'LowCardinality(String)', about: 'name of the list' },
      { name: 'at', type: 'Int64', about: 'from then on' },
      {
        name: 'members',
        type: 'Array(String)',
        about: 'identifiers, in every reading that names a customer',
      },
      position,
    ],
    engine: replacing('at', 'list, position'),
  },
  {
    name: 'population_versions',
    columns: [
      { name: 'key', type: 'String', about: 'as populationKey and rfmPopulationKey give it' },
      { name: 'taken_at', type: 'Int64', about: '' },
      {
        name: 'place',
        type: 'UInt64',
        about: 'order in which populations of a key were taken',
      },
      { name: 'values', type: 'Array(Float64)', about: 'sorted' },
      {
        name: 'cuts',
        type: 'Array(Float64)',
        about: 'greatest values of quintiles 1 to 4 (quintileCuts); empty where there are no values',
      },
    ],
    engine: replacing('taken_at', 'key, place'),
  },
  {
    name: 'merges',
    columns: [
      { name: 'gone', type: 'UInt64', about: 'profile that was merged away' },
      { name: 'survivor', type: 'UInt64', about: 'whose its history is now; never gone itself' },
      { name: 'at', type: 'Int64', about: 'when' },
      position,
    ],
    engine: replacing('position', 'gone'),
  },
  {
    name: 'erasures',
    columns: [profile, { name: 'at', type: 'Int64', about: 'when' }, position],
    engine: replacing('position', 'profile'),
  },
  {
    name: 'membership_changes',
    columns: [
      profile,
      { name: 'at', type: 'Int64 CODEC(Delta, ZSTD(1))', about: 'when the answer changed' },
      { name: 'seq', type: 'UInt64', about: 'number of the change' },
      {
        name: 'kind',
        type: "Enum8('segment' = 1, 'stage' = 2)",
        about: 'of a segment, or of a stage of a lifecycle',
      },
      { name: 'name', type: 'LowCardinality(String)', about: 'of the segment or lifecycle' },
      { name: 'version', type: 'UInt32', about: 'of the segment; 0 of a lifecycle' },
      {
        name: 'entered',
        type: 'Bool',
        about: 'a segment was entered, or a stage is known; else exited, or the customer is gone',
      },
      { name: 'from_stage', type: 'LowCardinality(String)', about: 'empty where there was none' },
      { name: 'to_stage', type: 'LowCardinality(String)', about: 'empty where there is none' },
      { name: 'cause', type: 'LowCardinality(String)', about: '' },
      messageId,
      {
        name: 'position',
        type: 'UInt64 CODEC(Delta, ZSTD(1))',
        about:
          'of the merge in the log, where the cause is gone; 0 of a change, which its number tells from others',
      },
    ],
    engine: sorted('kind, name, profile, seq'),
  },
  {
    name: 'deliveries',
    columns: [
      time,
      { name: 'endpoint', type: 'LowCardinality(String)', about: 'id of the webhook' },
      { name: 'attempt_id', type: 'UInt64', about: 'number of the attempt, of this endpoint' },
      { name: 'channel', type: 'LowCardinality(String)', about: 'webhook' },
      {
        name: 'delivery_id',
        type: 'String CODEC(ZSTD(1))',
        about: 'idempotency key; empty where changes were missed',
      },
      { name: 'seq', type: 'Int64', about: 'number of the change; −1 of a test; the first of those missed' },
      { name: 'reason', type: 'LowCardinality(String)', about: 'change, replay, test, missed' },
      { name: 'attempt', type: 'UInt32', about: 'which attempt it was, from 1' },
      {
        name: 'status',
        type: 'LowCardinality(String)',
        about: 'delivered, retrying, given_up, gone; missed: let go of before it could be sent',
      },
      { name: 'http_status', type: 'UInt32', about: 'what the receiver answered; 0: nothing' },
      { name: 'failure', type: 'LowCardinality(String)', about: 'why there was no answer; else empty' },
      { name: 'duration_ms', type: 'Float64', about: 'until the answer, or the failure' },
    ],
    engine: replacing('time', 'endpoint, attempt_id'),
  },
];

/**
 * Rows of a table under the numbers of those who survived, without who was erased. Most are of nobody who is gone: these are only
 * held against one set, and nothing is joined to them. `columns`: of `t`; `isOwn` says which of the two a row is.
 */
function ofSurvivors(table: string, columns: string, where = 'true', isOwn = false): string {
  const own = (value: boolean): string => (isOwn ? `, ${String(value)} AS is_own` : '');
  return `SELECT t.profile AS profile, ${columns}${own(true)}
FROM ${table} AS t
WHERE t.profile NOT IN (SELECT gone FROM merges UNION ALL SELECT profile FROM erasures)
  AND ${where}
UNION ALL
SELECT m.survivor AS profile, ${columns}${own(false)}
FROM (SELECT * FROM ${table} WHERE profile IN (SELECT gone FROM merges)) AS t
INNER JOIN (SELECT gone, argMax(survivor, position) AS survivor FROM merges GROUP BY gone) AS m ON m.gone = t.profile
WHERE m.survivor NOT IN (SELECT profile FROM erasures)
  AND ${where}`;
}

/** With the properties that have a column of their own. */
export function eventsView(properties: PropertyColumns): HistoryView {
  const columns = [
    'time',
    'message_id',
    'kind',
    'name',
    'properties',
    ...properties.values(),
    'arrived_at',
    'position',
  ];
  return {
    name: 'events',
    select: ofSurvivors(
      'messages',
      columns.map((column) => `t.${column} AS ${column}`).join(', '),
      "t.kind IN ('track', 'page', 'screen')",
    ),
  };
}

export const historyViews: readonly HistoryView[] = [
  {
    name: 'customers',
    select: `SELECT profile, min(born) AS born_at, anyIf(first_id, is_own) AS sample_id
FROM (
${ofSurvivors('profile_facts', 't.born_at AS born, t.sample_id AS first_id', 'true', true)}
)
GROUP BY profile`,
  },
  eventsView(noColumns),
  {
    name: 'traits',
    select: ofSurvivors(
      'trait_facts',
      't.name AS name, t.value AS value, t.time AS time, t.message_id AS message_id',
    ),
  },
  {
    name: 'scores',
    select: ofSurvivors(
      'score_facts',
      't.name AS name, t.value AS value, t.time AS time, t.position AS position',
    ),
  },
  {
    name: 'consents',
    select: ofSurvivors(
      'consent_facts',
      't.channel AS channel, t.topic AS topic, t.subscribed AS subscribed, t.time AS time, t.message_id AS message_id, t.position AS position',
    ),
  },
  {
    name: 'identifiers',
    select: ofSurvivors('profile_names', 't.kind AS kind, t.value AS value'),
  },
  {
    name: 'list_spells',
    select: `SELECT i.profile AS profile, l.list AS list, l.from_at AS from_at, l.until_at AS until_at
FROM (
  SELECT list, from_at, until_at, arrayJoin(members) AS member
  FROM (
    SELECT list, at AS from_at, members,
      leadInFrame(at, 1, 9223372036854775807)
        OVER (PARTITION BY list ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS until_at
    FROM list_versions FINAL
  )
) AS l
INNER JOIN identifiers AS i ON i.value = l.member`,
  },
  {
    name: 'populations',
    select: 'SELECT key, taken_at, place, values, cuts FROM population_versions FINAL',
  },
];

/** Drops what another version made, tables and views. */
export function historyDropStatements(): readonly string[] {
  return [
    ...historyViews.map(({ name }) => `DROP VIEW IF EXISTS ${name}`),
    ...historyTables.map(({ name }) => `DROP TABLE IF EXISTS ${name} SYNC`),
  ];
}

/** Makes every table and view that is not there, in this order. Each is one statement. */
export function historySchemaStatements(): readonly string[] {
  const tables = historyTables.map(
    ({ name, columns, engine }) =>
      `CREATE TABLE IF NOT EXISTS ${name} (\n${columns.map((column) => `  ${column.name} ${column.type}`).join(',\n')}\n) ENGINE = ${engine}`,
  );
  const views = historyViews.map(({ name, select }) => `CREATE VIEW IF NOT EXISTS ${name} AS\n${select}`);
  return [...tables, ...views];
}
