/**
 * The stages that a customer has been in, one after the other, as what is known and defined now says: the rules of the lifecycle are
 * asked at each instant at which their answer may have changed. In pieces, and no further back than a bounded number of
 * instants.
 */

import { openInterpreter } from '@segue/core/engine/explain-interpreter.ts';
import type { Instant } from '@segue/core/model/message.ts';
import { conditionInstants } from '@segue/core/rules/interpreter-instants.ts';

import type { Found } from './customer-reader.ts';

export type StagePast = {
  readonly lifecycle: string;
  /** The latest last. */
  readonly spells: readonly { readonly stage: string; readonly from: Instant }[];
  /** What was before the first is left out. */
  readonly isCut: boolean;
};

/** Instants of one lifecycle that are asked about, the latest, and spells that are told. */
const instantsMax = 500;
const spellsMax = 50;
const sliceMs = 3;

export async function stagesBefore({ engine, id, now }: Found): Promise<readonly StagePast[]> {
  const { lifecycles } = engine.definitions;
  if (lifecycles.size === 0) return [];
  const history = engine.history(id);
  const { bornAt } = history;
  if (bornAt === undefined || bornAt > now) return [];
  const asked = openInterpreter(history, engine.world());
  const past: StagePast[] = [];
  for (const { name: lifecycle, stages } of lifecycles.values()) {
    await turn();
    const items = stages.flatMap(({ rule }) => (rule === undefined ? [] : [rule]));
    const all = [bornAt, ...conditionInstants({ kind: 'or', items }, asked, bornAt, now)];
    const instants = all.slice(-instantsMax);
    const spells: { stage: string; from: Instant }[] = [];
    let until = performance.now() + sliceMs;
    for (const at of instants) {
      const stage = asked.evaluate({ kind: 'stage', lifecycle }, at);
      if (typeof stage === 'string' && spells.at(-1)?.stage !== stage) spells.push({ stage, from: at });
      if (performance.now() < until) continue;
      await turn();
      until = performance.now() + sliceMs;
    }
    const isCut = instants.length < all.length || spells.length > spellsMax;
    past.push({ lifecycle, spells: spells.slice(-spellsMax), isCut });
  }
  return past;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
