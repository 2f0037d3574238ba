/** A backtest from the first step to the result. */

import type { Instant } from '@segue/core/model/message.ts';

import { resultOf, type BacktestResult } from './backtest-result.ts';
import { BacktestRun } from './backtest-run.ts';
import { explainEntries } from './explain-entries.ts';
import type { BacktestQuestion } from './question.ts';
import type { Story } from './story.ts';
import { tell, type TellOptions } from './tell.ts';

/** Undefined where it was stopped. */
export async function performBacktest(
  question: BacktestQuestion,
  story: Story,
  options: TellOptions = {},
): Promise<BacktestResult | undefined> {
  const isStopped = (): boolean => options.isStopped?.() === true;
  const told = await tell(
    story,
    {
      begin: (start: Instant) => new BacktestRun(question, start),
      restore: (lines) => BacktestRun.restore(question, lines),
    },
    options,
  );
  if (isStopped()) return undefined;
  const run = told ?? new BacktestRun(question, question.from);
  // What is known ends with the last message: silence after it says nothing about anybody.
  run.finish(run.now);
  options.onProgress?.({ phase: 'explaining', done: 0, at: run.now });
  const explainer = await explainEntries(run, story, isStopped);
  return explainer === undefined ? undefined : resultOf(run, explainer);
}
