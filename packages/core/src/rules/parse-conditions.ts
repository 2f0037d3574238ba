/**
 * Conditions, and the expressions that they are made of.
 *
 * Whether `(` opens a condition or a value is known only at the end of what it holds, so both are read by one ladder
 * of precedence: or, and, not, for, comparison, sum, product, operand. Each rung takes a node of either sort and asks
 * for the sort it needs when it finds its operator. `true` is a value until a condition is wanted.
 */

import { ruleLiteralsMax } from '../base/limits.ts';
import { defined } from '../base/assert.ts';
import { describeToken } from './parse-cursor.ts';
import { comparisonHabit, isCondition, leftOverHint, valueAloneHint } from './parse-hints.ts';
import { ConditionWordParser } from './parse-behaviours.ts';
import { placeholderValue, valueFunctions } from './parse-values.ts';
import { nearestName } from './names.ts';
import type { Token } from './lexer.ts';
import type { ArithmeticOperator, CompareOperator, Condition, Literal, TextOperator, Value } from './tree.ts';

type Node = Condition | Value;

const compareOperators: ReadonlyMap<string, CompareOperator> = new Map(
  (['=', '!=', '<', '<=', '>', '>='] as const).map((op) => [op, op]),
);
const textOperators: readonly TextOperator[] = ['contains', 'starts_with', 'ends_with', 'matches'];
/** Words that open a condition, unless they stand where a property can. */
const conditionWords: readonly string[] = ['did', 'not', 'in', 'seq', 'subscribed', 'sample'];

const placeholder: Condition = { kind: 'literal', value: false };
const bracketsHint =
  'to go on with another condition about the customer, put brackets around this one: (did "Event" where …) and …';

export class RuleParser extends ConditionWordParser {
  /** Reads everything; what is left over is an error. */
  whole<T>(parse: (parser: RuleParser) => T): T | undefined {
    const tree = this.recover(
      () => {
        if (this.token.kind === 'end') {
          this.stop('rule/empty', this.token, 'There is nothing here; “true” stands for everyone.', {
            expected: 'a rule',
          });
        }
        const node = parse(this);
        this.#expectEnd();
        return node;
      },
      undefined,
      () => false,
    );
    return this.diagnostics().length > 0 ? undefined : tree;
  }

  /** For a tree that grew too deep without brackets: a long chain of arithmetic or of \`for\`. */
  complainTooDeep(): void {
    this.recover(
      () => this.tooDeep(this.token),
      undefined,
      () => false,
    );
  }

  readCondition(): Condition {
    const node = this.condition();
    const comments = [...this.takeComments(), ...(this.token.kind === 'end' ? this.token.leading : [])];
    return comments.length === 0 ? node : this.#commentLast(node, comments);
  }

  readValue = (): Value => this.value();
  readEventPattern = (): ReturnType<RuleParser['eventPattern']> => this.eventPattern();
  readWindow = (): ReturnType<RuleParser['window']> => this.window();
  readLiteral = (): Literal => this.literal();
  readPath = (): ReturnType<RuleParser['propertyPath']> => this.propertyPath();

  protected condition(): Condition {
    return this.#toCondition(this.#or());
  }

  protected value(): Value {
    const start = this.token;
    return this.#toValue(this.#sum(), start);
  }

