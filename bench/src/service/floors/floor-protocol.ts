/** What the process of the floors is asked, and what it answers. */

/** Makes the same traffic in both processes. */
export type FloorWorkload = {
  readonly customers: number;
  readonly events: number;
  readonly segments: number;
};

/** Rows of the traffic, as bodies of so many events. */
export type Rows = { readonly from: number; readonly to: number; readonly bodyEvents: number };

export type FloorOrder =
  /** The reference, one body after the other. */
  | { readonly kind: 'closed'; readonly rows: Rows }
  /** The reference, a body each `intervalMs`, as far as it keeps up. */
  | { readonly kind: 'open'; readonly rows: Rows; readonly intervalMs: number }
  /** Nothing but durable writes of a body's records, for so long. */
  | { readonly kind: 'sync'; readonly seconds: number }
  /** How late timers are in a process that does nothing else. */
  | { readonly kind: 'timers'; readonly count: number };

export type FloorAnswer =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'closed'; readonly seconds: number; readonly cpuSeconds: number }
  /** Milliseconds each. */
  | { readonly kind: 'times'; readonly ms: readonly number[] }
  | { readonly kind: 'sync'; readonly perSecond: number }
  | { readonly kind: 'failed'; readonly problem: string };

/** What all connections of the floors' server send as key; nobody looks. */
export const FLOOR_KEY = 'nobody';
/** Answers when it has parsed; and when it has done all that the reference does. */
export const BARE_PATH = '/bare';
export const REFERENCE_PATH = '/v1/batch';
