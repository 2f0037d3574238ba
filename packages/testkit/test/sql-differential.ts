/**
 * Incremental ≡ SQL ≡ interpreter (law 6): many stories are lived through at once by an engine and an oracle, as customers
 * that never meet; what the oracle knows is put into tables; and every rule is asked of all customers by all three.
 *
 * The engine answers about now, so it is compared where the stories end. SQL and the interpreter are also asked about an
 * instant of the past, as known at the end.
 */

import { defined } from '@segue/core/base/assert.ts';
import { Engine } from '@segue/core/engine/engine.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Input } from '@segue/core/model/input.ts';
import type { Identifier, Instant } from '@segue/core/model/message.ts';
import { formatRule, formatValue } from '@segue/core/rules/format.ts';
import { numberOf, populationNeeds, type PopulationNeed } from '@segue/core/rules/population.ts';
import type { Condition, Value } from '@segue/core/rules/tree.ts';
import type { RuleValue } from '@segue/core/rules/value.ts';
import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import { ok, type Result } from '@segue/core/base/result.ts';
import { ruleToSql, type SqlOptions } from '@segue/core/sql/compile.ts';
import { noColumns, type PropertyColumns } from '@segue/core/sql/event-sql.ts';
import { populationToSql, valueToSql } from '@segue/core/sql/value-query.ts';
import fc from 'fast-check';

import {
  arbitraryHistory,
  inputAt,
  startInstants,
  timeZones,
  type HistoryStep,
} from '../src/arbitrary-history.ts';
import { arbitraryValue } from '../src/arbitrary-rule.ts';
import { arbitraryDefinitions, type DifferentialCase } from '../src/differential.ts';
import { Oracle } from '../src/oracle.ts';
import type { OracleCase } from '../src/oracle-cases.ts';
import { addCustomer, addPopulations, noSqlRows, sqlStatements } from '../src/sql-rows.ts';

/** Some of the properties that rules ask about; others are read out of JSON. */
const ownColumns: PropertyColumns = new Map([
  ['x', 'property_1'],
  ['items', 'property_2'],
  ['s', 'property_3'],
]);

/** Runs statements in order; the rows of the last one. */
export interface SqlDatabase {
  rows(statements: readonly string[]): Promise<readonly (readonly unknown[])[]>;
}

export type SqlCase = {
  readonly timeZone: string;
  readonly start: Instant;
  readonly definitions: Definitions;
  /** Of customers who never meet. */
  readonly stories: readonly (readonly HistoryStep[])[];
  readonly tailMs: number;
  /** Asked besides the rules of the definitions. */
  readonly values: readonly Value[];
  /** Where in the time that has passed the question of the past lies, 0 to 1. */
  readonly past: number;
};

export type SqlDifference = {
  readonly text: string;
  /** A story that shows it. */
  readonly story: number;
};

/** What was asked, and how often SQL said that it cannot tell. */
export type SqlTally = { answers: number; refusals: Map<string, number> };

export function arbitrarySqlCase(stories: number): fc.Arbitrary<SqlCase> {
  return fc.record({
    timeZone: fc.constantFrom(...timeZones),
    start: fc.constantFrom(...startInstants),
    definitions: arbitraryDefinitions,
    stories: fc.array(arbitraryHistory(), { minLength: stories, maxLength: stories }),
    tailMs: fc.constantFrom(1, 3_600_000, 86_400_000, 7 * 86_400_000),
    values: fc.array(
      arbitraryValue({
        lists: ['vips'],
        scores: ['churn', 'value'],
        segments: ['first', 'second'],
        lifecycles: { life: ['one', 'two', 'rest'] },
        rfm: ['default'],
        // Only what definitions name has a population.
        population: false,
      }),
      { minLength: 2, maxLength: 2 },
    ),
    past: fc.double({ min: 0, max: 1, noNaN: true }),
  });
}

/** A case of one story, for the same definitions. */
export function asSqlCase({ timeZone, start, definitions, steps, tailMs }: DifferentialCase): SqlCase {
  return { timeZone, start, definitions, stories: [steps], tailMs, values: [], past: 0.5 };
}

