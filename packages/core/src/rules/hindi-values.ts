/**
 * Hindi for what rules are made of: literals, windows, events, and values as noun phrases.
 *
 * A value belongs to somebody by a pronoun that agrees with its noun (का, की) and gives way to के before a postposition,
 * and that stands after the window: “पिछले 30 दिनों में जिनका …”. So a phrase is written with the pronouns it is to have.
 */

import { durationParts, type Notation } from './notation.ts';
import type {
  CompareOperator,
  Condition,
  EventPattern,
  EventSource,
  Literal,
  Path,
  Value,
  Window,
} from './tree.ts';

/** Who it is about, in the cases that sentences need; empty ones leave the owner out. */
export type Pronouns = {
  /** Who is something: जो. */
  readonly plain: string;
  /** Who has done something: जिन्होंने. */
  readonly did: string;
  /** Whose, before a masculine noun, a feminine one, and any that is followed by a postposition: जिनका, जिनकी, जिनके. */
  readonly whose: Readonly<Record<Form, string>>;
};

/** Of the word that a pronoun stands before. */
export type Form = 'm' | 'f' | 'oblique';

export const relative: Pronouns = {
  plain: 'जो',
  did: 'जिन्होंने',
  whose: { m: 'जिनका', f: 'जिनकी', oblique: 'जिनके' },
};
export const personal: Pronouns = {
  plain: 'वे',
  did: 'उन्होंने',
  whose: { m: 'उनका', f: 'उनकी', oblique: 'उनके' },
};
export const customer: Pronouns = {
  plain: 'ग्राहक',
  did: 'ग्राहक ने',
  whose: { m: 'ग्राहक का', f: 'ग्राहक की', oblique: 'ग्राहक के' },
};
const nobody: Pronouns = { plain: '', did: '', whose: { m: '', f: '', oblique: '' } };

/** A noun phrase as it stands alone and before a postposition. */
export type Noun = {
  readonly text: string;
  readonly before: string;
  readonly gender: 'm' | 'f';
  /** The pronoun is in it. */
  readonly isOwned: boolean;
};

export class HindiValues {
  readonly #notation: Notation;

  constructor(notation: Notation) {
    this.#notation = notation;
  }

  number(n: number): string {
    return this.#notation.number(n);
  }

  noun(value: Value, whose: Pronouns['whose']): Noun {
    switch (value.kind) {
      case 'number':
      case 'string':
      case 'boolean':
      case 'date':
        return unowned(this.literal(value));
      case 'duration': {
        const text = this.literal(value);
        return { ...unowned(text), before: value.negative === true ? text : this.durationThan(value.text) };
      }
      case 'trait':
        return owned(whose, 'm', pathName(value.path));
      case 'property':
        return unowned(pathName(value.path));
      case 'count': {
        const text = `${this.eventsOf(value.events)} की संख्या`;
        return fixed(words(this.window(value.window), whose.oblique, text), 'f');
      }
      case 'aggregate':
        return this.#aggregate(value, whose);
      case 'days': {
        const text = `${this.eventsOf(value.events)} वाले दिनों की संख्या`;
        return fixed(words(this.window(value.window), whose.oblique, text), 'f');
      }
      case 'age_of_event': {
        const text = `${this.last(value.which)} ${this.doingNoun(value.events)} के बाद बीता समय`;
        return fixed(words(this.window(value.window), whose.oblique, text), 'm');
      }
      case 'age':
        return after(this.noun(value.of, whose), 'के बाद बीता समय', 'm');
      case 'age_in_segment': {
        const moved = value.change === 'entered' ? 'में आख़िरी बार आने' : 'से आख़िरी बार निकलने';
        return owned(whose, 'm', `सेगमेंट “${value.segment}” ${moved} के बाद बीता समय`);
      }
      case 'until':
        return after(this.noun(value.of, whose), 'तक बचा समय', 'm');
      case 'days_until_anniversary':
        return after(this.noun(value.of, whose), 'की अगली वर्षगाँठ तक बचे दिनों की संख्या', 'f');
      case 'percentile':
        return this.#standing(value.of, whose.m, 'पर्सेंटाइल (0 से 100)');
      case 'quintile':
        return this.#standing(value.of, whose.m, 'पाँचवाँ हिस्सा (1 से 5)');
      case 'rfm': {
        const model = value.model === undefined ? '' : `मॉडल “${value.model}” में`;
        return owned(
          whose,
          'm',
          value.part === 'group' ? 'RFM समूह' : `RFM ${rfmParts[value.part]} स्कोर`,
          model,
        );
      }
      case 'stage':
        return owned(whose, 'm', 'चरण', `जीवनचक्र “${value.lifecycle}” में`);
      case 'score':
        return owned(whose, 'm', `स्कोर “${value.name}”`);
      case 'coalesce': {
        const { texts, isOwned } = this.#several(value.values, whose);
        return { ...unowned(`${list(texts, 'और')} में से पहला ज्ञात मान`), isOwned };
      }
      case 'arithmetic': {
        const { texts, isOwned } = this.#several([value.left, value.right], whose);
        return { ...unowned(texts.join(` ${arithmeticSigns[value.op]} `)), isOwned };
      }
    }
  }

