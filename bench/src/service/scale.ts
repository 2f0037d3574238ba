/** How much of everything the service is measured with: `small` fits into three minutes, `full` is the published size. */

export type ServiceScale = {
  readonly name: 'small' | 'medium' | 'full';
  readonly rounds: number;
  /** Customers of the traffic of `ingest`, `latency` and `definitions`. */
  readonly customers: number;
  /** Events a round of `ingest`. */
  readonly ingestEvents: number;
  /** How long load is kept up at a steady rate, per round. */
  readonly steadySeconds: number;
  /** Customers of whom something is due within a few seconds. */
  readonly dueSpread: number;
  /** Customers of whom something is due at one instant. */
  readonly dueAtOnce: number;
  /** Events after the last checkpoint before the kill, in `restart`; customers there are always a million. */
  readonly restartTail: number;
  readonly idleCustomers: number;
  readonly idleSeconds: number;
  /** Messages that a new definition is built from. */
  readonly historyEvents: number;
  /** Events that the history store has, in `history`: several sizes show how cost grows. */
  readonly pastEvents: readonly number[];
};

export const SERVICE_SCALES: Readonly<Record<ServiceScale['name'], ServiceScale>> = {
  small: {
    name: 'small',
    rounds: 3,
    customers: 20_000,
    ingestEvents: 40_000,
    steadySeconds: 2,
    dueSpread: 2_000,
    dueAtOnce: 100_000,
    restartTail: 10_000,
    idleCustomers: 100_000,
    idleSeconds: 10,
    historyEvents: 100_000,
    pastEvents: [100_000],
  },
  medium: {
    name: 'medium',
    rounds: 5,
    customers: 200_000,
    ingestEvents: 200_000,
    steadySeconds: 5,
    dueSpread: 10_000,
    dueAtOnce: 300_000,
    restartTail: 100_000,
    idleCustomers: 300_000,
    idleSeconds: 30,
    historyEvents: 500_000,
    pastEvents: [1_000_000],
  },
  full: {
    name: 'full',
    rounds: 5,
    customers: 1_000_000,
    ingestEvents: 1_000_000,
    steadySeconds: 20,
    dueSpread: 10_000,
    dueAtOnce: 1_000_000,
    // A minute, the default between two checkpoints, at 5,000 events a second.
    restartTail: 300_000,
    idleCustomers: 1_000_000,
    idleSeconds: 60,
    historyEvents: 4_000_000,
    pastEvents: [1_000_000, 10_000_000],
  },
};

export const SEGMENTS = 100;
/** Of `restart`, at every scale: what a start takes does not grow evenly enough to be reckoned from less. */
export const RESTART_CUSTOMERS = 1_000_000;
/** Events of a body, unless a phase says otherwise. */
export const BODY_EVENTS = 100;
/** Connections that send as fast as they are answered. */
export const CONNECTIONS = 32;
/** The rate of the targets about latencies. */
export const STEADY_EVENTS_PER_SECOND = 5_000;
