/** How much of everything: `small` fits into two minutes, `medium` into a coffee, `full` is the published size. */

export type Scale = {
  readonly name: 'small' | 'medium' | 'full';
  readonly rounds: number;
  readonly events: number;
  /** Events of the phases in which something is slower. */
  readonly someEvents: number;
  /** Segments, touch-constant. */
  readonly segments: readonly number[];
  readonly proportionalSegments: readonly number[];
  /** Events × segments at most where an event touches a part of all segments. */
  readonly proportionalSteps: number;
  /** Customers of the sweep over them. */
  readonly customerSweep: readonly number[];
  /** Customers of whom something is due at one instant. */
  readonly dueCustomers: number;
  /** Customers whose state is weighed, at most. */
  readonly weighedCustomers: number;
};

const segments = [1, 10, 100, 1_000, 10_000];

export const SCALES: Readonly<Record<Scale['name'], Scale>> = {
  small: {
    name: 'small',
    rounds: 3,
    events: 60_000,
    someEvents: 40_000,
    segments,
    proportionalSegments: [1, 10, 100, 1_000],
    proportionalSteps: 5e6,
    customerSweep: [10_000, 100_000],
    dueCustomers: 250_000,
    weighedCustomers: 64_000,
  },
  medium: {
    name: 'medium',
    rounds: 5,
    events: 1_000_000,
    someEvents: 400_000,
    segments,
    proportionalSegments: [1, 10, 100, 1_000],
    proportionalSteps: 1e8,
    customerSweep: [10_000, 100_000, 1_000_000],
    dueCustomers: 1_000_000,
    weighedCustomers: 300_000,
  },
  full: {
    name: 'full',
    rounds: 5,
    events: 20_000_000,
    someEvents: 4_000_000,
    segments,
    proportionalSegments: [1, 10, 100, 1_000, 10_000],
    proportionalSteps: 1e9,
    customerSweep: [10_000, 100_000, 1_000_000],
    dueCustomers: 1_000_000,
    weighedCustomers: 1_000_000,
  },
};

/** Days over which the events are spread. */
export const DAYS = 60;
export const SEED = 42;
