/**
 * Rules to SQL: one readable ClickHouse query with the interpreter's answers at one instant, as known now.
 *
 * Idea. The query goes over `customers`. Each behaviour that the rule asks about is a part of its WITH clause, named after
 * what it is, with one row for each customer; the rule itself is a condition over those. Windows are fixed instants.
 * What needs the past (`for`, `age(entered …)`) gets a part in which the condition is answered at every instant at which
 * it may have changed (instants-sql.ts), from which the instants follow at which it did.
 *
 * Expects trees that passed the checker. What cannot be said in SQL is refused with a diagnostic, never answered wrongly.
 */

import { defined, unreachable } from '../base/assert.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import { fail, ok, type Result } from '../base/result.ts';
import type { Zone } from '../base/zone.ts';
import type { Definitions } from '../model/definitions.ts';
import type { Instant } from '../model/message.ts';
import { formatRule } from '../rules/format.ts';
import { movesWithTime } from '../rules/moving.ts';
import { populationKey, type ScoredRfmPart } from '../rules/population.ts';
import { durationMs } from '../rules/semantics.ts';
import type { Condition, EventPattern, Value, Window } from '../rules/tree.ts';
import { aggregateNow, countNow, daysNow, eventTimeNow, purchasesNow } from './behaviours-now.ts';
import { aggregatePast, countPast, daysPast, didPast, eventTimePast } from './behaviours-past.ts';
import { isPast, type Build, type When } from './build.ts';
import { clockChanges, clockHelpers } from './clock-sql.ts';
import { inListSql, scoreSql, subscribedSql, traitSql } from './facts-sql.ts';
import { noColumns, type PropertyColumns } from './event-sql.ts';
import { conditionInstants, inOrder, movingPercentile, valueInstants, type Asked } from './instants-sql.ts';
import { arithmeticSql, compareSql, oneOfSql, textTestSql } from './operators.ts';
import { helpersFor } from './prelude.ts';
import { Parts, Scope, selectSql } from './scope.ts';
import { sequenceSql } from './sequence-sql.ts';
import { SqlRefusal } from './sql-error.ts';
import { commentText, indented, slug, sqlNumber, sqlString } from './sql-text.ts';
import {
  coalesceSql,
  dateSql,
  literalSql,
  presenceSql,
  standingSql,
  typed,
  type SqlValue,
  type TypedValue,
} from './sql-value.ts';
import { percentileNow, percentilePast, populationTimes, quintileSql, rfmSql } from './standing-sql.ts';
import { atSql } from './windows.ts';

export type SqlOptions = {
  readonly zone: Zone;
  readonly definitions: Definitions;
  /** The instant of the question. */
  readonly at: Instant;
  /** What the store that is asked has beside the relations; none when left out. */
  readonly columns?: PropertyColumns;
};

/** Characters of a query; ClickHouse reads no more than 256 KiB unless told to. */
const queryCharactersMax = 250_000;

/** The query whose rows, one column `profile`, are the customers for whom the condition holds; in order. */
export function ruleToSql(rule: Condition, options: SqlOptions): Result<string, Diagnostic> {
  return compiling(options, (compiler) => compiler.ruleQuery(rule));
}

export class RuleCompiler implements Asked {
  readonly build: Build;

  constructor({ zone, definitions, at, columns = noColumns }: SqlOptions) {
    this.build = { zone, definitions, now: at, columns, parts: new Parts() };
  }

  ruleQuery(rule: Condition): string {
    const when = this.now();
    const condition = this.condition(rule, when);
    const about = [
      'Customers for whom this holds:',
      ...formatRule(rule)
        .split('\n')
        .map((line) => `  ${line}`),
    ];
    return this.query(about, when.scope, ['c.profile AS profile'], condition);
  }

  now(): When {
    const { now } = this.build;
    return { scope: new Scope(), at: now, clock: now };
  }

