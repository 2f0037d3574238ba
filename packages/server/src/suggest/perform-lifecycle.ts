/**
 * Stages of a lifecycle from a base's own habits: at risk is who has been silent for longer than four in five of the times
 * that people let pass between two purchases, lost is who hardly comes back any more. A coffee shop is not a furniture shop.
 *
 * Every customer counts once, however often they buy: a time between two purchases weighs one over how many such times the
 * customer has. Whether the silent come back is asked of silences that could be followed to the end alone.
 */

import type { Instant } from '@segue/core/model/message.ts';
import { formatEventPattern } from '@segue/core/rules/format.ts';
import { stringify } from 'yaml';

import { iso } from '../backtest/backtest-result.ts';
import type { Story } from '../backtest/story.ts';
import { tell, type TellOptions } from '../backtest/tell.ts';
import type { CustomerTimes } from './customer-times.ts';
import { roundDuration } from './grid.ts';
import { LifecycleLook } from './lifecycle-look.ts';
import type { LifecycleQuestion } from './question.ts';
import { durationText } from './thresholds.ts';

export type ReturnRow = {
  /** Silent for so long. */
  silentFor: string;
  /** Silences that reached it and could be followed to the end. */
  silences: number;
  /** The share of them that ended with a purchase within `returnMs` after that. */
  returned: number;
};

export type LifecycleResult = {
  purchase: string;
  /** First and last purchase looked at. */
  from?: string;
  to?: string;
  customers: number;
  /** Customers with two purchases or more, and the times between them. */
  returning: number;
  gaps: number;
  /** Times between two purchases, every customer counting once: so many in a hundred are shorter. */
  gapPercentiles: { percent: number; gap: string; ms: number }[];
  returnMs: number;
  returns: ReturnRow[];
  /** What is proposed, and the figure it rests on. Missing where too little is known. */
  thresholds?: { atRisk: string; lost: string; loyalOrders: number; why: string[] };
  /** A definitions file. */
  yaml?: string;
};

const dayMs = 86_400_000;
/** Purchases closer than this are one. */
const apartMs = 3_600_000;
const percents = [10, 25, 50, 75, 80, 90, 95] as const;
const atRiskPercent = 80;
const lostPercent = 95;
/** Fewer times between purchases than this say nothing about a base. */
const gapsMin = 20;
/** A share of fewer silences than this is chance. */
const silencesMin = 30;
/** Rows of the table of returns. */
const returnRows = 16;

/** Undefined where it was stopped. */
export async function performLifecycle(
  question: LifecycleQuestion,
  story: Story,
  options: TellOptions = {},
): Promise<LifecycleResult | undefined> {
  const { checkpoint: _, ...rest } = options;
  const begin = (start: Instant): LifecycleLook => new LifecycleLook(question, start);
  const restore = (): never => {
    throw new Error('Invariant broken: it is begun anew');
  };
  const look = await tell(story, { begin, restore }, rest);
  if (options.isStopped?.() === true) return undefined;
  return proposalOf(question, look ?? begin(0));
}

type Weighted = { readonly gap: number; readonly weight: number };

export function proposalOf(question: LifecycleQuestion, look: LifecycleLook): LifecycleResult {
  const { purchase, returnMs } = question;
  const { gaps, orders } = gapsOf(look.times);
  const percentiles = percents.map((percent) => ({
    percent,
    ms: Math.round(weightedQuantile(gaps, percent / 100)),
  }));
  const returning = orders.filter((n) => n > 1).length;
  const head = {
    purchase: formatEventPattern(purchase),
    ...(orders.length === 0 ? {} : { from: iso(look.first), to: iso(look.now) }),
    customers: orders.length,
    returning,
    gaps: gaps.length,
    gapPercentiles:
      gaps.length === 0
        ? []
        : percentiles.map(({ percent, ms }) => ({ percent, gap: durationText(roundDuration(ms)), ms })),
    returnMs,
  };
  const stepMs = stepOf(percentiles.at(-1)?.ms ?? dayMs);
  const curve = returnCurve(look.times, look.now, stepMs, returnMs);
  const returns = curve
    .filter(({ silences }, i) => silences >= silencesMin && i % rowsApart(curve) === 0)
    .map(wireReturn);
  if (gaps.length < gapsMin) return { ...head, returns };
  const thresholds = thresholdsOf(question, gaps, orders, curve);
  return { ...head, returns, thresholds, yaml: fileOf(question, thresholds, head) };
}

function gapsOf(times: CustomerTimes): {
  readonly gaps: readonly Weighted[];
  readonly orders: readonly number[];
} {
  const gaps: Weighted[] = [];
  const orders: number[] = [];
  for (const own of times.each(apartMs)) {
    orders.push(own.length);
    const weight = 1 / (own.length - 1);
    for (let i = 1; i < own.length; i++) {
      gaps.push({ gap: (own[i] as number) - (own[i - 1] as number), weight });
    }
  }
  return { gaps: gaps.sort((a, b) => a.gap - b.gap), orders };
}

/** The least gap at which so much of the weight is reached. */
function weightedQuantile(sorted: readonly Weighted[], p: number): number {
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0);
  let sum = 0;
  for (const { gap, weight } of sorted) {
    sum += weight;
    if (sum >= p * total - 1e-9) return gap;
  }
  return 0;
}

