/** English for what rules are made of: literals, windows, events, and values as noun phrases. */

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

export function valueNoun(value: Value): Noun {
  switch (value.kind) {
    case 'number':
    case 'string':
    case 'boolean':
    case 'date':
    case 'duration':
      return { text: literalText(value), own: false };
    case 'trait':
      return own(value.path.join('.'));
    case 'property':
      return { text: value.path.join('.'), own: false };
    case 'count':
      return own(`number of ${eventsPlural(value.events)}${windowText(value.window)}`);
    case 'aggregate':
      return aggregateNoun(value);
    case 'days':
      return own(`number of days with ${eventsSingular(value.events)}${windowText(value.window)}`);
    case 'age_of_event':
      return {
        text: `the time since their ${value.which} ${eventName(value.events)}${windowText(value.window)}`,
        own: false,
      };
    case 'age':
      return { text: `the time since ${full(value.of)}`, own: false };
    case 'age_in_segment':
      return { text: `the time since they last ${value.change} the segment “${value.segment}”`, own: false };
    case 'until':
      return { text: `the time left until ${full(value.of)}`, own: false };
    case 'days_until_anniversary':
      return { text: `the number of days to the next anniversary of ${full(value.of)}`, own: false };
    case 'percentile':
      return own(`percentile (0 to 100) among all customers by ${bare(value.of)}`);
    case 'quintile':
      return own(`fifth (1 to 5) of all customers by ${bare(value.of)}`);
    case 'rfm':
      return own(
        `RFM ${value.part}${value.part === 'group' ? '' : ' score'}${value.model === undefined ? '' : ` in the model “${value.model}”`}`,
      );
    case 'stage':
      return own(`stage in the lifecycle “${value.lifecycle}”`);
    case 'score':
      return own(`score “${value.name}”`);
    case 'coalesce':
      return { text: `the first that is known of ${list(value.values.map(full), 'and')}`, own: false };
    case 'arithmetic':
      return {
        text: `${operand(value.left)} ${arithmeticWords[value.op]} ${operand(value.right)}`,
        own: false,
      };
  }
}

function own(text: string): Noun {
  return { text, own: true };
}

const arithmeticWords = { '+': 'plus', '-': 'minus', '*': 'times', '/': 'divided by' } as const;

function operand(value: Value): string {
  return value.kind === 'arithmetic' ? `(${full(value)})` : full(value);
}

/** The phrase as it stands anywhere in a sentence. */
export function full(value: Value): string {
  const noun = valueNoun(value);
  return noun.own ? `their ${noun.text}` : noun.text;
}

function bare(value: Value): string {
  return valueNoun(value).text;
}

function aggregateNoun(value: Extract<Value, { kind: 'aggregate' }>): Noun {
  const property = value.property.join('.');
  const window = windowText(value.window);
  switch (value.fn) {
    case 'sum':
      return own(`total ${property} of ${eventsPlural(value.events)}${window}`);
    case 'avg':
      return own(`average ${property} of ${eventsPlural(value.events)}${window}`);
    case 'min':
      return own(`lowest ${property} of ${eventsPlural(value.events)}${window}`);
    case 'max':
      return own(`highest ${property} of ${eventsPlural(value.events)}${window}`);
    case 'distinct':
      return own(`number of different values of ${property} of ${eventsPlural(value.events)}${window}`);
    case 'top':
      return own(`most frequent ${property} of ${eventsPlural(value.events)}${window}`);
    case 'first':
    case 'last':
      return { text: `the ${property} of their ${value.fn} ${eventName(value.events)}${window}`, own: false };
  }
}

// --- Events