  /** The whole text: comments, WITH, and a SELECT over the customers who exist, for whom the condition holds. */
  query(
    about: readonly string[],
    scope: Scope,
    columns: readonly string[],
    condition: string,
    order: 'profile' | 'value' = 'profile',
  ): string {
    const { zone, now } = this.build;
    const where = `WHERE c.born_at <= ${atSql(now, zone)}${condition === 'true' ? '' : `\n  AND ${condition.replace(/\n/g, '\n  ')}`}`;
    return this.withHelpers(about, `${selectSql(columns, `${scope.from()}\n${where}`)}\nORDER BY ${order}`);
  }

  /** The whole text of a query, with the parts and functions that it names. */
  withHelpers(about: readonly string[], select: string): string {
    const { zone, now, parts } = this.build;
    const body = parts.items();
    const helpers = helpersFor([...body, select].join('\n'), clockHelpers(zone, now));
    const items = [...helpers, ...body];
    if (items.some((item) => /clock_(?:changes|end)/.test(item))) items.unshift(...clockChanges(zone, now));
    const comments = [...about, `at ${zone.format(now)} in ${zone.name}`];
    const head = comments.map((line) => `-- ${commentText(line).trimEnd()}`).join('\n');
    const text = `${head}\n${items.length === 0 ? '' : `WITH\n${items.map(indented).join(',\n')}\n`}${select}\n`;
    if (text.length <= queryCharactersMax) return text;
    throw new SqlRefusal(
      'sql/too-large',
      `The rule becomes a query of ${text.length} characters; at most ${queryCharactersMax} are asked. Ask a part of it on its own.`,
    );
  }

  condition(c: Condition, when: When): string {
    switch (c.kind) {
      case 'literal':
        return String(c.value);
      case 'and':
      case 'or': {
        const items = c.items.map((item) => this.condition(item, when).replace(/\n/g, '\n  '));
        return `(\n  ${items.join(c.kind === 'and' ? '\n  AND ' : '\n  OR ')}\n)`;
      }
      case 'not':
        return `NOT (${this.condition(c.item, when)})`;
      case 'for': {
        const flips = this.flips(c.item, when);
        const since = `true_since(${flips}, ${atSql(when.at, this.build.zone)})`;
        return `ifNull(${since} <= ${atSql(when.at, this.build.zone)} - ${durationMs(c.duration)}, false)`;
      }
      case 'compare':
        return compareSql(c.op, this.value(c.left, when), this.value(c.right, when));
      case 'one_of': {
        const options = c.values.map((literal) => literalSql(literal, this.build.zone));
        return `${c.negated ? 'NOT ' : ''}${oneOfSql(this.value(c.value, when), options)}`;
      }
      case 'text':
        return textTestSql(c.op, this.value(c.value, when), c.text);
      case 'presence':
        return `${c.present ? '' : 'NOT '}${presenceSql(this.value(c.value, when))}`;
      case 'did':
        return this.#did(c, when);
      case 'sequence':
        return sequenceSql(this.build, when, c);
      case 'in_segment':
        return this.condition(this.segmentRule(c.segment), when);
      case 'in_list':
        return inListSql(this.build, when, c.list);
      case 'subscribed':
        return subscribedSql(this.build, when, c.to);
      case 'sample':
        return `murmurHash3_32(concat(${sqlString(`${c.seed}\u0000`)}, c.sample_id)) / 4294967296 < ${sqlNumber(c.percent / 100)}`;
      default:
        return unreachable(c);
    }
  }

  /** Of a value that stands still while others move, only its name is used over and over. */
  value(v: Value, when: When): SqlValue {
    const { bind, scope, at } = when;
    if (bind === undefined || movesWithTime(v)) return this.#value(v, when);
    const found = this.#value(v, { scope, at, clock: at });
    if (found.kind !== 'open') return { ...found, sql: bind(found.sql) };
    const token = bind(found.token);
    return { ...found, token, leaves: found.single === true ? `[${token}]` : bind(found.leaves) };
  }

