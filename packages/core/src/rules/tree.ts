/**
 * The rule tree: what the text of a rule means, as plain data.
 *
 * It is at once the parser's result, the JSON form of the API and of the builder (it survives
 * `JSON.stringify` unchanged), and what the checker, the formatter, the plain interpreter and the
 * engine read. It keeps what a person wrote (`2w` stays `2w`, not 1209600000), so text → tree → text
 * loses nothing but spacing. Comments are kept on the condition that they precede.
 *
 * Nodes are frozen in spirit: nobody mutates a tree.
 */

/** A duration as written: `30s`, `15m`, `2h`, `7d`, `2w`, `500ms`, or several in a row (`1h30m`). A day is 24 h. */
export type DurationText = string;

/** A path into traits or properties; `products.category` is `['products', 'category']`. At least one segment. */
export type Path = readonly string[];

export type NumberLiteral = { readonly kind: 'number'; readonly value: number };
export type StringLiteral = { readonly kind: 'string'; readonly value: string };
export type BooleanLiteral = { readonly kind: 'boolean'; readonly value: boolean };
/** `2026-11-01`: midnight in the workspace's time zone. `2026-11-01T10:00:00Z`, or without offset: local time. */
export type DateLiteral = { readonly kind: 'date'; readonly text: string };
export type DurationLiteral = {
  readonly kind: 'duration';
  readonly text: DurationText;
  readonly negative?: true;
};

export type Literal = NumberLiteral | StringLiteral | BooleanLiteral | DateLiteral | DurationLiteral;

export type EventSource =
  | { readonly kind: 'track'; readonly name: string }
  | { readonly kind: 'page'; readonly name: string }
  | { readonly kind: 'screen'; readonly name: string }
  /** `event starts with "Email "`: track events whose name starts so. */
  | { readonly kind: 'prefix'; readonly prefix: string }
  /** `any event`: any track, page or screen. */
  | { readonly kind: 'any' };

/** An event pattern E. `where` holds only conditions and values over `property` nodes (the checker sees to it). */
export type EventPattern = { readonly source: EventSource; readonly where?: Condition };

export type CalendarUnit = 'day' | 'week' | 'month' | 'quarter' | 'year';

export type Window =
  /** t − duration < e ≤ t */
  | { readonly kind: 'last'; readonly duration: DurationText }
  /** t − from < e ≤ t − to; from > to */
  | { readonly kind: 'ago'; readonly from: DurationText; readonly to: DurationText }
  /** The current unit and the n − 1 before it, in the workspace's time zone, and e ≤ t. */
  | { readonly kind: 'calendar'; readonly n: number; readonly unit: CalendarUnit }
  /** from ≤ e ≤ t */
  | { readonly kind: 'since'; readonly from: DateLiteral }
  /** e < to and e ≤ t */
  | { readonly kind: 'before'; readonly to: DateLiteral }
  /** from ≤ e < to and e ≤ t */
  | { readonly kind: 'between'; readonly from: DateLiteral; readonly to: DateLiteral }
  /** later than the most recent such event; nothing if there was none */
  | { readonly kind: 'after_last'; readonly events: EventPattern };

export type AggregateFunction = 'sum' | 'avg' | 'min' | 'max' | 'distinct' | 'top' | 'first' | 'last';
export type RfmPart = 'recency' | 'frequency' | 'monetary' | 'group';
export type ArithmeticOperator = '+' | '-' | '*' | '/';

export type Value =
  | Literal
  | { readonly kind: 'trait'; readonly path: Path }
  /** Only inside `where`. */
  | { readonly kind: 'property'; readonly path: Path }
  | { readonly kind: 'count'; readonly events: EventPattern; readonly window?: Window }
  | {
      readonly kind: 'aggregate';
      readonly fn: AggregateFunction;
      readonly property: Path;
      readonly events: EventPattern;
      readonly window?: Window;
    }
  | { readonly kind: 'days'; readonly events: EventPattern; readonly window?: Window }
  | {
      readonly kind: 'age_of_event';
      readonly which: 'first' | 'last';
      readonly events: EventPattern;
      readonly window?: Window;
    }
  /** `age(trait.signed_up_at)`; `of` is a value that reads as a date. */
  | { readonly kind: 'age'; readonly of: Value }
  | { readonly kind: 'age_in_segment'; readonly change: 'entered' | 'exited'; readonly segment: string }
  | { readonly kind: 'until'; readonly of: Value }
  | { readonly kind: 'days_until_anniversary'; readonly of: Value }
  | { readonly kind: 'percentile'; readonly of: Value }
  | { readonly kind: 'quintile'; readonly of: Value }
  /** `model` left out: `default`. */
  | { readonly kind: 'rfm'; readonly part: RfmPart; readonly model?: string }
  | { readonly kind: 'stage'; readonly lifecycle: string }
  | { readonly kind: 'score'; readonly name: string }
  | { readonly kind: 'coalesce'; readonly values: readonly Value[] }
  | {
      readonly kind: 'arithmetic';
      readonly op: ArithmeticOperator;
      readonly left: Value;
      readonly right: Value;
    };

export type CompareOperator = '=' | '!=' | '<' | '<=' | '>' | '>=';
export type TextOperator = 'contains' | 'starts_with' | 'ends_with' | 'matches';

export type SequenceStep = {
  readonly events: EventPattern;
  /** Exclusive: 0 < gap < within. Left out on the first step; left out on a later one: any time later. */
  readonly within?: DurationText;
};

type Commented = {
  /** Comment lines that stood before this condition, without `#`. */ readonly comments?: readonly string[];
};

export type Condition = Commented &
  (
    | { readonly kind: 'literal'; readonly value: boolean }
    /** Two or more items; nested only where the text had brackets. */
    | { readonly kind: 'and'; readonly items: readonly Condition[] }
    | { readonly kind: 'or'; readonly items: readonly Condition[] }
    | { readonly kind: 'not'; readonly item: Condition }
    | { readonly kind: 'for'; readonly item: Condition; readonly duration: DurationText }
    | { readonly kind: 'compare'; readonly op: CompareOperator; readonly left: Value; readonly right: Value }
    | {
        readonly kind: 'one_of';
        readonly negated: boolean;
        readonly value: Value;
        readonly values: readonly Literal[];
      }
    | { readonly kind: 'text'; readonly op: TextOperator; readonly value: Value; readonly text: string }
    /** `V exists` (present: true), `V is missing` (present: false). */
    | { readonly kind: 'presence'; readonly value: Value; readonly present: boolean }
    | {
        readonly kind: 'did';
        readonly negated: boolean;
        readonly events: EventPattern;
        readonly window?: Window;
      }
    | {
        readonly kind: 'sequence';
        /** One step or more; with `absent`, one or more before it. */
        readonly steps: readonly SequenceStep[];
        /** `no E within W` as the last step. */
        readonly absent?: { readonly events: EventPattern; readonly within: DurationText };
        readonly on?: Path;
        readonly window?: Window;
      }
    | { readonly kind: 'in_segment'; readonly segment: string }
    | { readonly kind: 'in_list'; readonly list: string }
    | {
        readonly kind: 'subscribed';
        /** `subscribed(email)` names a channel, `subscribed("newsletter")` a topic. */
        readonly to:
          | { readonly kind: 'channel'; readonly channel: string }
          | { readonly kind: 'topic'; readonly topic: string };
      }
    /** `percent` in 0..100. */
    | { readonly kind: 'sample'; readonly percent: number; readonly seed: string }
  );

/** Any node, for tables keyed by node (positions, types). */
export type RuleNode = Condition | Value | EventPattern | EventSource | Window | SequenceStep;
