/**
 * Text of a rule → tokens.
 *
 * The lexer never fails: whatever the text, it gives tokens up to an `end` token, in one pass, and says in
 * diagnostics what it had to repair (single quotes, `==`, a bad date, a stray character). A repaired token has the
 * kind that was meant, so the parser goes on without errors that follow from the first.
 *
 * Words have no reserved meaning here; the parser decides by where they stand. Comments travel on the tokens:
 * `leading` those on lines before the token, `trailing` those after it on its own line.
 *
 * Lines and columns count from 1; columns and lengths are UTF-16 code units, as editors count.
 */

import type { Diagnostic } from '../base/diagnostic.ts';
import { ruleStringCharactersMax } from '../base/limits.ts';
import { durationPattern, readDate, readDuration } from './parse-literal.ts';

export type TokenKind = 'word' | 'number' | 'duration' | 'date' | 'string' | 'symbol' | 'end';

export type Token = {
  readonly kind: TokenKind;
  /** A word, a symbol, a number, a duration or a date as (meant to be) written; of a string its value. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
  readonly leading: readonly string[];
  /** Filled when the lexer meets a comment on the token's own line. */
  readonly trailing: string[];
};

export type Lexed = { readonly tokens: readonly Token[]; readonly diagnostics: readonly Diagnostic[] };

/** A word: letters a–z, digits and `_`, not beginning with a digit. Other names are written in quotes. */
export const wordPattern: RegExp = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Cuts the text into tokens; the last one is of kind `end`. */
export function lex(text: string): Lexed {
  return new Lexer(text).run();
}

/** What people type out of habit from other languages, and what it is here. */
const operatorHabits: readonly (readonly [string, string, 'symbol' | 'word'])[] = [
  ['===', '=', 'symbol'],
  ['!==', '!=', 'symbol'],
  ['==', '=', 'symbol'],
  ['<>', '!=', 'symbol'],
  ['=<', '<=', 'symbol'],
  ['=>', '>=', 'symbol'],
  ['≤', '<=', 'symbol'],
  ['≥', '>=', 'symbol'],
  ['≠', '!=', 'symbol'],
  ['×', '*', 'symbol'],
  ['÷', '/', 'symbol'],
  ['−', '-', 'symbol'],
  ['–', '-', 'symbol'],
  ['&&', 'and', 'word'],
  ['||', 'or', 'word'],
];

const symbols: readonly string[] = [
  '!=',
  '<=',
  '>=',
  '(',
  ')',
  '[',
  ']',
  ',',
  '.',
  '=',
  '<',
  '>',
  '+',
  '-',
  '*',
  '/',
  '%',
];

const closingQuotes: ReadonlyMap<string, string> = new Map([
  ["'", "'"],
  ['`', '`'],
  ['“', '”'],
  ['„', '“'],
  ['‘', '’'],
  ['«', '»'],
]);

class Lexer {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  readonly #diagnostics: Diagnostic[] = [];
  #comments: string[] = [];
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(): Lexed {
    for (;;) {
      this.#skipSpace();
      if (this.#at >= this.#text.length) break;
      this.#token();
    }
    this.#push('end', '', this.#at);
    return { tokens: this.#tokens, diagnostics: this.#diagnostics };
  }

  #skipSpace(): void {
    while (this.#at < this.#text.length) {
      const character = this.#text.charAt(this.#at);
      if (character === '\n' || character === '\r') this.#newLine(character);
      else if (character === '#') this.#comment();
      else if (character === '\uFEFF' || /\s/.test(character)) this.#at += 1;
      else return;
    }
  }

  #newLine(character: string): void {
    this.#at += character === '\r' && this.#text.charAt(this.#at + 1) === '\n' ? 2 : 1;
    this.#line += 1;
    this.#lineStart = this.#at;
  }

  #comment(): void {
    const text = this.#match(/#[^\r\n]*/y) ?? '#';
    this.#at += text.length;
    const comment = text.slice(text.charAt(1) === ' ' ? 2 : 1).trimEnd();
    const previous = this.#tokens.at(-1);
    if (previous?.line === this.#line) previous.trailing.push(comment);
    else this.#comments.push(comment);
  }

  #token(): void {
    const character = this.#text.charAt(this.#at);
    if (character === '"') this.#string();
    else if (closingQuotes.has(character)) this.#wrongQuotes(character);
    else if (/[0-9]/.test(character)) this.#numeric();
    else if (/[A-Za-z_]/.test(character)) this.#word();
    else if (this.#match(/\p{L}/uy) !== undefined) this.#word();
    else this.#symbol(character);
  }

