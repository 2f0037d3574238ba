/** What a replay found: the object that `--json` prints and the tables are made of. Instants are ms. */

import { compareStrings } from '@segue/core/base/order.ts';
import type { Change } from '@segue/core/model/change.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Engine, ProfileView } from '@segue/core/engine/engine.ts';
import type { Instant, Message } from '@segue/core/model/message.ts';
import type { RfmPart } from '@segue/core/rules/tree.ts';
import type { FileFindings, ReasonCount } from '../ingest/files/import-report.ts';
import type { CustomerTrail } from './customer-trail.ts';
import type { Flow, Tallies } from './tallies.ts';

export type InputSummary = {
  readonly files: readonly FileFindings[];
  readonly fileErrors: readonly string[];
  /** Rows or lines read. */
  readonly rows: number;
  /** Messages that the engine took. */
  readonly messages: number;
  /** Messages that changed nothing, by why (`duplicate`: seen before). */
  readonly ignored: Readonly<Record<string, number>>;
  readonly skipped: readonly ReasonCount[];
  readonly rejected: readonly ReasonCount[];
  readonly warnings: readonly ReasonCount[];
};

export type SegmentSummary = {
  readonly segment: string;
  readonly description?: string;
  readonly members: number;
  readonly entered: number;
  readonly exited: number;
  readonly peak: number;
  readonly peakAt?: Instant;
  /** Some members, where they were asked for. */
  readonly sample?: readonly string[];
};

export type LifecycleSummary = {
  readonly lifecycle: string;
  readonly stages: readonly { readonly stage: string; readonly customers: number; readonly share: number }[];
  readonly flows: readonly Flow[];
};

export type RfmGroupSummary = {
  readonly group: string;
  readonly customers: number;
  readonly share: number;
  /** Means of the scores 1..5. */
  readonly recency: number;
  readonly frequency: number;
  readonly monetary: number;
};

export type RfmSummary = {
  readonly model: string;
  readonly groups: readonly RfmGroupSummary[];
  /** Customers without a purchase in the model's window. */
  readonly without: number;
};

export type CustomerSummary = {
  readonly asked: string;
  readonly found: boolean;
  readonly profile?: ProfileView;
  readonly changes: readonly Change[];
  readonly messages: readonly Message[];
};

export type ReplayReport = {
  /** False when it was stopped before the end of the input. */
  readonly complete: boolean;
  readonly timeZone: string;
  /** Event times of the first and the last message; missing where there was none. */
  readonly first?: Instant;
  readonly last?: Instant;
  /** Where the clock stands. */
  readonly now?: Instant;
  readonly countedFrom?: Instant;
  readonly tookMs: number;
  readonly messagesPerSecond: number;
  readonly input: InputSummary;
  readonly customers: number;
  readonly changes: number;
  readonly segments: readonly SegmentSummary[];
  readonly lifecycles: readonly LifecycleSummary[];
  readonly rfm: readonly RfmSummary[];
  readonly customer?: CustomerSummary;
};

export function summariseSegments(
  engine: Engine,
  definitions: Definitions,
  tallies: Tallies,
  sample: number,
): SegmentSummary[] {
  const summaries: SegmentSummary[] = [];
  for (const { name, description } of definitions.segments.values()) {
    const tally = tallies.segments.get(name);
    const members = engine.size(name);
    summaries.push({
      segment: name,
      ...(description === undefined ? {} : { description }),
      members,
      entered: tally?.entered ?? 0,
      exited: tally?.exited ?? 0,
      peak: tally?.peak ?? members,
      ...(tally?.peakAt === undefined ? {} : { peakAt: tally.peakAt }),
      ...(sample === 0 ? {} : { sample: sampleOf(engine, name, sample) }),
    });
  }
  return summaries;
}

/** The first by name, so the same on every run. */
function sampleOf(engine: Engine, segment: string, count: number): string[] {
  const names = engine
    .members(segment)
    .map((profile) => engine.profile(profile)?.displayId ?? String(profile));
  return names.sort(compareStrings).slice(0, count);
}

export function summariseLifecycles(
  engine: Engine,
  definitions: Definitions,
  tallies: Tallies,
): LifecycleSummary[] {
  const total = engine.profileCount();
  return [...definitions.lifecycles.values()].map(({ name, stages }) => ({
    lifecycle: name,
    stages: stages.map((stage) => {
      const customers = engine.stageMembers(name, stage.name).length;
      return { stage: stage.name, customers, share: share(customers, total) };
    }),
    flows: tallies.flows(name),
  }));
}

/** Each model's groups at the engine's clock, the largest first. */
export function summariseRfm(engine: Engine, definitions: Definitions): RfmSummary[] {
  return [...definitions.rfm.keys()].map((model) => {
    const groups = new Map<
      string,
      { customers: number; recency: number; frequency: number; monetary: number }
    >();
    let without = 0;
    for (const profile of engine.profileIds()) {
      const score = (part: RfmPart): number => {
        const value = engine.value(profile, { kind: 'rfm', part, model });
        return typeof value === 'number' ? value : 0;
      };
      const group = engine.value(profile, { kind: 'rfm', part: 'group', model });
      if (typeof group !== 'string') {
        without += 1;
        continue;
      }
      const sums = groups.get(group) ?? { customers: 0, recency: 0, frequency: 0, monetary: 0 };
      sums.customers += 1;
      sums.recency += score('recency');
      sums.frequency += score('frequency');
      sums.monetary += score('monetary');
      groups.set(group, sums);
    }
    return { model, groups: groupRows(groups), without };
  });
}

function groupRows(
  groups: ReadonlyMap<string, { customers: number; recency: number; frequency: number; monetary: number }>,
): RfmGroupSummary[] {
  const total = [...groups.values()].reduce((sum, { customers }) => sum + customers, 0);
  const rows = [...groups].map(([group, sums]) => ({
    group,
    customers: sums.customers,
    share: share(sums.customers, total),
    recency: sums.recency / sums.customers,
    frequency: sums.frequency / sums.customers,
    monetary: sums.monetary / sums.customers,
  }));
  return rows.sort((a, b) => b.customers - a.customers || compareStrings(a.group, b.group));
}

export function summariseCustomer(engine: Engine, asked: string, trail: CustomerTrail): CustomerSummary {
  const found = engine.findProfile(asked);
  const profile = found === undefined ? undefined : engine.profile(found);
  return {
    asked,
    found: profile !== undefined,
    ...(profile === undefined ? {} : { profile }),
    changes: trail.changes(),
    messages: trail.messages(),
  };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
