/** Changes of a sequence, each giving a new one that can be written. Pure. */

import type { Condition, EventPattern } from '@segue/core/rules/tree.ts';

export type Sequence = Extract<Condition, { readonly kind: 'sequence' }>;

const order: EventPattern = { source: { kind: 'track', name: 'Order Completed' } };

/** Left a cart: what most people look for first. */
export const beginningSequence: Sequence = {
  kind: 'sequence',
  steps: [{ events: { source: { kind: 'track', name: 'Product Added' } } }],
  absent: { events: order, within: '2h' },
  window: { kind: 'last', duration: '3d' },
};

export function withEvents(sequence: Sequence, step: number, events: EventPattern): Sequence {
  return { ...sequence, steps: sequence.steps.map((one, i) => (i === step ? { ...one, events } : one)) };
}

/** @param within - undefined: however long after the step before */
export function withWithin(sequence: Sequence, step: number, within: string | undefined): Sequence {
  const steps = sequence.steps.map((one, i) => {
    if (i !== step) return one;
    return within === undefined ? { events: one.events } : { events: one.events, within };
  });
  return { ...sequence, steps };
}

export function withStep(sequence: Sequence): Sequence {
  return { ...sequence, steps: [...sequence.steps, { events: order, within: '1d' }] };
}

/** The first step comes after nothing, so whoever becomes first has no time to keep. The last one stays. */
export function withoutStep(sequence: Sequence, step: number): Sequence {
  const [first, ...rest] = sequence.steps.filter((_, i) => i !== step);
  return first === undefined ? sequence : { ...sequence, steps: [{ events: first.events }, ...rest] };
}

export function withAbsent(sequence: Sequence, absent: Sequence['absent'] | 'usual'): Sequence {
  const { absent: _, ...rest } = sequence;
  if (absent === undefined) return rest;
  return { ...rest, absent: absent === 'usual' ? { events: order, within: '2h' } : absent };
}

export function withOn(sequence: Sequence, on: Sequence['on']): Sequence {
  const { on: _, ...rest } = sequence;
  return on === undefined ? rest : { ...rest, on };
}

export function withWindow(sequence: Sequence, window: Sequence['window']): Sequence {
  const { window: _, ...rest } = sequence;
  return window === undefined ? rest : { ...rest, window };
}
