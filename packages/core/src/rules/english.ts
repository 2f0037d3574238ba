/**
 * Clauses → an English sentence for people who do not read rules: generated, never read back.
 *
 * Every condition is a clause about the customer that can follow “who”, “whose” or “for whom”, and also “they” or
 * “their” where it stands inside another. Facts about an age are turned into what people say: `age(last E) > 30d` is
 * “whose last E was more than 30 days ago”.
 */

import { type Clause, clauseOf, type Elapsed, type Sequence, type Subscription } from './clauses.ts';
import { englishNotation, EnglishValues, list, pathName } from './english-values.ts';
import type { Notation } from './notation.ts';
import type { CompareOperator, Condition, TextOperator, Value } from './tree.ts';

/** “Customers who have done “Order Completed” at least 3 times in the last 30 days.” */
export function toEnglish(condition: Condition, notation: Notation = englishNotation): string {
  const clause = clauseOf(condition);
  if (clause.kind === 'literal') return clause.value ? 'Everyone.' : 'Nobody.';
  return `Customers ${new EnglishClauses(notation).relative(clause, false)}.`;
}

/** “The total revenue of “Order Completed” events in the last 30 days.” */
export function valueToEnglish(value: Value, notation: Notation = englishNotation): string {
  const noun = new EnglishValues(notation).noun(value);
  const text = noun.own ? `the customer’s ${noun.text}` : noun.text;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** What follows its subject; `plain` phrases have their subject in them. */
type Phrase = { readonly subject: 'who' | 'whose' | 'plain'; readonly text: string };

const who = (text: string): Phrase => ({ subject: 'who', text });
const whose = (text: string): Phrase => ({ subject: 'whose', text });
const plain = (text: string): Phrase => ({ subject: 'plain', text });

class EnglishClauses {
  readonly #values: EnglishValues;

  constructor(notation: Notation) {
    this.#values = new EnglishValues(notation);
  }

  /** As a relative clause; `inside` another one, where a chain is set apart. */
  relative(clause: Clause, inside: boolean): string {
    if (clause.kind === 'and' || clause.kind === 'or') {
      return joined(
        clause.kind,
        clause.items.map((item) => this.relative(item, true)),
        inside,
      );
    }
    const { subject, text } = this.#phrase(clause);
    return subject === 'plain' ? `for whom ${text}` : `${subject} ${text}`;
  }

  /** As a main clause within a sentence: “they have done …”, “their city is …”. */
  #main(clause: Clause): string {
    if (clause.kind === 'and' || clause.kind === 'or') {
      return joined(
        clause.kind,
        clause.items.map((item) => this.#main(item)),
        true,
      );
    }
    const { subject, text } = this.#phrase(clause);
    if (subject === 'plain') return text;
    return subject === 'who' ? `they ${text}` : `their ${text}`;
  }

  #phrase(clause: Clause): Phrase {
    const values = this.#values;
    switch (clause.kind) {
      case 'literal':
        return plain(clause.value ? 'nothing more is asked' : 'nothing can be true');
      case 'and':
      case 'or':
        return plain(this.#main(clause));
      case 'untrue':
        return plain(`it is not true that ${this.#main(clause.item)}`);
      case 'for':
        return plain(
          `it has been true without a break for at least ${values.duration(clause.duration)} that ${this.#main(clause.item)}`,
        );
      case 'did':
        return who(`have ${this.#did(clause)}`);
      case 'sequence':
        return who(`have ${clause.negated ? 'not ' : ''}${this.#sequence(clause.sequence)}`);
      case 'elapsed':
        return this.#elapsed(clause.of, `${ago[clause.op]} ${values.duration(clause.duration)}`);
      case 'compare':
        return this.#about(
          clause.value,
          `${operatorWords(clause.op, clause.than)} ${values.full(clause.than)}`,
        );
      case 'one_of': {
        const options = list(
          clause.values.map((literal) => values.literal(literal)),
          'or',
        );
        return this.#about(clause.value, `${clause.negated ? 'is none of' : 'is'} ${options}`);
      }
      case 'text':
        return this.#about(clause.value, `${textVerbs[clause.op]} “${clause.text}”`);
      case 'presence':
        return this.#about(clause.value, clause.present ? 'is known' : 'is not known');
      case 'in_segment':
        return who(`${are(clause)} in the segment “${clause.segment}”`);
      case 'in_list':
        return who(`${are(clause)} on the list “${clause.list}”`);
      case 'subscribed':
        return who(`${are(clause)} subscribed to ${subscription(clause.to)}`);
      case 'sample':
        return who(
          `${are(clause)} in a fixed random ${values.number(clause.percent)}% of all customers (seed “${clause.seed}”)`,
        );
    }
  }

  #did({ negated, events, window, times }: Extract<Clause, { kind: 'did' }>): string {
    const often = times === undefined ? '' : ` ${this.#often(times.op, times.n)}`;
    const not = negated ? 'not ' : '';
    return `${not}${this.#values.doing(events, negated)}${often}${this.#values.window(window)}`;
  }

  #often(op: CompareOperator, n: number): string {
    const shown = this.#values.number(n);
    if (op === '!=') return `any number of times other than ${shown}`;
    if (op === '<' || op === '>') {
      return `${op === '<' ? 'fewer' : 'more'} than ${n === 1 ? 'one time' : `${shown} times`}`;
    }
    return `${ago[op]} ${n === 1 ? 'once' : n === 2 ? 'twice' : `${shown} times`}`;
  }

  #elapsed(of: Elapsed, span: string): Phrase {
    switch (of.kind) {
      case 'age_of_event': {
        const event = `${this.#values.eventName(of.events)}${this.#values.window(of.window)}`;
        return whose(`${of.which} ${event} was ${span} ago`);
      }
      case 'age_in_segment':
        return who(`last ${of.change} the segment “${of.segment}” ${span} ago`);
      case 'age':
        return this.#about(of.of, `was ${span} ago`);
      case 'until':
        return this.#about(of.of, `is ${span} away`);
    }
  }

  #about(value: Value, predicate: string): Phrase {
    const noun = this.#values.noun(value);
    return noun.own ? whose(`${noun.text} ${predicate}`) : plain(`${noun.text} ${predicate}`);
  }

  #sequence(node: Sequence): string {
    const values = this.#values;
    const steps = node.steps.map((step, index) => {
      const within = step.within === undefined ? '' : ` within ${values.duration(step.within)}`;
      return index === 0 ? values.doing(step.events) : `then ${values.doing(step.events)}${within}`;
    });
    const absent =
      node.absent === undefined
        ? []
        : [
            `then not ${values.doing(node.absent.events, true)} within ${values.duration(node.absent.within)}`,
          ];
    const same = node.on === undefined ? [] : [`with the same ${pathName(node.on)} throughout`];
    const window = node.window === undefined ? [] : [`the last of it${values.window(node.window)}`];
    return [...steps, ...absent, ...same, ...window].join(', ');
  }
}

