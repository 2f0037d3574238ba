/**
 * The route `incremental`: the engine as in production, with its whole history in memory so that definitions may change
 * and any expression can be asked.
 *
 * `restart` throws the engine away. It goes on from a checkpoint, which must restore to the same bytes; an engine built
 * anew from the log of inputs must emit what has been emitted already, which is not emitted again, and equal it too.
 */

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import type { Result } from '@segue/core/base/result.ts';
import { Engine, type Applied, type EngineOptions } from '@segue/core/engine/engine.ts';
import { explainText } from '@segue/core/engine/explain-text.ts';
import { explain } from '@segue/core/engine/explain.ts';
import type { Change, SegmentChange } from '@segue/core/model/change.ts';
import type { Input } from '@segue/core/model/input.ts';
import type { Instant } from '@segue/core/model/message.ts';
import type { Value } from '@segue/core/rules/tree.ts';
import type { RuleValue } from '@segue/core/rules/value.ts';

import type { CustomerNumber, ScenarioSubject, SubjectSetup } from './subject.ts';

/** Lines of one explanation; a rule of hundreds of conditions is not read to its end. */
const explanationLinesMax = 60;

export class EngineSubject implements ScenarioSubject {
  readonly #setup: SubjectSetup;
  #engine: Engine;
  readonly #log: { readonly input: Input; readonly now: Instant }[] = [];
  /** Everything that was emitted since the start. */
  #emitted: Change[] = [];
  /** How much of it has been taken. */
  #taken = 0;

  constructor(setup: SubjectSetup) {
    this.#setup = setup;
    this.#engine = this.#open(this.#emitted);
  }

  apply(input: Input, now: Instant): Result<Applied, readonly Diagnostic[]> {
    this.#log.push({ input, now });
    return this.#engine.apply(input, now);
  }

  advanceTo(now: Instant): void {
    this.#engine.advanceTo(now);
  }

  findCustomer(name: string): CustomerNumber | undefined {
    return this.#engine.findProfile(name);
  }

  nameOf(customer: CustomerNumber): string {
    return this.#engine.profile(customer)?.displayId ?? `customer ${customer}`;
  }

  members(segment: string): readonly CustomerNumber[] {
    return this.#engine.members(segment);
  }

  stageMembers(lifecycle: string, stage: string): readonly CustomerNumber[] {
    return this.#engine.stageMembers(lifecycle, stage);
  }

  value(customer: CustomerNumber, value: Value): RuleValue {
    return this.#engine.value(customer, value);
  }

  takeChanges(): readonly SegmentChange[] {
    const fresh = this.#emitted.slice(this.#taken);
    this.#taken = this.#emitted.length;
    return fresh.filter((change) => change.kind === 'segment');
  }

  explain(customer: CustomerNumber, segment: string): readonly string[] {
    const engine = this.#engine;
    if (!engine.definitions.segments.has(segment)) return [];
    const explanation = explain(engine.history(customer), engine.world(), segment, engine.now);
    const lines = explainText(explanation, engine.zone);
    return lines.length <= explanationLinesMax ? lines : [...lines.slice(0, explanationLinesMax), '…'];
  }

  restart(): string | undefined {
    const again: Change[] = [];
    const engine = this.#open(again);
    for (const { input, now } of this.#log) engine.apply(input, now);
    engine.advanceTo(this.#engine.now);
    const before = this.#emitted.map((change) => JSON.stringify(change));
    const differs = again.findIndex((change, i) => JSON.stringify(change) !== before[i]);
    if (differs >= 0 || again.length !== before.length) {
      const at = differs >= 0 ? differs : again.length;
      const now = again[at];
      return `change ${at + 1} was ${before[at] ?? 'none'}, and is ${now === undefined ? 'none' : JSON.stringify(now)}`;
    }
    this.#emitted = again;
    return this.#restore(engine);
  }

  /** Goes on from a checkpoint of the engine that was stopped, which one built from the log must equal to the byte. */
  #restore(rebuilt: Engine): string | undefined {
    const written = [...this.#engine.serialize()];
    this.#engine = Engine.restore(written, this.#options(this.#emitted));
    return (
      firstDifference('restored from its checkpoint', written, [...this.#engine.serialize()]) ??
      firstDifference('rebuilt from the log', written, [...rebuilt.serialize()])
    );
  }

  #open(into: Change[]): Engine {
    return new Engine({ ...this.#setup, ...this.#options(into) });
  }

  #options(into: Change[]): Pick<EngineOptions, 'keepHistory' | 'onChange'> {
    return {
      keepHistory: true,
      onChange: (change) => {
        into.push(change);
      },
    };
  }
}

function firstDifference(what: string, was: readonly string[], is: readonly string[]): string | undefined {
  const at = was.findIndex((line, i) => line !== is[i]);
  if (at < 0 && was.length === is.length) return undefined;
  return `${what}, the state differs in line ${at + 1}: was ${was[at] ?? 'none'}, is ${is[at] ?? 'none'}`;
}