/** Days for a base that buys in weeks, hours for one that buys in days. */
function stepOf(longGapMs: number): number {
  return longGapMs >= 10 * dayMs ? dayMs : dayMs / 24;
}

type CurvePoint = { readonly silentMs: number; readonly silences: number; readonly returned: number };

/** For each length of silence: of the silences that reached it and could be followed on, how many ended within `returnMs`. */
function returnCurve(
  times: CustomerTimes,
  end: Instant,
  stepMs: number,
  returnMs: number,
): readonly CurvePoint[] {
  const reached: number[] = [];
  const ended: number[] = [];
  const add = (list: number[], from: number, to: number): void => {
    if (from > to) return;
    list[from] = (list[from] ?? 0) + 1;
    list[to + 1] = (list[to + 1] ?? 0) - 1;
  };
  for (const own of times.each(apartMs)) {
    for (const [i, start] of own.entries()) {
      const silence = (own[i + 1] ?? Infinity) - start;
      const followed = Math.floor((end - start - returnMs) / stepMs);
      // Silent for x: no purchase until start + x, that instant included.
      const last = Math.min(followed, Math.ceil(silence / stepMs) - 1);
      add(reached, 1, last);
      add(ended, Math.max(1, Math.ceil((silence - returnMs) / stepMs)), last);
    }
  }
  const curve: CurvePoint[] = [];
  let silences = 0;
  let returned = 0;
  for (let step = 1; step < reached.length - 1; step++) {
    silences += reached[step] ?? 0;
    returned += ended[step] ?? 0;
    curve.push({ silentMs: step * stepMs, silences, returned: silences === 0 ? 0 : returned / silences });
  }
  return curve;
}

function rowsApart(curve: readonly CurvePoint[]): number {
  const told = curve.filter(({ silences }) => silences >= silencesMin).length;
  return Math.max(1, Math.ceil(told / returnRows));
}

function wireReturn({ silentMs, silences, returned }: CurvePoint): ReturnRow {
  return { silentFor: durationText(silentMs), silences, returned };
}

type Thresholds = NonNullable<LifecycleResult['thresholds']>;

function thresholdsOf(
  { returnMs, lostBelow }: LifecycleQuestion,
  gaps: readonly Weighted[],
  orders: readonly number[],
  curve: readonly CurvePoint[],
): Thresholds {
  const atRiskMs = roundDuration(weightedQuantile(gaps, atRiskPercent / 100));
  const longMs = weightedQuantile(gaps, lostPercent / 100);
  const faint = curve.find(
    ({ silentMs, silences, returned }) =>
      silentMs > atRiskMs && silences >= silencesMin && returned < lostBelow,
  );
  const lostMs = roundDuration(Math.max(faint?.silentMs ?? longMs, atRiskMs * 1.5));
  const counts = Float64Array.from(orders.filter((n) => n > 1)).sort();
  const loyalOrders = Math.max(3, counts[Math.floor(counts.length * 0.75)] ?? 3);
  const within = durationText(returnMs);
  const lost =
    faint === undefined
      ? `lost after ${durationText(lostMs)}: ${lostPercent} % of the times between two purchases are shorter than ${durationText(roundDuration(longMs))}, and no length of silence was seen after which fewer than ${percentText(lostBelow)} come back within ${within}`
      : `lost after ${durationText(lostMs)}: of ${faint.silences} silences of ${durationText(faint.silentMs)} that could be followed, ${percentText(faint.returned)} ended within ${within}`;
  return {
    atRisk: durationText(atRiskMs),
    lost: durationText(lostMs),
    loyalOrders,
    why: [
      `at risk after ${durationText(atRiskMs)}: ${atRiskPercent} % of the times between two purchases are shorter, every customer counting once`,
      lost,
      `loyal from ${loyalOrders} purchases on: the most frequent quarter of those who came back have so many`,
    ],
  };
}

function percentText(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function fileOf(
  { name }: LifecycleQuestion,
  { atRisk, lost, loyalOrders, why }: Thresholds,
  {
    purchase: event,
    customers,
    gaps,
    from = '',
    to = '',
  }: Pick<LifecycleResult, 'purchase' | 'customers' | 'gaps' | 'from' | 'to'>,
): string {
  const file = {
    lifecycles: {
      [name]: {
        description: `From the times between purchases of ${customers} customers`,
        stages: [
          { lost: `did ${event} and not did ${event} last ${lost}` },
          { at_risk: `did ${event} and not did ${event} last ${atRisk}` },
          { loyal: `count(${event}) >= ${loyalOrders}` },
          { active: `count(${event}) >= 2` },
          { new_customer: `did ${event}` },
          { visitor: null },
        ],
      },
    },
  };
  const comments = [
    `Proposed from ${gaps} times between two purchases of ${customers} customers, ${from.slice(0, 10)} to ${to.slice(0, 10)}:`,
    ...why.map((line) => `- ${line}.`),
  ];
  const yaml = stringify(file, { lineWidth: 0, nullStr: '' });
  return `${comments.map((line) => `# ${line}\n`).join('')}${yaml}`;
}
