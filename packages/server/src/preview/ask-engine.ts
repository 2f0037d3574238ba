/**
 * A rule that asks for nothing that the engine does not keep already is answered by asking everybody, in slices, and those
 * again who changed meanwhile: all answers are of one instant.
 */

import type { Engine } from '@segue/core/engine/engine.ts';
import type { Question, QuestionOptions } from '@segue/core/engine/question.ts';
import type { Instant } from '@segue/core/model/message.ts';

import { PreviewAnswers } from './preview-answers.ts';
import { conditionsOf, type PreviewQuestion, valuesOf } from './preview-question.ts';
import type { Turns } from './turns.ts';

/** The engine as it runs. */
export type Running = {
  readonly engine: Engine;
  /** The instant of answers; nothing is due by then. */
  readonly now: () => Instant;
  /** Does something at an instant at which no record is half taken. */
  readonly atRest: <T>(work: () => T) => Promise<T>;
};

/** So many are asked again at once, in a few milliseconds; more than that take turns. */
const againMax = 500;

/** What came of it: something else is in force by now, events are needed that are not kept, or all have answered. */
export type Asked<T> =
  | { readonly kind: 'redefined' }
  | { readonly kind: 'missing'; readonly events: readonly string[] }
  | { readonly kind: 'answered'; readonly value: T };

/** `finish` gets the answers, and the instant at which they are right, at that instant. @throws PreviewStopped */
export async function askEngine<T>(
  asked: PreviewQuestion,
  running: Running,
  turns: Turns,
  finish: (answers: PreviewAnswers, at: Instant) => T,
  options: Pick<QuestionOptions, 'populations'> = {},
): Promise<Asked<T>> {
  const question = await running.atRest(() =>
    running.engine.question(conditionsOf(asked), { values: valuesOf(asked), ...options }),
  );
  question.at = running.now();
  try {
    if (question.missing.length > 0) return { kind: 'missing', events: question.missing };
    const round = new Round(asked, question, running, turns);
    for (let n = 0; n < question.rounds; n++) {
      const isWhole = await round.forAll((id) => {
        question.measure(id, n);
      });
      if (!isWhole) return { kind: 'redefined' };
      question.measured(n);
    }
    const isWhole = await round.forAll((id) => {
      round.ask(id);
    });
    return isWhole ? await round.askAgain(finish) : { kind: 'redefined' };
  } finally {
    question.release();
  }
}

/** One question on its way round all customers. */
class Round {
  readonly #asked: PreviewQuestion;
  readonly #question: Question;
  readonly #running: Running;
  readonly #turns: Turns;
  readonly #answers: PreviewAnswers;

  constructor(asked: PreviewQuestion, question: Question, running: Running, turns: Turns) {
    this.#asked = asked;
    this.#question = question;
    this.#running = running;
    this.#turns = turns;
    this.#answers = new PreviewAnswers(asked);
  }

  ask(id: number): void {
    const bits = this.#question.ask(id);
    this.#answers.note(id, bits);
    if (bits === undefined || (bits & 1) === 0) return;
    for (let trait = 0; trait < this.#asked.traits.length; trait++) {
      this.#answers.noteValue(id, trait, this.#question.value(trait));
    }
  }

  /** False when definitions have changed meanwhile. */
  async forAll(ask: (id: number) => void): Promise<boolean> {
    const question = this.#question;
    for (let id = 0; id < question.count; id++) {
      if (this.#turns.isOver) await this.#pause();
      if (!question.isCurrent) return false;
      ask(id);
    }
    return question.isCurrent;
  }

  /** Until few enough have changed to be asked at once. */
  async askAgain<T>(finish: (answers: PreviewAnswers, at: Instant) => T): Promise<Asked<T>> {
    const question = this.#question;
    for (;;) {
      const found = await this.#running.atRest((): Asked<T> | readonly number[] => {
        if (!question.isCurrent) return { kind: 'redefined' };
        question.at = this.#running.now();
        const ids = question.changed();
        if (ids.length > againMax) return ids;
        for (const id of ids) this.ask(id);
        return { kind: 'answered', value: finish(this.#answers, question.at) };
      });
      if ('kind' in found) return found;
      for (const id of found) {
        if (this.#turns.isOver) await this.#pause();
        if (!question.isCurrent) return { kind: 'redefined' };
        this.ask(id);
      }
    }
  }

  async #pause(): Promise<void> {
    await this.#turns.pause();
    this.#question.at = this.#running.now();
  }
}
