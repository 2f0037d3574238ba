/**
 * A place in the tokens of a rule: looking, taking, complaining, and going on after a complaint.
 *
 * An error that leaves the parser without a sensible next step throws `SyntaxStop`, caught at the nearest place where
 * going on makes sense (an operand of `and`, a bracket, an argument); what was being read there becomes a placeholder.
 * A rule with any error has no tree, so placeholders are never seen. Every loop takes a token or leaves, and nesting is
 * counted, so any text ends in time linear in its length.
 */

import type { Diagnostic } from '../base/diagnostic.ts';
import { ruleDepthMax, ruleDiagnosticsMax } from '../base/limits.ts';
import { defined } from '../base/assert.ts';
import { lex, type Token } from './lexer.ts';
import { Positions, type NodePart, type Position } from './parse-positions.ts';

/** Thrown and caught inside the parser only; the diagnostic has been recorded when it is thrown. */
export class SyntaxStop extends Error {}

export type Hint = { readonly expected?: string; readonly nearest?: string };

/** Words that begin a window. */
const windowWords: ReadonlySet<string> = new Set(['last', 'from', 'since', 'before', 'after']);

export class Cursor {
  readonly positions: Positions = new Positions();
  readonly #tokens: readonly Token[];
  readonly #diagnostics: Diagnostic[];
  /** Places of tokens that the lexer has complained about. */
  readonly #repaired: ReadonlySet<string>;
  #index = 0;
  #depth = 0;
  #closed = false;
  #lastErrorAt = -1;
  #comments: string[] = [];
  #leadingTakenAt = -1;

  constructor(text: string) {
    const lexed = lex(text);
    this.#tokens = lexed.tokens;
    this.#diagnostics = [...lexed.diagnostics];
    this.#repaired = new Set(lexed.diagnostics.map(({ line, column }) => `${line ?? 0}:${column ?? 0}`));
  }

