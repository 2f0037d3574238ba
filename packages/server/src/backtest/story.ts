/** What a run is fed: inputs of the engine at instants, in order, from any source. */

import type { Input } from '@segue/core/model/input.ts';
import type { Identifier, Instant } from '@segue/core/model/message.ts';

/** `input` is missing where only time passes. */
export type Step = { readonly at: Instant; readonly input?: Input };

export interface Story {
  /** How many steps there are; undefined while that is not known. */
  readonly total: number | undefined;
  /**
   * All steps but the first `from`, in order of instants; the same ones at every reading. With `names`, as `nameOf` gives them,
   * those of everybody else may be left out, and those of nobody that are no messages.
   */
  steps(from: number, names?: ReadonlySet<string>): AsyncIterable<readonly Step[]>;
}

/** An identifier in one text. */
export function nameOf({ kind, value }: Identifier): string {
  return `${kind} ${value}`;
}

export function isAmong(identifiers: readonly Identifier[], names: ReadonlySet<string>): boolean {
  return identifiers.some((identifier) => names.has(nameOf(identifier)));
}

/** What a story is told to: an engine with somebody who counts. */
export interface Listener {
  /** Instants never go back. */
  take(step: Step): void;
  readonly now: Instant;
  /** Nothing later matters. */
  readonly endsAt: Instant;
  /** All that is known, as lines; equal states give equal lines. */
  save(): Iterable<string>;
}
