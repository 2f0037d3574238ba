/** The tables and views of the history store as rules in SQL read them. */

import { Zone } from '@segue/core/base/zone.ts';
import { noDefinitions } from '@segue/core/model/definitions.ts';
import { parseRule } from '@segue/core/rules/parse.ts';
import { ruleToSql } from '@segue/core/sql/compile.ts';
import { relations } from '@segue/core/sql/relations.ts';
import { storedJson } from '@segue/core/sql/stored-json.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { historySchemaStatements, historyTables } from '../../src/history/schema.ts';
import { SqlProcess, whyNoSql } from '../../src/scenario/sql-process.ts';

const absent = await whyNoSql();
const title = absent === undefined ? '' : ` (skipped: ${absent})`;

describe.skipIf(absent !== undefined)(`the schema of history${title}`, () => {
  let database: SqlProcess;

  beforeAll(async () => {
    database = new SqlProcess();
    await database.rows(historySchemaStatements());
  });
  afterAll(() => database.close());

  /** Adds rows of a table; columns that are left out have their default. */
  async function add(table: string, ...rows: readonly object[]): Promise<void> {
    const lines = rows.map((row) => JSON.stringify(row)).join('\n');
    await database.rows([`INSERT INTO ${table} FORMAT JSONEachRow ${lines}`]);
  }

  async function members(rule: string, at = 1000): Promise<readonly unknown[]> {
    const { tree } = parseRule(rule);
    if (tree === undefined) throw new Error(rule);
    const sql = ruleToSql(tree, { zone: new Zone('UTC'), definitions: noDefinitions, at });
    if (!sql.ok) throw new Error(sql.error.message);
    return (await database.rows([sql.value])).map(([profile]) => profile);
  }

  const came = (profile: number, position: number, more: object): readonly object[] => [
    { profile, time: position, message_id: `m${position}`, properties: '{}', position, ...more },
  ];

  test('the views have the columns that rules read, of their types', async () => {
    for (const { name, columns } of relations) {
      const described = await database.rows([`DESCRIBE TABLE ${name}`]);
      const types = new Map(described.map(([column, type]) => [column, type]));
      for (const column of columns) {
        expect([name, column.name, types.get(column.name)]).toEqual([name, column.name, column.type]);
      }
    }
  });

  test('the statements can be repeated', async () => {
    await database.rows(historySchemaStatements());
  });

  test('what arrived under a merged profile is its survivor’s, who is as old as the oldest of them', async () => {
    await add(
      'profile_facts',
      { profile: 10, born_at: 50, sample_id: 'ten' },
      { profile: 11, born_at: 20, sample_id: 'eleven' },
    );
    await add(
      'messages',
      ...came(10, 50, { kind: 'track', name: 'A' }),
      ...came(11, 51, { kind: 'track', name: 'A' }),
    );
    await add('trait_facts', {
      profile: 11,
      name: 'city',
      value: storedJson('Ulm'),
      time: 20,
      message_id: 'i',
    });
    expect(await members('count("A") = 1')).toEqual([10, 11]);
    await add('merges', { gone: 11, survivor: 10, at: 60, position: 60 });
    expect(await members('count("A") = 2 and trait.city = "Ulm"')).toEqual([10]);
    expect(await database.rows(['SELECT * FROM customers WHERE profile IN (10, 11)'])).toEqual([
      [10, 20, 'ten'],
    ]);
  });

  test('nothing is shown of who was erased, under whatever number it arrived', async () => {
    await add('profile_facts', { profile: 20, born_at: 5 }, { profile: 21, born_at: 6 });
    await add(
      'messages',
      ...came(20, 5, { kind: 'track', name: 'E' }),
      ...came(21, 6, { kind: 'track', name: 'E' }),
    );
    await add('merges', { gone: 21, survivor: 20, position: 7 });
    expect(await members('did "E"')).toEqual([20]);
    await add('erasures', { profile: 20, at: 8, position: 8 });
    expect(await members('did "E"')).toEqual([]);
    expect(await database.rows(["SELECT profile FROM events WHERE name = 'E'"])).toEqual([]);
  });

  test('who is on a list is told by identifiers, from one version of it to the next', async () => {
    await add('profile_facts', { profile: 30, born_at: 1 }, { profile: 31, born_at: 1 });
    await add(
      'profile_names',
      { profile: 30, kind: 'user_id', value: 'ann', position: 1 },
      { profile: 31, kind: 'email', value: 'bob@x.y', position: 1 },
    );
    await add(
      'list_versions',
      { list: 'l', at: 100, members: ['ann', 'nobody'], position: 1 },
      { list: 'l', at: 200, members: ['bob@x.y'], position: 2 },
    );
    expect(await members('in list l', 99)).toEqual([]);
    expect(await members('in list l', 100)).toEqual([30]);
    expect(await members('in list l', 199)).toEqual([30]);
    expect(await members('in list l', 200)).toEqual([31]);
    expect(await members('in list l for 50ms', 250)).toEqual([31]);
  });

  test('messages that are no events make a customer, and nothing else', async () => {
    await add('profile_facts', { profile: 40, born_at: 7 });
    await add('messages', ...came(40, 7, { kind: 'group', name: '' }));
    expect(await members('did not any event and sample(100%, "s")')).toContain(40);
  });

  test('every column says what it is, but for those whose name does', () => {
    const silent = historyTables.flatMap(({ name, columns }) =>
      columns.filter(({ about }) => about === '').map((column) => `${name}.${column.name}`),
    );
    expect(
      silent.filter((column) => !/\.(value|subscribed|cause|taken_at|channel|step)$/.test(column)),
    ).toEqual([]);
  });
});

test('equal values are one text, whatever the order of their keys', () => {
  expect(storedJson({ b: 1, a: { d: [1e21, -0, 0.1], c: null } })).toBe(
    '{"a":{"c":null,"d":[1e+21,0,0.1]},"b":1}',
  );
  expect(storedJson({ a: { c: null, d: [1e21, 0, 0.1] }, b: 1 })).toBe(
    storedJson({ b: 1, a: { d: [1e21, 0, 0.1], c: null } }),
  );
  expect(storedJson({ '\ud800': '\udc00x' })).toBe('{"\ufffd":"\ufffdx"}');
  expect(storedJson(9_007_199_254_740_993)).toBe('9.007199254740992e+15');
});