function joined(kind: 'and' | 'or', items: readonly string[], inside: boolean): string {
  const last = items.at(-1) ?? '';
  const before = items.slice(0, -1).join(', ');
  if (!inside) return `${before}, ${kind} ${last}`;
  return `(${kind === 'or' ? 'either ' : ''}${before}${items.length > 2 ? ',' : ''} ${kind} ${last})`;
}

function are({ negated }: { readonly negated: boolean }): string {
  return negated ? 'are not' : 'are';
}

function subscription(to: Subscription): string {
  return to.kind === 'channel' ? to.channel : `the topic “${to.topic}”`;
}

const textVerbs: Readonly<Record<TextOperator, string>> = {
  contains: 'contains',
  starts_with: 'starts with',
  ends_with: 'ends with',
  matches: 'matches the pattern',
};

const ago: Readonly<Record<CompareOperator, string>> = {
  '=': 'exactly',
  '!=': 'not exactly',
  '<': 'less than',
  '<=': 'at most',
  '>': 'more than',
  '>=': 'at least',
};

function operatorWords(op: CompareOperator, right: Value): string {
  if (op === '=') return 'is';
  if (op === '!=') return 'is not';
  if (right.kind === 'date') {
    return { '<': 'is before', '<=': 'is at or before', '>': 'is after', '>=': 'is at or after' }[op];
  }
  if (right.kind === 'string') {
    return { '<': 'sorts before', '<=': 'sorts before or is', '>': 'sorts after', '>=': 'sorts after or is' }[
      op
    ];
  }
  return { '<': 'is less than', '<=': 'is at most', '>': 'is more than', '>=': 'is at least' }[op];
}
