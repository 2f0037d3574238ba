/**
 * Decimal numbers without drift: money that enters and leaves a sum leaves nothing behind.
 *
 * Idea. A double stands for the shortest decimal that reads back as it (0.1 is one tenth, as a person wrote it). A sum
 * adds those decimals exactly, as an integer count of units of 10^−scale, and is rounded once, when it is asked for.
 * While units stay below 2^53 they are a double (an addition and a check per value); beyond, a BigInt. So the sum
 * depends only on which values are in it: not on their order, nor on what came and went.
 */

import { assert } from './assert.ts';

/** Powers of ten that doubles hold exactly. */
const powers = Array.from({ length: 23 }, (_, k) => 10 ** k);
const scaleMax = powers.length - 1;

/** Below this, a decimal of a given scale is the only one that reads back as its double, so rounding finds it. */
const unitsReadMax = 1e15;

function power(k: number): number {
  return powers[k] ?? 10 ** k;
}

/**
 * `x` as a whole number of units of 10^−scale (scale 0..22), or undefined where `x` has more decimals than that or
 * the count would exceed 10^15.
 */
export function toUnits(x: number, scale: number): number | undefined {
  const p = power(scale);
  const units = Math.round(x * p);
  return units <= unitsReadMax && units >= -unitsReadMax && units / p === x ? units : undefined;
}

/** The double nearest to units × 10^−scale, for |units| < 2^53 and scale 0..22. */
export function fromUnits(units: number, scale: number): number {
  return units / power(scale);
}

/** How many decimals the shortest reading of `x` has: 2 for 49.95, 0 for 1e300, 324 for 5e-324. */
export function decimalScale(x: number): number {
  for (let k = 0; k <= 9; k += 1) {
    if (toUnits(x, k) !== undefined) return k;
  }
  return Math.max(0, -read(x).exponent);
}

/** `x` without the dust of binary arithmetic: 15 significant digits, unless it is a safe integer. 0.1 + 0.2 gives 0.3. */
export function roundSignificant(x: number): number {
  if (Number.isSafeInteger(x)) return x === 0 ? 0 : x;
  return Number(x.toPrecision(15));
}

type Decimal = { readonly digits: bigint; readonly exponent: number };

/** The shortest reading of a finite double as digits × 10^exponent. */
function read(x: number): Decimal {
  const [mantissa = '', exponent = '0'] = String(x).split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}

/** A sum as plain data: units as text, in units of 10^−scale, of `count` values. */
export type SumState = { readonly units: string; readonly scale: number; readonly count: number };

export class ExactSum {
  #scale = 0;
  #units = 0;
  /** In use instead of `#units` once that could be inexact. */
  #big: bigint | undefined = undefined;
  #count = 0;

  /** How many values are in the sum. */
  get count(): number {
    return this.#count;
  }

  /** Adds a finite number. */
  add(x: number): void {
    assert(Number.isFinite(x), 'only finite numbers are summed');
    this.#count += 1;
    this.#change(x);
  }

  /** Takes back a number that was added. */
  remove(x: number): void {
    this.#count -= 1;
    if (this.#count === 0) this.#reset();
    else this.#change(-x);
  }

  /** Adds all that is in the other sum. */
  merge(other: ExactSum): void {
    this.#count += other.#count;
    this.#changeBig(other.#asBig(), -other.#scale);
  }

  /** The exact sum rounded once to the nearest double; ±Infinity beyond the largest. */
  value(): number {
    if (this.#big === undefined) return fromUnits(this.#units, this.#scale);
    // Reading a decimal text is correctly rounded, whatever its length.
    return Number(`${this.#big}e${-this.#scale}`);
  }

  state(): SumState {
    return { units: String(this.#asBig()), scale: this.#scale, count: this.#count };
  }

  static restore(state: SumState): ExactSum {
    const sum = new ExactSum();
    sum.#scale = state.scale;
    sum.#count = state.count;
    sum.#big = BigInt(state.units);
    sum.#shrink();
    return sum;
  }

  #change(x: number): void {
    if (this.#big === undefined) {
      const units = toUnits(x, this.#scale);
      if (units !== undefined) {
        const sum = this.#units + units;
        if (Number.isSafeInteger(sum)) {
          this.#units = sum;
          return;
        }
      }
    }
    const { digits, exponent } = read(x);
    this.#changeBig(digits, exponent);
  }

  #changeBig(digits: bigint, exponent: number): void {
    let big = this.#asBig();
    if (-exponent > this.#scale) {
      big *= 10n ** BigInt(-exponent - this.#scale);
      this.#scale = -exponent;
    }
    this.#big = big + digits * 10n ** BigInt(exponent + this.#scale);
    this.#shrink();
  }

  #asBig(): bigint {
    return this.#big ?? BigInt(this.#units);
  }

  /** Back to doubles where they are exact. */
  #shrink(): void {
    const big = this.#big;
    if (big === undefined || this.#scale > scaleMax) return;
    const units = Number(big);
    if (!Number.isSafeInteger(units)) return;
    this.#units = units;
    this.#big = undefined;
  }

  #reset(): void {
    this.#scale = 0;
    this.#units = 0;
    this.#big = undefined;
  }
}

/** The exact sum of some finite numbers, rounded once. */
export function sumExactly(values: Iterable<number>): number {
  const sum = new ExactSum();
  for (const x of values) sum.add(x);
  return sum.value();
}

/** A finite number as a whole number of units of 10^−scale; `scale` must be at least `decimalScale(x)`. */
export function bigUnits(x: number, scale: number): bigint {
  const { digits, exponent } = read(x);
  return digits * 10n ** BigInt(exponent + scale);
}

/** The double nearest to units × 10^−scale. */
export function fromBigUnits(units: bigint, scale: number): number {
  return Number(`${units}e${-scale}`);
}
