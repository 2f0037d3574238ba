/** json-rules-engine: asks all rules at each event. It keeps no state, so the driver counts for it. */

import { Engine as RulesEngine } from 'json-rules-engine';
import { type Case, type Sample, Stopwatch } from '../measure/rounds.ts';
import type { SegmentSet } from '../workload/segments.ts';
import { countSegments, type Delta, memberKey, mustAgree, segmentsAbout } from './question.ts';

export class RulesEngineCase implements Case {
  readonly name: string;
  readonly unit = 'events/s';
  readonly #set: SegmentSet;
  readonly #deltas: readonly Delta[];
  readonly #share: number;

  /** `share`: deltas per event of the whole traffic, so that events which nobody asked about count for it too. */
  constructor(set: SegmentSet, deltas: readonly Delta[], share: number) {
    this.name = `json-rules-engine`;
    this.#set = set;
    this.#deltas = deltas;
    this.#share = share;
  }

  async run(): Promise<Sample> {
    const engine = new RulesEngine();
    for (const { name, category, shape } of countSegments(this.#set)) {
      engine.addRule({
        conditions: {
          all: [
            { fact: 'category', operator: 'equal', value: category ?? 0 },
            { fact: 'count', operator: 'greaterThanInclusive', value: shape.atLeast },
          ],
        },
        event: { type: name },
      });
    }
    const counts = new Map<string, number>();
    const members = new Set<string>();
    const right = new Set<string>();
    const watch = new Stopwatch();
    for (const { customer, category, weight } of this.#deltas) {
      const key = `${customer}/${category}`;
      const count = (counts.get(key) ?? 0) + weight;
      counts.set(key, count);
      watch.start();
      const { events } = await engine.run({ category, count });
      watch.stop();
      const fired = new Set(events.map(({ type }) => type));
      for (const { id, name, shape } of segmentsAbout(this.#set, category)) {
        const member = memberKey(id, customer);
        if (fired.has(name)) members.add(member);
        else members.delete(member);
        if (count >= shape.atLeast) right.add(member);
        else right.delete(member);
      }
    }
    mustAgree(this.name, members, right);
    return { amount: this.#deltas.length / this.#share, seconds: watch.seconds };
  }
}