  #or(): Node {
    return this.#chain('or', () => this.#chain('and', () => this.#not()));
  }

  #chain(word: 'and' | 'or', operand: () => Node): Node {
    const start = this.token;
    const first = this.#operandOf(operand);
    if (!this.isKeyword(word)) return first;
    const items = [this.#toCondition(first)];
    while (this.takeKeyword(word)) items.push(this.#toCondition(this.#operandOf(operand)));
    return this.place({ kind: word, items }, start);
  }

  #operandOf(operand: () => Node): Node {
    return this.recover<Node>(
      operand,
      placeholder,
      (token) => token.kind !== 'string' && /^(and|or|,)$/i.test(token.text),
    );
  }

  /** Comments before, in and behind an operand belong to it. */
  #not(): Node {
    const before = this.takeLeadingComments();
    const node = this.#bareNot();
    const after = this.takeComments();
    if (before.length === 0 && after.length === 0) return node;
    const alone = node.kind === 'boolean' ? this.#toCondition(node) : node;
    if (isCondition(alone)) return this.#withComments(before, alone, after);
    this.giveBackComments([...before, ...after]);
    return node;
  }

  #bareNot(): Node {
    const start = this.token;
    if (!this.isKeyword('not') || this.#isOperand(1)) return this.#for();
    if (this.inWhere && start.text !== 'not') return this.#for();
    this.takeKeyword('not');
    return this.nested(() => this.place({ kind: 'not', item: this.#toCondition(this.#not()) }, start));
  }

  #for(): Node {
    const start = this.token;
    let node = this.#comparison();
    while (!this.inWhere && this.isKeyword('for')) {
      const item = this.#toCondition(node);
      this.takeKeyword('for');
      const durationToken = this.token;
      node = this.place({ kind: 'for', item, duration: this.duration() }, start);
      this.placePart(node, 'duration', durationToken);
    }
    if (!this.inWhere && isCondition(node) && this.isWindowStart()) {
      this.windowMisplaced(
        'A window belongs to events: did "Event" last 7d, count("Event", last 7d) or seq(…) last 7d; how long something has been true is “for 7d”.',
      );
    }
    return node;
  }

  #comparison(): Node {
    const start = this.token;
    const left = this.#sum();
    if (!this.inWhere && !isCondition(left) && this.isWindowStart()) {
      this.windowMisplaced(
        'A window stands inside the brackets of the function, after a comma: count("Event", last 7d).',
      );
    }
    const operator = this.token;
    const op = operator.kind === 'symbol' ? compareOperators.get(operator.text) : undefined;
    if (op !== undefined) {
      const leftValue = this.#toValue(left, start);
      this.advance();
      return this.#compared(op, leftValue, operator, start);
    }
    return isCondition(left) || operator.kind !== 'word' ? left : this.#wordComparison(left, start);
  }

  #compared(op: CompareOperator, left: Value, operator: Token, start: Token): Condition {
    const habit =
      this.isWord('null') || this.isWord('none') || this.isWord('nil') || this.isWord('undefined');
    if (habit && (!this.inWhere || this.isWord('null')) && !this.isSymbol('.', 1)) {
      const meant = op === '!=' ? 'exists' : 'is missing';
      this.stop('rule/operator', this.token, `There is no “${this.token.text}”; write “… ${meant}”.`, {
        expected: meant,
        nearest: meant,
      });
    }
    const rightStart = this.token;
    const right = this.#toValue(this.#sum(), rightStart);
    if (this.token.kind === 'symbol' && compareOperators.has(this.token.text)) {
      this.stop('rule/operator', this.token, 'Comparisons do not chain; write “a < b and b < c”.', {
        expected: 'and',
      });
    }
    const node = this.place<Condition>({ kind: 'compare', op, left, right }, start);
    this.placePart(node, 'operator', operator);
    return node;
  }

  #wordComparison(left: Value, start: Token): Node {
    const operator = this.token;
    const negated = this.isKeyword('not') && this.isKeyword('in', 1);
    if (negated || this.isKeyword('in')) {
      if (negated) this.takeKeyword('not');
      this.takeKeyword('in');
      const values = this.#literalList();
      return this.place({ kind: 'one_of', negated, value: left, values }, start);
    }
    if (this.takeKeyword('exists')) {
      return this.place({ kind: 'presence', value: left, present: true }, start);
    }
    if (this.isKeyword('is') && this.isKeyword('missing', 1)) {
      this.takeKeyword('is');
      this.takeKeyword('missing');
      return this.place({ kind: 'presence', value: left, present: false }, start);
    }
    const textOperator = this.#textOperator();
    if (textOperator !== undefined) {
      const textToken = this.token;
      const text = this.string(`a text in double quotes after “${textOperator.replace('_', ' ')}”`).text;
      const node = this.place<Condition>({ kind: 'text', op: textOperator, value: left, text }, start);
      this.placePart(node, 'text', textToken);
      return node;
    }
    const habit = comparisonHabit(operator.text, this.peek(1).text);
    if (habit !== undefined) {
      this.stop('rule/operator', operator, `“${operator.text}” is not an operator; ${habit.message}.`, {
        expected: habit.meant,
        nearest: habit.meant,
      });
    }
    return left;
  }

  #textOperator(): TextOperator | undefined {
    const word = this.token.text.toLowerCase();
    const second = word === 'starts' || word === 'ends' ? 'with' : undefined;
    const op = textOperators.find(
      (candidate) => candidate === (second === undefined ? word : `${word}_with`),
    );
    if (op === undefined) return undefined;
    this.takeKeyword(word);
    if (second !== undefined) this.expectKeyword('with', `after “${word}”`);
    return op;
  }

  #literalList(): readonly Literal[] {
    const open = this.token;
    if (!this.isSymbol('[')) {
      this.stop(
        'rule/unexpected',
        open,
        `${describeToken(open)} is unexpected after “in”; a value is looked up in a list in square brackets, as in trait.country in ["DE", "AT"]. “in NAME” for a segment stands on its own.`,
        { expected: '“[”' },
      );
    }
    this.advance();
    const values: Literal[] = [];
    this.recover(
      () => {
        do values.push(this.literal());
        while (this.takeSymbol(','));
      },
      undefined,
      (token) => token.text === ']' && token.kind === 'symbol',
    );
    this.closeBracket(']', 'a list', '“,” or “]”');
    if (values.length > ruleLiteralsMax) {
      this.report(
        'rule/too-long',
        open,
        `This list has ${values.length} values; at most ${ruleLiteralsMax} are allowed. Upload them as a list and write “in list NAME”.`,
        { expected: `at most ${ruleLiteralsMax} values` },
      );
    }
    return values;
  }

  #sum(): Node {
    return this.#arithmetic(['+', '-'], () => this.#arithmetic(['*', '/'], () => this.#operand()));
  }

  #arithmetic(operators: readonly ArithmeticOperator[], operand: () => Node): Node {
    const start = this.token;
    let left = operand();
    for (;;) {
      const operator = this.token;
      const op =
        operator.kind === 'symbol' ? operators.find((candidate) => candidate === operator.text) : undefined;
      if (op === undefined) return left;
      const leftValue = this.#toValue(left, start);
      this.advance();
      const rightStart = this.token;
      const right = this.#toValue(operand(), rightStart);
      left = this.place({ kind: 'arithmetic', op, left: leftValue, right }, start);
      this.placePart(left, 'operator', operator);
    }
  }

  #operand(): Node {
    const token = this.token;
    if (this.isSymbol('(')) return this.#bracketed();
    if (token.kind === 'word') return this.inWhere ? this.#wordInWhere() : this.#word();
    if (token.kind === 'end' || (token.kind === 'symbol' && token.text !== '-')) this.#missingOperand();
    return this.literal();
  }

  #bracketed(): Node {
    return this.nested(() => {
      this.advance();
      const node = this.recover<Node>(
        () => this.#or(),
        placeholder,
        (token) => token.text === ')' && token.kind === 'symbol',
      );
      if (this.inWhere && this.isKeyword('for')) {
        this.report(
          'rule/not-in-where',
          this.token,
          `“for” cannot stand inside “where”, which is about one event; ${bracketsHint}.`,
          { expected: '“)”' },
        );
      }
      this.closeBracket(')', 'brackets', '“)”, “and” or “or”');
      return node;
    });
  }

  #missingOperand(): never {
    const expected = this.inWhere
      ? 'a condition on a property, such as category = "shoes"'
      : 'a condition or a value';
    if (this.isSymbol('.') && this.peek(1).kind === 'number') {
      this.stop('rule/number', this.token, `A number begins with a digit: 0.${this.peek(1).text}.`, {
        expected: `0.${this.peek(1).text}`,
      });
    }
    if (this.isSymbol('[')) {
      this.stop(
        'rule/unexpected',
        this.token,
        'A list in square brackets stands after “in” or “not in” only.',
        { expected },
      );
    }
    this.unexpected(expected);
  }

  /** A word that begins an operand outside `where`. */
  #word(): Node {
    const token = this.token;
    const word = token.text.toLowerCase();
    const condition = this.conditionWord();
    if (condition !== undefined) return condition;
    if (word === 'true' || word === 'false') return this.literal();
    if (word === 'trait' && (this.isSymbol('.', 1) || this.isSymbol('[', 1) || word === token.text)) {
      return this.trait();
    }
    if (this.isSymbol('(', 1)) return this.call();
    return this.#unknownWord();
  }

  #unknownWord(): never {
    const token = this.token;
    const next = this.peek(1);
    const habits = new Map([
      ['traits', 'trait'],
      ['user', 'trait'],
      ['customer', 'trait'],
      ['has', 'did'],
      ['done', 'did'],
      ['segment', 'in'],
    ]);
    const habit = habits.get(token.text.toLowerCase());
    const nearest =
      habit ?? nearestName(token.text, [...conditionWords, ...valueFunctions, 'trait', 'true', 'false']);
    const hint = nearest === undefined ? '' : ` Did you mean “${nearest}”?`;
    const hints = {
      expected: 'trait.NAME, a function such as count(…), did, in, seq, or a literal',
      ...(nearest === undefined ? {} : { nearest }),
    };
    if (nearest !== undefined && next.kind !== 'symbol') {
      this.stop(
        'rule/unknown-word',
        token,
        `“${token.text}” is not a word of the rule language.${hint}`,
        hints,
      );
    }
    if (valueFunctions.includes(token.text)) {
      this.stop(
        'rule/unexpected',
        token,
        `${token.text} is a function; brackets follow it, as in ${token.text}(…).`,
        { expected: `${token.text}(…)` },
      );
    }
    const name = token.text === 'properties' && this.isSymbol('.', 1) ? this.peek(2).text : token.text;
    this.stop(
      'rule/property-outside-where',
      token,
      `“${name}” would be a property of an event, and those stand after “where” or before “of” only; a trait of the customer is trait.${name}, the value on an event is last(${name} of "Event").${hint}`,
      hints,
    );
  }

  /** A word that begins an operand inside `where`: a property, unless it is clearly something else. */
  #wordInWhere(): Node {
    const token = this.token;
    const calls = this.isSymbol('(', 1);
    if (calls && token.text === 'coalesce') return this.#coalesceInWhere();
    if (calls || this.#isConditionInWhere()) {
      const what = calls ? `${token.text}(…)` : `“${token.text}”`;
      this.report(
        'rule/not-in-where',
        token,
        `${what} cannot stand inside “where”, which is about one event and its properties; ${bracketsHint}.`,
        { expected: 'a condition on a property, such as category = "shoes"' },
      );
      return this.withWhere(false, () => this.#word());
    }
    if (token.text === 'trait' && (this.isSymbol('.', 1) || this.isSymbol('[', 1))) {
      this.report(
        'rule/trait-in-where',
        token,
        `A trait cannot stand inside “where”, which is about one event and its properties; ${bracketsHint}.`,
        { expected: 'a property of the event' },
      );
      return this.trait();
    }
    if ((token.text === 'true' || token.text === 'false') && !this.isSymbol('.', 1)) return this.literal();
    return this.place({ kind: 'property', path: this.propertyPath() }, token);
  }

  #isConditionInWhere(): boolean {
    const next = this.peek(1);
    if (this.isWord('did')) return next.kind === 'string' || /^(not|any|page|screen|event)$/.test(next.text);
    if (this.isWord('in')) return next.kind === 'word' && !this.#isOperand(1);
    return false;
  }

  #coalesceInWhere(): Value {
    const start = this.advance();
    return this.nested(() => {
      this.advance();
      const values = [this.value()];
      while (this.takeSymbol(',')) values.push(this.value());
      this.closeBracket(')', 'coalesce(…)', '“)” or a comma');
      return this.place({ kind: 'coalesce', values }, start);
    });
  }

  /** The token after a word makes that word an operand: `not = 1` is about a property called `not`. */
  #isOperand(ahead: number): boolean {
    if (!this.inWhere) return false;
    const next = this.peek(ahead);
    return next.kind === 'symbol' && next.text !== '(' && next.text !== '-' && next.text !== '[';
  }

  #toCondition(node: Node): Condition {
    if (isCondition(node)) return node;
    if (node.kind === 'boolean') {
      const literal: Condition = { kind: 'literal', value: node.value };
      this.positions.copy(node, literal);
      return literal;
    }
    if (node === placeholderValue) return placeholder;
    this.stop('rule/expected-condition', this.token, valueAloneHint(node, describeToken(this.token)), {
      expected: 'a comparison such as >= 3, exists, or in […]',
    });
  }

  #toValue(node: Node, start: Token): Value {
    if (!isCondition(node)) return node;
    if (node === placeholder) return placeholderValue;
    if (node.kind === 'literal') {
      // A bracketed true or false that had a comment was taken for a condition.
      this.giveBackComments(node.comments ?? []);
      return this.place({ kind: 'boolean', value: node.value }, start);
    }
    this.stop(
      'rule/expected-value',
      start,
      'A value is expected here, and this is a condition (true or false on its own).',
      { expected: 'a value such as count("Event")' },
    );
  }

  #withComments(before: readonly string[], node: Condition, after: readonly string[]): Condition {
    const commented = { ...node, comments: [...before, ...(node.comments ?? []), ...after] };
    this.positions.copy(node, commented);
    return commented;
  }

  /** Comments at the very end go to the last condition. */
  #commentLast(node: Condition, comments: readonly string[]): Condition {
    if (node.kind !== 'and' && node.kind !== 'or') return this.#withComments([], node, comments);
    const last = defined(node.items.at(-1), 'the last condition');
    const rebuilt = { ...node, items: [...node.items.slice(0, -1), this.#commentLast(last, comments)] };
    this.positions.copy(node, rebuilt);
    return rebuilt;
  }

  #expectEnd(): void {
    const token = this.token;
    if (token.kind === 'end') return;
    if (this.isSymbol(')')) {
      this.stop('rule/bracket', token, 'This bracket was never opened.', { expected: 'the end of the rule' });
    }
    const hint = leftOverHint(token.kind, token.text);
    if (hint !== undefined) this.stop('rule/unexpected', token, hint.message, { expected: hint.meant });
    this.unexpected('“and”, “or” or the end of the rule');
  }
}
