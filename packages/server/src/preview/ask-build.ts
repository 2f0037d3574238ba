/**
 * Without a history store, a rule that asks for events that are not kept is built from the log beside what is in force, as if
 * it were to come into force: exact, and as slow as reading what it needs of the log.
 */

import type { AnswerChange } from '@segue/core/engine/definition-report.ts';
import type { Engine } from '@segue/core/engine/engine.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';

import type { Sets } from '../sets/set-rule.ts';
import { noteValues } from './note-values.ts';
import { PreviewAnswers } from './preview-answers.ts';
import { conditionsOf, type PreviewQuestion } from './preview-question.ts';
import type { Turns } from './turns.ts';

/** Builds of definitions beside those in force, one at a time. */
export interface Builds {
  /** What would change for whom if the definitions were in force, told one by one; `pause` is awaited now and then. */
  differences(
    definitions: Definitions,
    tell: (change: AnswerChange) => void,
    pause: () => Promise<void>,
  ): Promise<void>;
}

/** @throws PreviewStopped */
export async function askBuild(
  question: PreviewQuestion,
  builds: Builds,
  { engine, sets }: { readonly engine: Engine; readonly sets: Sets },
  turns: Turns,
): Promise<PreviewAnswers> {
  const { definitions } = engine;
  const prefix = freePrefix(definitions);
  const drafts = conditionsOf(question).map((rule, bit) => ({ name: `${prefix}${bit}`, rule }));
  const bitOf = new Map(drafts.map(({ name }, bit) => [name, bit]));
  const segments = new Map([...definitions.segments, ...drafts.map((draft) => [draft.name, draft] as const)]);
  const answers = new PreviewAnswers(question);
  for (const id of sets.everybody().toUint32Array()) answers.note(id, 0);
  const members: number[] = [];
  const tell = ({ profile, entered }: AnswerChange): void => {
    let bits = 0;
    for (const name of entered) {
      const bit = bitOf.get(name);
      if (bit !== undefined) bits |= 1 << bit;
    }
    if (bits === 0) return;
    answers.note(profile, bits);
    if ((bits & 1) === 1) members.push(profile);
  };
  turns.check();
  await builds.differences({ ...definitions, segments }, tell, () => turns.pause());
  await noteValues(question, engine, members, answers, turns);
  return answers;
}

/** Names that begin so are nobody's. */
function freePrefix({ segments }: Definitions): string {
  let prefix = 'preview_draft_';
  while ([...segments.keys()].some((name) => name.startsWith(prefix))) prefix = `${prefix}_`;
  return prefix;
}
