/** English for what rules are made of: literals, windows, events, and values as noun phrases. */

import { datePartsOf, durationParts, type Notation } from './notation.ts';
import type {
  Condition,
  DateLiteral,
  EventPattern,
  EventSource,
  Literal,
  Path,
  Value,
  Window,
} from './tree.ts';

/** A noun phrase; `own` ones take “their” or “whose” before them. */
export type Noun = { readonly text: string; readonly own: boolean };

/** As the API writes them, for anywhere: plain digits, `1 November 2026 at 10:00 UTC`. */
export const englishNotation: Notation = { number: String, date: dateText };

export class EnglishValues {
  readonly #notation: Notation;

  constructor(notation: Notation) {
    this.#notation = notation;
  }

  number(n: number): string {
    return this.#notation.number(n);
  }

  noun(value: Value): Noun {
    switch (value.kind) {
      case 'number':
      case 'string':
      case 'boolean':
      case 'date':
      case 'duration':
        return { text: this.literal(value), own: false };
      case 'trait':
        return own(pathName(value.path));
      case 'property':
        return { text: pathName(value.path), own: false };
      case 'count':
        return own(`number of ${this.#eventsPlural(value.events)}${this.window(value.window)}`);
      case 'aggregate':
        return this.#aggregate(value);
      case 'days':
        return own(`number of days with ${this.#eventsSingular(value.events)}${this.window(value.window)}`);
      case 'age_of_event': {
        const event = `${this.eventName(value.events)}${this.window(value.window)}`;
        return { text: `the time since their ${value.which} ${event}`, own: false };
      }
      case 'age':
        return { text: `the time since ${this.full(value.of)}`, own: false };
      case 'age_in_segment':
        return {
          text: `the time since they last ${value.change} the segment “${value.segment}”`,
          own: false,
        };
      case 'until':
        return { text: `the time left until ${this.full(value.of)}`, own: false };
      case 'days_until_anniversary':
        return { text: `the number of days to the next anniversary of ${this.full(value.of)}`, own: false };
      case 'percentile':
        return own(`percentile (0 to 100) among all customers by ${this.#bare(value.of)}`);
      case 'quintile':
        return own(`fifth (1 to 5) of all customers by ${this.#bare(value.of)}`);
      case 'rfm': {
        const model = value.model === undefined ? '' : ` in the model “${value.model}”`;
        return own(`RFM ${value.part}${value.part === 'group' ? '' : ' score'}${model}`);
      }
      case 'stage':
        return own(`stage in the lifecycle “${value.lifecycle}”`);
      case 'score':
        return own(`score “${value.name}”`);
      case 'coalesce': {
        const options = value.values.map((option) => this.full(option));
        return { text: `the first that is known of ${list(options, 'and')}`, own: false };
      }
      case 'arithmetic': {
        const [left, right] = [this.#operand(value.left), this.#operand(value.right)];
        return { text: `${left} ${arithmeticWords[value.op]} ${right}`, own: false };
      }
    }
  }

  /** The phrase as it stands anywhere in a sentence. */
  full(value: Value): string {
    const noun = this.noun(value);
    return noun.own ? `their ${noun.text}` : noun.text;
  }

  #bare(value: Value): string {
    return this.noun(value).text;
  }

