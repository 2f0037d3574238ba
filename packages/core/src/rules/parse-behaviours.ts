/** Conditions that begin with a word: did, in, seq, subscribed, sample. */

import { sequenceStepsMax } from '../base/limits.ts';
import type { Token } from './lexer.ts';
import { ValueParser } from './parse-values.ts';
import type { Condition, EventPattern, Path, SequenceStep } from './tree.ts';

/** What may close a sequence: a step with `no`, and `on`. */
type SequenceEnd = {
  readonly absent?: { readonly events: EventPattern; readonly within: string };
  readonly on?: Path;
};

export abstract class ConditionWordParser extends ValueParser {
  /** A condition that begins with a word of its own: did, in, seq, subscribed, sample. */
  protected conditionWord(): Condition | undefined {
    const start = this.token;
    const opens = this.isSymbol('(', 1);
    switch (start.text.toLowerCase()) {
      case 'did':
        return this.place(this.#did(), start);
      case 'in':
        return this.place(this.#in(), start);
      case 'seq':
        return opens ? this.place(this.#sequence(), start) : undefined;
      case 'subscribed':
        return opens ? this.place(this.#subscribed(), start) : undefined;
      case 'sample':
        return opens ? this.place(this.#sample(), start) : undefined;
      default:
        return undefined;
    }
  }

  #did(): Condition {
    this.takeKeyword('did');
    const negated = this.takeKeyword('not');
    const events = this.eventPattern();
    if (this.isSymbol(',') && /^(last|from|since|before|after)$/.test(this.peek(1).text)) {
      this.report('rule/window', this.token, 'No comma stands before the window of “did”.', {
        expected: `“${this.peek(1).text}” without a comma`,
      });
      this.advance();
    }
    if (this.isKeyword('within') || this.token.kind === 'duration') {
      return { kind: 'did', negated, events, window: this.window() };
    }
    if (this.token.kind === 'number' || this.isWord('in', 0)) this.#didHabit();
    return { kind: 'did', negated, events, ...(this.isWindowStart() ? { window: this.window() } : {}) };
  }

  #didHabit(): never {
    if (this.token.kind === 'number') {
      this.stop(
        'rule/unexpected',
        this.token,
        `“did” asks whether there is one event; to ask how often write count("Event") >= ${this.token.text}.`,
        { expected: `count("Event") >= ${this.token.text}` },
      );
    }
    this.stop(
      'rule/window',
      this.token,
      'A window of “did” begins with last, from, since, before or after, as in did "Event" last 7d.',
      { expected: 'last 7d' },
    );
  }

  #in(): Condition {
    this.takeKeyword('in');
    if (this.takeKeyword('list')) {
      const token = this.name('a list');
      const node: Condition = { kind: 'in_list', list: token.text };
      this.placePart(node, 'name', token);
      return node;
    }
    const next = this.peek(1);
    if (
      this.isWord('segment') &&
      next.kind === 'word' &&
      !/^(and|or|for|last|from|since|before|after|within|on)$/.test(next.text)
    ) {
      this.report('rule/unexpected', this.token, `A segment is written “in ${next.text}”.`, {
        expected: `in ${next.text}`,
      });
      this.advance();
    }
    const token = this.name('a segment');
    const node: Condition = { kind: 'in_segment', segment: token.text };
    this.placePart(node, 'name', token);
    return node;
  }

  #subscribed(): Condition {
    this.takeKeyword('subscribed');
    this.advance();
    const token = this.token;
    if (token.kind !== 'string' && token.kind !== 'word') {
      this.unexpected('a channel such as email, or a topic in double quotes');
    }
    this.advance();
    this.closeBracket(')', 'subscribed(…)');
    const to =
      token.kind === 'word'
        ? ({ kind: 'channel', channel: token.text } as const)
        : ({ kind: 'topic', topic: token.text } as const);
    const node: Condition = { kind: 'subscribed', to };
    this.placePart(node, 'name', token);
    return node;
  }

  #sample(): Condition {
    this.takeKeyword('sample');
    this.advance();
    const percentToken = this.token;
    const percent = this.literal();
    if (percent.kind !== 'number') {
      this.stop(
        'rule/unexpected',
        percentToken,
        'The first part of a sample is a percentage, as in sample(10%, "seed").',
        { expected: 'a percentage such as 10%' },
      );
    }
    if (!this.takeSymbol('%')) {
      this.report(
        'rule/unexpected',
        this.token,
        `The first part of a sample is a percentage: ${percent.value}%.`,
        { expected: '%' },
      );
    }
    this.expectSymbol(',', 'and a seed, as in sample(10%, "spring")');
    const seed = this.string('a seed in double quotes, such as "spring"').text;
    this.closeBracket(')', 'sample(…)');
    const node: Condition = { kind: 'sample', percent: percent.value, seed };
    const position = this.positions.get(percent);
    if (position !== undefined) this.positions.setPart(node, 'percent', position);
    return node;
  }

