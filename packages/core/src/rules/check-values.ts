/** The checker's part for values: the type of each, and what its parts must be. */

import type { Diagnostic } from '../base/diagnostic.ts';
import type { Definitions } from '../model/definitions.ts';
import { nounOf } from '../model/names.ts';
import {
  arithmeticType,
  anything,
  data,
  describeType,
  duration,
  instant,
  number,
  readable,
  string,
  boolean,
  type TypeSet,
} from './check-types.ts';
import { movesWithTime } from './moving.ts';
import { nearestName } from './names.ts';
import { readDate, readDuration } from './parse-literal.ts';
import type { NodePart, Positions } from './parse-positions.ts';
import { rfmGroups } from './rfm-groups.ts';
import type { Condition, EventPattern, Path, Value, Window } from './tree.ts';

/** What a rule may name. */
export type Environment = {
  readonly definitions: Definitions;
  /** Definitions that exist and could not be read, such as `segments.vip`: naming them is no further error. */
  readonly broken?: ReadonlySet<string>;
  /** Scores that exist; left out, any name may be one. */
  readonly scores?: ReadonlySet<string>;
};

type Hints = { readonly expected: string; readonly nearest?: string | undefined };
type Kind = 'segments' | 'lifecycles' | 'rfm';

/** Values about the customer: what cannot stand in a `where`. */
type CustomerValue = Exclude<
  Value,
  { kind: 'number' | 'string' | 'boolean' | 'date' | 'duration' | 'property' | 'arithmetic' | 'coalesce' }
>;
/** Those made of other values or of definitions. */
type DerivedValue = Exclude<
  CustomerValue,
  { kind: 'trait' | 'count' | 'aggregate' | 'days' | 'age_of_event' | 'age_in_segment' }
>;

export abstract class ValueChecker {
  readonly diagnostics: Diagnostic[] = [];
  protected inWhere = false;
  readonly #environment: Environment;
  readonly #positions: Positions | undefined;

  constructor(environment: Environment, positions: Positions | undefined) {
    this.#environment = environment;
    this.#positions = positions;
  }

  abstract condition(node: Condition): void;
  abstract window(node: Window): void;

  error(node: object, part: NodePart | undefined, code: string, message: string, hints: Hints): void {
    this.#report('error', node, part, code, message, hints);
  }

  warn(node: object, part: NodePart | undefined, code: string, message: string, hints: Hints): void {
    this.#report('warning', node, part, code, message, hints);
  }

