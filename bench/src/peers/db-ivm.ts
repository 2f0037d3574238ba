/** @tanstack/db-ivm: a dataflow per segment, fed with batches of deltas. */

import { D2, filter, map, MultiSet, output, reduce } from '@tanstack/db-ivm';
import { type Case, type Sample, Stopwatch } from '../measure/rounds.ts';
import type { SegmentSet } from '../workload/segments.ts';
import type { Traffic } from '../workload/traffic.ts';
import { countSegments, type Delta, memberKey, mustAgree } from './question.ts';

/** Deltas that are handed over together: as many as suit it. */
const BATCH = 1_000;

export class DbIvmCase implements Case {
  readonly name: string;
  readonly unit = 'events/s';
  readonly #traffic: Traffic;
  readonly #set: SegmentSet;
  readonly #deltas: readonly Delta[];
  readonly #members: ReadonlySet<string>;

  constructor(traffic: Traffic, set: SegmentSet, deltas: readonly Delta[], members: ReadonlySet<string>) {
    this.name = `@tanstack/db-ivm`;
    this.#traffic = traffic;
    this.#set = set;
    this.#deltas = deltas;
    this.#members = members;
  }

  run(): Sample {
    const graph = new D2();
    const input = graph.newInput<Delta>();
    const members = new Set<string>();
    for (const { id, category, shape } of countSegments(this.#set)) {
      input.pipe(
        filter((delta: Delta) => category === undefined || delta.category === category),
        map((delta: Delta): [number, number] => [delta.customer, delta.row]),
        reduce((rows: [number, number][]) => {
          let count = 0;
          for (const [, weight] of rows) count += weight;
          return count >= shape.atLeast ? [[1, 1]] : [];
        }),
        output((changes: MultiSet<[number, number]>) => {
          for (const [[customer], weight] of changes.getInner()) {
            if (weight > 0) members.add(memberKey(id, customer));
            else members.delete(memberKey(id, customer));
          }
        }),
      );
    }
    graph.finalize();
    const watch = new Stopwatch();
    watch.start();
    for (let from = 0; from < this.#deltas.length; from += BATCH) {
      const batch = this.#deltas.slice(from, from + BATCH);
      input.sendData(
        new MultiSet(batch.map((delta) => [delta.weight === 1 ? delta : arrivalOf(delta), delta.weight])),
      );
      graph.run();
    }
    watch.stop();
    mustAgree(this.name, members, this.#members);
    return { amount: this.#traffic.rows, seconds: watch.seconds };
  }
}

/** The same data as when it arrived: the dataflow knows an element by its content. */
function arrivalOf(delta: Delta): Delta {
  return { ...delta, weight: 1 };
}