  #word(): void {
    const word = this.#match(/[\p{L}\p{N}\p{M}_]+/uy) ?? this.#text.charAt(this.#at);
    if (!wordPattern.test(word)) {
      this.#report(
        'rule/character',
        word.length,
        `Names outside the letters a to z are written in quotes, such as trait[${JSON.stringify(word)}], properties[${JSON.stringify(word)}] or an event's name in quotes.`,
        { expected: JSON.stringify(word) },
      );
    }
    this.#push('word', word, this.#at + word.length);
  }

  /** Dates before durations before numbers: each is the longest reading of what begins with a digit. */
  #numeric(): void {
    const date = this.#match(/\d{4}-\d{1,2}-\d{1,2}(?:T[0-9:.]*(?:[Zz]|[+-][0-9:]+)?)?/y);
    if (date !== undefined) {
      const reading = readDate(date);
      if (!reading.ok) {
        this.#report('rule/date', date.length, `${date} is not a date: ${reading.error}.`, {
          expected: 'a date such as 2026-11-01',
        });
      }
      this.#push('date', reading.ok ? date : '2000-01-01', this.#at + date.length);
      return;
    }
    durationPattern.lastIndex = this.#at;
    const duration = durationPattern.exec(this.#text)?.[0];
    if (duration !== undefined && !this.#wordCharacterAt(this.#at + duration.length)) {
      const reading = readDuration(duration);
      if (!reading.ok) {
        this.#report('rule/duration', duration.length, `${duration} is not a duration: ${reading.error}.`, {
          expected: 'a duration such as 30d',
        });
      }
      this.#push('duration', duration, this.#at + duration.length);
      return;
    }
    this.#number();
  }

  #number(): void {
    const number = this.#match(/\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y) ?? '0';
    const end = this.#at + number.length;
    if (this.#wordCharacterAt(end)) {
      const run = this.#match(/[\d.\p{L}\p{N}\p{M}_]+/uy) ?? number;
      this.#badUnit(number, run);
      return;
    }
    if (/^0\d/.test(number)) {
      this.#report(
        'rule/number',
        number.length,
        `${number} begins with a zero; write ${String(Number(number))}, or "${number}" for text.`,
        { expected: 'a number without leading zeros' },
      );
    } else if (!Number.isFinite(Number(number))) {
      this.#report(
        'rule/number',
        number.length,
        `${number} is greater than any number that can be kept (1.8e308).`,
        { expected: 'a smaller number' },
      );
    } else if (/^\d{17,}$/.test(number) && String(Number(number)) !== number) {
      this.#report(
        'rule/number',
        number.length,
        `${number} has more digits than a number can keep; an identifier is text: "${number}".`,
        { expected: `"${number}"` },
      );
    }
    this.#push('number', number, end);
  }

  /** `30days`, `5min`, `2y`: a duration with a unit that does not exist. */
  #badUnit(number: string, run: string): void {
    const meant = readUnitHabit(number, run.slice(number.length));
    const calendar =
      meant?.calendar === undefined ? '' : `, or in a window “last ${number} calendar ${meant.calendar}”`;
    const hint = meant === undefined ? '' : `; write ${meant.duration}${calendar}`;
    const message = `“${printable(run)}” is neither a number nor a duration; the units are ms, s, m, h, d and w${hint}.`;
    const nearest = meant === undefined ? {} : { nearest: meant.duration };
    this.#report('rule/duration', run.length, message, {
      expected: 'a number, or a duration such as 30d',
      ...nearest,
    });
    this.#push('duration', meant?.duration ?? '1d', this.#at + run.length);
  }

  #string(): void {
    const raw = this.#match(/"(?:[^"\\\r\n]|\\[^\r\n])*"/y);
    if (raw === undefined) {
      const rest = this.#match(/[^\r\n]*/y) ?? '"';
      this.#report(
        'rule/string',
        rest.length,
        'This text has no closing double quote on its line; write \\n for a line break inside text.',
        { expected: '"' },
      );
      this.#push('string', rest.slice(1), this.#at + rest.length);
      return;
    }
    this.#push('string', this.#stringValue(raw), this.#at + raw.length);
  }

  #stringValue(raw: string): string {
    if (raw.length - 2 > ruleStringCharactersMax) {
      this.#report(
        'rule/string',
        raw.length,
        `This text is longer than ${ruleStringCharactersMax} characters.`,
        { expected: 'a shorter text' },
      );
      return raw.slice(1, 1 + ruleStringCharactersMax);
    }
    try {
      const value: unknown = JSON.parse(raw);
      if (typeof value === 'string') return value;
    } catch {
      // Falls through: JSON's own message has no useful place.
    }
    const bad = /\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})|[\u0000-\u001f]/.exec(raw.replace(/\\\\/g, '__'));
    const offset = bad === null ? 0 : bad.index;
    const shown = JSON.stringify(raw.slice(offset, offset + 2)).slice(1, -1);
    this.#report(
      'rule/string',
      2,
      `“${shown}” cannot stand in text; the escapes are \\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four hexadecimal digits, and a backslash itself is \\\\.`,
      { expected: 'a JSON escape' },
      offset,
    );
    return raw.slice(1, -1);
  }

  #wrongQuotes(open: string): void {
    const close = closingQuotes.get(open) ?? open;
    const end = this.#text.indexOf(close, this.#at + 1);
    const text = end < 0 ? '' : this.#text.slice(this.#at + 1, end);
    if (end < 0 || /[\r\n]/.test(text)) {
      this.#symbol(open);
      return;
    }
    const meant = JSON.stringify(text);
    this.#report('rule/quotes', end + 1 - this.#at, `Text is written in double quotes: ${meant}.`, {
      expected: meant,
    });
    this.#push('string', text, end + 1);
  }

  #symbol(character: string): void {
    for (const [written, meant, kind] of operatorHabits) {
      if (!this.#text.startsWith(written, this.#at)) continue;
      this.#report('rule/operator', written.length, `“${written}” is written “${meant}” here.`, {
        expected: meant,
        nearest: meant,
      });
      this.#push(kind, meant, this.#at + written.length);
      return;
    }
    const symbol = symbols.find((candidate) => this.#text.startsWith(candidate, this.#at));
    if (symbol !== undefined) {
      this.#push('symbol', symbol, this.#at + symbol.length);
    } else if (character === '!') {
      this.#report('rule/operator', 1, '“!” is written “not” here.', { expected: 'not' });
      this.#push('word', 'not', this.#at + 1);
    } else {
      const run = this.#match(/[^\s\p{L}\p{N}"#()[\],.=<>+\-*/%!_]+/uy) ?? character;
      this.#report(
        'rule/character',
        run.length,
        `“${printable(run)}” means nothing in a rule; text belongs in double quotes.`,
        {},
      );
      this.#at += run.length;
    }
  }

  #wordCharacterAt(offset: number): boolean {
    return /^[\p{L}\p{N}_]/u.test(this.#text.slice(offset, offset + 2));
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const text = pattern.exec(this.#text)?.[0];
    return text === undefined || text === '' ? undefined : text;
  }

  #push(kind: TokenKind, text: string, end: number): void {
    const start = this.#at;
    const column = start - this.#lineStart + 1;
    this.#tokens.push({
      kind,
      text,
      start,
      end,
      line: this.#line,
      column,
      leading: this.#comments,
      trailing: [],
    });
    this.#comments = [];
    this.#at = end;
  }

  #report(
    code: string,
    length: number,
    message: string,
    extra: { expected?: string; nearest?: string },
    offset = 0,
  ): void {
    const column = this.#at - this.#lineStart + 1 + offset;
    this.#diagnostics.push({ code, severity: 'error', message, line: this.#line, column, length, ...extra });
  }
}

