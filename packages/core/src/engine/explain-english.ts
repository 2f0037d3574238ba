/** Reasons in English: the verdict of an explanation, what would change it, values that were found. */

import type { Instant } from '../model/message.ts';
import { toEnglish, valueToEnglish } from '../rules/english.ts';
import { EnglishValues, list } from '../rules/english-values.ts';
import { pathText } from '../rules/format.ts';
import type { Condition, EventPattern, Value } from '../rules/tree.ts';
import type { NamedFinding, PlainValue } from './explain-findings.ts';
import type { Since } from './explain-interpreter.ts';
import type { EventAction, RemedyAction, ValueOperator } from './explain-plans.ts';
import type { Remedy } from './explain-remedy.ts';
import type { Explanation } from './explain.ts';
import { isInOrder, lastingMs, type Language, type ReasonNotation, spanText } from './language.ts';

export const findingNames: Readonly<Record<NamedFinding, string>> = {
  completions: 'How often it was completed.',
  place: 'The customer’s fixed place in 0 to 100.',
};

export class English implements Language {
  readonly #notation: ReasonNotation;
  readonly #values: EnglishValues;

  constructor(notation: ReasonNotation) {
    this.#notation = notation;
    this.#values = new EnglishValues(notation);
  }

  rule(condition: Condition): string {
    return toEnglish(condition, this.#notation);
  }

  value(value: Value | NamedFinding): string {
    return typeof value === 'string' ? findingNames[value] : valueToEnglish(value, this.#notation);
  }

  verdict(explanation: Explanation): readonly string[] {
    const { segment, member, bornAt, since, change, standing } = explanation;
    if (bornAt === undefined) {
      return [`Not in ${segment}: nothing is known of the customer by ${this.instant(explanation.at)}.`];
    }
    const sinceWhen = since === undefined ? '' : ` ${this.since(since)}`;
    const lines = [`${member ? 'In' : 'Not in'} ${segment}${sinceWhen}.`, this.#leaving(explanation)];
    if (change !== undefined) {
      const then = member ? 'would take the customer out' : 'would bring the customer in';
      lines.push(`The smallest thing that ${then}: ${this.#remedy(change)}.`);
    }
    if (standing === true) {
      lines.push('It rests on the standing among all customers, which is taken anew at local midnight.');
    }
    return lines;
  }

  found(value: PlainValue): string {
    switch (value.type) {
      case 'missing':
        return 'missing';
      case 'number':
        return this.#notation.number(value.value);
      case 'boolean':
        return String(value.value);
      case 'text':
        return `“${value.value}”`;
      case 'duration':
        return this.#span(value.ms);
      case 'instant':
        return this.instant(value.ms);
      case 'list':
        return `[${value.elements.map((element) => this.found(element)).join(', ')}]`;
      case 'object':
        return JSON.stringify(value.value);
    }
  }

  /** `since 2026-11-21 14:02:11.000 or earlier`. */
  since({ at, orEarlier }: Since): string {
    return `since ${this.instant(at)}${orEarlier === true ? ' or earlier' : ''}`;
  }

  instant(t: Instant): string {
    return this.#notation.instant(t);
  }

  duration(text: string): string {
    return this.#values.duration(text);
  }

  #span(ms: number): string {
    if (this.#notation.span !== undefined) return this.#notation.span(ms);
    return `${ms < 0 ? 'minus ' : ''}${this.#values.duration(spanText(Math.abs(ms)))}`;
  }

  #leaving({ member, until, unless }: Explanation): string {
    if (until === undefined) return `Time alone will not change that.`;
    const verb = member ? 'Leaves' : 'Enters';
    if (unless === undefined) return `${verb} on ${this.instant(until)} if nothing happens.`;
    const longer =
      unless.until === undefined
        ? ''
        : ` (if at once, then ${member ? 'in' : 'out'} until ${this.instant(unless.until)})`;
    const { effectAt: _, ...keeping } = unless;
    return `${verb} on ${this.instant(until)} unless ${this.#remedy(keeping)}${longer}.`;
  }

  /** `one more “Order Completed” with category “shoes” before 2026-11-28 14:02:11.000`. */
  #remedy(remedy: Remedy): string {
    const things = this.#things(remedy.actions);
    const dated = things.includes('a time ') ? ', done' : '';
    const by = remedy.before === undefined ? '' : `${dated} before ${this.instant(remedy.before)}`;
    const lasting = lastingMs(remedy);
    return lasting === 0 ? `${things}${by}` : `${things}${by}, with effect ${this.#span(lasting)} later`;
  }

  /** Steps of a sequence come one after the other; other things in any order. */
  #things(actions: readonly RemedyAction[]): string {
    const texts = actions.map((action) => this.#action(action));
    return isInOrder(actions) ? texts.join(', then ') : list(texts, 'and');
  }

  #action(action: RemedyAction): string {
    switch (action.kind) {
      case 'event':
        return this.#event(action);
      case 'trait': {
        const trait = `trait.${pathText(action.path)}`;
        if (action.value === null) return `${trait} cleared`;
        if (action.than.type === 'missing') return `${trait} set to any value`;
        return `${trait} set to ${this.#amount(action.op, action.than)}`;
      }
      case 'list':
        return action.put === 'on'
          ? `being put on the list ${action.list}`
          : `being taken off the list ${action.list}`;
      case 'consent': {
        const to = action.topic === undefined ? action.channel : `“${action.topic}” on ${action.channel}`;
        return action.status === 'subscribed' ? `subscribing to ${to}` : `unsubscribing from ${to}`;
      }
      case 'score':
        return `a score “${action.name}” of ${this.#amount(action.op, action.than)}`;
    }
  }

