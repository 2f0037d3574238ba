/** A rule that asks for events that the engine does not keep is answered by the history store, in one query. */

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import { ok, type Result } from '@segue/core/base/result.ts';
import type { Zone } from '@segue/core/base/zone.ts';
import type { Engine } from '@segue/core/engine/engine.ts';
import type { Instant } from '@segue/core/model/message.ts';
import { compiling } from '@segue/core/sql/compile.ts';

import type { History } from '../history/history-process.ts';
import type { Sets } from '../sets/set-rule.ts';
import { noteValues } from './note-values.ts';
import { PreviewAnswers } from './preview-answers.ts';
import { conditionsOf, type PreviewQuestion } from './preview-question.ts';
import type { Turns } from './turns.ts';

export type HistorySource = {
  readonly history: History;
  readonly engine: Engine;
  readonly sets: Sets;
  readonly zone: Zone;
  /** What a query may take of memory. */
  readonly memoryBytes: number;
};

/** Answers, and as of when: earlier than now where the store lags. Refused where the rule cannot be said in SQL. */
export async function askHistory(
  question: PreviewQuestion,
  { history, engine, sets, zone, memoryBytes }: HistorySource,
  at: Instant,
  turns: Turns,
): Promise<Result<PreviewAnswers, Diagnostic>> {
  const { definitions } = engine;
  const sql = compiling({ zone, definitions, at, columns: history.properties }, (compiler) => {
    const when = compiler.now();
    const bits = conditionsOf(question).map(
      (condition, bit) => `${2 ** bit} * (${compiler.condition(condition, when)})`,
    );
    const columns = ['c.profile AS profile', `toUInt32(${bits.join('\n  + ')}) AS marks`];
    return compiler.query(['Which conditions hold for whom'], when.scope, columns, 'true');
  });
  if (!sql.ok) return sql;
  const { rows } = await history.query(
    `SELECT marks, groupArray(profile) FROM (\n${sql.value}) WHERE marks > 0 GROUP BY marks`,
    { timeoutMs: turns.leftMs, memoryBytes, signal: turns.signal },
  );
  turns.check();
  const answers = new PreviewAnswers(question);
  for (const id of sets.everybody().toUint32Array()) answers.note(id, 0);
  const members: number[] = [];
  for (const [marks, profiles] of rows) {
    const bits = Number(marks);
    for (const profile of profiles as readonly unknown[]) {
      answers.note(Number(profile), bits);
      if ((bits & 1) === 1) members.push(Number(profile));
    }
  }
  await noteValues(question, engine, members, answers, turns);
  return ok(answers);
}
