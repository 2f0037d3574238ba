/**
 * What a stream keeps beside the numbers: message ids where ties are decided by them, values of properties
 * where a rule reads them, exact prefix sums where the fast ones do not reach. Arrays run parallel to the
 * physical positions of the stream's record in `Profile.data` (see rings.ts).
 */

import type { RuleValue } from '../rules/value.ts';
import type { SlidingView } from './sliding-view.ts';

/** Prefix sums as whole numbers of 10^-scale; `base` is the sum of what has been trimmed. */
export type ExactColumn = { scale: number; base: bigint; prefix: bigint[] };

export class RichRing {
  ids: string[] = [];
  /** One array per value column of the stream. */
  columns: RuleValue[][];
  /** Per sum column; set once a value did not fit the fast form. */
  exact: (ExactColumn | undefined)[] = [];
  /** The first event among those trimmed, for `first(p of E)`. */
  firstId = '';
  firstValues: RuleValue[] = [];
  /** Number of events ever trimmed, so that views can count positions absolutely. */
  trimmed = 0;
  views: Map<number, SlidingView> | undefined = undefined;

  constructor(columns: number) {
    this.columns = Array.from({ length: columns }, () => []);
  }

  /** Shares nothing that changes; without views, which are made again when they are asked for. */
  copy(): RichRing {
    const copy = new RichRing(0);
    copy.ids = this.ids.slice();
    copy.columns = this.columns.map((values) => values.slice());
    copy.exact = this.exact.map((exact) =>
      exact === undefined ? undefined : { ...exact, prefix: exact.prefix.slice() },
    );
    copy.firstId = this.firstId;
    copy.firstValues = this.firstValues.slice();
    copy.trimmed = this.trimmed;
    return copy;
  }
}
