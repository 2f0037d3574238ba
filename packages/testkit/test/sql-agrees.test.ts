/**
 * Incremental ≡ SQL ≡ interpreter on stories at random, in chDB. SEGUE_CASES sets how many groups of stories, SEGUE_SEED
 * which. A story that fails is made as short as it gets and written to the folder of regressions, whose cases every route
 * tries in every run.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Zone } from '@segue/core/base/zone.ts';
import { noDefinitions } from '@segue/core/model/definitions.ts';
import { emptyHistory } from '@segue/core/rules/interpreter-history.ts';
import { evaluate } from '@segue/core/rules/interpreter.ts';
import type { Value } from '@segue/core/rules/tree.ts';
import { ruleToSql } from '@segue/core/sql/compile.ts';
import { commentText, slug, sqlString } from '@segue/core/sql/sql-text.ts';
import { wellFormed } from '@segue/core/sql/stored-json.ts';
import { valueToSql } from '@segue/core/sql/value-query.ts';
import { SqlProcess, whyNoSql } from '@segue/server/scenario/sql-process.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { DifferentialCase } from '../src/differential.ts';
import { arbitraryOracleCase } from '../src/oracle-cases.ts';
import { fileNameOf, readCase, writeCase } from '../src/saved-case.ts';
import {
  arbitrarySqlCase,
  asSqlCase,
  findSqlDifference,
  findStoryDifference,
  type SqlCase,
  type SqlTally,
} from './sql-differential.ts';
import { addCustomer, noSqlRows, sqlStatements } from '../src/sql-rows.ts';

const groups = Number(process.env['SEGUE_CASES'] ?? 40);
const seed = Number(process.env['SEGUE_SEED'] ?? 20_260_101);
/** Stories whose customers meet. */
const stories = Math.ceil(groups / 2);
/** A machine that others use too is slow; a query that hangs is still noticed. */
const patienceMs = Math.max(300_000, groups * 20_000);
/** Stories that are asked about in one query. */
const storiesTogether = 15;
const folder = new URL('./regressions/', import.meta.url);

const absent = await whyNoSql();
const title = absent === undefined ? '' : ` (skipped: ${absent})`;