  #event({ pattern, examples, amount, again, newValuesOf, sameOf, onDays }: EventAction): string {
    const count = examples.length;
    const more = again === true ? ' more' : '';
    const what = `${count === 1 ? 'one' : this.#notation.number(count)}${more} ${this.#name(pattern)}`;
    const details = [
      ...(amount === undefined ? [] : [this.#property(amount, count)]),
      ...(newValuesOf === undefined ? [] : [`a new ${pathText(newValuesOf)}`]),
      ...(sameOf === undefined ? [] : [`the same ${pathText(sameOf)}`]),
    ];
    const joint = pattern.where === undefined ? 'with' : 'and';
    const each = count > 1 && amount?.total !== true ? ', each ' : ' ';
    const with_ = details.length === 0 ? '' : `${each}${joint} ${list(details, 'and')}`;
    const days = onDays === true ? (count === 1 ? ' on another day' : ', each on another day') : '';
    return `${what}${with_}${days}`;
  }

  #name(pattern: EventPattern): string {
    return this.#values.eventName(pattern);
  }

  #property({ property, op, than, total }: NonNullable<EventAction['amount']>, count: number): string {
    const name = `${total && count > 1 ? 'a total ' : ''}${pathText(property)}`;
    return op === '=' ? `${name} ${this.found(than)}` : `${name} of ${this.#amount(op, than)}`;
  }

  #amount(op: ValueOperator, than: PlainValue): string {
    const words = than.type === 'instant' ? (instantWords[op] ?? amountWords[op]) : amountWords[op];
    return `${words} ${this.found(than)}`.trim();
  }
}

const amountWords: Readonly<Record<ValueOperator, string>> = {
  '=': '',
  '!=': 'anything but',
  '<': 'less than',
  '<=': 'at most',
  '>': 'more than',
  '>=': 'at least',
  contains: 'a value that contains',
  starts_with: 'a value that starts with',
  ends_with: 'a value that ends with',
  matches: 'a value that matches',
};

const instantWords: Readonly<Partial<Record<ValueOperator, string>>> = {
  '<': 'a time before',
  '<=': 'a time at or before',
  '>': 'a time after',
  '>=': 'a time at or after',
};
