/** Event patterns, windows, paths, literals and names: the leaves that rules are made of. */

import { calendarUnitsMax } from '../base/limits.ts';
import { Cursor, describeToken } from './parse-cursor.ts';
import { readUnitHabit, type Token } from './lexer.ts';
import type {
  CalendarUnit,
  Condition,
  DateLiteral,
  EventPattern,
  EventSource,
  Literal,
  Path,
  Window,
} from './tree.ts';

const calendarUnits: ReadonlyMap<string, CalendarUnit> = new Map([
  ['day', 'day'],
  ['days', 'day'],
  ['week', 'week'],
  ['weeks', 'week'],
  ['month', 'month'],
  ['months', 'month'],
  ['quarter', 'quarter'],
  ['quarters', 'quarter'],
  ['year', 'year'],
  ['years', 'year'],
]);

/** Words that end an event's name which somebody forgot to quote. */
const afterEvent: ReadonlySet<string> = new Set(
  'where last from since before after and or for within on of with'.split(' '),
);

const windowExamples =
  'a window: last 7d, last 30 calendar days, from 14d to 7d ago, since 2026-01-01, before 2026-01-01, or after last "Event"';

export abstract class EventParser extends Cursor {
  /** Inside `where`, bare words are properties. */
  protected inWhere = false;

  protected abstract condition(): Condition;

  /** Reads with `inWhere` set, and sets it back whatever happens. */
  protected withWhere<T>(inWhere: boolean, parse: () => T): T {
    const before = this.inWhere;
    this.inWhere = inWhere;
    try {
      return parse();
    } finally {
      this.inWhere = before;
    }
  }

  protected eventPattern(): EventPattern {
    const start = this.token;
    const source = this.place(this.#eventSource(), start);
    if (this.isKeyword('with') && this.peek(1).kind === 'word') {
      this.report('rule/unexpected', this.token, 'Conditions on an event follow “where”, not “with”.', {
        expected: 'where',
        nearest: 'where',
      });
      this.advance();
    } else if (!this.takeKeyword('where')) {
      return this.place({ source }, start);
    }
    const where = this.nested(() => this.withWhere(true, () => this.condition()));
    return this.place({ source, where }, start);
  }

  #eventSource(): EventSource {
    const kind = this.token.text.toLowerCase();
    if (this.token.kind === 'string') return { kind: 'track', name: this.eventName() };
    if (this.token.kind !== 'word') {
      this.unexpected('an event: "Name", page "Name", screen "Name", event starts with "Text" or any event');
    }
    if ((kind === 'page' || kind === 'screen') && this.peek(1).kind === 'string') {
      this.takeKeyword(kind);
      return { kind, name: this.eventName() };
    }
    if (kind === 'event' && this.isKeyword('starts', 1)) {
      this.takeKeyword('event');
      this.takeKeyword('starts');
      this.expectKeyword('with', 'after “event starts”');
      return { kind: 'prefix', prefix: this.eventName() };
    }
    if (kind === 'any' && this.isKeyword('event', 1)) {
      this.takeKeyword('any');
      this.takeKeyword('event');
      return { kind: 'any' };
    }
    return this.#unquotedEvent();
  }