/** Units of other languages → the duration meant, and the calendar unit that may be meant instead. */
const unitHabits: readonly (readonly [RegExp, (n: string) => string, string?])[] = [
  [/^(ms|msec|millis|milliseconds?)$/, (n) => `${n}ms`],
  [/^(s|secs?|seconds?)$/, (n) => `${n}s`],
  [/^(m|mins?|minutes?)$/, (n) => `${n}m`],
  [/^(h|hrs?|hours?)$/, (n) => `${n}h`],
  [/^(d|days?)$/, (n) => `${n}d`, 'days'],
  [/^(w|wks?|weeks?)$/, (n) => `${n}w`, 'weeks'],
  [/^(mo|mons?|months?)$/, (n) => scaled(n, 30), 'months'],
  [/^(q|quarters?)$/, (n) => scaled(n, 91), 'quarters'],
  [/^(y|yrs?|years?)$/, (n) => scaled(n, 365), 'years'],
];

/** A unit as people write it (`days`, `min`, `month`) with a number → the duration and the calendar unit meant. */
export function readUnitHabit(
  number: string,
  unit: string,
): { duration: string; calendar?: string } | undefined {
  const known = unitHabits.find(([pattern]) => pattern.test(unit.toLowerCase()));
  if (known === undefined || !/^\d{1,6}(\.\d{1,3})?$/.test(number)) return undefined;
  const calendar = known[2];
  return { duration: known[1](number), ...(calendar === undefined ? {} : { calendar }) };
}

function scaled(number: string, days: number): string {
  return `${String(Math.round(Number(number) * days))}d`;
}

function printable(text: string): string {
  return text.length > 20 ? `${text.slice(0, 20)}…` : text;
}
