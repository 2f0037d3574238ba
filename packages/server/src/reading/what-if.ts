/**
 * Things that might happen to a customer, tried on a copy of them: what would change, and why. In pieces, since a long wait may
 * hold many wakes; the customer, and everybody else, stays as they are.
 */

import type { Engine } from '@segue/core/engine/engine.ts';
import { openInterpreter } from '@segue/core/engine/explain-interpreter.ts';
import { plainValue, type PlainValue } from '@segue/core/engine/explain-findings.ts';
import { explain, type Explanation } from '@segue/core/engine/explain.ts';
import { explainText } from '@segue/core/engine/explain-text.ts';
import type { ProfileView } from '@segue/core/engine/views.ts';
import type { WhatIf, WhatIfInput } from '@segue/core/engine/what-if.ts';
import type { Change } from '@segue/core/model/change.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Instant } from '@segue/core/model/message.ts';
import { valueToEnglish } from '@segue/core/rules/english.ts';
import { formatValue } from '@segue/core/rules/format.ts';
import { populationNeedsOf } from '@segue/core/rules/population.ts';
import type { Value } from '@segue/core/rules/tree.ts';

import type { Found } from './customer-reader.ts';

/** What happens, and when: not before what came before it. */
export type WhatIfStep = {
  readonly at: Instant;
  /** Undefined: time passes. */
  readonly input: WhatIfInput | undefined;
};

export type WhatIfValue = {
  /** As rules have it. */
  readonly of: string;
  readonly english: string;
  readonly before: PlainValue;
  readonly after: PlainValue;
};

export type WhatIfAnswer = {
  readonly from: Instant;
  readonly until: Instant;
  /** Each with the place of the step during or before which it happened. */
  readonly changes: readonly (Change & { readonly step: number })[];
  readonly before: ProfileView;
  readonly after: ProfileView;
  /** Numbers and lists that rules ask about, and that became others. */
  readonly values: readonly WhatIfValue[];
  /** Of segments in which they are and would not be, or the other way around. */
  readonly why: readonly {
    readonly segment: string;
    readonly text: readonly string[];
    readonly explanation: Explanation;
  }[];
  /** So much would happen that it was cut short at `until`. */
  readonly isCut: boolean;
  /** Some rule asks where they stand among all, which stands still here and moves in truth. */
  readonly restsOnOthers: boolean;
  /** Places of steps that the engine would not take, and why. */
  readonly ignored: readonly { readonly step: number; readonly reason: string }[];
};

/** Wakes by time, changes, values and explanations of one answer. */
const wakesMax = 50_000;
const changesMax = 1_000;
const valuesMax = 60;
const whyMax = 5;
/** Work in one piece, of the thread that serves. */
const sliceMs = 3;

/** Undefined where there is no such customer any more, or definitions have come into force meanwhile. */
export async function tryWhatIf(
  { engine, id, now }: Found,
  steps: readonly WhatIfStep[],
  pause: () => Promise<void> = () => new Promise((resolve) => setImmediate(resolve)),
): Promise<WhatIfAnswer | undefined> {
  const copy = engine.whatIf(id);
  const before = engine.profile(id);
  if (copy === undefined || before === undefined) return undefined;
  const history = engine.history(id);
  const run = new Run(copy, pause);
  await run.pass(now);
  const from = copy.now;
  // What was due before is no part of the answer.
  copy.changes.length = 0;
  const ignored: { step: number; reason: string }[] = [];
  const changes: (Change & { step: number })[] = [];
  for (const [step, { at, input }] of steps.entries()) {
    if (!(await run.pass(at))) break;
    const reason = input === undefined ? undefined : copy.take(input).ignored;
    if (reason !== undefined) ignored.push({ step, reason });
    changes.push(...copy.changes.splice(0).map((change) => ({ ...change, step })));
    if (changes.length >= changesMax) run.cut();
    if (run.isCut) break;
  }
  if (!copy.isCurrent) return undefined;
  changes.push(...copy.changes.splice(0).map((change) => ({ ...change, step: steps.length - 1 })));
  const after = copy.view();
  const then = copy.history();
  const world = engine.world();
  await pause();
  const values = await changedValues(engine, { history, at: from }, { history: then, at: copy.now }, pause);
  const why: WhatIfAnswer['why'][number][] = [];
  for (const segment of differing(before, after).slice(0, whyMax)) {
    await pause();
    const explanation = explain(then, world, segment, copy.now);
    why.push({ segment, text: explainText(explanation, engine.zone), explanation });
  }
  const { definitions } = world;
  return {
    from,
    until: copy.now,
    changes: changes.slice(0, changesMax),
    before,
    after,
    values,
    why,
    isCut: run.isCut,
    restsOnOthers: restsOnOthers(definitions),
    ignored,
  };
}

