/** What came of running a scenario. */

export type Explanation = { readonly customer: string; readonly lines: readonly string[] };

export type Failure = {
  /** From 1; 0 before the first step. */
  readonly step: number;
  readonly line: number;
  readonly column: number;
  /** The clock, as an instant in UTC. */
  readonly at: string;
  /** What was looked at, such as `expect cart_abandoners`. */
  readonly check: string;
  readonly expected: string;
  readonly found: string;
  /** Why each customer who is wrongly in, or wrongly out, is so. */
  readonly explanations: readonly Explanation[];
  /** The route concerned, where several were run. */
  readonly route?: string;
};

/** One answer that was seen, for comparing routes. */
export type Observation = {
  readonly step: number;
  readonly line: number;
  readonly column: number;
  readonly at: string;
  readonly what: string;
  readonly found: string;
};

export type Outcome = {
  readonly name: string;
  readonly file: string;
  readonly passed: boolean;
  readonly failures: readonly Failure[];
  readonly observations: readonly Observation[];
};
