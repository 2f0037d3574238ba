/**
 * What is collected while rules are compiled. A scope belongs to one unit and holds all that its answer rests on; a
 * context belongs to one question inside it.
 */

import type { Atom, StreamPlan, ThresholdGroup, TrackedUnit } from './plan.ts';

/** Key under which questions about consent to any topic are registered. */
export const ANY_CONSENT = 'consents';

/** All that one unit's answer rests on. */
export type UnitScope = {
  /** How far back the unit is asked about; 0 for the present only. */
  readonly extraMs: number;
  /** Lists of units, to which this unit's id is added once it has one. */
  readonly readers: number[][];
  readonly streams: Set<StreamPlan>;
  readonly facts: Set<string>;
  readonly atoms: Set<Atom>;
  readonly groups: Set<ThresholdGroup>;
  readonly tracked: Set<TrackedUnit>;
  readonly populations: Set<string>;
  /** The answer for a new customer cannot be told beforehand. */
  checkAtBirth: boolean;
};

/** One question inside a unit. */
export type Context = {
  readonly scope: UnitScope;
  readonly extraMs: number;
  readonly streams: Set<StreamPlan>;
  readonly facts: Set<string>;
  readonly populations: Set<string>;
  readonly tracked: Set<TrackedUnit>;
  readonly units: Set<number>;
  /** Some value in it moves with time by itself. */
  moves: boolean;
};

export function newScope(extraMs: number): UnitScope {
  return {
    extraMs,
    readers: [],
    streams: new Set(),
    facts: new Set(),
    atoms: new Set(),
    groups: new Set(),
    tracked: new Set(),
    populations: new Set(),
    checkAtBirth: false,
  };
}

export function openContext(scope: UnitScope): Context {
  return {
    scope,
    extraMs: scope.extraMs,
    streams: new Set(),
    facts: new Set(),
    populations: new Set(),
    tracked: new Set(),
    units: new Set(),
    moves: false,
  };
}
