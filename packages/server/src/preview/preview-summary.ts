/** What a preview tells: the size, the parts of the rule, members by stage and by trait, and some of them by name. */

import type { Engine } from '@segue/core/engine/engine.ts';
import type { Instant } from '@segue/core/model/message.ts';
import { toEnglish } from '@segue/core/rules/english.ts';
import { formatRule } from '@segue/core/rules/format.ts';
import { populationNeedsOf } from '@segue/core/rules/population.ts';

import { spread, type ReadonlyBitmap } from '../sets/bitmaps.ts';
import type { MembershipSets } from '../sets/membership-sets.ts';
import type { PreviewAnswers, ValueCount } from './preview-answers.ts';
import type { PreviewQuestion } from './preview-question.ts';

/** By what a preview was answered. */
export const previewWays = ['sets', 'engine', 'history', 'log'] as const;
export type PreviewWay = (typeof previewWays)[number];

export type Preview = {
  readonly size: number;
  readonly everybody: number;
  readonly share: number;
  /** Some members, evenly spread. */
  readonly members: readonly { readonly id: number; readonly displayId: string }[];
  readonly joined: 'and' | 'or';
  readonly parts: readonly {
    readonly rule: string;
    readonly english: string;
    /** For how many it holds. */
    readonly size: number;
    /** Who fails this one alone, in an `and`; who is in by this one alone, in an `or`. */
    readonly alone: number;
  }[];
  /** Members by the stage in which they are now. */
  readonly stages: readonly {
    readonly lifecycle: string;
    readonly stages: readonly { readonly stage: string; readonly size: number }[];
  }[];
  readonly traits: readonly {
    readonly trait: string;
    /** The most frequent first; null where there is none. */
    readonly values: readonly ValueCount[];
    /** Members with any other value. */
    readonly others: number;
  }[];
  readonly answeredBy: PreviewWay;
  /** It measures against populations, which were taken anew for it, as saving the rule takes them. */
  readonly measuredAnew: boolean;
  readonly at: Instant;
  readonly tookMs: number;
};

/** Values of a trait that are told. */
const valuesMax = 50;

export type Summed = {
  readonly way: PreviewWay;
  readonly question: PreviewQuestion;
  readonly answers: PreviewAnswers;
  readonly at: Instant;
  readonly engine: Engine;
  readonly sets: MembershipSets;
  readonly membersMax: number;
  readonly tookMs: number;
};

export function summaryOf(summed: Summed): Preview {
  const { way, question, answers, at, engine, sets, membersMax, tookMs } = summed;
  const members = answers.members();
  try {
    const [size, everybody] = [members.size, answers.everybody()];
    const counted = answers.parts();
    return {
      size,
      everybody,
      share: everybody === 0 ? 0 : size / everybody,
      members: spread(members, membersMax).map((id) => ({ id, displayId: engine.namesOf(id).displayId })),
      joined: question.joined,
      parts: question.parts.map((rule, i) => ({
        rule: formatRule(rule),
        english: toEnglish(rule),
        size: counted[i]?.size ?? 0,
        alone: counted[i]?.alone ?? 0,
      })),
      stages: byStage(members, engine, sets),
      traits: question.traits.map((path, i) => byTrait(path.join('.'), answers.values(i))),
      answeredBy: way,
      measuredAnew: populationNeedsOf({ condition: question.rule }, engine.definitions).length > 0,
      at,
      tookMs: Math.round(tookMs),
    };
  } finally {
    members.dispose();
  }
}

function byStage(members: ReadonlyBitmap, engine: Engine, sets: MembershipSets): Preview['stages'] {
  return [...engine.definitions.lifecycles.values()].map(({ name, stages }) => ({
    lifecycle: name,
    stages: stages.map(({ name: stage }) => {
      const set = sets.stage(name, stage);
      return { stage, size: set === undefined ? 0 : members.andCardinality(set as never) };
    }),
  }));
}

function byTrait(
  trait: string,
  { values, others }: { readonly values: readonly ValueCount[]; readonly others: number },
): Preview['traits'][number] {
  const rest = values.slice(valuesMax).reduce((sum, { size }) => sum + size, others);
  return { trait, values: values.slice(0, valuesMax), others: rest };
}
