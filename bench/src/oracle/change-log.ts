/** Every entry and exit of a run, as numbers: two per change. */

import type { Change } from '@segue/core/model/change.ts';
import type { SegmentSet } from '../workload/segments.ts';

export type Flips = { entered: number; exited: number };

export class ChangeLog {
  readonly #ids: ReadonlyMap<string, number>;
  #profiles: Int32Array = new Int32Array(1024);
  /** 2 × segment + 1 when entered. */
  #flips: Int32Array = new Int32Array(1024);
  #size = 0;
  #sorted: { readonly starts: Int32Array; readonly flips: Int32Array } | undefined = undefined;

  constructor({ segments }: SegmentSet) {
    this.#ids = new Map(segments.map(({ name, id }) => [name, id]));
  }

  get size(): number {
    return this.#size;
  }

  readonly add = (change: Change): void => {
    if (change.kind !== 'segment') return;
    if (this.#size === this.#profiles.length) this.#grow();
    this.#profiles[this.#size] = change.profile;
    this.#flips[this.#size] =
      2 * (this.#ids.get(change.segment) ?? -1) + (change.change === 'entered' ? 1 : 0);
    this.#size++;
    this.#sorted = undefined;
  };

  /** Segment → how often this profile entered and left it. */
  ofProfile(profile: number): Map<number, Flips> {
    const { starts, flips } = (this.#sorted ??= this.#sort());
    const found = new Map<number, Flips>();
    for (let i = starts[profile] ?? 0; i < (starts[profile + 1] ?? 0); i++) {
      const flip = flips[i] as number;
      const segment = flip >> 1;
      let counts = found.get(segment);
      if (counts === undefined) found.set(segment, (counts = { entered: 0, exited: 0 }));
      if (flip % 2 === 1) counts.entered++;
      else counts.exited++;
    }
    return found;
  }

  #grow(): void {
    for (const column of ['profiles', 'flips'] as const) {
      const grown = new Int32Array(this.#size * 2);
      grown.set(column === 'profiles' ? this.#profiles : this.#flips);
      if (column === 'profiles') this.#profiles = grown;
      else this.#flips = grown;
    }
  }

  /** A counting sort by profile. */
  #sort(): { readonly starts: Int32Array; readonly flips: Int32Array } {
    const profiles = this.#profiles.subarray(0, this.#size);
    const greatest = profiles.reduce((most, profile) => Math.max(most, profile), -1);
    const starts = new Int32Array(greatest + 2);
    for (const profile of profiles) (starts[profile + 1] as number)++;
    for (let i = 1; i < starts.length; i++) (starts[i] as number) += starts[i - 1] as number;
    const next = starts.slice();
    const flips = new Int32Array(this.#size);
    for (let i = 0; i < this.#size; i++) {
      const profile = profiles[i] as number;
      flips[next[profile] as number] = this.#flips[i] as number;
      (next[profile] as number)++;
    }
    return { starts, flips };
  }
}