  #report(
    severity: 'error' | 'warning',
    node: object,
    part: NodePart | undefined,
    code: string,
    message: string,
    hints: Hints,
  ): void {
    const { expected, nearest } = hints;
    const position = this.#positions?.get(node, part) ?? {};
    this.diagnostics.push({
      code,
      severity,
      message,
      ...position,
      expected,
      ...(nearest === undefined ? {} : { nearest }),
    });
  }

  /** Checks a value and gives its type. */
  value(node: Value): TypeSet {
    switch (node.kind) {
      case 'number':
        return number;
      case 'string':
        return string;
      case 'boolean':
        return boolean;
      case 'date': {
        const reading = readDate(node.text);
        if (!reading.ok) {
          this.error(node, undefined, 'rule/date', `${node.text} is not a date: ${reading.error}.`, {
            expected: 'a date such as 2026-11-01',
          });
        }
        return instant;
      }
      case 'duration': {
        const reading = readDuration(node.text);
        if (!reading.ok) {
          this.error(node, undefined, 'rule/duration', `${node.text} is not a duration: ${reading.error}.`, {
            expected: 'a duration such as 30d',
          });
        }
        return duration;
      }
      case 'property':
        this.path(node, node.path);
        if (!this.inWhere) {
          this.error(
            node,
            undefined,
            'rule/property-outside-where',
            `A property such as ${node.path.join('.')} belongs to an event and stands after “where” only; the value on an event is last(${node.path.join('.')} of "Event").`,
            { expected: 'a trait or a function' },
          );
        }
        return data;
      case 'arithmetic':
        return this.#arithmetic(node);
      case 'coalesce':
        return node.values.reduce<TypeSet>((type, value) => type | this.value(value), 0);
      case 'trait':
      case 'count':
      case 'aggregate':
      case 'days':
      case 'age_of_event':
      case 'age':
      case 'age_in_segment':
      case 'until':
      case 'days_until_anniversary':
      case 'percentile':
      case 'quintile':
      case 'rfm':
      case 'stage':
      case 'score':
        return this.#aboutCustomer(node);
    }
  }

  #aboutCustomer(node: CustomerValue): TypeSet {
    if (this.inWhere && node.kind === 'trait') {
      this.error(
        node,
        undefined,
        'rule/trait-in-where',
        'A trait cannot stand inside “where”, which is about one event and its properties.',
        { expected: 'a property of the event' },
      );
      return data;
    }
    if (this.inWhere) {
      this.error(
        node,
        undefined,
        'rule/not-in-where',
        'Only properties of the event, literals and arithmetic can stand inside “where”.',
        { expected: 'a property of the event' },
      );
      return anything;
    }
    switch (node.kind) {
      case 'trait':
        this.path(node, node.path);
        return data;
      case 'count':
      case 'days':
        this.eventsAndWindow(node);
        return number;
      case 'aggregate':
        this.path(node, node.property);
        this.eventsAndWindow(node);
        if (node.fn === 'first' || node.fn === 'last' || node.fn === 'top') return data;
        return node.fn === 'min' || node.fn === 'max' ? number | readable : number;
      case 'age_of_event':
        this.eventsAndWindow(node);
        return duration;
      case 'age_in_segment':
        this.reference(node, 'segments', node.segment);
        return duration;
      case 'age':
      case 'until':
      case 'days_until_anniversary':
      case 'percentile':
      case 'quintile':
      case 'rfm':
      case 'stage':
      case 'score':
        return this.#derived(node);
    }
  }

  #derived(node: DerivedValue): TypeSet {
    switch (node.kind) {
      case 'age':
      case 'until':
        this.#date(node.of, node.kind);
        return duration;
      case 'days_until_anniversary':
        this.#date(node.of, node.kind);
        return number;
      case 'percentile':
      case 'quintile': {
        const type = this.value(node.of);
        if ((type & number) !== 0) return number;
        const hint = (type & duration) !== 0 ? ' Divided by a duration it is a number: … / 1d.' : '';
        this.error(
          node.of,
          undefined,
          'rule/type',
          `${node.kind} takes a number, and this is ${describeType(type)}.${hint}`,
          { expected: 'a number' },
        );
        return number;
      }
      case 'rfm':
        this.reference(node, 'rfm', node.model ?? 'default');
        return node.part === 'group' ? string : number;
      case 'stage':
        this.reference(node, 'lifecycles', node.lifecycle);
        return string;
      case 'score':
        this.#score(node);
        return number;
    }
  }

  #date(of: Value, what: string): void {
    const type = this.value(of);
    if ((type & (instant | readable)) !== 0) return;
    if (of.kind === 'string') {
      const reading = readDate(of.value);
      if (reading.ok) return;
      const event = JSON.stringify(of.value);
      const meant =
        what === 'age' ? ` For an event say which one: age(last ${event}) or age(first ${event}).` : '';
      this.error(
        of,
        undefined,
        'rule/type',
        `${what} takes a date, and ${event} is none: ${reading.error}.${meant}`,
        { expected: 'a date such as 2026-11-01', nearest: what === 'age' ? `last ${event}` : undefined },
      );
      return;
    }
    const hint =
      what === 'age' && of.kind === 'count' ? ' The time since the last event is age(last "Event").' : '';
    this.error(
      of,
      undefined,
      'rule/type',
      `${what} takes a date, and this is ${describeType(type)}.${hint}`,
      { expected: 'a trait that holds a date, or a date such as 2026-11-01' },
    );
  }

  #arithmetic(node: Extract<Value, { kind: 'arithmetic' }>): TypeSet {
    const left = this.value(node.left);
    const right = this.value(node.right);
    const product = node.op === '*' && movesWithTime(node.left) && movesWithTime(node.right);
    const quotient = node.op === '/' && movesWithTime(node.right);
    if (product || quotient) {
      const what = product
        ? 'Two values that change with time by themselves cannot be multiplied'
        : 'Nothing can be divided by a value that changes with time by itself';
      this.error(
        node,
        'operator',
        'rule/time-product',
        `${what} (age and until do): when the answer changes could not be told exactly. Compare each with a value of its own, or multiply by a fixed number.`,
        { expected: 'a value that does not contain age or until' },
      );
      return anything;
    }
    const type = arithmeticType(node.op, left, right);
    if (type !== 0) return type;
    this.error(
      node,
      'operator',
      'rule/type',
      `“${node.op}” does not go between ${describeType(left)} and ${describeType(right)}.${arithmeticRemedy(node, left, right)}`,
      { expected: 'two numbers, two durations, or a date and a duration' },
    );
    return anything;
  }

  #score(node: Extract<Value, { kind: 'score' }>): void {
    const { scores } = this.#environment;
    if (scores === undefined || scores.has(node.name)) return;
    this.#unknown(node, 'name', node.name, `There is no score “${node.name}”`, [...scores]);
  }

  /** A stage or RFM group that a value is compared with has to exist. */
  protected choice(of: Value, literal: Value): void {
    if (literal.kind !== 'string') return;
    if (of.kind === 'rfm' && of.part === 'group' && !rfmGroups.some((group) => group === literal.value)) {
      this.#unknown(
        literal,
        undefined,
        literal.value,
        `There is no RFM group ${JSON.stringify(literal.value)}`,
        rfmGroups,
      );
    }
    if (of.kind !== 'stage') return;
    const lifecycle = this.#environment.definitions.lifecycles.get(of.lifecycle);
    if (lifecycle === undefined || this.#environment.broken?.has(`lifecycles.${of.lifecycle}`) === true) {
      return;
    }
    const stages = lifecycle.stages.map((stage) => stage.name);
    if (stages.includes(literal.value)) return;
    this.#unknown(
      literal,
      undefined,
      literal.value,
      `The lifecycle “${of.lifecycle}” has no stage ${JSON.stringify(literal.value)}`,
      stages,
    );
  }

  /** A definition that is named has to exist. */
  protected reference(node: object, kind: Kind, name: string): void {
    const known = this.#environment.definitions[kind];
    if (known.has(name) || this.#environment.broken?.has(`${kind}.${name}`) === true) return;
    this.#unknown(node, 'name', name, `There is no ${nounOf[kind]} “${name}”`, [...known.keys()]);
  }

  #unknown(
    node: object,
    part: NodePart | undefined,
    name: string,
    problem: string,
    known: readonly string[],
  ): void {
    const nearest = nearestName(name, known);
    const shown = known.slice(0, 8).join(', ');
    const more = known.length > 8 ? ` and ${known.length - 8} more` : '';
    const expected = known.length === 0 ? 'a name that is defined (none is)' : `one of ${shown}${more}`;
    const hint = nearest === undefined ? `; expected ${expected}.` : `. Did you mean “${nearest}”?`;
    this.error(node, part, 'rule/unknown-name', `${problem}${hint}`, { expected, nearest });
  }

  events(node: EventPattern): void {
    const name =
      node.source.kind === 'prefix'
        ? node.source.prefix
        : node.source.kind === 'any'
          ? 'any'
          : node.source.name;
    if (name === '') {
      this.error(
        node,
        undefined,
        'rule/event-name',
        'The name of an event is empty; “any event” stands for all of them.',
        { expected: 'a name, or any event' },
      );
    }
    if (node.where === undefined) return;
    const before = this.inWhere;
    this.inWhere = true;
    this.condition(node.where);
    this.inWhere = before;
  }

  protected eventsAndWindow(node: { readonly events: EventPattern; readonly window?: Window }): void {
    this.events(node.events);
    if (node.window !== undefined) this.window(node.window);
  }

  protected path(node: object, path: Path): void {
    if (path.length > 0 && path.every((segment) => segment !== '')) return;
    this.error(
      node,
      undefined,
      'rule/path',
      'A path has at least one name, and none of its names is empty.',
      { expected: 'a name' },
    );
  }

  /** Checks a duration that has to be longer than nothing; gives its milliseconds. */
  protected positive(
    node: object,
    part: NodePart | undefined,
    text: string,
    alternative = '',
  ): number | undefined {
    const reading = readDuration(text);
    if (!reading.ok) {
      this.error(node, part, 'rule/duration', `${text} is not a duration: ${reading.error}.`, {
        expected: 'a duration such as 30d',
      });
      return undefined;
    }
    if (reading.value > 0) return reading.value;
    this.error(
      node,
      part,
      'rule/duration',
      `The duration ${text} is zero; give a longer one${alternative}.`,
      { expected: 'a duration longer than zero' },
    );
    return undefined;
  }
}

function arithmeticRemedy(
  node: Extract<Value, { kind: 'arithmetic' }>,
  left: TypeSet,
  right: TypeSet,
): string {
  const literal =
    node.left.kind === 'number' ? node.left : node.right.kind === 'number' ? node.right : undefined;
  const withTime = ((left | right) & (duration | instant)) !== 0;
  if (literal !== undefined && withTime && node.op !== '*' && node.op !== '/') {
    return ` Give the number a unit, as in ${literal.value}d.`;
  }
  if (((left | right) & string) !== 0) {
    return ' Text cannot be calculated with; a date is written without quotes.';
  }
  return '';
}