/** The first difference between the three; undefined when there is none. */
export async function findSqlDifference(
  test: SqlCase,
  database: SqlDatabase,
  tally: SqlTally = { answers: 0, refusals: new Map() },
): Promise<SqlDifference | undefined> {
  const world = liveThrough(test);
  const { oracle, engine } = world;
  await database.rows(sqlStatements(rowsOf(oracle), ownColumns));
  const asking = new Asking(test.timeZone, world, database, tally);
  const now = oracle.now;
  const before = Math.floor(test.start + (now - test.start) * test.past);
  for (const { name, rule } of oracle.definitions.segments.values()) {
    for (const at of now === before ? [now] : [now, before]) {
      const incremental = (profile: number): boolean => engine.isMember(world.inEngine(profile), name);
      const wrong = await asking.rule(rule, at, at === now ? incremental : undefined);
      if (wrong !== undefined) return wrong;
    }
  }
  for (const value of test.values) {
    const wrong = await asking.value(value, now);
    if (wrong !== undefined) return wrong;
  }
  for (const need of populationNeeds(oracle.definitions)) {
    const wrong = await asking.population(need, now);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/**
 * The same for a story of the oracle: customers who meet, definitions that change, lists and objects in odd places. SQL is
 * held against the interpreter where the story ends.
 */
export async function findStoryDifference(
  { timeZone, start, definitions, steps, until, values }: OracleCase,
  database: SqlDatabase,
  tally: SqlTally = { answers: 0, refusals: new Map() },
): Promise<SqlDifference | undefined> {
  const oracle = new Oracle({ timeZone, start, definitions });
  for (const { at, input } of steps) oracle.apply(input, at);
  await database.rows(sqlStatements(rowsOf(oracle), ownColumns));
  const asking = new Asking(timeZone, { oracle, storyOf: new Map() }, database, tally);
  for (const at of [oracle.now, until]) {
    for (const { rule } of oracle.definitions.segments.values()) {
      const wrong = await asking.rule(rule, at, undefined);
      if (wrong !== undefined) return wrong;
    }
    for (const value of values) {
      const wrong = await asking.value(value, at);
      if (wrong !== undefined) return wrong;
    }
  }
  return undefined;
}

type Lived = {
  readonly oracle: Oracle;
  readonly engine: Engine;
  readonly storyOf: ReadonlyMap<number, number>;
  /** The engine's number for a customer of the oracle. */
  readonly inEngine: (profile: number) => number;
};

function liveThrough({ timeZone, start, definitions, stories, tailMs }: SqlCase): Lived {
  const oracle = new Oracle({ timeZone, start, definitions });
  const engine = new Engine({ timeZone, start, definitions, keepHistory: true, onChange: () => undefined });
  const inputs = stories.flatMap((story, number) => {
    let now = start;
    return story.map(({ afterMs, input }) => {
      now += afterMs;
      return { at: now, number, input: ofStory(inputAt(input, now), number) };
    });
  });
  inputs.sort((a, b) => a.at - b.at);
  const storyOf = new Map<number, number>();
  let end = start;
  for (const { at, number, input } of inputs) {
    const { profile } = oracle.apply(input, at);
    if (profile !== undefined) storyOf.set(profile, number);
    engine.apply(input, at);
    end = at;
  }
  oracle.advanceTo(end + tailMs);
  engine.advanceTo(end + tailMs);
  const inEngine = (profile: number): number => {
    const [identifier] = oracle.identifiers(profile);
    const known = identifier === undefined ? undefined : engine.findProfile(identifier);
    return defined(known, `the customer ${profile} in the engine`);
  };
  return { oracle, engine, storyOf, inEngine };
}

/** The input with names of its story's own. */
function ofStory(input: Input, story: number): Input {
  const mine = (text: string): string => `${text}.${story}`;
  const named = ({ kind, value }: Identifier): Identifier => ({ kind, value: mine(value) });
  switch (input.kind) {
    case 'message': {
      const { identifiers, messageId, previousId, ...rest } = input.message;
      const message = {
        ...rest,
        identifiers: identifiers.map(named),
        messageId: mine(messageId),
        ...(previousId === undefined ? {} : { previousId: mine(previousId) }),
      };
      return { kind: 'message', message };
    }
    case 'list':
      return { ...input, members: input.members.map(mine) };
    case 'score':
    case 'consent':
    case 'erase':
      return { ...input, customer: named(input.customer) };
    case 'definitions':
    case 'refresh':
      return input;
  }
}

function rowsOf(oracle: Oracle): ReturnType<typeof noSqlRows> {
  const rows = noSqlRows();
  for (const profile of oracle.profileIds()) addCustomer(rows, profile, oracle.history(profile));
  addPopulations(rows, oracle.world().populations);
  return rows;
}

class Asking {
  readonly #timeZone: string;
  readonly #lived: Pick<Lived, 'oracle' | 'storyOf'>;
  readonly #database: SqlDatabase;
  readonly #tally: SqlTally;

  constructor(
    timeZone: string,
    lived: Pick<Lived, 'oracle' | 'storyOf'>,
    database: SqlDatabase,
    tally: SqlTally,
  ) {
    this.#timeZone = timeZone;
    this.#lived = lived;
    this.#database = database;
    this.#tally = tally;
  }

  /** `incremental`: what the engine says. */
  async rule(
    rule: Condition,
    at: Instant,
    incremental: ((profile: number) => boolean) | undefined,
  ): Promise<SqlDifference | undefined> {
    for (const sql of this.#asked(at, (options) => ruleToSql(rule, options))) {
      const wrong = await this.#rule(rule, at, sql, incremental);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }

  async #rule(
    rule: Condition,
    at: Instant,
    sql: string,
    incremental: ((profile: number) => boolean) | undefined,
  ): Promise<SqlDifference | undefined> {
    const { oracle } = this.#lived;
    const found = await this.#query(sql);
    if (typeof found === 'string') return this.#tell(formatRule(rule), at, found, undefined);
    const bySql = new Set(found.map(([profile]) => Number(profile)));
    for (const profile of oracle.profileIds()) {
      this.#tally.answers += 1;
      const right = oracle.interpreter(profile).holds(rule, at);
      const engineSaid = incremental?.(profile);
      if (bySql.has(profile) === right && (engineSaid ?? right) === right) continue;
      const said = `interpreter ${String(right)}, SQL ${String(bySql.has(profile))}, engine ${String(engineSaid ?? 'not asked')}`;
      return this.#tell(formatRule(rule), at, said, profile);
    }
    return undefined;
  }

  async value(value: Value, at: Instant): Promise<SqlDifference | undefined> {
    const texts = this.#asked(at, (options) => {
      const sql = valueToSql(value, options);
      return sql.ok ? ok(sql.value.text) : sql;
    });
    const read = valueToSql(value, this.#options(at));
    if (!read.ok) return undefined;
    for (const text of texts) {
      const wrong = await this.#value(value, at, text, read.value.read);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }

  async #value(
    value: Value,
    at: Instant,
    sql: string,
    read: (columns: readonly unknown[]) => RuleValue,
  ): Promise<SqlDifference | undefined> {
    const { oracle } = this.#lived;
    const found = await this.#query(sql);
    if (typeof found === 'string') return this.#tell(formatValue(value), at, found, undefined);
    const bySql = new Map(found.map(([profile, ...columns]) => [Number(profile), read(columns)]));
    for (const profile of oracle.profileIds()) {
      this.#tally.answers += 1;
      const right = textOf(oracle.interpreter(profile).evaluate(value, at));
      const sqlSaid = textOf(bySql.get(profile));
      if (sqlSaid === right) continue;
      const said = `interpreter ${right}, SQL ${sqlSaid}`;
      return this.#tell(formatValue(value), at, said, profile);
    }
    return undefined;
  }

  async population(need: PopulationNeed, at: Instant): Promise<SqlDifference | undefined> {
    for (const sql of this.#asked(at, (options) => populationToSql(need, options))) {
      const wrong = await this.#population(need, at, sql);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }

  async #population(need: PopulationNeed, at: Instant, sql: string): Promise<SqlDifference | undefined> {
    const { oracle } = this.#lived;
    const found = await this.#query(sql);
    const right = oracle
      .profileIds()
      .map((profile) => oracle.interpreter(profile))
      .filter((interpreter) => interpreter.exists(at))
      .map((interpreter) =>
        need.kind === 'rfm'
          ? interpreter.rfmMeasure(need.part, need.model, at)
          : numberOf(interpreter.value(need.value, at)),
      )
      .filter((value) => value !== undefined)
      .sort((a, b) => a - b);
    const said = typeof found === 'string' ? found : JSON.stringify(found.map(([value]) => value));
    if (said === JSON.stringify(right)) return undefined;
    return this.#tell(need.key, at, `${said}, should be ${JSON.stringify(right)}`, undefined);
  }

  #options(at: Instant): SqlOptions {
    const { oracle } = this.#lived;
    return { zone: oracle.zone, definitions: oracle.definitions, at };
  }

  /** Out of JSON alone, and with properties that have columns of their own where that makes another query. */
  #asked(at: Instant, compile: (options: SqlOptions) => Result<string, Diagnostic>): readonly string[] {
    const queries = new Set<string>();
    for (const columns of [noColumns, ownColumns]) {
      const sql = compile({ ...this.#options(at), columns });
      if (sql.ok) queries.add(sql.value);
      else if (columns === noColumns) this.#refused(sql.error.code);
    }
    return [...queries];
  }

  /** The rows, or what went wrong. */
  async #query(sql: string): Promise<readonly (readonly unknown[])[] | string> {
    try {
      return await this.#database.rows([sql]);
    } catch (error) {
      return `${error instanceof Error ? error.message : String(error)}\n${sql}`;
    }
  }

  #refused(code: string): undefined {
    const { refusals } = this.#tally;
    refusals.set(code, (refusals.get(code) ?? 0) + 1);
  }

  #tell(asked: string, at: Instant, said: string, profile: number | undefined): SqlDifference {
    const { oracle, storyOf } = this.#lived;
    const story = profile === undefined ? 0 : (storyOf.get(profile) ?? 0);
    const about =
      profile === undefined
        ? []
        : [
            oracle
              .identifiers(profile)
              .map(({ value }) => value)
              .join(', '),
            JSON.stringify(oracle.history(profile)),
          ];
    const when = `at ${new Date(at).toISOString()} in ${this.#timeZone}`;
    return { text: [asked, when, said, ...about].join('\n'), story };
  }
}

function textOf(value: RuleValue): string {
  if (value === undefined) return 'missing';
  return JSON.stringify(value, (key, part: unknown) => {
    if (part === 0) return 0;
    // Whether a list was crossed or ended at is told by nothing but “contains”, which is a condition.
    return key === 'crossed' ? undefined : part;
  });
}