  #sequence(): Condition {
    this.takeKeyword('seq');
    const open = this.advance();
    return this.nested(() => {
      const steps: SequenceStep[] = [];
      let last: SequenceEnd = {};
      this.recover(
        () => {
          do last = this.#step(steps, last);
          while (this.takeSymbol(','));
        },
        undefined,
        (token) => token.text === ')' && token.kind === 'symbol',
      );
      this.closeBracket(')', 'seq(…)', '“,”, “)”, “within” or “on”');
      if (steps.length > sequenceStepsMax) {
        this.report('rule/too-long', open, `A sequence has at most ${sequenceStepsMax} steps.`, {
          expected: `at most ${sequenceStepsMax} steps`,
        });
      }
      return { kind: 'sequence', steps, ...last, ...(this.isWindowStart() ? { window: this.window() } : {}) };
    });
  }

  /** Reads one step; a step with `no`, and `on`, are what it gives, since they close the sequence. */
  #step(steps: SequenceStep[], before: SequenceEnd): SequenceEnd {
    const start = this.token;
    this.#complainAfterEnd(before);
    const absent = this.isKeyword('no') && this.peek(1).kind !== 'symbol';
    if (absent) this.takeKeyword('no');
    const events = this.eventPattern();
    if (this.isWindowStart()) {
      this.windowMisplaced(
        'A step of a sequence has “within” and not a window; a window stands after the closing bracket: seq(…) last 7d.',
      );
    }
    const withinToken = this.token;
    const durationToken = this.peek(1);
    const within = this.takeKeyword('within') ? this.duration() : undefined;
    this.#complainWithin(absent, within, steps.length === 0, start, withinToken);
    // Without `within` after `no` a complaint has been recorded, so the tree is not used.
    const step: SequenceStep = { events, ...(within === undefined ? {} : { within }) };
    const gone = { events, within: within ?? '1d' };
    for (const node of [step, gone]) {
      this.place(node, start);
      this.placePart(node, 'duration', durationToken);
    }
    const on = this.takeKeyword('on') ? { on: this.propertyPath() } : {};
    if (!absent) steps.push(step);
    return absent ? { absent: gone, ...on } : on;
  }

  #complainAfterEnd(before: SequenceEnd): void {
    if (before.absent !== undefined) {
      const message = 'A step with “no” comes last in a sequence; nothing may follow it.';
      this.report('rule/sequence', this.token, message, { expected: '“)”' });
    }
    if (before.on !== undefined) {
      const message = '“on” comes after the last step of a sequence.';
      this.report('rule/sequence', this.token, message, { expected: '“)”' });
    }
  }

  #complainWithin(
    absent: boolean,
    within: string | undefined,
    first: boolean,
    start: Token,
    withinToken: Token,
  ): void {
    if (absent && first) {
      const message =
        'A sequence begins with something that happened; “no” comes last: seq("A", no "B" within 2h).';
      this.stop('rule/sequence', start, message, { expected: 'an event before “no”' });
    }
    if (absent && within === undefined) {
      const message = 'A step with “no” says how long to wait: no "Event" within 2h.';
      this.stop('rule/sequence', withinToken, message, { expected: 'within and a duration' });
    }
    if (first && within !== undefined) {
      const message = 'The first step of a sequence has no step before it to be “within” of.';
      this.report('rule/sequence', withinToken, message, { expected: '“,” or “)”' });
    }
  }
}
