/** A step of what might happen, as it is written into the form, and as the API takes it. */

import type { Input } from '@segue/client/operation-types.ts';

export type StepKind = 'event' | 'trait' | 'wait';

export type DraftStep = {
  readonly kind: StepKind;
  /** Name of the event or trait; of time that passes, how long. */
  readonly name: string;
  /** `revenue: 80, category: shoes`, or the value of a trait. */
  readonly value: string;
  /** Date and time of an event on the workspace’s clocks, `2026-11-30T09:00`; empty: at once. */
  readonly at: string;
};

type Step = NonNullable<Input<'tryWhatIf'>['body']>['steps'][number];

export const stepsMax = 20;

export function emptyStep(kind: StepKind, name: string): DraftStep {
  return { kind, name, value: '', at: '' };
}

export function stepOf({ kind, name, value, at }: DraftStep): Step {
  switch (kind) {
    case 'wait':
      return { wait: name.trim() };
    case 'trait':
      return { traits: { [name.trim()]: valueOf(value.trim()) } };
    case 'event': {
      const properties = propertiesOf(value);
      return {
        event: name.trim(),
        ...(properties === undefined ? {} : { properties }),
        // Without an offset it is a time of the workspace, wherever the browser is.
        ...(at === '' ? {} : { at }),
      };
    }
  }
}

/** A JSON object, or names and values with commas between. */
function propertiesOf(text: string): Record<string, unknown> | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  if (trimmed.startsWith('{')) {
    const read = valueOf(trimmed);
    if (typeof read === 'object' && read !== null && !Array.isArray(read)) {
      return read as Record<string, unknown>;
    }
  }
  const pairs = trimmed.split(',').flatMap((part): readonly (readonly [string, unknown])[] => {
    const colon = part.indexOf(':');
    const name = (colon < 0 ? part : part.slice(0, colon)).trim();
    if (name === '') return [];
    return [[name, colon < 0 ? true : valueOf(part.slice(colon + 1).trim())]];
  });
  return Object.fromEntries(pairs);
}

/** What reads as JSON (a number, true, null, a quoted text, a list) is that; all else is a text. */
export function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