  /** Of lexer and parser together, in order of place. */
  diagnostics(): readonly Diagnostic[] {
    const sorted = [...this.#diagnostics].sort(
      (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
    );
    return sorted.slice(0, ruleDiagnosticsMax);
  }

  protected get token(): Token {
    return this.peek(0);
  }

  protected peek(ahead: number): Token {
    const token = this.#tokens[Math.min(this.#index + ahead, this.#tokens.length - 1)];
    return defined(token, 'the end token');
  }

  protected get previous(): Token {
    return defined(this.#tokens[Math.max(this.#index - 1, 0)], 'the previous token');
  }

  protected advance(): Token {
    const token = this.token;
    if (this.#leadingTakenAt !== this.#index) this.#comments.push(...token.leading);
    this.#comments.push(...token.trailing);
    if (token.kind !== 'end') this.#index += 1;
    return token;
  }

  protected isSymbol(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'symbol' && token.text === text;
  }

  /** Exactly this word. */
  protected isWord(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'word' && token.text === text;
  }

  /** This word in whatever case; `takeKeyword` complains where the case is wrong. */
  protected isKeyword(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.kind === 'word' && token.text.toLowerCase() === text;
  }

  protected isWindowStart(): boolean {
    return this.token.kind === 'word' && windowWords.has(this.token.text.toLowerCase());
  }

  protected takeSymbol(text: string): boolean {
    if (!this.isSymbol(text)) return false;
    this.advance();
    return true;
  }

  protected takeKeyword(text: string): boolean {
    if (!this.isKeyword(text)) return false;
    const token = this.advance();
    if (token.text !== text) {
      this.report('rule/case', token, `Words are lower case: “${text}”, not “${token.text}”.`, {
        expected: text,
        nearest: text,
      });
    }
    return true;
  }

  protected expectKeyword(text: string, where: string): void {
    if (!this.takeKeyword(text)) this.unexpected(`“${text}” ${where}`);
  }

  protected expectSymbol(text: string, where: string): void {
    if (!this.takeSymbol(text)) this.unexpected(`“${text}” ${where}`);
  }

  /**
   * The closing bracket of what was opened. Where it is missing before an operator or the end it is taken as
   * forgotten; otherwise what stands before it is skipped.
   */
  protected closeBracket(close: ')' | ']', what: string, expected = `“${close}”`): void {
    if (this.takeSymbol(close)) return;
    this.report(
      'rule/bracket',
      this.token,
      `${describeToken(this.token)} is unexpected in ${what}; expected ${expected}.`,
      { expected },
    );
    const forgotten = this.token.kind === 'end' || /^([<>]=?|!?=|and|or)$/.test(this.token.text);
    if (forgotten && this.token.kind !== 'string') return;
    this.skipTo((token) => token.text === close);
    this.takeSymbol(close);
  }

  /** Records an error at the token, unless there is one: a second would follow from the first. */
  protected report(code: string, token: Token, message: string, hint: Hint = {}): void {
    if (this.#closed || this.#lastErrorAt === token.start) return;
    if (this.#repaired.has(`${token.line}:${token.column}`)) return;
    this.#lastErrorAt = token.start;
    const position = { line: token.line, column: token.column, length: Math.max(token.end - token.start, 1) };
    this.#diagnostics.push({ code, severity: 'error', message, ...position, ...hint });
  }

  protected stop(code: string, token: Token, message: string, hint: Hint = {}): never {
    this.report(code, token, message, hint);
    throw new SyntaxStop(message);
  }

  protected unexpected(expected: string): never {
    const token = this.token;
    this.stop('rule/unexpected', token, `${describeToken(token)} is unexpected here; expected ${expected}.`, {
      expected,
    });
  }

  /** Runs `parse`; where it stops, skips to where `until` says and gives the placeholder. */
  protected recover<T>(parse: () => T, placeholder: T, until: (token: Token) => boolean): T {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof SyntaxStop)) throw error;
      this.skipTo(until);
      return placeholder;
    }
  }

  /** Skips to a token that `until` accepts, a closing bracket that was not opened meanwhile, or the end. */
  protected skipTo(until: (token: Token) => boolean): void {
    let open = 0;
    while (this.token.kind !== 'end') {
      const token = this.token;
      const symbol = token.kind === 'symbol' ? token.text : '';
      if (open === 0 && (until(token) || symbol === ')' || symbol === ']')) return;
      if (symbol === '(' || symbol === '[') open += 1;
      if (symbol === ')' || symbol === ']') open -= 1;
      this.advance();
    }
  }

  /** Counts one level of nesting. Above the limit reading ends: nothing further is reported. */
  protected nested<T>(parse: () => T): T {
    this.#depth += 1;
    try {
      if (this.#depth > ruleDepthMax) this.tooDeep(this.token);
      return parse();
    } finally {
      this.#depth -= 1;
    }
  }

  protected tooDeep(token: Token): never {
    const message = `The rule is nested more than ${ruleDepthMax} levels deep; move a part of it into a segment of its own and write “in NAME”.`;
    this.report('rule/too-deep', token, message, { expected: `at most ${ruleDepthMax} levels` });
    this.#closed = true;
    this.#index = this.#tokens.length - 1;
    throw new SyntaxStop(message);
  }

  /** Remembers that the node spans from `start` to the token before the current one. */
  protected place<T extends object>(node: T, start: Token): T {
    const end = this.previous.start >= start.start ? this.previous.end : start.end;
    this.positions.set(node, {
      line: start.line,
      column: start.column,
      length: Math.max(end - start.start, 1),
    });
    return node;
  }

  protected placePart(node: object, part: NodePart, token: Token): void {
    this.positions.setPart(node, part, tokenPosition(token));
  }

  /** Comments read and not yet given to a condition, with those on the lines before the current token. */
  protected takeLeadingComments(): string[] {
    const comments = this.#comments;
    this.#comments = [];
    if (this.#leadingTakenAt !== this.#index) comments.push(...this.token.leading);
    this.#leadingTakenAt = this.#index;
    return comments;
  }

  /** Comments read since and not yet given to a condition. */
  protected takeComments(): string[] {
    const comments = this.#comments;
    this.#comments = [];
    return comments;
  }

  protected giveBackComments(comments: readonly string[]): void {
    this.#comments.unshift(...comments);
  }
}

export function tokenPosition(token: Token): Position {
  return { line: token.line, column: token.column, length: Math.max(token.end - token.start, 1) };
}

/** For messages: what the person sees there. */
export function describeToken(token: Token): string {
  if (token.kind === 'end') return 'The end of the text';
  const text = token.text.length > 40 ? `${token.text.slice(0, 40)}…` : token.text;
  return token.kind === 'string' ? `The text ${JSON.stringify(text)}` : `“${text}”`;
}
