/**
 * A query under construction: the named parts of its WITH clause, and the rows (one per customer) to which they are joined.
 */

import { commentText, indented } from './sql-text.ts';
import { SqlRefusal } from './sql-error.ts';

/** Parts of one query; a rule that needs more is a program. */
const partsMax = 400;

type Part = {
  readonly name: string;
  readonly about: string;
  readonly sql: string;
  /** One value, and no rows. */
  readonly isValue: boolean;
};

/** The WITH clause: parts in an order in which each names only those before it, each once. */
export class Parts {
  readonly #parts: Part[] = [];
  readonly #names = new Map<string, string>();
  readonly #taken = new Set<string>();

  /** The name of the part with this key; made where it is not there. `about` becomes its comment. */
  name(key: string, wish: string, about: string, build: () => string): string {
    return this.#make(key, wish, about, build, false);
  }

  /** The same for a part that is one value. */
  value(key: string, wish: string, about: string, build: () => string): string {
    return this.#make(key, wish, about, build, true);
  }

  #make(key: string, wish: string, about: string, build: () => string, isValue: boolean): string {
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    if (this.#parts.length >= partsMax) {
      throw new SqlRefusal(
        'sql/too-large',
        `The rule needs more than ${partsMax} parts in SQL. Ask a part of it on its own.`,
      );
    }
    const sql = build();
    const name = this.#free(wish);
    this.#names.set(key, name);
    this.#parts.push({ name, about, sql, isValue });
    return name;
  }

  /** In order, each with the comment that says what it is. */
  items(): readonly string[] {
    return this.#parts.map(
      ({ name, about, sql, isValue }) =>
        `-- ${commentText(about)}\n${isValue ? `(\n${indented(sql)}\n) AS ${name}` : `${name} AS (\n${indented(sql)}\n)`}`,
    );
  }

  #free(wish: string): string {
    let name = wish;
    for (let n = 2; this.#taken.has(name); n += 1) name = `${wish}_${n}`;
    this.#taken.add(name);
    return name;
  }
}

/** A SELECT over customers: parts joined to it, and expressions that later ones use. */
export class Scope {
  readonly #joins: string[] = [];
  readonly #aliases: { readonly name: string; readonly sql: string }[] = [];

  /** Joins a part that has a column `profile`; gives its name, for its columns. */
  join(part: string): string {
    if (!this.#joins.includes(part)) this.#joins.push(part);
    return part;
  }

  /** An expression under a name of its own. */
  alias(wish: string, sql: string): string {
    const known = this.#aliases.find((alias) => alias.sql === sql);
    if (known !== undefined) return known.name;
    const name = `${wish}_${this.#aliases.length + 1}`;
    this.#aliases.push({ name, sql });
    return name;
  }

  /** Columns for the SELECT: the aliases. */
  aliases(): readonly string[] {
    return this.#aliases.map(({ name, sql }) => `${sql} AS ${name}`);
  }

  /** FROM and its joins. */
  from(): string {
    const joins = this.#joins.map((part) => `LEFT JOIN ${part} USING (profile)`);
    return ['FROM customers AS c', ...joins].join('\n');
  }
}

/** SELECT with one column a line. */
export function selectSql(columns: readonly string[], rest: string): string {
  return `SELECT\n${indented(columns.join(',\n'))}\n${rest}`;
}
