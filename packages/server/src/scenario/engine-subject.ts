/**
 * The route `incremental`: the engine as in production, with its whole history in memory so that definitions may change
 * and any expression can be asked. `restart` writes the engine's state out, starts a new engine from the bytes, and
 * goes on with that one.
 */

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import type { Result } from '@segue/core/base/result.ts';
import { Engine, type Applied } from '@segue/core/engine/engine.ts';
import { explain } from '@segue/core/engine/explain.ts';
import type { Change, SegmentChange } from '@segue/core/model/change.ts';
import type { Input } from '@segue/core/model/input.ts';
import type { Instant } from '@segue/core/model/message.ts';
import type { Value } from '@segue/core/rules/tree.ts';
import type { RuleValue } from '@segue/core/rules/value.ts';

import type { CustomerNumber, ScenarioSubject, SubjectSetup } from './subject.ts';

export class EngineSubject implements ScenarioSubject {
  #engine: Engine;
  #changes: SegmentChange[] = [];

  constructor(setup: SubjectSetup) {
    this.#engine = new Engine({ ...setup, keepHistory: true, onChange: this.#note });
  }

  apply(input: Input, now: Instant): Result<Applied, readonly Diagnostic[]> {
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
    const taken = this.#changes;
    this.#changes = [];
    return taken;
  }

  explain(customer: CustomerNumber, segment: string): readonly string[] {
    return explain(this.#engine, customer, segment);
  }

  restart(): string | undefined {
    const bytes = this.#engine.serialize();
    const restored = Engine.restore(bytes, { onChange: this.#note });
    const again = restored.serialize();
    if (!sameBytes(bytes, again)) return 'the state that was restored is not the state that was written';
    this.#engine = restored;
    return undefined;
  }

  readonly #note = (change: Change): void => {
    if (change.kind === 'segment') this.#changes.push(change);
  };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