/** Lets time pass for a copy, with others having a turn. */
class Run {
  readonly #copy: WhatIf;
  readonly #pause: () => Promise<void>;
  #wakes = 0;
  isCut = false;

  constructor(copy: WhatIf, pause: () => Promise<void>) {
    this.#copy = copy;
    this.#pause = pause;
  }

  /** False where it was cut short. */
  async pass(until: Instant): Promise<boolean> {
    for (;;) {
      const end = performance.now() + sliceMs;
      const goOn = (): boolean => this.#wakes++ < wakesMax && performance.now() < end;
      if (this.#copy.advanceTo(until, goOn)) return true;
      if (this.#wakes >= wakesMax || this.#copy.changes.length >= changesMax || !this.#copy.isCurrent) {
        this.cut();
        return false;
      }
      await this.#pause();
    }
  }

  cut(): void {
    this.isCut = true;
  }
}

type Known = { readonly history: ReturnType<Engine['history']>; readonly at: Instant };

async function changedValues(
  engine: Engine,
  before: Known,
  after: Known,
  pause: () => Promise<void>,
): Promise<readonly WhatIfValue[]> {
  const world = engine.world();
  const [was, is] = [openInterpreter(before.history, world), openInterpreter(after.history, world)];
  if (!was.exists(before.at) || !is.exists(after.at)) return [];
  const changed: WhatIfValue[] = [];
  for (const value of valuesOf(world.definitions)) {
    const [a, b] = [plainValue(was.evaluate(value, before.at)), plainValue(is.evaluate(value, after.at))];
    if (JSON.stringify(a) !== JSON.stringify(b)) {
      changed.push({ of: formatValue(value), english: valueToEnglish(value), before: a, after: b });
    }
    await pause();
  }
  return changed;
}

/** What rules count and sum up, each once. */
function valuesOf({ segments, lifecycles }: Definitions): readonly Value[] {
  const found = new Map<string, Value>();
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || found.size >= valuesMax) return;
    if (Array.isArray(node)) {
      node.forEach(walk);
      return;
    }
    const { kind } = node as { readonly kind?: unknown };
    if (kind === 'count' || kind === 'aggregate') found.set(JSON.stringify(node), node as Value);
    else Object.values(node).forEach(walk);
  };
  for (const { rule } of segments.values()) walk(rule);
  for (const { stages } of lifecycles.values()) walk(stages);
  return [...found.values()];
}

function differing(before: ProfileView, after: ProfileView): readonly string[] {
  const [was, is] = [before, after].map(({ segments }) => new Set(segments.map(({ segment }) => segment)));
  return [...(was ?? [])]
    .filter((name) => is?.has(name) !== true)
    .concat([...(is ?? [])].filter((name) => was?.has(name) !== true));
}

function restsOnOthers(definitions: Definitions): boolean {
  const rules = [...definitions.segments.values()].map(({ rule }) => rule);
  const stages = [...definitions.lifecycles.values()].flatMap((one) =>
    one.stages.flatMap(({ rule }) => rule ?? []),
  );
  return [...rules, ...stages].some((condition) => populationNeedsOf({ condition }, definitions).length > 0);
}
