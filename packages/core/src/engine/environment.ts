/** What rules may ask about besides the customer: the calendar, and the populations taken so far. */

import type { Zone } from '../base/zone.ts';
import type { ConsentMode } from '../model/definitions.ts';
import type { Instant } from '../model/message.ts';

/** Sorted values of all customers who had one, at an instant. */
export type Population = { readonly at: Instant; readonly values: Float64Array };

export class Environment {
  readonly zone: Zone;
  channels: ReadonlyMap<string, ConsentMode> = new Map();
  /** Per key, ascending by instant; more than the last one only where a rule asks about the past. */
  readonly populations: Map<string, Population[]> = new Map();

  constructor(zone: Zone) {
    this.zone = zone;
  }

  /** The population in force at t; undefined before the first was taken. */
  population(key: string, t: Instant): Float64Array | undefined {
    const taken = this.populations.get(key);
    if (taken === undefined) return undefined;
    for (let i = taken.length - 1; i >= 0; i--) {
      const population = taken[i] as Population;
      if (population.at <= t) return population.values;
    }
    return undefined;
  }

  /** The next instant after t at which another population came into force; Infinity when none did. */
  nextPopulation(key: string, t: Instant): Instant {
    for (const { at } of this.populations.get(key) ?? []) if (at > t) return at;
    return Infinity;
  }
}
