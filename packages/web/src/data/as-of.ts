/** Up to where an answer about the past knows: the history store follows behind what comes. */

export type AsOf = { readonly position: number; readonly at?: string; readonly behind: number };

/** It follows about half a second behind; that much is not worth a word. */
const usualMs = 10_000;
const usualEntries = 1_000;

/**
 * @param now - in milliseconds since 1970
 * @param until - up to where the question goes, likewise: what is missing of later is not missed
 */
export function isBehind({ at, behind }: AsOf, now: number, until: number = now): boolean {
  if (behind === 0) return false;
  if (at === undefined) return true;
  const knows = Date.parse(at);
  if (knows >= until) return false;
  return behind > usualEntries || now - knows > usualMs;
}

const againMs = 3_000;
/** Answers about a question that are asked again for what came just before it, where more comes all the time. */
const againMax = 3;

/**
 * After how long a question is asked again because its answer did not know everything yet: what came just before it a moment later,
 * what the store is still catching up with until it has. `false` where there is no reason to.
 */
export function askedAgainMs(data: unknown, answers: number, now: number): number | false {
  const asOf = asOfIn(data);
  if (asOf === undefined || asOf.behind === 0) return false;
  return answers < againMax || isBehind(asOf, now) ? againMs : false;
}

/** The first page's, where the answer is one of many. */
function asOfIn(data: unknown): AsOf | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  if ('asOf' in data) return data.asOf as AsOf;
  return 'pages' in data && Array.isArray(data.pages) ? asOfIn(data.pages[0]) : undefined;
}