  #value(v: Value, when: When): SqlValue {
    switch (v.kind) {
      case 'number':
      case 'string':
      case 'boolean':
      case 'date':
      case 'duration':
        return literalSql(v, this.build.zone);
      case 'trait':
        return traitSql(this.build, when, v.path);
      case 'count':
        return isPast(when)
          ? countPast(this.build, when, v.events, v.window)
          : countNow(this.build, when, v.events, v.window);
      case 'aggregate':
        return this.#aggregate(v, when);
      case 'days':
        return isPast(when) ? daysPast(this.build, when, v) : daysNow(this.build, when, v);
      case 'age_of_event':
      case 'age':
      case 'age_in_segment':
      case 'until':
        return this.#span(v, when);
      case 'days_until_anniversary': {
        const date = dateSql(this.value(v.of, when));
        return typed(
          'number',
          `toFloat64(anniversary_days(${date.sql}, toInt64(${atSql(when.at, this.build.zone)})))`,
        );
      }
      case 'percentile':
        return this.#percentile(v.of, when);
      case 'quintile':
        return quintileSql(this.build, when, this.standing(v.of, when), populationKey(v.of));
      case 'rfm':
        return rfmSql(this.build, when, v.part, v.model ?? 'default', (part) =>
          this.rfmMeasure(part, v.model ?? 'default', when),
        );
      case 'stage':
        return this.#stage(v.lifecycle, when);
      case 'score':
        return scoreSql(this.build, when, v.name);
      case 'coalesce':
        return coalesceSql(v.values.map((option) => this.value(option, when)));
      case 'arithmetic':
        return arithmeticSql(v.op, this.value(v.left, when), this.value(v.right, when));
      case 'property':
        throw new Error('Invariant broken: a property outside where passed the checker');
      default:
        return unreachable(v);
    }
  }

  standing(of: Value, when: When): TypedValue {
    return standingSql(this.value(of, when));
  }

  segmentRule(name: string): Condition {
    return defined(this.build.definitions.segments.get(name), `segment ${name}`).rule;
  }

  rfmWindow(name: string): { readonly events: EventPattern; readonly window?: Window } {
    const { purchase, window } = this.#rfmModel(name);
    return { events: purchase, ...(window === undefined ? {} : { window }) };
  }

  /** The instants at which the condition changed, by the instant of the query: an array of each customer. */
  flips(c: Condition, when: When): string {
    const { comments: _, ...bare } = c;
    const key = JSON.stringify(bare);
    const segment = [...this.build.definitions.segments.values()].find(
      ({ rule }) => rule === c || JSON.stringify(rule) === key,
    );
    const text = formatRule(bare, { width: Infinity });
    const part = this.build.parts.name(
      `flips ${key}`,
      segment === undefined ? 'answers_over_time' : `${slug(segment.name)}_over_time`,
      `the instants at which the answer changed, first to true: ${text}`,
      () => {
        const scope = new Scope();
        const then: When = { scope, at: 't', clock: 't' };
        const moments = scope.alias('moments', inOrder(conditionInstants(c, then, this), this.build));
        const answers = scope.alias(
          'answers',
          `arrayMap(t -> toUInt8(${this.condition(c, then)}), ${moments})`,
        );
        return selectSql(
          ['c.profile AS profile', ...scope.aliases(), `changes_of(${moments}, ${answers}) AS flips`],
          `${scope.from()}\nWHERE c.born_at <= ${atSql(this.build.now, this.build.zone)}`,
        );
      },
    );
    return `${when.scope.join(part)}.flips`;
  }

  #did(c: Extract<Condition, { kind: 'did' }>, when: When): string {
    if (isPast(when)) {
      return `${c.negated ? 'NOT ' : ''}${didPast(this.build, when, c.events, c.window)}`;
    }
    const count = countNow(this.build, when, c.events, c.window);
    return compareSql(c.negated ? '=' : '>', count, typed('number', '0', true));
  }

  #aggregate(v: Extract<Value, { kind: 'aggregate' }>, when: When): SqlValue {
    return isPast(when) || v.fn === 'top'
      ? aggregatePast(this.build, when, v)
      : aggregateNow(this.build, when, v);
  }

  /** Times since and times left, in milliseconds. */
  #span(
    v: Extract<Value, { kind: 'age_of_event' | 'age' | 'age_in_segment' | 'until' }>,
    when: When,
  ): SqlValue {
    const clock = atSql(when.clock, this.build.zone);
    const once = (sql: string): string => when.bind?.(sql) ?? sql;
    const since = (time: string): SqlValue => typed('duration', `toFloat64(${clock} - ${time})`);
    switch (v.kind) {
      case 'age_of_event':
        return since(
          once(isPast(when) ? eventTimePast(this.build, when, v) : eventTimeNow(this.build, when, v)),
        );
      case 'age':
      case 'until': {
        const { sql } = dateSql(this.value(v.of, when));
        const date = movesWithTime(v.of) ? sql : once(sql);
        return v.kind === 'age' ? since(date) : typed('duration', `toFloat64(${date} - ${clock})`);
      }
      case 'age_in_segment': {
        const flips = this.flips(this.segmentRule(v.segment), when);
        const last = v.change === 'entered' ? 'last_entered' : 'last_exited';
        return since(once(`${last}(${flips}, ${atSql(when.at, this.build.zone)})`));
      }
    }
  }

  #percentile(of: Value, when: When): TypedValue {
    const x = (then: When): TypedValue => this.standing(of, then);
    if (!isPast(when)) return percentileNow(this.build, when, of, x);
    if (movesWithTime(of)) throw movingPercentile();
    return percentilePast(this.build, when, of, x, (then) =>
      inOrder([...valueInstants(of, then, this), populationTimes(this.build, populationKey(of))], this.build),
    );
  }

  /** Missing without a purchase in the model's window. */
  rfmMeasure(part: ScoredRfmPart, name: string, when: When): TypedValue {
    const { purchase: events, value: property, window } = this.#rfmModel(name);
    const clock = atSql(when.clock, this.build.zone);
    const rest = window === undefined ? {} : { window };
    if (!isPast(when)) {
      const purchases = purchasesNow(this.build, when, name, { purchase: events, value: property, ...rest });
      if (part === 'recency') return typed('number', `toFloat64(${clock} - ${purchases}.last_at)`);
      return typed('number', `${purchases}.${part === 'frequency' ? 'purchases' : 'total'}`);
    }
    if (part === 'recency') {
      const last = eventTimePast(this.build, when, { kind: 'age_of_event', which: 'last', events, ...rest });
      return typed('number', `toFloat64(${clock} - ${last})`);
    }
    const count = countPast(this.build, when, events, window);
    if (part === 'frequency') return typed('number', `nullIf(${count.sql}, 0)`);
    const total = aggregatePast(this.build, when, {
      kind: 'aggregate',
      fn: 'sum',
      property,
      events,
      ...rest,
    });
    return typed('number', `if(${count.sql} = 0, NULL, ${(total as TypedValue).sql})`);
  }

  #rfmModel(name: string): {
    readonly purchase: EventPattern;
    readonly value: readonly string[];
    readonly window?: Window;
  } {
    return defined(this.build.definitions.rfm.get(name), `RFM model ${name}`);
  }

  /** The first stage whose rule holds; the last has none. */
  #stage(lifecycle: string, when: When): SqlValue {
    const { stages } = defined(this.build.definitions.lifecycles.get(lifecycle), `lifecycle ${lifecycle}`);
    const cases: string[] = [];
    for (const { name, rule } of stages) {
      if (rule === undefined) {
        const last = sqlString(name);
        return typed('string', cases.length === 0 ? last : `multiIf(${cases.join(', ')}, ${last})`, true);
      }
      cases.push(`${this.condition(rule, when)}, ${sqlString(name)}`);
    }
    return typed('string', `multiIf(${cases.join(', ')}, NULL)`);
  }
}

/** Runs the compiler; what SQL cannot say becomes a diagnostic. */
export function compiling<T>(
  options: SqlOptions,
  compile: (compiler: RuleCompiler) => T,
): Result<T, Diagnostic> {
  try {
    return ok(compile(new RuleCompiler(options)));
  } catch (error) {
    if (!(error instanceof SqlRefusal)) throw error;
    const { code, message } = error;
    return fail({ code, severity: 'error', message });
  }
}