  #operand(value: Value): string {
    return value.kind === 'arithmetic' ? `(${this.full(value)})` : this.full(value);
  }

  #aggregate(value: Extract<Value, { kind: 'aggregate' }>): Noun {
    const property = pathName(value.property);
    const window = this.window(value.window);
    const of = (what: string): Noun =>
      own(`${what} ${property} of ${this.#eventsPlural(value.events)}${window}`);
    switch (value.fn) {
      case 'sum':
        return of('total');
      case 'avg':
        return of('average');
      case 'min':
        return of('lowest');
      case 'max':
        return of('highest');
      case 'distinct':
        return of('number of different values of');
      case 'top':
        return of('most frequent');
      case 'first':
      case 'last':
        return {
          text: `the ${property} of their ${value.fn} ${this.eventName(value.events)}${window}`,
          own: false,
        };
    }
  }

  // --- Events

  /** `done “Order Completed” with category “shoes”`, `viewed the page “Pricing”`. */
  doing(events: EventPattern, negated = false): string {
    const where = this.#where(events.where);
    switch (events.source.kind) {
      case 'track':
        return `done “${events.source.name}”${where}`;
      case 'page':
        return `viewed the page “${events.source.name}”${where}`;
      case 'screen':
        return `viewed the screen “${events.source.name}”${where}`;
      case 'prefix':
        return `done ${negated ? 'any' : 'an'} event whose name starts with “${events.source.prefix}”${where}`;
      case 'any':
        return `done anything${where}`;
    }
  }

  /** After `first` or `last`: `“Order Completed” with …`. */
  eventName(events: EventPattern): string {
    return `${sourceName(events.source)}${this.#where(events.where)}`;
  }

  #eventsSingular(events: EventPattern): string {
    const { kind } = events.source;
    const article = kind === 'track' ? '' : kind === 'prefix' || kind === 'any' ? 'an ' : 'a ';
    return `${article}${this.eventName(events)}`;
  }

  #eventsPlural(events: EventPattern): string {
    const where = this.#where(events.where);
    switch (events.source.kind) {
      case 'track':
        return `“${events.source.name}” events${where}`;
      case 'page':
      case 'screen':
        return `views of the ${events.source.kind} “${events.source.name}”${where}`;
      case 'prefix':
        return `events whose name starts with “${events.source.prefix}”${where}`;
      case 'any':
        return `events of any kind${where}`;
    }
  }

  #where(where: Condition | undefined): string {
    return where === undefined ? '' : ` with ${this.#property(where, false)}`;
  }

  /** `inside`: within another phrase, where a choice needs brackets. */
  #property(where: Condition, inside: boolean): string {
    switch (where.kind) {
      case 'and':
      case 'or': {
        const items = where.items.map((item) => this.#property(item, true));
        return bracketed(items.join(` ${where.kind} `), inside);
      }
      case 'not':
        return `not (${this.#property(where.item, false)})`;
      case 'literal':
        return where.value ? 'any properties' : 'properties that no event has';
      case 'compare': {
        const plain = where.op === '=' && where.left.kind === 'property' && where.right.kind === 'string';
        return plain
          ? `${this.#bare(where.left)} ${this.full(where.right)}`
          : `${this.full(where.left)} ${propertyOperators[where.op]} ${this.full(where.right)}`;
      }
      case 'one_of': {
        const options = where.values.map((literal) => this.literal(literal));
        return `${this.full(where.value)} ${where.negated ? 'none of' : 'one of'} ${list(options, 'or')}`;
      }
      case 'text':
        return `${this.full(where.value)} ${textParticiples[where.op]} “${where.text}”`;
      case 'presence':
        return where.present ? `a known ${this.full(where.value)}` : `no known ${this.full(where.value)}`;
      case 'for':
      case 'did':
      case 'sequence':
      case 'in_segment':
      case 'in_list':
      case 'subscribed':
      case 'sample':
        // Not about an event: the checker refuses it here.
        return `a condition that cannot stand here (${where.kind})`;
    }
  }

  // --- Windows, literals

  /** ` in the last 30 days`, with the space before it; nothing for all time. */
  window(window: Window | undefined): string {
    if (window === undefined) return '';
    const { date } = this.#notation;
    switch (window.kind) {
      case 'last':
        return ` in the last ${this.duration(window.duration)}`;
      case 'ago':
        return ` between ${this.duration(window.from)} and ${this.duration(window.to)} ago`;
      case 'calendar':
        if (window.n > 1) return ` in the last ${this.number(window.n)} calendar ${window.unit}s`;
        return window.unit === 'day' ? ' today' : ` this ${window.unit}`;
      case 'since':
        return ` since ${date(window.from)}`;
      case 'before':
        return ` before ${date(window.to)}`;
      case 'between':
        return ` from ${date(window.from)} until before ${date(window.to)}`;
      case 'after_last':
        return ` after their last ${this.eventName(window.events)}`;
    }
  }

  literal(literal: Literal): string {
    switch (literal.kind) {
      case 'number':
        return this.number(literal.value);
      case 'boolean':
        return String(literal.value);
      case 'string':
        return `“${literal.value}”`;
      case 'date':
        return this.#notation.date(literal);
      case 'duration':
        return `${literal.negative === true ? 'minus ' : ''}${this.duration(literal.text)}`;
    }
  }

  /** `1h30m` → `1 hour 30 minutes`. */
  duration(text: string): string {
    return durationParts(text)
      .map(([amount, unit]) => {
        const n = Number(amount);
        return `${this.number(n)} ${units.get(unit) ?? unit}${n === 1 ? '' : 's'}`;
      })
      .join(' ');
  }
}

function own(text: string): Noun {
  return { text, own: true };
}

function sourceName(source: EventSource): string {
  switch (source.kind) {
    case 'track':
      return `“${source.name}”`;
    case 'page':
    case 'screen':
      return `view of the ${source.kind} “${source.name}”`;
    case 'prefix':
      return `event whose name starts with “${source.prefix}”`;
    case 'any':
      return 'event of any kind';
  }
}

function bracketed(text: string, inside: boolean): string {
  return inside ? `(${text})` : text;
}

const arithmeticWords = { '+': 'plus', '-': 'minus', '*': 'times', '/': 'divided by' } as const;

const propertyOperators = {
  '=': 'equal to',
  '!=': 'other than',
  '<': 'less than',
  '<=': 'of at most',
  '>': 'greater than',
  '>=': 'of at least',
} as const;

const textParticiples = {
  contains: 'containing',
  starts_with: 'starting with',
  ends_with: 'ending with',
  matches: 'matching the pattern',
} as const;

const months = 'January February March April May June July August September October November December'.split(
  ' ',
);

function dateText(literal: DateLiteral): string {
  const { year, month, day, time, offset } = datePartsOf(literal);
  const words = `${day} ${months[month - 1] ?? ''} ${year}`;
  if (time === undefined) return words;
  const zone = offset === undefined ? '' : offset === 'Z' ? ' UTC' : ` (UTC${offset})`;
  return `${words} at ${time}${zone}`;
}

const units: ReadonlyMap<string, string> = new Map([
  ['w', 'week'],
  ['d', 'day'],
  ['h', 'hour'],
  ['m', 'minute'],
  ['s', 'second'],
  ['ms', 'millisecond'],
]);

/** `a, b and c`. */
export function list(items: readonly string[], word: 'and' | 'or'): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1) ?? ''}`;
}

export function pathName(path: Path): string {
  return path.join('.');
}
