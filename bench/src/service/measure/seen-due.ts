/** Changes that time alone decides, as they must be and as they were seen. */

import { Latencies } from './latencies.ts';

/** Holds changes that were seen against those that were due: each once, of its instant, and never before it. */
export class SeenDue {
  readonly lateness: Latencies = new Latencies();
  readonly #missing = new Map<string, number>();
  #unexpected = 0;
  #elsewhen = 0;
  #early = 0;

  /** Something of a customer is due at that instant. */
  expect(user: string, at: number): void {
    this.#missing.set(user, at);
  }

  /** A change of that instant was seen; instants are milliseconds since 1970. */
  add(user: string, at: number, seenAt: number): void {
    const expected = this.#missing.get(user);
    if (expected === undefined) this.#unexpected++;
    else if (expected !== at) this.#elsewhen++;
    this.#missing.delete(user);
    const late = seenAt - at;
    if (late < 0) this.#early++;
    this.lateness.add(late);
  }

  /** In words; nothing when all is as it must be. */
  problems(): readonly string[] {
    const counts = [
      [this.#early, 'changes were seen before they were due'],
      [this.#elsewhen, 'changes were of another instant than the one they were due at'],
      [this.#unexpected, 'changes were seen twice, or of nobody'],
      [this.#missing.size, 'changes were not seen at all'],
    ] as const;
    return counts.flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`]));
  }
}
