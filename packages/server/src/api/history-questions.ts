/** What questions about the past have in common: names and periods as they are asked for, up to where is known, refusals. */

import { didYouMean } from '@segue/core/rules/names.ts';
import type { Zone } from '@segue/core/base/zone.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Instant } from '@segue/core/model/message.ts';
import { sqlString } from '@segue/core/sql/sql-text.ts';

import type { AuditLog } from '../catalog/audit-log.ts';
import { type Every, type Period, piecesMax, startsOf } from '../history/calendar.ts';
import type { History } from '../history/history-process.ts';
import { HistoryError } from '../history/history-store.ts';
import type { Subject } from '../history/moves.ts';
import type { AsOf } from './history-schemas.ts';
import { notFound, ProblemError, shortened } from './problem.ts';
import { wireInstantAs } from './schemas.ts';

export type HistoryParts = {
  /** Undefined where it is switched off. */
  readonly history: History | undefined;
  readonly definitions: () => Definitions;
  /** By what people know a customer; undefined for one who is no longer there. */
  readonly displayIdOf: (profile: number) => string | undefined;
  readonly findProfile: (identifier: string) => number | undefined;
  readonly zone: Zone;
  readonly now: () => Instant;
  /** Entries that were taken. */
  readonly position: () => number;
  /** Who made history again, and who took what out of it, is written down. */
  readonly audit: Pick<AuditLog, 'record'>;
};

const dayMs = 86_400_000;
const standardDays = 30;
const freshMs = 5_000;

export function historyOf({ history }: HistoryParts): History {
  if (history !== undefined) return history;
  throw new ProblemError(
    409,
    'history/off',
    'The history store is switched off (history.enabled), so nothing can be asked about the past.',
  );
}

/** Waits until history has all that was acknowledged, where that was asked for, and says up to where it has. */
export async function asOf(parts: HistoryParts, fresh: boolean): Promise<AsOf> {
  const history = historyOf(parts);
  if (fresh) await history.caughtUp(parts.position(), freshMs);
  const { reached, behindEntries } = history.status();
  const at = reached === undefined || reached.at === -Infinity ? undefined : reached.at;
  return { position: reached?.position ?? 0, ...wireInstantAs('at', at), behind: behindEntries };
}

/** What a store refuses, as a problem. */
export async function answering<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asProblem(error);
  }
}

export function asProblem(error: unknown): unknown {
  if (!(error instanceof HistoryError)) return error;
  const { code, message } = error;
  switch (code) {
    case 'history/unavailable':
      return new ProblemError(503, code, message, { headers: { 'retry-after': '2' } });
    case 'history/timeout':
      return new ProblemError(503, code, message);
    case 'history/memory':
      return new ProblemError(422, code, message);
    case 'history/cancelled':
      return new ProblemError(503, code, message);
    case 'history/failed':
      return error;
  }
}

/** A name as it is asked for; one that is defined no more is known as long as history has changes of it. */
export async function subjectOf(parts: HistoryParts, name: string): Promise<Subject> {
  const { segments, lifecycles } = parts.definitions();
  const dot = name.indexOf('.');
  const lifecycle = name.slice(0, Math.max(dot, 0));
  const stage = dot < 0 ? undefined : name.slice(dot + 1);
  const subject: Subject =
    stage === undefined ? { kind: 'segment', name } : { kind: 'stage', lifecycle, stage };
  if (subject.kind === 'segment' && segments.has(name)) return subject;
  const defined = lifecycles.get(lifecycle)?.stages.some((one) => one.name === stage) ?? false;
  if (subject.kind === 'stage' && defined) return subject;
  const where =
    subject.kind === 'segment'
      ? `kind = 'segment' AND name = ${sqlString(name)}`
      : `kind = 'stage' AND name = ${sqlString(lifecycle)} AND ${sqlString(subject.stage)} IN (from_stage, to_stage)`;
  // An empty stage is what changes say of who is no customer.
  const isNone = subject.kind === 'stage' && stage === '';
  const was = isNone
    ? undefined
    : await historyOf(parts).query(`SELECT 1 FROM membership_changes WHERE ${where} LIMIT 1`);
  if (was !== undefined && was.rows.length > 0) return subject;
  const stages = [...lifecycles].flatMap(([of, one]) => one.stages.map((s) => `${of}.${s.name}`));
  throw unknown('segment or stage', name, [...segments.keys(), ...stages]);
}

export async function lifecycleOf(parts: HistoryParts, name: string): Promise<string> {
  const { lifecycles } = parts.definitions();
  if (lifecycles.has(name)) return name;
  const was = await historyOf(parts).query(
    `SELECT 1 FROM membership_changes WHERE kind = 'stage' AND name = ${sqlString(name)} LIMIT 1`,
  );
  if (was.rows.length > 0) return name;
  throw unknown('lifecycle', name, [...lifecycles.keys()]);
}

function unknown(what: string, name: string, names: readonly string[]): ProblemError {
  return notFound(
    'history/unknown',
    `There is, and was, no ${what} “${shortened(name)}”.${didYouMean(name, names)}`,
  );
}

/** No history begins before, and an answer about it would be of nobody. */
const earliest = Date.UTC(1900, 0);
/** Clocks of those who ask differ. */
const aheadMsMax = dayMs;

/** An instant of which there can be history. */
export function instantOf(parts: HistoryParts, text: string): Instant {
  const at = readInstant(parts, text);
  if (at >= earliest && at <= parts.now() + aheadMsMax) return at;
  throw new ProblemError(
    400,
    'history/period',
    `“${text}” lies ${at < earliest ? 'before 1900' : 'ahead'}; expected an instant of the past.`,
  );
}

function readInstant({ zone }: HistoryParts, text: string): Instant {
  const at = zone.parseInstant(text);
  if (at !== undefined) return at;
  throw new ProblemError(
    400,
    'request/invalid',
    `“${text.slice(0, 40)}” is no instant; expected a date such as 2026-11-01, or 2026-11-01T10:00:00Z.`,
  );
}

export function periodOf(
  parts: HistoryParts,
  given: { readonly from?: string; readonly to?: string },
): Period {
  // The running month may be asked for up to its end.
  const to = given.to === undefined ? parts.now() : readInstant(parts, given.to);
  const from =
    given.from === undefined ? parts.zone.daysBefore(to, standardDays) : instantOf(parts, given.from);
  if (from < earliest || from > parts.now() + aheadMsMax) {
    throw new ProblemError(
      400,
      'history/period',
      `The period begins ${from < earliest ? 'before 1900' : 'in what lies ahead'}; expected a “from” of the past, 30 days before “to” where it is left out.`,
    );
  }
  if (from < to) return { from, to };
  throw new ProblemError(400, 'history/period', 'The period ends before it begins; expected from before to.');
}

export function piecesOf({ zone }: HistoryParts, period: Period, every: Every): readonly Instant[] {
  const starts = startsOf(zone, period, every);
  if (starts !== undefined) return starts;
  throw new ProblemError(
    400,
    'history/period',
    `The period has more than ${piecesMax} pieces; ask for a shorter one or for larger pieces.`,
  );
}