  /** The first that is theirs has the pronoun that was asked for, those after it speak of somebody known. */
  #several(
    values: readonly Value[],
    whose: Pronouns['whose'],
  ): { readonly texts: readonly string[]; readonly isOwned: boolean } {
    let isOwned = false;
    const texts = values.map((value) => {
      const noun = this.noun(value, isOwned ? personal.whose : whose);
      isOwned ||= noun.isOwned;
      return value.kind === 'arithmetic' ? `(${noun.text})` : noun.text;
    });
    return { texts, isOwned };
  }

  /** The phrase of somebody who was spoken of, as it stands anywhere in a sentence. */
  full(value: Value): string {
    return this.noun(value, personal.whose).text;
  }

  /** The same before a postposition. */
  before(value: Value): string {
    return this.noun(value, personal.whose).before;
  }

  #standing(of: Value, whose: string, what: string): Noun {
    const measure = this.noun(of, nobody.whose).before;
    return fixed(words(measure, 'के हिसाब से सभी ग्राहकों में', whose, what), 'm');
  }

  #aggregate(value: Extract<Value, { kind: 'aggregate' }>, whose: Pronouns['whose']): Noun {
    const property = pathName(value.property);
    const window = this.window(value.window);
    const events = words(window, whose.oblique, this.eventsOf(value.events));
    const of = (what: string): Noun => ({
      ...fixed(`${events} का ${what} ${property}`, 'm'),
      before: `${events} के ${what} ${property}`,
    });
    switch (value.fn) {
      case 'sum':
        return of('कुल');
      case 'avg':
        return of('औसत');
      case 'min':
        return of('सबसे कम');
      case 'max':
        return of('सबसे ज़्यादा');
      case 'distinct':
        return fixed(`${events} में ${property} के अलग-अलग मानों की संख्या`, 'f');
      case 'top':
        return fixed(`${events} में सबसे ज़्यादा बार आया ${property}`, 'm');
      case 'first':
      case 'last': {
        const which = value.fn === 'first' ? 'पहले' : 'आख़िरी';
        const event = words(window, whose.oblique, which, this.eventsOf(value.events));
        return { ...fixed(`${event} का ${property}`, 'm'), before: `${event} के ${property}` };
      }
    }
  }

  // --- Events

  /** `category “shoes” वाला “Order Completed” 3 बार किया`: what, how often, and that it was done or not. */
  doing(events: EventPattern, how: { readonly negated?: boolean; readonly often?: string } = {}): string {
    const { negated = false, often = '' } = how;
    const not = negated ? 'नहीं' : '';
    const { source } = events;
    switch (source.kind) {
      case 'track':
        return words(this.#only(events, 'वाला'), `“${source.name}”`, often, not, 'किया');
      case 'page':
        return words(this.#only(events, 'वाला'), `पेज “${source.name}”`, often, not, 'देखा');
      case 'screen':
        return words(this.#only(events, 'वाली'), `स्क्रीन “${source.name}”`, often, not, 'देखी');
      case 'prefix':
        return words(
          this.#only(events, 'वाला'),
          `“${source.prefix}” से शुरू होने वाला`,
          'कुछ',
          often,
          not,
          'किया',
        );
      case 'any':
        return words(this.#only(events, 'वाला'), 'कुछ भी', often, not, 'किया');
    }
  }

  /** Doing it, before a postposition: `“Order Completed” करने`, `पेज “Pricing” देखने`. */
  doingNoun(events: EventPattern): string {
    const { kind } = events.source;
    const what = kind === 'any' ? 'कुछ भी' : sourceName(events.source);
    return words(this.#only(events, 'वाला'), what, kind === 'page' || kind === 'screen' ? 'देखने' : 'करने');
  }

  /** Many of them, before a postposition: `category “shoes” वाले “Order Completed”`. */
  eventsOf(events: EventPattern): string {
    return words(this.#only(events, 'वाले'), sourceName(events.source));
  }

  /** One of them or several, counted before: `price 80 वाला एक और “Order Completed”`. */
  counted(events: EventPattern, count: string, details: readonly string[], isOne: boolean): string {
    const where = events.where === undefined ? [] : [this.#property(events.where, details.length > 0)];
    const all = [...where, ...details];
    const only = all.length === 0 ? '' : `${list(all, 'और')} ${isOne ? 'वाला' : 'वाले'}`;
    return words(only, count, events.source.kind === 'any' ? 'काम' : sourceName(events.source));
  }

  last(which: 'first' | 'last'): string {
    return which === 'first' ? 'पहली बार' : 'आख़िरी बार';
  }

  #only({ where }: EventPattern, suffix: 'वाला' | 'वाले' | 'वाली'): string {
    return where === undefined ? '' : `${this.#property(where, false)} ${suffix}`;
  }

  /** What can stand before वाला; `inside` another phrase a chain needs brackets. */
  #property(where: Condition, inside: boolean): string {
    switch (where.kind) {
      case 'and':
      case 'or': {
        const items = where.items.map((item) => this.#property(item, true));
        return bracketed(items.join(where.kind === 'and' ? ' और ' : ' या '), inside);
      }
      case 'not':
        return `(${this.#property(where.item, false)}) न होने`;
      case 'literal':
        return where.value ? 'किसी भी गुण' : 'किसी में न होने';
      case 'compare':
        return `${this.full(where.left)} ${this.compared(where.op, where.right)}`;
      case 'one_of': {
        const options = list(
          where.values.map((literal) => this.literal(literal)),
          'या',
        );
        return `${this.full(where.value)} ${options}${where.negated ? ' के अलावा' : ''}`;
      }
      case 'text':
        return this.#propertyText(where);
      case 'presence':
        return where.present ? this.full(where.value) : `बिना ${this.full(where.value)}`;
      case 'for':
      case 'did':
      case 'sequence':
      case 'in_segment':
      case 'in_list':
      case 'subscribed':
      case 'sample':
        // Not about an event: the checker refuses it here.
        return `यहाँ न चलने वाली शर्त (${where.kind})`;
    }
  }

  #propertyText({ op, value, text }: Extract<Condition, { kind: 'text' }>): string {
    switch (op) {
      case 'contains':
        return `${this.before(value)} में “${text}”`;
      case 'starts_with':
        return `“${text}” से शुरू ${this.full(value)}`;
      case 'ends_with':
        return `“${text}” पर ख़त्म ${this.full(value)}`;
      case 'matches':
        return `पैटर्न “${text}” जैसे ${this.full(value)}`;
    }
  }

  /** `100 से ज़्यादा`, `कम से कम 100`, as it stands after what is compared. */
  compared(op: CompareOperator, than: Value): string {
    const value = this.full(than);
    switch (op) {
      case '=':
        return value;
      case '!=':
        return `${this.before(than)} के अलावा`;
      case '<':
        return `${this.before(than)} से ${than.kind === 'date' ? 'पहले' : 'कम'}`;
      case '<=':
        return than.kind === 'date' ? `${value} तक` : `ज़्यादा से ज़्यादा ${value}`;
      case '>':
        return than.kind === 'date' ? `${value} के बाद` : `${this.before(than)} से ज़्यादा`;
      case '>=':
        return than.kind === 'date' ? `${value} को या उसके बाद` : `कम से कम ${value}`;
    }
  }

  // --- Windows, literals

  /** `पिछले 30 दिनों में`; nothing for all time. */
  window(window: Window | undefined): string {
    if (window === undefined) return '';
    const { date } = this.#notation;
    switch (window.kind) {
      case 'last':
        return `पिछले ${this.durationBefore(window.duration)} में`;
      case 'ago':
        return `${this.duration(window.from)} पहले से ${this.duration(window.to)} पहले तक`;
      case 'calendar':
        return window.n > 1
          ? `पिछले ${this.number(window.n)} कैलेंडर ${calendarUnits[window.unit]} में`
          : thisUnit[window.unit];
      case 'since':
        return `${date(window.from)} से अब तक`;
      case 'before':
        return `${date(window.to)} से पहले`;
      case 'between':
        return `${date(window.from)} से ${date(window.to)} के पहले तक`;
      case 'after_last':
        return `आख़िरी बार ${this.doingNoun(window.events)} के बाद`;
    }
  }

  literal(literal: Literal): string {
    switch (literal.kind) {
      case 'number':
        return this.number(literal.value);
      case 'boolean':
        return literal.value ? 'सही' : 'ग़लत';
      case 'string':
        return `“${literal.value}”`;
      case 'date':
        return this.#notation.date(literal);
      case 'duration':
        return `${literal.negative === true ? 'ऋण ' : ''}${this.duration(literal.text)}`;
    }
  }

  /** `1h30m` → `1 घंटा 30 मिनट`. */
  duration(text: string): string {
    return this.#duration(text, (unit, n) => (n === 1 ? unit.one : unit.many));
  }

  /** Before से: `1 घंटे`, `30 दिन`. */
  durationThan(text: string): string {
    return this.#duration(text, (unit) => unit.many);
  }

  /** Before में: `1 घंटे`, `30 दिनों`. */
  durationBefore(text: string): string {
    return this.#duration(text, (unit, n) => (n === 1 ? unit.many : unit.within));
  }

  #duration(text: string, form: (unit: Unit, n: number) => string): string {
    return durationParts(text)
      .map(([amount, name]) => {
        const n = Number(amount);
        const unit = units.get(name);
        return `${this.number(n)} ${unit === undefined ? name : form(unit, n)}`;
      })
      .join(' ');
  }
}

/** Words with spaces between; empty ones are left out. */
export function words(...all: readonly string[]): string {
  return all.filter((word) => word !== '').join(' ');
}

/** `a, b और c`. */
export function list(items: readonly string[], word: 'और' | 'या'): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1) ?? ''}`;
}

export function pathName(path: Path): string {
  return path.join('.');
}

/** Written with its pronoun, and the same before a postposition. */
function fixed(text: string, gender: 'm' | 'f'): Noun {
  return { text, before: text, gender, isOwned: true };
}

function unowned(text: string): Noun {
  return { text, before: text, gender: 'm', isOwned: false };
}

function after({ before, isOwned }: Noun, words_: string, gender: 'm' | 'f'): Noun {
  return { ...fixed(`${before} ${words_}`, gender), isOwned };
}

/** `where` stands before the pronoun. */
function owned(whose: Pronouns['whose'], gender: 'm' | 'f', text: string, where = ''): Noun {
  return {
    text: words(where, whose[gender], text),
    before: words(where, whose.oblique, text),
    gender,
    isOwned: true,
  };
}

function bracketed(text: string, inside: boolean): string {
  return inside ? `(${text})` : text;
}

function sourceName(source: EventSource): string {
  switch (source.kind) {
    case 'track':
      return `“${source.name}”`;
    case 'page':
      return `पेज “${source.name}”`;
    case 'screen':
      return `स्क्रीन “${source.name}”`;
    case 'prefix':
      return `“${source.prefix}” से शुरू होने वाले काम`;
    case 'any':
      return 'किसी भी काम';
  }
}

const arithmeticSigns = { '+': '+', '-': '−', '*': '×', '/': '÷' } as const;

const rfmParts = {
  recency: 'नयापन (recency)',
  frequency: 'बारंबारता (frequency)',
  monetary: 'राशि (monetary)',
};

const calendarUnits = {
  day: 'दिनों',
  week: 'हफ़्तों',
  month: 'महीनों',
  quarter: 'तिमाहियों',
  year: 'सालों',
} as const;

const thisUnit = {
  day: 'आज',
  week: 'इस हफ़्ते',
  month: 'इस महीने',
  quarter: 'इस तिमाही में',
  year: 'इस साल',
} as const;

/** One, several or one before a postposition, several before one. */
type Unit = { readonly one: string; readonly many: string; readonly within: string };

const units: ReadonlyMap<string, Unit> = new Map([
  ['w', { one: 'हफ़्ता', many: 'हफ़्ते', within: 'हफ़्तों' }],
  ['d', { one: 'दिन', many: 'दिन', within: 'दिनों' }],
  ['h', { one: 'घंटा', many: 'घंटे', within: 'घंटों' }],
  ['m', { one: 'मिनट', many: 'मिनट', within: 'मिनटों' }],
  ['s', { one: 'सेकंड', many: 'सेकंड', within: 'सेकंडों' }],
  ['ms', { one: 'मिलीसेकंड', many: 'मिलीसेकंड', within: 'मिलीसेकंडों' }],
]);
