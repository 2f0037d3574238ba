/**
 * What a refresh of the populations would move, before it is applied: segments and stages that rest on a population are
 * asked of everybody against populations taken now, and compared with who is in them.
 */

import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Instant } from '@segue/core/model/message.ts';
import { populationNeedsOf } from '@segue/core/rules/population.ts';
import type { Condition } from '@segue/core/rules/tree.ts';

import { type Bitmap, type ReadonlyBitmap, spread } from '../sets/bitmaps.ts';
import type { MembershipSets } from '../sets/membership-sets.ts';
import { askEngine, type Running } from './ask-engine.ts';
import { previewPartsMax } from './preview-question.ts';
import type { Turns } from './turns.ts';

/** What is asked about: a segment, or a stage. */
type Subject =
  | { readonly kind: 'segment'; readonly name: string }
  | { readonly kind: 'stage'; readonly lifecycle: string; readonly stage: string };

export type SegmentMoves = {
  readonly segment: string;
  readonly entering: number;
  readonly leaving: number;
  /** Numbers of some of them. */
  readonly enteringExamples: readonly number[];
  readonly leavingExamples: readonly number[];
};

export type StageMove = {
  readonly lifecycle: string;
  /** Missing: they are in no stage. */
  readonly from?: string;
  readonly to: string;
  readonly size: number;
};

export type RefreshMoves = {
  readonly at: Instant;
  readonly segments: readonly SegmentMoves[];
  readonly stages: readonly StageMove[];
};

const examplesMax = 20;

/** Undefined when other definitions came into force meanwhile. Segments and stages where nobody moves are left out. */
export async function previewRefresh(
  running: Running & { readonly sets: MembershipSets },
  turns: Turns,
): Promise<RefreshMoves | undefined> {
  await running.sets.ready();
  const subjects = subjectsOf(running.engine.definitions);
  const after = new Map<Subject, Bitmap>();
  try {
    let at = running.now();
    for (let i = 0; i < subjects.length; i += previewPartsMax) {
      const asked = await askAbout(subjects.slice(i, i + previewPartsMax), running, turns, after);
      if (asked === undefined) return undefined;
      at = asked;
    }
    const { sets } = running;
    return { at, segments: segmentMoves(after, sets), stages: stageMoves(after, sets) };
  } finally {
    for (const set of after.values()) set.dispose();
  }
}

/** Everything whose answer may be another against other populations. */
function subjectsOf(definitions: Definitions): readonly Subject[] {
  const segments = [...definitions.segments.values()].filter(
    ({ rule }) => populationNeedsOf({ condition: rule }, definitions).length > 0,
  );
  const lifecycles = [...definitions.lifecycles.values()].filter(
    ({ name }) => populationNeedsOf({ value: { kind: 'stage', lifecycle: name } }, definitions).length > 0,
  );
  return [
    ...segments.map(({ name }): Subject => ({ kind: 'segment', name })),
    ...lifecycles.flatMap(({ name, stages }) =>
      stages.map((stage): Subject => ({ kind: 'stage', lifecycle: name, stage: stage.name })),
    ),
  ];
}

function conditionOf(subject: Subject): Condition {
  if (subject.kind === 'segment') return { kind: 'in_segment', segment: subject.name };
  const { lifecycle, stage } = subject;
  return {
    kind: 'compare',
    op: '=',
    left: { kind: 'stage', lifecycle },
    right: { kind: 'string', value: stage },
  };
}

async function askAbout(
  subjects: readonly Subject[],
  running: Running,
  turns: Turns,
  into: Map<Subject, Bitmap>,
): Promise<Instant | undefined> {
  const parts = subjects.map(conditionOf);
  const question = { rule: parts[0] as Condition, joined: 'and', parts, traits: [] } as const;
  const asked = await askEngine(question, running, turns, (answers, at) => {
    for (const [i, subject] of subjects.entries()) into.set(subject, answers.holding(i));
    return at;
  });
  return asked.kind === 'answered' ? asked.value : undefined;
}

function segmentMoves(after: ReadonlyMap<Subject, Bitmap>, sets: MembershipSets): readonly SegmentMoves[] {
  return [...after].flatMap(([subject, will]) => {
    const is = subject.kind === 'segment' ? sets.segment(subject.name) : undefined;
    if (subject.kind !== 'segment' || is === undefined) return [];
    const [entering, enteringExamples] = without(will, is);
    const [leaving, leavingExamples] = without(is, will);
    if (entering + leaving === 0) return [];
    return [{ segment: subject.name, entering, leaving, enteringExamples, leavingExamples }];
  });
}

/** How many are in the first and not in the second, and some of them. */
function without(a: ReadonlyBitmap, b: ReadonlyBitmap): readonly [number, readonly number[]] {
  const rest = a.clone();
  rest.andNotInPlace(b as Bitmap);
  const found = [rest.size, spread(rest, examplesMax)] as const;
  rest.dispose();
  return found;
}

function stageMoves(after: ReadonlyMap<Subject, Bitmap>, sets: MembershipSets): readonly StageMove[] {
  const moves: StageMove[] = [];
  const stages = [...after].flatMap(([subject, will]) =>
    subject.kind === 'stage' ? [{ ...subject, will }] : [],
  );
  for (const { lifecycle, stage: to, will } of stages) {
    let known = 0;
    for (const { lifecycle: other, stage: from } of stages) {
      const is = other === lifecycle ? sets.stage(lifecycle, from) : undefined;
      const size = is === undefined ? 0 : will.andCardinality(is as Bitmap);
      known += size;
      if (from !== to && size > 0) moves.push({ lifecycle, from, to, size });
    }
    if (will.size > known) moves.push({ lifecycle, to, size: will.size - known });
  }
  return moves;
}
