/** A desk without an engine: definitions come into force at once, and nobody moves. */

import { fail, ok, type Result } from '@segue/core/base/result.ts';
import { noDefinitions, withMembers, type Definitions } from '@segue/core/model/definitions.ts';
import type { Instant } from '@segue/core/model/message.ts';

import type {
  ApplyOptions,
  DefinitionsApplied,
  DefinitionsDesk,
  DefinitionsPreview,
  DefinitionsProgress,
  DefinitionsRefusal,
  ListChange,
  ListChanged,
} from '../../src/api/definitions-port.ts';
import { differenceOf, type DefinitionHistory } from '../../src/catalog/definition-history.ts';
import { toPlain } from '../../src/catalog/plain-definitions.ts';
import { changeMembers } from '../../src/runtime/list-members.ts';

export class FakeDesk implements DefinitionsDesk {
  /** Set by tests: how the next changes end. */
  refusal: DefinitionsRefusal | undefined;
  building: DefinitionsProgress | undefined;
  members: ReadonlyMap<string, number> = new Map();
  readonly #history: DefinitionHistory;
  readonly #clock: () => Instant;
  #revision = 0;
  #definitions: Definitions = noDefinitions;

  constructor(history: DefinitionHistory, clock: () => Instant) {
    this.#history = history;
    this.#clock = clock;
  }

  current(): { readonly revision: number; readonly definitions: Definitions } {
    return { revision: this.#revision, definitions: this.#definitions };
  }

  preview(definitions: Definitions): Promise<Result<DefinitionsPreview, DefinitionsRefusal>> {
    if (this.refusal !== undefined) return Promise.resolve(fail(this.refusal));
    const difference = differenceOf(toPlain(this.#definitions), toPlain(definitions));
    const moves = difference
      .filter(({ kind }) => kind === 'segments')
      .map(({ name }) => ({
        kind: 'segments' as const,
        name,
        entering: 2,
        leaving: 0,
        enteringExamples: ['ann', 'bob'],
        leavingExamples: [],
      }));
    return Promise.resolve(ok({ revision: this.#revision, difference, moves }));
  }

  async apply(
    definitions: Definitions,
    { author, reason, expectedRevision, madeFrom = this.#definitions }: ApplyOptions,
  ): Promise<Result<DefinitionsApplied, DefinitionsRefusal>> {
    if (this.refusal !== undefined) return fail(this.refusal);
    const isExpected = expectedRevision === undefined || expectedRevision === this.#revision;
    if (!isExpected || madeFrom !== this.#definitions) {
      return fail({ kind: 'conflict', revision: this.#revision });
    }
    const difference = differenceOf(toPlain(this.#definitions), toPlain(definitions));
    if (difference.length === 0) return ok({ revision: this.#revision, difference });
    this.#revision += 1;
    this.#definitions = definitions;
    const head = { revision: this.#revision, at: this.#clock(), author, reason };
    await this.#history.record(head, toPlain(definitions));
    return ok({ revision: head.revision, difference });
  }

  changeList(name: string, change: ListChange): Promise<Result<ListChanged, DefinitionsRefusal>> {
    if (this.refusal !== undefined) return Promise.resolve(fail(this.refusal));
    const { members, ...changed } = changeMembers(this.#definitions.lists.get(name)?.members ?? [], change);
    this.#definitions = withMembers(this.#definitions, name, members);
    return Promise.resolve(ok(changed));
  }

  progress(): DefinitionsProgress | undefined {
    return this.building;
  }

  sizes(): Promise<ReadonlyMap<string, number>> {
    return Promise.resolve(this.members);
  }
}
