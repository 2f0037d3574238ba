/** Reasons in Hindi: the verdict of an explanation, what would change it, values that were found. */

import type { Instant } from '../model/message.ts';
import { pathText } from '../rules/format.ts';
import { toHindi, valueToHindi } from '../rules/hindi.ts';
import { HindiValues, list, words } from '../rules/hindi-values.ts';
import type { Condition, Value } from '../rules/tree.ts';
import type { NamedFinding, PlainValue } from './explain-findings.ts';
import type { Since } from './explain-interpreter.ts';
import type { EventAction, RemedyAction, ValueOperator } from './explain-plans.ts';
import type { Remedy } from './explain-remedy.ts';
import type { Explanation } from './explain.ts';
import { isInOrder, lastingMs, type Language, type ReasonNotation, spanText } from './language.ts';

export class Hindi implements Language {
  readonly #notation: ReasonNotation;
  readonly #values: HindiValues;

  constructor(notation: ReasonNotation) {
    this.#notation = notation;
    this.#values = new HindiValues(notation);
  }

  rule(condition: Condition): string {
    return toHindi(condition, this.#notation);
  }

  value(value: Value | NamedFinding): string {
    return typeof value === 'string' ? findingNames[value] : valueToHindi(value, this.#notation);
  }

  verdict(explanation: Explanation): readonly string[] {
    const { segment, member, bornAt, since, change, standing } = explanation;
    if (bornAt === undefined) {
      return [`${segment} में नहीं: ${this.#instant(explanation.at)} तक ग्राहक के बारे में कुछ ज्ञात नहीं है।`];
    }
    const where = `${segment} में ${member ? 'हैं' : 'नहीं हैं'}।`;
    const lines = [words(since === undefined ? '' : this.#since(since), where), this.#leaving(explanation)];
    if (change !== undefined) {
      const then = member ? 'ग्राहक निकल जाएँगे' : 'ग्राहक आ जाएँगे';
      lines.push(`सबसे छोटी बात जिससे ${then}: ${this.#remedy(change)}।`);
    }
    if (standing === true) {
      lines.push('यह सभी ग्राहकों के बीच के स्थान पर टिका है, जो हर स्थानीय आधी रात को फिर से नापा जाता है।');
    }
    return lines;
  }

  found(value: PlainValue): string {
    switch (value.type) {
      case 'missing':
        return 'नहीं है';
      case 'number':
        return this.#notation.number(value.value);
      case 'boolean':
        return value.value ? 'सही' : 'ग़लत';
      case 'text':
        return `“${value.value}”`;
      case 'duration':
        return this.#span(value.ms);
      case 'instant':
        return this.#instant(value.ms);
      case 'list':
        return `[${value.elements.map((element) => this.found(element)).join(', ')}]`;
      case 'object':
        return JSON.stringify(value.value);
    }
  }

  #since({ at, orEarlier }: Since): string {
    return `${this.#instant(at)}${orEarlier === true ? ' या उससे पहले' : ''} से`;
  }

  #instant(t: Instant): string {
    return this.#notation.instant(t);
  }

  #span(ms: number): string {
    if (this.#notation.span !== undefined) return this.#notation.span(ms);
    return `${ms < 0 ? 'ऋण ' : ''}${this.#values.duration(spanText(Math.abs(ms)))}`;
  }

  #leaving({ member, until, unless }: Explanation): string {
    if (until === undefined) return 'केवल समय बीतने से यह नहीं बदलेगा।';
    const then = `${this.#instant(until)} को ${member ? 'निकलेंगे' : 'आएँगे'}`;
    if (unless === undefined) return `कुछ न हुआ तो ${then}।`;
    const { effectAt: _, ...keeping } = unless;
    const longer =
      unless.until === undefined
        ? ''
        : ` (अभी हो तो ${this.#instant(unless.until)} तक ${member ? 'अंदर' : 'बाहर'} रहेंगे)`;
    return `${this.#remedy(keeping)} न होने पर ${then}${longer}।`;
  }

  /** `28 नवंबर 2026 से पहले category “shoes” वाला एक और “Order Completed”`. */
  #remedy(remedy: Remedy): string {
    const by = remedy.before === undefined ? '' : `${this.#instant(remedy.before)} से पहले`;
    const lasting = lastingMs(remedy);
    const later = lasting === 0 ? '' : ` (असर ${this.#span(lasting)} बाद)`;
    return `${words(by, this.#things(remedy.actions))}${later}`;
  }

