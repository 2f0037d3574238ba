/** When each customer bought: all that thresholds of a lifecycle are proposed from. */

import { Zone } from '@segue/core/base/zone.ts';
import { Engine } from '@segue/core/engine/engine.ts';
import { noDefinitions } from '@segue/core/model/definitions.ts';
import type { Instant } from '@segue/core/model/message.ts';

import { RecentOutcomes } from '../backtest/recent-outcomes.ts';
import type { Listener, Step } from '../backtest/story.ts';
import { CustomerTimes } from './customer-times.ts';
import type { LifecycleQuestion } from './question.ts';

export class LifecycleLook implements Listener {
  readonly endsAt: Instant = Infinity;
  readonly times: CustomerTimes = new CustomerTimes();
  first: Instant = Infinity;
  readonly #zone: Zone;
  readonly #engine: Engine;
  readonly #purchases: RecentOutcomes;

  constructor({ timeZone, purchase }: LifecycleQuestion, start: Instant) {
    this.#zone = new Zone(timeZone);
    this.#purchases = new RecentOutcomes({ title: '', events: purchase }, 0);
    // Only who is who is asked of it.
    this.#engine = new Engine({
      timeZone,
      start,
      definitions: noDefinitions,
      onChange: () => undefined,
      onMerge: (survivor, gone) => {
        this.times.merge(survivor, gone);
      },
    });
  }

  get now(): Instant {
    return this.#engine.now;
  }

  take({ at, input }: Step): void {
    if (input === undefined) return;
    const erased = input.kind === 'erase' ? this.#engine.findProfile(input.customer) : undefined;
    const applied = this.#engine.apply(input, at);
    if (erased !== undefined) this.times.forget(erased);
    if (input.kind !== 'message' || !applied.ok) return;
    const { profile, ignored } = applied.value;
    if (profile === undefined || ignored !== undefined) return;
    if (this.#purchases.valueOf(input.message, this.#zone) === undefined) return;
    this.first = Math.min(this.first, at);
    this.times.note(profile, at);
  }

  save(): Iterable<string> {
    return [];
  }
}
