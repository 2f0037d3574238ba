/**
 * An RFM model as it would have been at an instant of the past: who had bought what by then, ranked among all who had. By
 * what is known now and by the model in force now, with everybody under the number of who they have become.
 *
 * Populations that were taken in truth are not asked for: where history was imported there were none then. The ranks are
 * those of a population taken at that very instant (rules/population.ts): the quintile of a value is one more than how many of
 * 20, 40, 60 and 80 lie below its percentile, ties at their lowest place, the greatest at 100.
 */

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import { ok, type Result } from '@segue/core/base/result.ts';
import type { Zone } from '@segue/core/base/zone.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Instant } from '@segue/core/model/message.ts';
import { rfmGroup } from '@segue/core/rules/rfm-groups.ts';
import { scoredRfmParts } from '@segue/core/rules/population.ts';
import { compiling } from '@segue/core/sql/compile.ts';

import { type RfmCell, type RfmChoice, rfmScores, type RfmTable, tableOf } from '../preview/rfm-table.ts';
import type { Ask } from './through-time.ts';

type Model = { readonly zone: Zone; readonly definitions: Definitions };

/** Refused where the model cannot be said in SQL. */
export async function rfmThen(
  { history, options }: Ask,
  of: Model,
  model: string,
  at: Instant,
): Promise<Result<RfmTable, Diagnostic>> {
  const everybody = measuresOf(of, model, at);
  if (!everybody.ok) return everybody;
  const [counted] = (await history.query(`SELECT count() FROM (\n${everybody.value})`, options)).rows;
  const { rows } = await history.query(
    `SELECT recency_score, frequency_score, monetary_score, count()
FROM (
${scoresOf(everybody.value)}
)
GROUP BY recency_score, frequency_score, monetary_score
ORDER BY recency_score DESC, frequency_score DESC, monetary_score DESC`,
    options,
  );
  const cells = rows.map(([recency, frequency, monetary, size]): RfmCell => ({
    recency: Number(recency),
    frequency: Number(frequency),
    monetary: Number(monetary),
    size: Number(size),
  }));
  return ok(tableOf(model, at, cells, Number(counted?.[0] ?? 0)));
}

/** Who had these scores then, by number, after a number. Refused where the model cannot be said in SQL. */
export async function rfmMembersThen(
  { history, options }: Ask,
  of: Model,
  model: string,
  at: Instant,
  choice: RfmChoice,
  page: { readonly after: number; readonly limit: number },
): Promise<Result<{ readonly size: number; readonly members: readonly number[] }, Diagnostic>> {
  const everybody = measuresOf(of, model, at);
  if (!everybody.ok) return everybody;
  const { rows } = await history.query(
    `SELECT profile, count() OVER () AS size
FROM (
${scoresOf(everybody.value)}
)
WHERE ${isChosen(choice)}
ORDER BY profile <= ${page.after}, profile
LIMIT ${page.limit}`,
    options,
  );
  const found = rows as [number, number][];
  return ok({
    size: found[0]?.[1] ?? 0,
    members: found.map(([profile]) => profile).filter((profile) => profile > page.after),
  });
}

/** Everybody who was there at an instant, with what the model ranks them by; null for who has none. */
function measuresOf({ zone, definitions }: Model, model: string, at: Instant): Result<string, Diagnostic> {
  return compiling({ zone, definitions, at }, (compiler) => {
    const when = compiler.now();
    const columns = scoredRfmParts.map((part) => `${compiler.rfmMeasure(part, model, when).sql} AS ${part}`);
    const about = [`What customers are ranked by in the RFM model ${model}`];
    return compiler.query(about, when.scope, ['c.profile AS profile', ...columns], 'true');
  });
}

/** Those who can be ranked, with their scores. */
function scoresOf(everybody: string): string {
  const isScored = scoredRfmParts.map((part) => `isNotNull(${part})`).join(' AND ');
  return `  SELECT profile, 6 - ${quintile('recency')} AS recency_score,
    ${quintile('frequency')} AS frequency_score,
    ${quintile('monetary')} AS monetary_score
  FROM (
    SELECT profile, ${scoredRfmParts.map((part) => `toFloat64(assumeNotNull(${part})) AS ${part}_value`).join(', ')}
    FROM (
${everybody})
    WHERE ${isScored}
  )`;
}

function isChosen({ group, ...scores }: RfmChoice): string {
  const asked = scoredRfmParts.flatMap((part) =>
    scores[part] === undefined ? [] : [`${part}_score = ${scores[part]}`],
  );
  if (group !== undefined) {
    const those = rfmScores.flatMap((r) =>
      rfmScores.flatMap((f) =>
        rfmScores.filter((m) => rfmGroup(r, f, m) === group).map((m) => `(${r}, ${f}, ${m})`),
      ),
    );
    asked.push(`(recency_score, frequency_score, monetary_score) IN (${those.join(', ')})`);
  }
  return asked.length === 0 ? 'true' : asked.join(' AND ');
}

function quintile(part: string): string {
  const value = `${part}_value`;
  const last = '(count() OVER () - 1)';
  const isGreatest = `${value} = max(${value}) OVER () AND ${value} != min(${value}) OVER ()`;
  const place = `if(${isGreatest}, ${last}, rank() OVER (ORDER BY ${value}) - 1)`;
  const above = [20, 40, 60, 80].map((cut) => `(100 * ${place} > ${cut} * ${last})`);
  return `toUInt8(1 + ${above.join(' + ')})`;
}