  /** Steps of a sequence come one after the other; other things in any order. */
  #things(actions: readonly RemedyAction[]): string {
    const texts = actions.map((action) => this.#action(action));
    return isInOrder(actions) ? texts.join(', फिर ') : list(texts, 'और');
  }

  #action(action: RemedyAction): string {
    switch (action.kind) {
      case 'event':
        return this.#event(action);
      case 'trait': {
        const trait = `गुण ${pathText(action.path)}`;
        if (action.value === null) return `${trait} का हटना`;
        if (action.than.type === 'missing') return `${trait} का कोई भी मान होना`;
        return `${trait} का ${this.#amount(action.op, action.than)} होना`;
      }
      case 'list':
        return action.put === 'on' ? `सूची ${action.list} में जोड़ा जाना` : `सूची ${action.list} से हटाया जाना`;
      case 'consent': {
        const to = action.topic === undefined ? action.channel : `${action.channel} पर “${action.topic}”`;
        return action.status === 'subscribed' ? `${to} सब्सक्राइब करना` : `${to} अनसब्सक्राइब करना`;
      }
      case 'score':
        return `स्कोर “${action.name}” का ${this.#amount(action.op, action.than)} होना`;
    }
  }

  #event({ pattern, examples, amount, again, newValuesOf, sameOf, onDays }: EventAction): string {
    const count = examples.length;
    const number = count === 1 ? 'एक' : this.#notation.number(count);
    const details = [
      ...(amount === undefined ? [] : [this.#property(amount, count)]),
      ...(newValuesOf === undefined ? [] : [`नए ${pathText(newValuesOf)}`]),
      ...(sameOf === undefined ? [] : [`उसी ${pathText(sameOf)}`]),
    ];
    const what = this.#values.counted(
      pattern,
      again === true ? `${number} और` : number,
      details,
      count === 1,
    );
    const days = onDays === true ? (count === 1 ? 'किसी और दिन' : 'अलग-अलग दिनों पर') : '';
    return words(days, what);
  }

  #property({ property, op, than, total }: NonNullable<EventAction['amount']>, count: number): string {
    return `${total && count > 1 ? 'कुल ' : ''}${pathText(property)} ${this.#amount(op, than)}`;
  }

  #amount(op: ValueOperator, than: PlainValue): string {
    const value = this.found(than);
    const isInstant = than.type === 'instant';
    switch (op) {
      case '=':
        return value;
      case '!=':
        return `${value} के अलावा कुछ`;
      case '<':
        return isInstant ? `${value} से पहले का` : `${value} से कम`;
      case '<=':
        return isInstant ? `${value} तक का` : `ज़्यादा से ज़्यादा ${value}`;
      case '>':
        return isInstant ? `${value} के बाद का` : `${value} से ज़्यादा`;
      case '>=':
        return isInstant ? `${value} या उसके बाद का` : `कम से कम ${value}`;
      case 'contains':
        return `${value} समेत`;
      case 'starts_with':
        return `${value} से शुरू`;
      case 'ends_with':
        return `${value} पर ख़त्म`;
      case 'matches':
        return `पैटर्न ${value} जैसा`;
    }
  }
}

const findingNames: Readonly<Record<NamedFinding, string>> = {
  completions: 'यह कितनी बार पूरा हुआ।',
  place: '0 से 100 में ग्राहक का तय स्थान।',
};
