/**
 * What customers have of the number that is to be swept: for a duration, the times between the events that it is about; for
 * another number, the value that is compared with it, as of the end of the period.
 */

import { Zone } from '@segue/core/base/zone.ts';
import { Engine } from '@segue/core/engine/engine.ts';
import { readListed } from '@segue/core/model/listed-definitions.ts';
import type { Instant } from '@segue/core/model/message.ts';
import { numberOf } from '@segue/core/rules/population.ts';

import { RecentOutcomes } from '../backtest/recent-outcomes.ts';
import type { Listener, Step } from '../backtest/story.ts';
import { CustomerTimes } from './customer-times.ts';
import type { ThresholdQuestion } from './question.ts';
import type { ThresholdNumber } from './thresholds.ts';

const dayMs = 86_400_000;
/** How many days a unit of the calendar has, nearly. */
const unitDays = { day: 1, week: 7, month: 30.4, quarter: 91.3, year: 365.2 } as const;
/** Times closer than this are one visit. */
const apartMs = 3_600_000;
/** Values of so many customers tell where customers differ. */
const valuesMax = 1_000_000;

export class NumberLook implements Listener {
  readonly endsAt: Instant;
  readonly #number: ThresholdNumber;
  readonly #zone: Zone;
  readonly #engine: Engine;
  readonly #events: RecentOutcomes | undefined;
  readonly #times = new CustomerTimes();

  constructor(question: ThresholdQuestion, number: ThresholdNumber, start: Instant) {
    const { timeZone, definitions, to } = question;
    this.endsAt = to;
    this.#number = number;
    this.#zone = new Zone(timeZone);
    const { events } = number;
    this.#events = events === undefined ? undefined : new RecentOutcomes({ title: '', events }, 0);
    this.#engine = new Engine({
      timeZone,
      start,
      definitions: readListed(definitions),
      onChange: () => undefined,
      onMerge: (survivor, gone) => {
        this.#times.merge(survivor, gone);
      },
    });
  }

  get now(): Instant {
    return this.#engine.now;
  }

  take({ at, input }: Step): void {
    this.#engine.advanceTo(at);
    if (input === undefined) return;
    const applied = this.#engine.apply(input, at);
    if (this.#events === undefined || input.kind !== 'message' || !applied.ok) return;
    const { profile, ignored } = applied.value;
    if (profile === undefined || ignored !== undefined) return;
    if (this.#events.valueOf(input.message, this.#zone) !== undefined) this.#times.note(profile, at);
  }

  save(): Iterable<string> {
    return [];
  }

  /** In any order. */
  values(): readonly number[] {
    const { kind, unit = 'day', value } = this.#number;
    if (value === undefined) {
      const scale = kind === 'units' ? unitDays[unit] * dayMs : 1;
      return this.#gaps().map((gap) => gap / scale);
    }
    // The rule keeps what the value is made of, so everybody can be asked without their messages.
    const question = this.#engine.question([], { values: [value], populations: 'standing' });
    const ids = question.missing.length > 0 ? [] : this.#engine.profileIds().slice(0, valuesMax);
    const values = ids.flatMap((id) =>
      question.ask(id) === undefined ? [] : (numberOf(question.value(0)) ?? []),
    );
    question.release();
    // Where most have nothing, numbers between those who have something tell them apart.
    return values.filter((each) => each !== 0);
  }

  #gaps(): readonly number[] {
    const gaps: number[] = [];
    for (const times of this.#times.each(apartMs)) {
      for (let i = 1; i < times.length && gaps.length < valuesMax; i++) {
        gaps.push((times[i] as number) - (times[i - 1] as number));
      }
    }
    return gaps;
  }
}
