/** The sizes of all segments through time at once, for a small chart beside each: one query, however many there are. */

import type { Instant } from '@segue/core/model/message.ts';

import { startOf } from './calendar.ts';
import type { Ask } from './through-time.ts';

/** Of every segment that ever had a member, its size at the end of each piece; `starts` cut the time up to `to`. */
export async function sizesOfAll(
  { history, options }: Ask,
  starts: readonly Instant[],
  to: Instant,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const [first = to] = starts;
  const { rows } = await history.query(
    `SELECT name, at < ${first} AS is_before, if(is_before, 0, ${startOf('at', starts)}) AS piece,
  countIf(entered) - countIf(NOT entered) AS more
FROM membership_changes
WHERE kind = 'segment' AND at < ${to}
GROUP BY name, is_before, piece`,
    options,
  );
  const places = new Map(starts.map((start, i) => [start, i + 1]));
  const moves = new Map<string, number[]>();
  for (const [name, isBefore, piece, more] of rows as [string, 0 | 1, Instant, number][]) {
    let of = moves.get(name);
    if (of === undefined) moves.set(name, (of = new Array<number>(starts.length + 1).fill(0)));
    const place = isBefore === 1 ? 0 : (places.get(piece) ?? 0);
    of[place] = (of[place] ?? 0) + more;
  }
  return new Map([...moves].map(([name, of]) => [name, runningSums(of)]));
}

/** The first number is what there was before; it is not among the sums. */
function runningSums([before = 0, ...moves]: readonly number[]): readonly number[] {
  let size = before;
  return moves.map((more) => (size += more));
}
