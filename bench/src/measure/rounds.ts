/**
 * Rounds: each case is run once to warm up (its check may have done so), then all cases in turn, again and again, so that a busy neighbour or a
 * hot processor hits all alike. Ratios are taken within a round.
 */

export type Sample = { readonly amount: number; readonly seconds: number };

export interface Case {
  readonly name: string;
  /** What `amount / seconds` is, such as `events/s`. */
  readonly unit: string;
  /** It has run before, so the compiler knows it. */
  readonly isWarm?: boolean;
  run(): Sample | Promise<Sample>;
}

/** Least, middle and greatest of the rounds. */
export type Spread = {
  readonly min: number;
  readonly median: number;
  readonly max: number;
  readonly rounds: number;
};

export type Measured = { readonly name: string; readonly unit: string; readonly perRound: readonly number[] };

/**
 * The processor time of this thread. All subjects compute and wait for nothing, so on an idle machine it is the time on the
 * wall; on a busy one a neighbour costs them their caches, but not also the time for which they were not let run.
 */
export class Stopwatch {
  seconds = 0;
  #since = processorSeconds();

  start(): void {
    this.#since = processorSeconds();
  }

  stop(): void {
    this.seconds += processorSeconds() - this.#since;
  }
}

function processorSeconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}

export async function measure(cases: readonly Case[], rounds: number): Promise<readonly Measured[]> {
  const results = cases.map(({ name, unit }) => ({ name, unit, perRound: [] as number[] }));
  for (let round = -1; round < rounds; round++) {
    for (const [i, subject] of cases.entries()) {
      if (round < 0 && subject.isWarm === true) continue;
      collectGarbage();
      const { amount, seconds } = await subject.run();
      if (round >= 0) results[i]?.perRound.push(amount / seconds);
    }
  }
  return results;
}

export function spread(perRound: readonly number[]): Spread {
  const sorted = perRound.toSorted((a, b) => a - b);
  const at = (i: number): number => sorted[i] ?? NaN;
  return { min: at(0), median: at(sorted.length >> 1), max: at(sorted.length - 1), rounds: sorted.length };
}

/** One measured case against another, round by round. */
export function ratio(of: Measured, to: Measured): Spread {
  return spread(of.perRound.map((figure, round) => figure / (to.perRound[round] ?? NaN)));
}

/** Everything that nobody holds any more is gone afterwards; needs `--expose-gc`. */
export function collectGarbage(): void {
  if (globalThis.gc === undefined) throw new Error('Run with --expose-gc, as `npm run bench` does.');
  globalThis.gc();
}
