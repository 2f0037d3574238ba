/**
 * The order in which changes are told. Each partition tells its own in order; where several have something to tell of one
 * instant, their changes are put into the order in which one partition would have told them, which is by customer.
 */

import type { Change } from '../model/change.ts';

export class ChangeOrder {
  readonly #onChange: (change: Change) => void;
  readonly #sorts: boolean;
  #held: Change[] | undefined = undefined;

  /** `sorts`: there are several partitions. */
  constructor(onChange: (change: Change) => void, sorts: boolean) {
    this.#onChange = onChange;
    this.#sorts = sorts;
  }

  readonly tell = (change: Change): void => {
    if (this.#held === undefined) this.#onChange(change);
    else this.#held.push(change);
  };

  /** Does what each partition does for all its customers, from the first on, and tells their changes when all have done it. */
  inOrder(work: () => void): void {
    if (!this.#sorts) {
      work();
      return;
    }
    const held: Change[] = [];
    this.#held = held;
    work();
    this.#held = undefined;
    held.sort((a, b) => a.profile - b.profile);
    for (const change of held) this.#onChange(change);
  }
}
