/** What people and programs ask of one customer: who they are, where they are and why, what they did. */

import type { Result } from '@segue/core/base/result.ts';
import { fail, ok } from '@segue/core/base/result.ts';
import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import type { Engine } from '@segue/core/engine/engine.ts';
import { explainText } from '@segue/core/engine/explain-text.ts';
import { explain, type Explanation } from '@segue/core/engine/explain.ts';
import { normaliseIdentifier } from '@segue/core/model/identifiers.ts';
import type { Identifier, Instant, JsonObject, Message } from '@segue/core/model/message.ts';
import { nearestName } from '@segue/core/rules/names.ts';

import type { Position } from '../log/entry.ts';
import { type Story, StoryTeller } from './customer-story.ts';

/** A customer, the engine that has them, and the instant as of which they are looked at. */
export type Found = { readonly engine: Engine; readonly id: number; readonly now: Instant };

/** Where customers are looked up. */
export interface Directory {
  find(identifier: string | Identifier): Found | undefined;
  /** Positions of the log, in order, of the messages of a customer. */
  positions(found: Found): readonly Position[];
  messageAt(position: Position): Message | undefined;
}

export type CustomerJson = {
  readonly id: number;
  readonly displayId: string;
  readonly identifiers: readonly Identifier[];
  /** When they first were somebody; missing while that lies ahead. */
  readonly bornAt?: string;
  readonly traits: JsonObject;
  readonly segments: readonly { readonly segment: string; readonly since: string; readonly until?: string }[];
  readonly stages: readonly { readonly lifecycle: string; readonly stage: string; readonly since: string }[];
  readonly scores: Readonly<Record<string, number>>;
  readonly consents: readonly {
    readonly channel: string;
    readonly topic?: string;
    readonly status: string;
  }[];
  /** The instant of all these answers. */
  readonly at: string;
};

export type TimelineItem = {
  /** Place in the log. */
  readonly position: Position;
  readonly type: Message['kind'];
  readonly messageId: string;
  readonly timestamp: string;
  /** Event of a track, name of a page or screen. */
  readonly name?: string;
  readonly properties?: JsonObject;
  readonly traits?: JsonObject;
};

export type Timeline = {
  /** Latest arrival first. */
  readonly items: readonly TimelineItem[];
  /** Where the next page begins; missing on the last. */
  readonly before?: Position;
};

/** `kind:value` (`email:ann@example.com`), or a bare value of any kind, user ids first. */
export function findCustomer(directory: Directory, text: string): Found | undefined {
  const colon = text.indexOf(':');
  if (colon > 0) {
    const kind = text.slice(0, colon);
    const value = normaliseIdentifier(kind, text.slice(colon + 1));
    const found = value === undefined ? undefined : directory.find({ kind, value });
    if (found !== undefined) return found;
  }
  return directory.find(text);
}

/** `until` is looked for only where it is asked for. */
export function customerJson(
  { engine, id, now }: Found,
  options: { readonly until: boolean },
): CustomerJson | undefined {
  const view = engine.profile(id);
  if (view === undefined) return undefined;
  const until = options.until ? engine.endsByTime(id) : new Map<string, Instant>();
  return {
    id,
    displayId: view.displayId,
    identifiers: view.identifiers,
    ...(view.bornAt === undefined ? {} : { bornAt: iso(view.bornAt) }),
    traits: view.traits,
    segments: view.segments.map(({ segment, since }) => {
      const end = until.get(segment);
      return { segment, since: iso(since), ...(end === undefined ? {} : { until: iso(end) }) };
    }),
    stages: view.stages.map(({ lifecycle, stage, since }) => ({ lifecycle, stage, since: iso(since) })),
    scores: Object.fromEntries(view.scores.map(({ name, value }) => [name, value])),
    consents: view.consents,
    at: iso(now),
  };
}

export type TimelineOptions = {
  readonly limit: number;
  readonly before?: Position;
  /** Only these events, pages and screens, and only these types of message; empty: all. */
  readonly names: readonly string[];
  readonly types: readonly string[];
};

/** Messages that are looked at for one page; where few fit, a page is short, or empty, and says where to go on. */
const lookedAtMax = 1_000;

export function timelineOf(
  directory: Directory,
  found: Found,
  { limit, before = Infinity, names, types }: TimelineOptions,
): Timeline {
  const positions = directory.positions(found).filter((position) => position < before);
  const items: TimelineItem[] = [];
  let n = positions.length;
  for (let looked = 0; n > 0 && items.length < limit && looked < lookedAtMax; looked++) {
    const position = positions[--n] as Position;
    const message = directory.messageAt(position);
    if (message === undefined) continue;
    if (names.length > 0 && !names.includes(message.name)) continue;
    if (types.length > 0 && !types.includes(message.kind)) continue;
    items.push(timelineItem(position, message));
  }
  const last = positions[n];
  return n === 0 || last === undefined ? { items } : { items, before: last };
}

/** Messages that a story is told from, the latest, and for how long others wait for it at a time. */
const storyMessagesMax = 20_000;
const sliceMs = 3;

/** How a customer came together, and whether from all that there was; undefined where they have gone meanwhile. */
export async function storyOf(
  directory: Directory,
  found: Found,
): Promise<(Story & { readonly isWhole: boolean }) | undefined> {
  const view = found.engine.glimpse(found.id);
  if (view === undefined) return undefined;
  const positions = directory.positions(found);
  const teller = new StoryTeller(view.identifiers);
  let isWhole = positions.length <= storyMessagesMax;
  let until = performance.now() + sliceMs;
  for (const position of positions.slice(-storyMessagesMax)) {
    const message = directory.messageAt(position);
    if (message === undefined) isWhole = false;
    else if (message.time <= found.now) teller.take(message);
    if (performance.now() < until) continue;
    await new Promise((resolve) => setImmediate(resolve));
    until = performance.now() + sliceMs;
  }
  return { ...teller.story(), isWhole };
}

/** Why a customer is in a segment or not, as data and as lines of text. */
export function explainCustomer(
  { engine, id, now }: Found,
  segment: string,
): Result<{ readonly explanation: Explanation; readonly text: readonly string[] }, Diagnostic> {
  const { segments } = engine.definitions;
  if (!segments.has(segment)) {
    const nearest = nearestName(segment, [...segments.keys()]);
    const hint = nearest === undefined ? '' : ` Did you mean “${nearest}”?`;
    return fail({
      code: 'segments/unknown',
      severity: 'error',
      message: `There is no segment “${segment}”.${hint}`,
      ...(nearest === undefined ? {} : { nearest }),
    });
  }
  const explanation = explain(engine.history(id), engine.world(), segment, now);
  return ok({ explanation, text: explainText(explanation, engine.zone) });
}

function timelineItem(position: Position, message: Message): TimelineItem {
  const { kind, messageId, time, name, properties, traits } = message;
  return {
    position,
    type: kind,
    messageId,
    timestamp: iso(time),
    ...(name === '' ? {} : { name }),
    ...(kind === 'identify' ? { traits } : { properties }),
  };
}

/** ISO 8601 in UTC with milliseconds. */
export function iso(t: Instant): string {
  return new Date(t).toISOString();
}
