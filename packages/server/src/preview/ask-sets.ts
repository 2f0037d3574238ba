/** A rule of nothing but segments and stages is answered by the live sets. */

import { setOf, type Sets } from '../sets/set-rule.ts';
import { PreviewAnswers } from './preview-answers.ts';
import { conditionsOf, type PreviewQuestion } from './preview-question.ts';

/** Undefined where the sets do not answer all that is asked. At once: nobody else has a turn. */
export function askSets(question: PreviewQuestion, sets: Sets): PreviewAnswers | undefined {
  if (question.traits.length > 0) return undefined;
  const found = conditionsOf(question).map((condition) => setOf(condition, sets));
  try {
    if (!found.every(({ ok }) => ok)) return undefined;
    const everybody = sets.everybody().toUint32Array();
    const marks = new Uint32Array(everybody.length === 0 ? 0 : (everybody.at(-1) ?? 0) + 1);
    for (const [bit, result] of found.entries()) {
      if (!result.ok) continue;
      for (const id of result.value.toUint32Array()) marks[id] = (marks[id] as number) | (1 << bit);
    }
    const answers = new PreviewAnswers(question);
    for (const id of everybody) answers.note(id, marks[id]);
    return answers;
  } finally {
    for (const result of found) if (result.ok) result.value.dispose();
  }
}
