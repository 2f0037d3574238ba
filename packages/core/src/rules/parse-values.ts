/** Functions and paths: everything that begins with a word and gives a value. */

import { nearestName } from './names.ts';
import { describeToken } from './parse-cursor.ts';
import { EventParser } from './parse-events.ts';
import type { Token } from './lexer.ts';
import type { AggregateFunction, RfmPart, Value } from './tree.ts';

const aggregates: ReadonlySet<string> = new Set<AggregateFunction>([
  'sum',
  'avg',
  'min',
  'max',
  'distinct',
  'top',
  'first',
  'last',
]);

export const rfmParts: readonly RfmPart[] = ['recency', 'frequency', 'monetary', 'group'];

/** Every function that gives a value. */
export const valueFunctions: readonly string[] = [
  ...aggregates,
  ...[
    'count',
    'days',
    'age',
    'until',
    'days_until_anniversary',
    'percentile',
    'quintile',
    'rfm',
    'stage',
    'score',
    'coalesce',
  ],
];

/** Names from SQL and other tools, and what they are here. */
const functionHabits: ReadonlyMap<string, string> = new Map([
  ['average', 'avg'],
  ['mean', 'avg'],
  ['minimum', 'min'],
  ['maximum', 'max'],
  ['total', 'sum'],
  ['count_distinct', 'distinct'],
  ['unique', 'distinct'],
  ['mode', 'top'],
  ['ifnull', 'coalesce'],
  ['nvl', 'coalesce'],
  ['since', 'age'],
  ['time_since', 'age'],
  ['days_since', 'age'],
  ['ntile', 'quintile'],
  ['percentile_rank', 'percentile'],
  ['lifecycle', 'stage'],
]);

export const placeholderValue: Value = { kind: 'number', value: 0 };

export abstract class ValueParser extends EventParser {
  protected abstract value(): Value;

  /** `name(...)`; the current token is the name, the next one the bracket. */
  protected call(): Value {
    const start = this.token;
    const name = this.functionName(start);
    return this.nested(() => {
      this.advance();
      this.advance();
      const node = this.recover(
        () => this.withWhere(false, () => this.#arguments(name, start)),
        placeholderValue,
        (token) => token.text === ')' && token.kind === 'symbol',
      );
      this.closeBracket(')', `${name}(…)`, this.previous.text === name ? 'an argument' : '“)” or a comma');
      return this.#finish(node, start);
    });
  }

  /** Names and parts keep the places they got inside; the node itself spans the whole call. */
  #finish(node: Value, start: Token): Value {
    return node === placeholderValue ? node : this.place(node, start);
  }

  protected functionName(token: Token): string {
    const name = token.text.toLowerCase();
    if (valueFunctions.includes(name)) {
      if (name !== token.text) {
        this.report('rule/case', token, `Words are lower case: “${name}”, not “${token.text}”.`, {
          expected: name,
          nearest: name,
        });
      }
      return name;
    }
    const nearest = functionHabits.get(name) ?? nearestName(name, valueFunctions);
    const hint = nearest === undefined ? '' : ` Did you mean “${nearest}”?`;
    this.stop('rule/unknown-function', token, `There is no function “${token.text}”.${hint}`, {
      expected: valueFunctions.join(', '),
      ...(nearest === undefined ? {} : { nearest }),
    });
  }