describe.skipIf(absent !== undefined)(`rules in SQL${title}`, () => {
  let database: SqlProcess;

  beforeAll(() => {
    database = new SqlProcess();
  });
  afterAll(() => database.close());

  test(
    `engine, SQL and interpreter agree on ${groups} groups of ${storiesTogether} stories`,
    async () => {
      const tally: SqlTally = { answers: 0, refusals: new Map() };
      for (const given of fc.sample(arbitrarySqlCase(storiesTogether), { numRuns: groups, seed })) {
        const wrong = await findSqlDifference(given, database, tally);
        if (wrong !== undefined) throw new Error(await save(given, wrong.story, wrong.text));
      }
      expect(tally.answers).toBeGreaterThan(groups * storiesTogether);
    },
    patienceMs,
  );

  test(
    `SQL and interpreter agree on ${stories} stories of customers who meet`,
    async () => {
      for (const given of fc.sample(arbitraryOracleCase({ stepsMax: 20 }), { numRuns: stories, seed })) {
        const wrong = await findStoryDifference(given, database);
        expect(wrong?.text ?? '').toBe('');
      }
    },
    patienceMs,
  );

  /** The shortest part of the story that still shows a difference, written to the folder; what to tell. */
  async function save(given: SqlCase, story: number, text: string): Promise<string> {
    const { timeZone, start, definitions, tailMs } = given;
    let alone: DifferentialCase = {
      timeZone,
      start,
      definitions,
      steps: given.stories[story] ?? [],
      tailMs,
    };
    if ((await findSqlDifference(asSqlCase(alone), database)) === undefined) {
      return `${text}\nThe story alone does not show it; SEGUE_SEED=${seed} does.`;
    }
    for (let index = 0; index < alone.steps.length;) {
      const shorter = { ...alone, steps: alone.steps.toSpliced(index, 1) };
      const still = await findSqlDifference(asSqlCase(shorter), database);
      if (still === undefined) index += 1;
      else alone = shorter;
    }
    const wrong = await findSqlDifference(asSqlCase(alone), database);
    const file = new URL(fileNameOf(alone), folder);
    writeFileSync(file, writeCase(alone, 'Found at random: a rule in SQL.'));
    return `Saved as ${fileURLToPath(file)}\n${wrong?.text ?? text}`;
  }

  test.each(readdirSync(folder).filter((name) => name.endsWith('.json')))(
    'a case once found stays right: %s',
    async (name) => {
      const kept = readCase(readFileSync(new URL(name, folder), 'utf8'));
      expect((await findSqlDifference(asSqlCase(kept), database))?.text ?? '').toBe('');
    },
  );

  test.each(['Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kolkata'])(
    'dates of any year are read as the engine reads them, in %s',
    async (name) => {
      const zone = new Zone(name);
      const at = Date.UTC(2026, 2, 1);
      const histories = fc.sample(dateTexts, { numRuns: 400, seed }).map((text) => ({
        ...emptyHistory,
        bornAt: 0,
        identifies: [{ time: 1, messageId: 'i', traits: { d: text } }],
      }));
      const rows = noSqlRows();
      for (const [profile, history] of histories.entries()) addCustomer(rows, profile, history);
      const value: Value = {
        kind: 'arithmetic',
        op: '+',
        left: { kind: 'until', of: { kind: 'trait', path: ['d'] } },
        right: {
          kind: 'arithmetic',
          op: '*',
          left: { kind: 'duration', text: '1ms' },
          right: { kind: 'days_until_anniversary', of: { kind: 'trait', path: ['d'] } },
        },
      };
      const sql = valueToSql(value, { zone, definitions: noDefinitions, at });
      if (!sql.ok) throw new Error(sql.error.message);
      const found = await database.rows([...sqlStatements(rows), sql.value.text]);
      const world = { zone, definitions: noDefinitions, populations: new Map() };
      for (const [profile, history] of histories.entries()) {
        const right = evaluate(value, history, at, world);
        expect([history.identifies[0]?.traits, sql.value.read(found[profile]?.slice(1) ?? [])]).toEqual([
          history.identifies[0]?.traits,
          right,
        ]);
      }
    },
  );

  test('a literal is the text that it quotes, whatever that is', async () => {
    const texts = fc.sample(hostileTexts, { numRuns: 2000, seed });
    const [row] = await database.rows([`SELECT [${texts.map(sqlString).join(', ')}] AS texts`]);
    expect(row?.[0]).toEqual(texts.map(wellFormed));
  });

  test('no name, property or text of a rule gets out of its place', async () => {
    const zone = new Zone('UTC');
    for (const [name, key, text] of fc.sample(fc.tuple(filled, filled, filled), { numRuns: 60, seed })) {
      const rows = noSqlRows();
      const event = { kind: 'track' as const, name, time: 5, messageId: 'm', properties: { [key]: text } };
      addCustomer(rows, 1, { ...emptyHistory, bornAt: 5, sampleId: 's', events: [event] });
      addCustomer(rows, 2, { ...emptyHistory, bornAt: 5, sampleId: text });
      const sql = ruleToSql(
        {
          kind: 'did',
          negated: false,
          comments: [text],
          events: {
            source: { kind: 'track', name },
            where: {
              kind: 'compare',
              op: '=',
              left: { kind: 'property', path: [key] },
              right: { kind: 'string', value: text },
            },
          },
        },
        { zone, definitions: noDefinitions, at: 10 },
      );
      if (!sql.ok) throw new Error(sql.error.message);
      expect(
        await database.rows([...sqlStatements(rows), sql.value]),
        JSON.stringify([name, key, text]),
      ).toEqual([[1]]);
    }
  });
});

const twoDigits = (max: number): fc.Arbitrary<string> =>
  fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, '0'));
/** ISO 8601 and what looks like it, years 1 to 9999. */
const dateTexts = fc
  .tuple(
    fc.oneof(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 1880, max: 2110 })),
    twoDigits(13),
    twoDigits(32),
    fc.constantFrom(
      '',
      'T02:30',
      'T00:00:00',
      ' 23:59:59.9999',
      'T12:00Z',
      'T12:00:00.5+14:00',
      'T24:00',
      'T1:00',
    ),
  )
  .map(([year, month, day, time]) => `${String(year).padStart(4, '0')}-${month}-${day}${time}`);

/** Texts that end literals, comments and statements. */
const hostileTexts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom(
      "'",
      '\\',
      '"',
      '`',
      ';',
      '--',
      '/*',
      '*/',
      '\n',
      '\0',
      '{',
      '}',
      ' OR ',
      '\u2028',
      '\ud800',
      'é',
    ),
    maxLength: 8,
  }),
  fc.constantFrom(
    "' OR 1=1 --",
    "\\'; DROP TABLE events; --",
    '{{x}}',
    '${x}',
    "''",
    '\\',
    '%s',
    '__proto__',
  ),
);
const filled = hostileTexts.filter((text) => text !== '');

test('a comment cannot be left, and a name is made of letters, digits and underscores', () => {
  fc.assert(
    fc.property(hostileTexts, (text) => {
      expect(commentText(text)).not.toMatch(/[\n\r\u2028\u2029]|\*\/|\/\*/);
      expect(slug(text)).toMatch(/^[a-z][a-z0-9_]*$/);
    }),
  );
});
