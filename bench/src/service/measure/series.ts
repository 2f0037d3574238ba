/** Figures of the rounds of a phase, by name; the ratios between them are taken round by round. */

import type { Measured } from '../../measure/rounds.ts';
import type { Latencies } from './latencies.ts';

export class Series {
  readonly #measured = new Map<
    string,
    { readonly name: string; readonly unit: string; perRound: number[] }
  >();

  /** One figure of one round. */
  add(name: string, unit: string, figure: number): void {
    let measured = this.#measured.get(name);
    if (measured === undefined) {
      measured = { name, unit, perRound: [] };
      this.#measured.set(name, measured);
    }
    measured.perRound.push(figure);
  }

  /** The usual quantiles of one round, in milliseconds. */
  addLatencies(name: string, latencies: Latencies): void {
    for (const [word, q] of QUANTILES) this.add(`${name}, ${word}`, 'ms', latencies.quantile(q));
  }

  of(name: string): Measured {
    const measured = this.#measured.get(name);
    if (measured === undefined) throw new Error(`Nothing was measured under the name “${name}”.`);
    return measured;
  }

  /** In the order in which they were first added. */
  all(): readonly Measured[] {
    return [...this.#measured.values()];
  }
}

export const QUANTILES: readonly (readonly [word: string, q: number])[] = [
  ['p50', 0.5],
  ['p99', 0.99],
  ['p99.9', 0.999],
];
