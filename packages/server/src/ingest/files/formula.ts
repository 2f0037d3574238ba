/** Arithmetic of mappings: `Quantity * UnitPrice`, `-Quantity`, `` `Unit price` - 0.5 ``. Exact, on decimals. */

import { fail, ok, type Result } from '@segue/core/base/result.ts';
import { addDecimals, multiplyDecimals, negateDecimal, type Decimal } from './decimals.ts';
import type { Formula } from './mapping.ts';

const TOKEN = /\s*(?:`([^`]+)`|([\p{L}_][\p{L}\p{N}_.]*)|(\d+(?:\.\d+)?)|([-+*()]))/uy;
const DEPTH_MAX = 50;

type Token = { readonly kind: 'column' | 'number' | 'sign'; readonly text: string };

class Refused extends Error {}

/** A column whose name is not a word stands between back-quotes. */
export function parseFormula(text: string): Result<Formula, string> {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) {
      return fail(
        `unexpected ${JSON.stringify(text.slice(at).trim().slice(0, 20))}; expected columns joined by + - *, and a column whose name is not one word between back-quotes`,
      );
    }
    const [, quoted, word, number, sign = ''] = match;
    if (quoted !== undefined || word !== undefined) {
      tokens.push({ kind: 'column', text: quoted ?? word ?? '' });
    } else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else tokens.push({ kind: 'sign', text: sign });
  }
  try {
    return ok(new FormulaParser(tokens).whole());
  } catch (error) {
    if (error instanceof Refused) return fail(error.message);
    throw error;
  }
}

class FormulaParser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Formula {
    const formula = this.#sum();
    const rest = this.#tokens[this.#at];
    if (rest !== undefined) throw new Refused(`unexpected "${rest.text}"; expected + - * or the end`);
    return formula;
  }

  #sum(): Formula {
    let left = this.#product();
    for (let op = this.#sign('+', '-'); op !== undefined; op = this.#sign('+', '-')) {
      left = { kind: 'binary', op: op === '+' ? '+' : '-', left, right: this.#product() };
    }
    return left;
  }

  #product(): Formula {
    let left = this.#single();
    while (this.#sign('*') !== undefined) left = { kind: 'binary', op: '*', left, right: this.#single() };
    return left;
  }

  #single(): Formula {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw new Refused(`nested more than ${DEPTH_MAX} deep`);
    const token = this.#tokens[this.#at];
    this.#at += 1;
    const formula = this.#operand(token);
    this.#depth -= 1;
    return formula;
  }

  #operand(token: Token | undefined): Formula {
    if (token?.kind === 'column') return { kind: 'column', column: token.text };
    if (token?.kind === 'number') return { kind: 'number', text: token.text };
    if (token?.text === '-') return { kind: 'negate', of: this.#single() };
    if (token?.text === '(') {
      const inner = this.#sum();
      if (this.#sign(')') === undefined) throw new Refused('a closing bracket is missing');
      return inner;
    }
    throw new Refused(
      `${token === undefined ? 'it ends too early' : `unexpected "${token.text}"`}; expected a column or a number`,
    );
  }

  #sign(...texts: readonly string[]): string | undefined {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'sign' || !texts.includes(token.text)) return undefined;
    this.#at += 1;
    return token.text;
  }
}

/** Undefined where a cell is empty; `read` throws its own error where a cell is no number. */
export function evaluateFormula(
  formula: Formula,
  read: (operand: Formula & { kind: 'column' | 'number' }) => Decimal | undefined,
): Decimal | undefined {
  switch (formula.kind) {
    case 'column':
    case 'number':
      return read(formula);
    case 'negate': {
      const of = evaluateFormula(formula.of, read);
      return of === undefined ? undefined : negateDecimal(of);
    }
    case 'binary': {
      const left = evaluateFormula(formula.left, read);
      const right = evaluateFormula(formula.right, read);
      if (left === undefined || right === undefined) return undefined;
      if (formula.op === '*') return multiplyDecimals(left, right);
      return addDecimals(left, formula.op === '+' ? right : negateDecimal(right));
    }
  }
}
