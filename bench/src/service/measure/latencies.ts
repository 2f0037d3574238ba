/** Times that things took, in milliseconds, and their quantiles. */

export class Latencies {
  #sorted: Float64Array | undefined = undefined;
  readonly #all: number[] = [];

  /** Those of `of` that are numbers: NaN stands for what never came. */
  static from(of: Iterable<number>): Latencies {
    const latencies = new Latencies();
    for (const ms of of) if (!Number.isNaN(ms)) latencies.add(ms);
    return latencies;
  }

  add(ms: number): void {
    this.#sorted = undefined;
    this.#all.push(ms);
  }

  get count(): number {
    return this.#all.length;
  }

  /** The value that a part `q` of all does not exceed (the nearest rank); NaN where there is none. */
  quantile(q: number): number {
    this.#sorted ??= Float64Array.from(this.#all).sort();
    const rank = Math.max(1, Math.ceil(q * this.#sorted.length));
    return this.#sorted[rank - 1] ?? NaN;
  }
}
