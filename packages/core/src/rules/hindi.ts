/**
 * Clauses → a Hindi sentence for people who do not read rules: generated, never read back.
 *
 * Every condition is a clause that is written with the pronouns it is to have: relative ones (जो, जिन्होंने, जिनका) in
 * “वे ग्राहक …”, personal ones (वे, उन्होंने, उनका) within another clause. The verb comes last, time and number before it.
 */

import { type Clause, clauseOf, type Elapsed, type Sequence, type Subscription } from './clauses.ts';
import {
  customer,
  HindiValues,
  list,
  type Noun,
  pathName,
  personal,
  type Pronouns,
  relative,
  words,
} from './hindi-values.ts';
import type { Notation } from './notation.ts';
import type { CompareOperator, Condition, TextOperator, Value } from './tree.ts';

/** “वे ग्राहक जिन्होंने पिछले 30 दिनों में “Order Completed” कम से कम 3 बार किया है।” */
export function toHindi(condition: Condition, notation: Notation): string {
  const clause = clauseOf(condition);
  if (clause.kind === 'literal') return clause.value ? 'सभी ग्राहक।' : 'कोई नहीं।';
  return `वे ग्राहक ${new HindiClauses(notation).whole(clause)}।`;
}

/** “पिछले 30 दिनों में ग्राहक के “Order Completed” का कुल revenue।” */
export function valueToHindi(value: Value, notation: Notation): string {
  return `${new HindiValues(notation).noun(value, customer.whose).text}।`;
}

class HindiClauses {
  readonly #values: HindiValues;

  constructor(notation: Notation) {
    this.#values = new HindiValues(notation);
  }

  /** After “वे ग्राहक”. */
  whole(clause: Clause): string {
    if (clause.kind !== 'and' && clause.kind !== 'or') return this.#say(clause, relative);
    const items = clause.items.map((item) => this.#say(item, relative));
    return `${items.slice(0, -1).join(', ')}, ${joints[clause.kind]} ${items.at(-1) ?? ''}`;
  }

  #say(clause: Clause, who: Pronouns): string {
    const values = this.#values;
    switch (clause.kind) {
      case 'literal':
        return this.#that(who, clause.value ? 'और कुछ नहीं पूछा गया है' : 'कुछ भी सच नहीं हो सकता');
      case 'and':
      case 'or':
        return this.#joined(clause, who);
      case 'untrue':
        return this.#that(who, `यह सच नहीं है कि ${this.#say(clause.item, personal)}`);
      case 'for': {
        const span = `कम से कम ${values.duration(clause.duration)} से लगातार`;
        return this.#that(who, `${span} यह सच है कि ${this.#say(clause.item, personal)}`);
      }
      case 'did': {
        const { negated, events, window, times } = clause;
        const often = times === undefined ? '' : this.#often(times.op, times.n);
        return words(who.did, values.window(window), values.doing(events, { negated, often }), 'है');
      }
      case 'sequence':
        return clause.negated
          ? this.#that(who, `यह सच नहीं है कि ${this.#sequence(clause.sequence, personal)}`)
          : this.#sequence(clause.sequence, who);
      case 'elapsed':
        return this.#elapsed(clause.of, this.#span(clause.op, clause.duration), who);
      case 'compare': {
        const noun = this.#noun(clause.value, who);
        return words(noun.text, this.#than(clause.op, clause.than), 'है');
      }
      case 'one_of':
        return this.#oneOf(clause, who);
      case 'text':
        return this.#text(this.#noun(clause.value, who), clause.op, clause.text);
      case 'presence': {
        const { text } = this.#noun(clause.value, who);
        return `${text} ${clause.present ? 'ज्ञात है' : 'ज्ञात नहीं है'}`;
      }
      case 'in_segment':
        return `${who.plain} सेगमेंट “${clause.segment}” में ${are(clause)}`;
      case 'in_list':
        return `${who.plain} सूची “${clause.list}” में ${are(clause)}`;
      case 'subscribed':
        return `${who.did} ${subscription(clause.to)} सब्सक्राइब ${clause.negated ? 'नहीं ' : ''}किया है`;
      case 'sample':
        return `${who.plain} सभी ग्राहकों के एक तय, संयोग से चुने ${values.number(clause.percent)}% में ${are(clause)} (बीज “${clause.seed}”)`;
    }
  }

  /** What has its own subject, said of somebody. */
  #that(who: Pronouns, text: string): string {
    return who === relative ? `${who.whose.oblique} लिए ${text}` : text;
  }

  /** A value without an owner in it is said of somebody. */
  #noun(value: Value, who: Pronouns): Noun {
    const noun = this.#values.noun(value, who.whose);
    if (noun.isOwned) return noun;
    return { ...noun, text: this.#that(who, noun.text), before: this.#that(who, noun.before) };
  }

  #joined({ kind, items }: Extract<Clause, { kind: 'and' | 'or' }>, who: Pronouns): string {
    const said = items.map((item) => this.#say(item, who));
    const comma = said.length > 2 ? ',' : '';
    const either = kind === 'or' ? 'या तो ' : '';
    return `(${either}${said.slice(0, -1).join(', ')}${comma} ${joints[kind]} ${said.at(-1) ?? ''})`;
  }