/** `done “Order Completed” with category “shoes”`, `viewed the page “Pricing”`. */
export function doing(events: EventPattern, negated = false): string {
  const where = whereText(events.where);
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
export function eventName(events: EventPattern): string {
  return `${sourceName(events.source)}${whereText(events.where)}`;
}

function eventsSingular(events: EventPattern): string {
  const article =
    events.source.kind === 'track'
      ? ''
      : events.source.kind === 'prefix' || events.source.kind === 'any'
        ? 'an '
        : 'a ';
  return `${article}${eventName(events)}`;
}

function eventsPlural(events: EventPattern): string {
  const where = whereText(events.where);
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

function whereText(where: Condition | undefined): string {
  return where === undefined ? '' : ` with ${wherePhrase(where, false)}`;
}

/** `inside`: within another phrase, where a choice needs brackets. */
function wherePhrase(where: Condition, inside: boolean): string {
  switch (where.kind) {
    case 'and':
      return bracketed(where.items.map((item) => wherePhrase(item, true)).join(' and '), inside);
    case 'or':
      return bracketed(where.items.map((item) => wherePhrase(item, true)).join(' or '), inside);
    case 'not':
      return `not (${wherePhrase(where.item, false)})`;
    case 'literal':
      return where.value ? 'any properties' : 'properties that no event has';
    case 'compare': {
      const plain = where.op === '=' && where.left.kind === 'property' && where.right.kind === 'string';
      return plain
        ? `${bare(where.left)} ${full(where.right)}`
        : `${full(where.left)} ${propertyOperators[where.op]} ${full(where.right)}`;
    }
    case 'one_of':
      return `${full(where.value)} ${where.negated ? 'none of' : 'one of'} ${list(where.values.map(literalText), 'or')}`;
    case 'text':
      return `${full(where.value)} ${textParticiples[where.op]} “${where.text}”`;
    case 'presence':
      return where.present ? `a known ${full(where.value)}` : `no known ${full(where.value)}`;
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

function bracketed(text: string, inside: boolean): string {
  return inside ? `(${text})` : text;
}

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

// --- Windows, literals, lists

/** ` in the last 30 days`, with the space before it; nothing for all time. */
export function windowText(window: Window | undefined): string {
  if (window === undefined) return '';
  switch (window.kind) {
    case 'last':
      return ` in the last ${durationText(window.duration)}`;
    case 'ago':
      return ` between ${durationText(window.from)} and ${durationText(window.to)} ago`;
    case 'calendar':
      if (window.n > 1) return ` in the last ${window.n} calendar ${window.unit}s`;
      return window.unit === 'day' ? ' today' : ` this ${window.unit}`;
    case 'since':
      return ` since ${dateText(window.from)}`;
    case 'before':
      return ` before ${dateText(window.to)}`;
    case 'between':
      return ` from ${dateText(window.from)} until before ${dateText(window.to)}`;
    case 'after_last':
      return ` after their last ${eventName(window.events)}`;
  }
}

export function literalText(literal: Literal): string {
  switch (literal.kind) {
    case 'number':
    case 'boolean':
      return String(literal.value);
    case 'string':
      return `“${literal.value}”`;
    case 'date':
      return dateText(literal);
    case 'duration':
      return `${literal.negative === true ? 'minus ' : ''}${durationText(literal.text)}`;
  }
}

const months = 'January February March April May June July August September October November December'.split(
  ' ',
);

function dateText(date: DateLiteral): string {
  const [day = '', time] = date.text.split('T');
  const [year, month, dayOfMonth] = day.split('-');
  const words = `${Number(dayOfMonth)} ${months[Number(month) - 1] ?? ''} ${Number(year)}`;
  if (time === undefined) return words;
  return `${words} at ${time.replace(/Z$/, ' UTC').replace(/([+-]\d{2}:\d{2})$/, ' (UTC$1)')}`;
}

const units: ReadonlyMap<string, string> = new Map([
  ['w', 'week'],
  ['d', 'day'],
  ['h', 'hour'],
  ['m', 'minute'],
  ['s', 'second'],
  ['ms', 'millisecond'],
]);

/** `1h30m` → `1 hour 30 minutes`. */
export function durationText(text: string): string {
  const parts = [...text.matchAll(/([\d.]+)([a-z]+)/g)];
  return parts
    .map(
      ([, amount = '', unit = '']) =>
        `${amount} ${units.get(unit) ?? unit}${Number(amount) === 1 ? '' : 's'}`,
    )
    .join(' ');
}

/** `a, b and c`. */
export function list(items: readonly string[], word: 'and' | 'or'): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1) ?? ''}`;
}

export function pathName(path: Path): string {
  return path.join('.');
}
