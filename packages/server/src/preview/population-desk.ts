/**
 * Populations: against what percentiles and RFM models measure, when that was taken, what taking it anew would move, and
 * taking it anew. A refresh is an entry of the log, so that a replay takes the same values at the same instant.
 */

import type { Engine } from '@segue/core/engine/engine.ts';
import type { Instant } from '@segue/core/model/message.ts';
import { formatValue } from '@segue/core/rules/format.ts';
import {
  populationNeeds,
  quintileCuts,
  rfmPopulationKey,
  scoredRfmParts,
} from '@segue/core/rules/population.ts';
import type { Condition } from '@segue/core/rules/tree.ts';

import type { LogEntry } from '../log/entry.ts';
import type { IntakeClosed } from '../runtime/intake.ts';
import type { MembershipSets } from '../sets/membership-sets.ts';
import { askEngine, type Running } from './ask-engine.ts';
import type { PreviewAnswers } from './preview-answers.ts';
import type { PreviewQuestion } from './preview-question.ts';
import { previewRefresh, type RefreshMoves } from './refresh-preview.ts';
import { cellsOf, choiceRule, type RfmChoice, type RfmTable, rfmScores, tableOf } from './rfm-table.ts';
import { Turns } from './turns.ts';

export type PopulationDeskOptions = Running & {
  readonly engine: Engine;
  readonly sets: MembershipSets;
  readonly closed: () => IntakeClosed | undefined;
  /** Appends entries to the log; resolves when they have been taken. */
  readonly submit: (entries: readonly LogEntry[]) => Promise<unknown>;
  /** How long everybody may be asked. */
  readonly timeMaxMs?: number;
};

/** The values that something is measured against. */
export type TakenPopulation = {
  /** What is measured: a value as in a rule, or a score of an RFM model. */
  readonly of: string;
  readonly model?: string;
  /** Customers who had a value. */
  readonly size: number;
  /** Undefined where it was never taken. */
  readonly at: Instant | undefined;
  /** The greatest values of the quintiles 1 to 4; durations in milliseconds. */
  readonly cuts: readonly number[];
};

/** Of a model that stands against populations taken at `measuredAt`; the oldest of its three, undefined where one is not taken. */
export type Measured<T> = T & { readonly measuredAt: Instant | undefined };

/** Who has some scores now: how many, and by their number those after one. */
export type RfmMembers = {
  readonly at: Instant;
  readonly size: number;
  readonly members: readonly number[];
};

/** The definitions changed while everybody was asked. */
export class RedefinedMeanwhile extends Error {}

const timeMaxMsDefault = 30_000;

export class PopulationDesk {
  readonly #options: PopulationDeskOptions;

  constructor(options: PopulationDeskOptions) {
    this.#options = options;
  }

  get closed(): IntakeClosed | undefined {
    return this.#options.closed();
  }

  list(): readonly TakenPopulation[] {
    const { engine } = this.#options;
    const { populations } = engine.world();
    return populationNeeds(engine.definitions).map((need) => {
      const taken = populations.get(need.key)?.at(-1);
      const values = taken?.values;
      return {
        of: need.kind === 'value' ? formatValue(need.value) : need.part,
        ...(need.kind === 'rfm' ? { model: need.model } : {}),
        size: values?.length ?? 0,
        at: taken?.at,
        cuts: values === undefined || values.length === 0 ? [] : quintileCuts(values),
      };
    });
  }

  /** Takes all populations anew, now. */
  async refresh(): Promise<void> {
    await this.#options.submit([{ kind: 'refresh' }]);
  }

  /** What `refresh` would move now. @throws PreviewStopped, RedefinedMeanwhile */
  async preview(signal: AbortSignal): Promise<RefreshMoves> {
    const moves = await previewRefresh(this.#options, this.#turns(signal));
    if (moves === undefined) throw new RedefinedMeanwhile();
    return moves;
  }

  /**
   * How many are in each cell and group of an RFM model now, as a segment in force has them: against populations as they
   * stand. @throws PreviewStopped, RedefinedMeanwhile
   */
  async rfmTable(model: string, signal: AbortSignal): Promise<Measured<RfmTable>> {
    const parts = scoredRfmParts.flatMap((part) =>
      rfmScores.map((value): Condition => ({
        kind: 'compare',
        op: '=',
        left: { kind: 'rfm', part, model },
        right: { kind: 'number', value },
      })),
    );
    const question = { rule: { kind: 'or', items: parts }, joined: 'or', parts, traits: [] } as const;
    return this.#standing(question, signal, (answers, at) => ({
      ...tableOf(model, at, cellsOf(answers.combinations()), answers.everybody()),
      measuredAt: this.#measuredAt(model),
    }));
  }

  /** Who is counted in some cells or a group of that table. @throws PreviewStopped, RedefinedMeanwhile */
  async rfmMembers(
    model: string,
    choice: RfmChoice,
    page: { readonly after: number; readonly limit: number },
    signal: AbortSignal,
  ): Promise<Measured<RfmMembers>> {
    const rule = choiceRule(model, choice);
    const question = { rule, joined: 'and', parts: [rule], traits: [] } as const;
    return this.#standing(question, signal, (answers, at) => {
      const all = answers.members();
      const ids = all.toUint32Array();
      all.dispose();
      const begin = ids.findIndex((id) => id > page.after);
      const members = begin < 0 ? [] : [...ids.subarray(begin, begin + page.limit)];
      return { at, size: ids.length, members, measuredAt: this.#measuredAt(model) };
    });
  }

  async #standing<T>(
    question: PreviewQuestion,
    signal: AbortSignal,
    finish: (answers: PreviewAnswers, at: Instant) => T,
  ): Promise<T> {
    const turns = this.#turns(signal);
    const asked = await askEngine(question, this.#options, turns, finish, { populations: 'standing' });
    if (asked.kind !== 'answered') throw new RedefinedMeanwhile();
    return asked.value;
  }

  #measuredAt(model: string): Instant | undefined {
    const { populations } = this.#options.engine.world();
    const taken = scoredRfmParts.map((part) => populations.get(rfmPopulationKey(model, part))?.at(-1)?.at);
    const instants = taken.filter((at) => at !== undefined);
    return instants.length < taken.length ? undefined : Math.min(...instants);
  }

  #turns(signal: AbortSignal): Turns {
    return new Turns(signal, this.#options.timeMaxMs ?? timeMaxMsDefault);
  }
}