  #often(op: CompareOperator, n: number): string {
    const times = `${this.#values.number(n)} बार`;
    switch (op) {
      case '=':
        return `ठीक ${times}`;
      case '!=':
        return `${times} को छोड़ कितनी भी बार`;
      case '<':
        return `${times} से कम`;
      case '<=':
        return `ज़्यादा से ज़्यादा ${times}`;
      case '>':
        return `${times} से ज़्यादा`;
      case '>=':
        return `कम से कम ${times}`;
    }
  }

  /** `30 दिन से ज़्यादा समय`, before पहले or बाद. */
  #span(op: CompareOperator, duration: string): string {
    const values = this.#values;
    switch (op) {
      case '=':
        return `ठीक ${values.duration(duration)}`;
      case '!=':
        return `${values.durationThan(duration)} से कम या ज़्यादा समय`;
      case '<':
        return `${values.durationThan(duration)} से कम समय`;
      case '<=':
        return `ज़्यादा से ज़्यादा ${values.duration(duration)}`;
      case '>':
        return `${values.durationThan(duration)} से ज़्यादा समय`;
      case '>=':
        return `कम से कम ${values.duration(duration)}`;
    }
  }

  #elapsed(of: Elapsed, span: string, who: Pronouns): string {
    const values = this.#values;
    switch (of.kind) {
      case 'age_of_event': {
        const when = `${values.last(of.which)} ${span} पहले`;
        const was = of.events.source.kind === 'screen' ? 'थी' : 'था';
        return words(who.did, values.window(of.window), values.doing(of.events, { often: when }), was);
      }
      case 'age_in_segment': {
        const [where, moved] = of.change === 'entered' ? ['में', 'आए'] : ['से', 'निकले'];
        return `${who.plain} सेगमेंट “${of.segment}” ${where} आख़िरी बार ${span} पहले ${moved}`;
      }
      case 'age': {
        const { text, gender } = this.#noun(of.of, who);
        return `${text} ${span} पहले ${gender === 'f' ? 'थी' : 'था'}`;
      }
      case 'until':
        return `${this.#noun(of.of, who).text} अब से ${span} बाद है`;
    }
  }

  /** What stands between the noun and है. */
  #than(op: CompareOperator, than: Value): string {
    const values = this.#values;
    const [value, before] = [values.full(than), values.before(than)];
    if (op === '=') return value;
    if (op === '!=') return `${value} नहीं`;
    if (than.kind === 'string') {
      const side = op === '<' || op === '<=' ? 'से पहले' : 'के बाद';
      return `वर्णक्रम में ${value} ${side}${op === '<=' || op === '>=' ? ' या वही' : ''}`;
    }
    return op === '<=' && than.kind === 'date' ? `${before} को या उससे पहले` : values.compared(op, than);
  }

  #oneOf({ negated, value, values: literals }: Extract<Clause, { kind: 'one_of' }>, who: Pronouns): string {
    const values = this.#values;
    const { text } = this.#noun(value, who);
    const said = literals.map((literal) => values.literal(literal));
    if (!negated) return `${text} ${list(said, 'या')} है`;
    return said.length === 1 ? `${text} ${said.join('')} नहीं है` : `${text} ${list(said, 'और')} में से कोई नहीं है`;
  }

  #text({ text: noun, before, gender }: Noun, op: TextOperator, text: string): string {
    const ends = gender === 'f' ? 'ी' : 'ा';
    switch (op) {
      case 'contains':
        return `${before} में “${text}” है`;
      case 'starts_with':
        return `${noun} “${text}” से शुरू होत${ends} है`;
      case 'ends_with':
        return `${noun} “${text}” पर ख़त्म होत${ends} है`;
      case 'matches':
        return `${noun} पैटर्न “${text}” से मेल खात${ends} है`;
    }
  }

  #sequence({ steps, absent, on, window }: Sequence, who: Pronouns): string {
    const values = this.#values;
    const done = steps.map(({ events, within }, index) => {
      const soon = within === undefined ? '' : `${values.durationBefore(within)} के अंदर`;
      if (index > 0) return words('फिर', soon, values.doing(events));
      return words(who.did, steps.length > 1 || absent !== undefined ? 'पहले' : '', values.doing(events));
    });
    const notDone =
      absent === undefined
        ? []
        : [
            `फिर ${values.durationBefore(absent.within)} के अंदर ${values.doing(absent.events, { negated: true })}`,
          ];
    const same = on === undefined ? [] : [`सबमें ${pathName(on)} एक ही`];
    const ended = window === undefined ? [] : [`और इनमें आख़िरी ${values.window(window)}`];
    return [...done, ...notDone, ...same, ...ended].join(', ');
  }
}

const joints = { and: 'और', or: 'या' } as const;

function are({ negated }: { readonly negated: boolean }): string {
  return negated ? 'नहीं हैं' : 'हैं';
}

function subscription(to: Subscription): string {
  return to.kind === 'channel' ? to.channel : `विषय “${to.topic}”`;
}
