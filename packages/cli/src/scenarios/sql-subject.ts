/**
 * The route `sql`: what has happened is put into the tables that compiled rules read, and every question is one query of
 * ClickHouse (chDB, in a process of its own). Who is whose customer is settled as the interpreter settles it; like it,
 * this route emits nothing.
 */

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import type { Instant, Message } from '@segue/core/model/message.ts';
import type { Condition, Value } from '@segue/core/rules/tree.ts';
import type { RuleValue } from '@segue/core/rules/value.ts';
import { ruleToSql, type SqlOptions } from '@segue/core/sql/compile.ts';
import { valueToSql } from '@segue/core/sql/value-query.ts';
import { SqlProcess } from '@segue/server/scenario/sql-process.ts';
import type { OtherInput, ScenarioSubject, SubjectSetup } from '@segue/server/scenario/subject.ts';
import {
  addCustomer,
  addPopulations,
  noSqlRows,
  relationRows,
  relationTables,
  type SqlRows,
} from '@segue/testkit/sql-rows.ts';

import { OracleSubject } from './oracle-subject.ts';

/** The database that scenarios share, one after the other; started when the first asks. */
export class ScenarioDatabase {
  #process: SqlProcess | undefined;
  /** What fills each table now. */
  readonly #filled = new Map<string, string>();

  /** The rows that a query gives of these tables; `tables` is undefined where they are what they were. */
  rows(tables: SqlRows | undefined, sql: string): Promise<readonly (readonly unknown[])[]> {
    const statements: string[] = [];
    if (this.#process === undefined) statements.push(...relationTables());
    this.#process ??= new SqlProcess();
    for (const [relation, filling] of tables === undefined ? [] : relationRows(tables)) {
      const text = filling.join('\n');
      if (this.#filled.get(relation) === text) continue;
      this.#filled.set(relation, text);
      statements.push(...filling);
    }
    return this.#process.rows([...statements, sql]);
  }

  async close(): Promise<void> {
    await this.#process?.close();
  }
}

export class SqlSubject implements ScenarioSubject {
  readonly #known: OracleSubject;
  readonly #database: ScenarioDatabase;
  /** What the tables hold is what is known. */
  #isLoaded = false;

  constructor(setup: SubjectSetup, database: ScenarioDatabase) {
    this.#known = new OracleSubject(setup);
    this.#database = database;
  }

  advanceTo(now: Instant): void {
    const { oracle } = this.#known;
    // Populations are taken at midnight.
    if (oracle.zone.nextDay(oracle.now) <= now) this.#isLoaded = false;
    this.#known.advanceTo(now);
  }

  take(messages: readonly Message[], now: Instant): readonly (number | undefined)[] {
    this.#isLoaded = false;
    return this.#known.take(messages, now);
  }

  apply(input: OtherInput, now: Instant): readonly Diagnostic[] {
    this.#isLoaded = false;
    return this.#known.apply(input, now);
  }

  findCustomers(names: readonly string[]): readonly (number | undefined)[] {
    return this.#known.findCustomers(names);
  }

  namesOf(customers: readonly number[]): readonly string[] {
    return this.#known.namesOf(customers);
  }

  members(segment: string): Promise<readonly number[]> {
    return this.#holding({ kind: 'in_segment', segment });
  }

  stageMembers(lifecycle: string, stage: string): Promise<readonly number[]> {
    return this.#holding({
      kind: 'compare',
      op: '=',
      left: { kind: 'stage', lifecycle },
      right: { kind: 'string', value: stage },
    });
  }

  async value(customer: number, value: Value): Promise<RuleValue> {
    const sql = valueToSql(value, this.#options());
    if (!sql.ok) throw new Error(sql.error.message);
    const rows = await this.#rows(sql.value.text);
    const row = rows.find(([profile]) => profile === customer);
    return row === undefined ? undefined : sql.value.read(row.slice(1));
  }

  takeChanges(): undefined {
    return undefined;
  }

  /** All that there is is what has happened, and that is what survives. */
  restart(): undefined {
    return undefined;
  }

  explain(customer: number, segment: string): readonly string[] {
    return this.#known.explain(customer, segment);
  }

  async #holding(rule: Condition): Promise<readonly number[]> {
    const sql = ruleToSql(rule, this.#options());
    if (!sql.ok) throw new Error(sql.error.message);
    const rows = await this.#rows(sql.value);
    return rows.map(([profile]) => Number(profile));
  }

  #options(): SqlOptions {
    const { zone, definitions, now } = this.#known.oracle;
    return { zone, definitions, at: now };
  }

  #rows(sql: string): Promise<readonly (readonly unknown[])[]> {
    const tables = this.#isLoaded ? undefined : this.#tables();
    this.#isLoaded = true;
    return this.#database.rows(tables, sql);
  }

  #tables(): SqlRows {
    const { oracle } = this.#known;
    const rows = noSqlRows();
    for (const profile of oracle.profileIds()) addCustomer(rows, profile, oracle.history(profile));
    addPopulations(rows, oracle.world().populations);
    return rows;
  }
}