  #arguments(name: string, start: Token): Value {
    switch (name) {
      case 'count':
        return { kind: 'count', ...this.eventsAndWindow() };
      case 'days':
        return { kind: 'days', ...this.eventsAndWindow() };
      case 'age':
        return this.#age();
      case 'until':
      case 'days_until_anniversary':
      case 'percentile':
      case 'quintile':
        return { kind: name, of: this.value() };
      case 'rfm':
        return this.#rfm();
      case 'stage':
        return this.#named(this.name('a lifecycle'), (text) => ({ kind: 'stage', lifecycle: text }));
      case 'score':
        return this.#named(this.name('a score'), (text) => ({ kind: 'score', name: text }));
      case 'coalesce':
        return this.#coalesce();
      default:
        return this.#aggregate(name, start);
    }
  }

  #named(token: Token, make: (text: string) => Value): Value {
    const node = make(token.text);
    this.placePart(node, 'name', token);
    return node;
  }

  #aggregate(name: string, start: Token): Value {
    const fn = [...aggregates].find((candidate): candidate is AggregateFunction => candidate === name);
    if (fn === undefined) this.unexpected('a function');
    if (this.token.kind === 'string' || (this.isKeyword('any') && this.isKeyword('event', 1))) {
      const example = `${fn}(revenue of ${this.token.kind === 'string' ? JSON.stringify(this.token.text) : 'any event'})`;
      this.stop(
        'rule/unexpected',
        this.token,
        `${fn} needs a property before the event: ${example}. To count events, use count(…).`,
        { expected: `a property, as in ${example}` },
      );
    }
    const propertyToken = this.token;
    const property = this.propertyPath();
    this.expectKeyword('of', `and an event, as in ${fn}(${property.join('.')} of "Event")`);
    const node: Value = { kind: 'aggregate', fn, property, ...this.eventsAndWindow() };
    this.place(node, start);
    this.placePart(node, 'property', propertyToken);
    return node;
  }

  #age(): Value {
    const change = this.token.text.toLowerCase();
    const next = this.peek(1);
    if (
      this.token.kind === 'word' &&
      (change === 'entered' || change === 'exited') &&
      (next.kind === 'word' || next.kind === 'string')
    ) {
      this.takeKeyword(change);
      return this.#named(this.name('a segment'), (text) => ({
        kind: 'age_in_segment',
        change,
        segment: text,
      }));
    }
    const opensCall = next.kind === 'symbol';
    if (this.token.kind === 'word' && (change === 'first' || change === 'last') && !opensCall) {
      this.takeKeyword(change);
      return { kind: 'age_of_event', which: change, ...this.eventsAndWindow() };
    }
    const of = this.value();
    if (this.isSymbol(',')) {
      this.windowMisplaced('An age of a date has no window; age(last "Event", last 30d) has one.', 1);
    }
    return { kind: 'age', of };
  }

  #rfm(): Value {
    const token = this.token;
    const part = rfmParts.find((candidate) => candidate === token.text);
    if (token.kind !== 'word' || part === undefined) {
      const nearest = nearestName(token.text, rfmParts);
      this.stop(
        'rule/unexpected',
        token,
        `${describeToken(token)} is not a part of an RFM score; the parts are ${rfmParts.join(', ')}.`,
        {
          expected: rfmParts.join(', '),
          ...(nearest === undefined ? {} : { nearest }),
        },
      );
    }
    this.advance();
    if (!this.takeSymbol(',')) return { kind: 'rfm', part };
    return this.#named(this.name('an RFM model'), (text) => ({ kind: 'rfm', part, model: text }));
  }

  #coalesce(): Value {
    const values = [this.value()];
    while (this.takeSymbol(',')) values.push(this.value());
    return { kind: 'coalesce', values };
  }

  /** Complains about a window where none belongs, and reads past it. */
  protected windowMisplaced(message: string, ahead = 0): void {
    if (ahead > 0) {
      this.stop('rule/window-misplaced', this.peek(ahead), message, { expected: '“)”' });
    }
    this.report('rule/window-misplaced', this.token, message, { expected: 'no window here' });
    this.recover(
      () => void this.window(),
      undefined,
      (token) => token.text === 'and' || token.text === 'or' || token.text === ',',
    );
  }

  /** `trait.city`, `trait["loyalty tier"]`. */
  protected trait(): Value {
    const start = this.advance();
    const path = this.pathTail();
    if (path.length === 0) this.unexpected('the name of a trait, as in trait.city or trait["loyalty tier"]');
    return this.place({ kind: 'trait', path }, start);
  }
}
