/** What a phase of the benchmark finds out. */

import type { Checked } from '../oracle/check.ts';
import { type Measured, ratio, type Spread, spread } from './rounds.ts';

export type Figure = Spread & {
  readonly name: string;
  readonly unit: string;
  /** What else one should know to read it. */
  readonly note?: string;
};

/** A target of the project: met when the median reaches it. */
export type Target = {
  readonly name: string;
  readonly wanted: number;
  /** Whether more or less is better. */
  readonly than: 'at least' | 'at most';
  readonly unit: string;
  readonly reached: number;
};

export type PhaseResult = {
  readonly phase: string;
  readonly figures: readonly Figure[];
  readonly targets: readonly Target[];
  /** What the oracle compared, in words. */
  readonly checks: readonly string[];
  /** Disagreements with the oracle; with one, the run is void. */
  readonly problems: readonly string[];
};

/** Collects a phase's findings. */
export class Findings {
  readonly #phase: string;
  readonly #figures: Figure[] = [];
  readonly #targets: Target[] = [];
  readonly #checks: string[] = [];
  readonly #problems: string[] = [];

  constructor(phase: string) {
    this.#phase = phase;
  }

  figure(name: string, unit: string, perRound: readonly number[], note?: string): void {
    this.#figures.push({ name, unit, ...spread(perRound), ...(note === undefined ? {} : { note }) });
  }

  measured(measured: Measured, note?: string): void {
    this.figure(measured.name, measured.unit, measured.perRound, note);
  }

  /** A ratio, with its target where it has one. */
  ratio(name: string, of: Measured, to: Measured, wanted?: number): void {
    const found = ratio(of, to);
    this.#figures.push({ name, unit: '×', ...found });
    if (wanted !== undefined) this.target(name, wanted, '×', found.median);
  }

  target(
    name: string,
    wanted: number,
    unit: string,
    reached: number,
    than: Target['than'] = 'at least',
  ): void {
    this.#targets.push({ name, wanted, than, unit, reached });
  }

  checked(name: string, { pairs, customers, changes, isWhole, problems }: Checked): void {
    const extent = isWhole ? 'all' : 'a sample';
    this.#checks.push(
      `${name}: ${pairs} pairs of ${customers} customers with ${changes} changes agree (${extent})`,
    );
    this.#problems.push(...problems.map((problem) => `${name}: ${problem}`));
  }

  check(text: string): void {
    this.#checks.push(text);
  }

  problem(text: string): void {
    this.#problems.push(text);
  }

  result(): PhaseResult {
    return {
      phase: this.#phase,
      figures: this.#figures,
      targets: this.#targets,
      checks: this.#checks,
      problems: this.#problems,
    };
  }
}