  /** `did Order Completed`: takes the words that were meant and shows them in quotes. */
  #unquotedEvent(): EventSource {
    const first = this.token;
    const words: string[] = [];
    while (this.token.kind === 'word' && !(words.length > 0 && afterEvent.has(this.token.text))) {
      words.push(this.advance().text);
    }
    const name = words.join(' ');
    const source = /^(page|screen) ./.exec(name)?.[1];
    const meant =
      source === undefined
        ? JSON.stringify(name)
        : `${source} ${JSON.stringify(name.slice(source.length + 1))}`;
    this.report('rule/event-name', first, `The name of an event is written in double quotes: ${meant}.`, {
      expected: meant,
      nearest: meant,
    });
    return { kind: 'track', name };
  }

  protected eventName(): string {
    const token = this.string('the name of an event in double quotes');
    if (token.text === '') {
      this.report(
        'rule/event-name',
        token,
        'The name of an event is empty; “any event” stands for all of them.',
        { expected: 'a name, or any event' },
      );
    }
    return token.text;
  }

  protected string(expected: string): Token {
    if (this.token.kind !== 'string') this.unexpected(expected);
    return this.advance();
  }

  /** `E, W` as functions have it. */
  protected eventsAndWindow(): { events: EventPattern; window?: Window } {
    const events = this.eventPattern();
    if (this.isWindowStart()) {
      this.report('rule/window', this.token, 'Inside brackets a comma stands before the window.', {
        expected: `“, ${this.token.text}”`,
      });
      return { events, window: this.window() };
    }
    if (!this.takeSymbol(',')) return { events };
    if (this.isKeyword('where') && events.where === undefined) {
      this.stop('rule/unexpected', this.token, 'No comma stands before “where”: it belongs to the event.', {
        expected: 'where without a comma',
      });
    }
    return { events, window: this.window() };
  }

  protected window(): Window {
    const start = this.token;
    if (this.takeKeyword('last')) return this.place(this.#lastWindow(), start);
    if (this.takeKeyword('from')) return this.place(this.#fromWindow(), start);
    if (this.takeKeyword('since')) return this.place({ kind: 'since', from: this.date() }, start);
    if (this.takeKeyword('before')) return this.place({ kind: 'before', to: this.date() }, start);
    if (this.takeKeyword('after')) {
      this.expectKeyword('last', 'after “after”, as in after last "Event"');
      return this.place({ kind: 'after_last', events: this.eventPattern() }, start);
    }
    const duration = this.token.kind === 'duration' ? `last ${this.token.text}` : undefined;
    const within =
      this.isKeyword('within') && this.peek(1).kind === 'duration' ? `last ${this.peek(1).text}` : duration;
    if (within === undefined) this.unexpected(windowExamples);
    this.stop('rule/window', this.token, `A window begins with a word that says where it lies: ${within}.`, {
      expected: within,
      nearest: within,
    });
  }

  #lastWindow(): Window {
    if (this.token.kind === 'duration') return { kind: 'last', duration: this.duration() };
    if (this.token.kind === 'number') return this.#calendarWindow();
    const unit = calendarUnits.get(this.token.text.toLowerCase());
    if (this.token.kind === 'word' && unit !== undefined) {
      const meant = `last 1 calendar ${unit}`;
      this.stop('rule/window', this.token, `Say how many: “${meant}” is the current ${unit}.`, {
        expected: meant,
        nearest: meant,
      });
    }
    return { kind: 'last', duration: this.duration() };
  }

  #calendarWindow(): Window {
    const number = this.advance();
    const n = Number(number.text);
    if (this.takeKeyword('calendar')) {
      const unit = calendarUnits.get(this.token.text);
      if (this.token.kind !== 'word' || unit === undefined) {
        this.unexpected('days, weeks, months, quarters or years');
      }
      this.advance();
      if (!Number.isInteger(n) || n < 1 || n > calendarUnitsMax) {
        this.report(
          'rule/window',
          number,
          `A calendar window spans 1 to ${calendarUnitsMax} whole ${unit}s, not ${number.text}.`,
          { expected: `a whole number from 1 to ${calendarUnitsMax}` },
        );
      }
      return { kind: 'calendar', n, unit };
    }
    const habit = this.token.kind === 'word' ? readUnitHabit(number.text, this.token.text) : undefined;
    const meant = habit === undefined ? `last ${number.text}d` : `last ${habit.duration}`;
    const calendar = `last ${number.text} calendar ${habit?.calendar ?? 'days'}`;
    const choice = habit !== undefined && habit.calendar === undefined ? meant : `${meant} or ${calendar}`;
    if (habit !== undefined) this.advance();
    this.report('rule/window', number, `A number in a window needs a unit: write ${choice}.`, {
      expected: choice,
      nearest: meant,
    });
    return { kind: 'last', duration: habit?.duration ?? '1d' };
  }

  #fromWindow(): Window {
    if (this.token.kind === 'date') {
      const from = this.date();
      this.expectKeyword('to', 'and the date at which the window ends');
      return { kind: 'between', from, to: this.date() };
    }
    const from = this.duration();
    this.expectKeyword('to', 'and a second duration, as in from 60d to 30d ago');
    const to = this.duration();
    this.expectKeyword('ago', 'after the second duration');
    return { kind: 'ago', from, to };
  }

  /** A duration where only a positive one makes sense; the checker looks at zero. */
  protected duration(): string {
    const token = this.token;
    if (token.kind === 'duration') return this.advance().text;
    if (token.kind === 'number') {
      const habit = this.peek(1).kind === 'word' ? readUnitHabit(token.text, this.peek(1).text) : undefined;
      const meant = habit?.duration ?? `${token.text}d`;
      this.advance();
      if (habit !== undefined) this.advance();
      this.report(
        'rule/duration',
        token,
        `A duration has its unit at the number (ms, s, m, h, d, w): ${meant}.`,
        { expected: 'a duration such as 30d', nearest: meant },
      );
      return '1d';
    }
    if (this.isSymbol('-')) {
      this.stop('rule/duration', token, 'This duration may not be negative.', {
        expected: 'a duration such as 30d',
      });
    }
    this.unexpected('a duration such as 30d');
  }

  protected date(): DateLiteral {
    const token = this.token;
    if (token.kind === 'string') {
      this.advance();
      this.report('rule/date', token, `A date is written without quotes: ${token.text}.`, {
        expected: 'a date such as 2026-11-01',
      });
      return { kind: 'date', text: '2000-01-01' };
    }
    if (token.kind !== 'date') this.unexpected('a date such as 2026-11-01 or 2026-11-01T10:00:00Z');
    this.advance();
    return this.place({ kind: 'date', text: token.text }, token);
  }

  /** A literal; a minus may stand before a number or a duration. */
  protected literal(): Literal {
    const start = this.token;
    const negative = this.takeSymbol('-');
    const token = this.token;
    if (token.kind === 'number') {
      this.advance();
      const value = Number(token.text);
      return this.place({ kind: 'number', value: negative && value !== 0 ? -value : value }, start);
    }
    if (token.kind === 'duration') {
      this.advance();
      return this.place(
        { kind: 'duration', text: token.text, ...(negative ? { negative: true } : {}) },
        start,
      );
    }
    if (negative) {
      this.stop(
        'rule/unexpected',
        start,
        `A minus stands before a number or a duration, not before ${describeToken(token)}; write 0 - … or -1 * ….`,
        { expected: 'a number or a duration after “-”' },
      );
    }
    if (token.kind === 'string') return this.place({ kind: 'string', value: this.advance().text }, start);
    if (token.kind === 'date') return this.date();
    if (this.isKeyword('true') || this.isKeyword('false')) {
      const value = this.isKeyword('true');
      this.takeKeyword(value ? 'true' : 'false');
      return this.place({ kind: 'boolean', value }, start);
    }
    const meant = token.kind === 'word' ? JSON.stringify(token.text) : undefined;
    if (meant === undefined) {
      this.unexpected('a number, a text in double quotes, a date, a duration, true or false');
    }
    this.stop('rule/quotes', token, `Text is written in double quotes: ${meant}.`, {
      expected: meant,
      nearest: meant,
    });
  }

  /** `revenue`, `products.category`, `properties["loyalty tier"]`. */
  protected propertyPath(): Path {
    const token = this.token;
    if (token.kind === 'string') {
      const meant = `properties[${JSON.stringify(token.text)}]`;
      this.stop('rule/unexpected', token, `A property whose name needs quotes is written ${meant}.`, {
        expected: meant,
        nearest: meant,
      });
    }
    if (token.kind !== 'word') {
      this.unexpected('the name of a property, such as revenue or properties["loyalty tier"]');
    }
    this.advance();
    if (token.text === 'properties' && (this.isSymbol('.') || this.#isIndex())) return this.pathTail();
    return [token.text, ...this.pathTail()];
  }

  /** Further segments of a path: `.city`, `["zip code"]`. */
  protected pathTail(): readonly string[] {
    const segments: string[] = [];
    for (;;) {
      if (this.isSymbol('.')) {
        this.advance();
        if (this.token.kind !== 'word') {
          this.unexpected('a name after the dot; a name that is not a word is written ["like this"]');
        }
        segments.push(this.advance().text);
      } else if (this.#isIndex()) {
        this.advance();
        const segment = this.advance();
        if (segment.text === '') {
          this.report('rule/unexpected', segment, 'A name in a path is not empty.', { expected: 'a name' });
        }
        segments.push(segment.text);
        this.advance();
      } else {
        return segments;
      }
    }
  }

  #isIndex(): boolean {
    return this.isSymbol('[') && this.peek(1).kind === 'string' && this.isSymbol(']', 2);
  }

  /** The name of a definition, channel or score. Whether it exists is the checker's business. */
  protected name(what: string): Token {
    const token = this.token;
    if (token.kind === 'string') {
      this.report('rule/unexpected', token, `The name of ${what} is written without quotes: ${token.text}.`, {
        expected: `the name of ${what}`,
      });
      return this.advance();
    }
    if (token.kind !== 'word' || token.text === 'and' || token.text === 'or') {
      this.unexpected(`the name of ${what}`);
    }
    return this.advance();
  }
}
