/** The values of traits of members who were found elsewhere than in the engine. */

import type { Engine } from '@segue/core/engine/engine.ts';

import type { PreviewAnswers } from './preview-answers.ts';
import { type PreviewQuestion, valuesOf } from './preview-question.ts';
import type { Turns } from './turns.ts';

/** As they are now. @throws PreviewStopped */
export async function noteValues(
  asked: PreviewQuestion,
  engine: Engine,
  members: readonly number[],
  answers: PreviewAnswers,
  turns: Turns,
): Promise<void> {
  if (asked.traits.length === 0) return;
  const question = engine.question([{ kind: 'literal', value: true }], { values: valuesOf(asked) });
  try {
    for (const id of members) {
      if (turns.isOver) await turns.pause();
      if (question.ask(id) === undefined) continue;
      for (let trait = 0; trait < asked.traits.length; trait++) {
        answers.noteValue(id, trait, question.value(trait));
      }
    }
  } finally {
    question.release();
  }
}
