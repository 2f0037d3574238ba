/** What a reader asks a stream for, in a query or in a frame of a WebSocket, read into what the reader of the feed needs. */

import Type from 'typebox';

import { definitionNameCharactersMax } from '@segue/core/base/limits.ts';
import { fail, ok, type Result } from '@segue/core/base/result.ts';

import type { Refusal } from '../catalog/catalog.ts';
import { compileLate } from '../http/late-validator.ts';
import type { FeedEvent } from './feed.ts';
import { changeWords, filterNamesMax, fromWireFilter, type WireFilter } from './feed-filter.ts';
import type { Selection } from './stream-reader.ts';

/** Finds a customer by an identifier as people write it: `ann@example.com`, `email:ann@example.com`. */
export type FindProfile = (identifier: string) => number | undefined;

export type StreamRequest = { readonly selection: Selection; readonly from?: number };

const listMax = filterNamesMax * (definitionNameCharactersMax + 1);
const identifierMax = 600;

const nameList = (what: string): Type.TOptional<Type.TString> =>
  Type.Optional(Type.String({ maxLength: listMax, description: `Names of ${what}, with commas between.` }));

type QuerySchema = Type.TObject<
  Record<'segments' | 'lifecycles' | 'changes' | 'customer' | 'from', Type.TOptional<Type.TString>>
>;

export const streamQuerySchema: QuerySchema = Type.Object(
  {
    segments: nameList('segments: changes of these only'),
    lifecycles: nameList('lifecycles: changes of stage in these only'),
    changes: Type.Optional(
      Type.String({ maxLength: 100, description: `Of ${changeWords.join(', ')}, with commas between.` }),
    ),
    customer: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: identifierMax,
        description: 'Changes of this customer only: an identifier, also as kind:value.',
      }),
    ),
    from: Type.Optional(
      Type.String({
        pattern: '^[0-9]{1,15}$',
        description: 'Number of the first change that is wanted; left out: the next one to come.',
      }),
    ),
  },
  { additionalProperties: false },
);

export type StreamQuery = Type.Static<typeof streamQuerySchema>;

type EventsQuerySchema = Type.TObject<
  QuerySchema['properties'] & Record<'sizes' | 'messages', Type.TOptional<Type.TBoolean>>
>;

/** Of server-sent events, which bring more than changes to those who look on. */
export const eventsQuerySchema: EventsQuerySchema = Type.Object(
  {
    ...streamQuerySchema.properties,
    sizes: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Also events `sizes`: how large everything is, then what has become another.',
      }),
    ),
    messages: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'Also events `messages`: the newest messages of each moment as they are taken.',
      }),
    ),
  },
  { additionalProperties: false },
);

const names = Type.Optional(
  Type.Array(Type.String({ maxLength: definitionNameCharactersMax }), { maxItems: filterNamesMax }),
);
const subscribeFrame = compileLate(
  Type.Object(
    {
      type: Type.Literal('subscribe'),
      segments: names,
      lifecycles: names,
      changes: Type.Optional(Type.Array(Type.Union(changeWords.map((word) => Type.Literal(word))))),
      customer: Type.Optional(Type.String({ minLength: 1, maxLength: identifierMax })),
      from: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
    },
    { additionalProperties: false },
  ),
);

type Asked = WireFilter & { readonly customer?: string; readonly from?: number };

/** What stands in the way of a position, or who is meant by an identifier, is known to the service alone. */
export type StreamWorld = {
  readonly findProfile: FindProfile;
  /** Number of the next change. */
  readonly next: number;
};

/**
 * `lastEventId`: the header of a browser that connects again; it counts before `from`. A number that was not given out yet is
 * refused to who begins there. Who connects again is told of the gap instead: an older backup was put back, and a browser would
 * take a refusal for the end.
 */
export function readStreamQuery(
  query: StreamQuery,
  lastEventId: string | undefined,
  { findProfile, next }: StreamWorld,
): Result<StreamRequest, Refusal> {
  const changes = listed(query.changes);
  const unknown = changes?.find((word) => !(changeWords as readonly string[]).includes(word));
  if (unknown !== undefined) {
    return fail({
      code: 'streams/changes',
      message: `“${unknown.slice(0, 60)}” in “changes” is no kind of change; expected ${changeWords.join(', ')}.`,
    });
  }
  const from = startOf(query.from, lastEventId);
  if (from === 'unreadable') {
    return fail({
      code: 'streams/position',
      message:
        'The header Last-Event-ID is not an id that this stream gave out; leave it out, or begin with “from”.',
    });
  }
  const begins = lastEventId === undefined || lastEventId === '';
  if (begins && from !== undefined && from > next) return fail(beyond(from, next));
  const segments = listed(query.segments);
  const lifecycles = listed(query.lifecycles);
  if ((segments?.length ?? 0) > filterNamesMax || (lifecycles?.length ?? 0) > filterNamesMax) {
    return fail({
      code: 'streams/filter',
      message: `A stream is filtered by at most ${filterNamesMax} names; leave the filter out and choose among what comes.`,
    });
  }
  const asked = {
    ...(segments === undefined ? {} : { segments }),
    ...(lifecycles === undefined ? {} : { lifecycles }),
    ...(changes === undefined ? {} : { changes: changes as Asked['changes'] & object }),
    ...(query.customer === undefined ? {} : { customer: query.customer }),
    ...(from === undefined ? {} : { from }),
  };
  return requestOf(asked, findProfile);
}

/** A frame `subscribe` of a WebSocket. */
export function readSubscribeFrame(
  text: string,
  { findProfile, next }: StreamWorld,
): Result<StreamRequest, Refusal> {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    frame = undefined;
  }
  if (!subscribeFrame().Check(frame)) {
    return fail({
      code: 'streams/frame',
      message:
        'The frame is not one that is known here; expected {"type":"subscribe"} with any of segments, lifecycles, changes, customer and from.',
    });
  }
  const { type: _, ...asked } = frame;
  if (asked.from !== undefined && asked.from > next) return fail(beyond(asked.from, next));
  return requestOf(asked, findProfile);
}

function beyond(from: number, next: number): Refusal {
  return {
    code: 'streams/position',
    message: `There is no change ${from} yet: the next one will have the number ${next}. Begin there or before, or leave “from” out; whoever has seen later numbers goes on from an older backup, and asks anew what is so now.`,
  };
}

function requestOf(
  { customer, from, ...filter }: Asked,
  findProfile: FindProfile,
): Result<StreamRequest, Refusal> {
  if (customer !== undefined && findProfile(customer) === undefined) {
    return fail({
      code: 'streams/unknown-customer',
      message:
        'There is no customer with the identifier in “customer”; one that is to come cannot be waited for.',
    });
  }
  const selection = {
    filter: fromWireFilter(filter),
    ...(customer === undefined ? {} : { isOf: changesOf(customer, findProfile) }),
  };
  return ok(from === undefined ? { selection } : { selection, from });
}

/** Whether a change is of a customer: by who they are now, and by the identifiers that they had when it happened. */
function changesOf(identifier: string, findProfile: FindProfile): (event: FeedEvent) => boolean {
  return ({ customer }) =>
    customer.profile === findProfile(identifier) ||
    customer.identifiers.some(({ kind, value }) => value === identifier || `${kind}:${value}` === identifier);
}

function listed(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const words = text.split(',').map((word) => word.trim());
  return words.filter((word) => word !== '');
}

function startOf(
  from: string | undefined,
  lastEventId: string | undefined,
): number | undefined | 'unreadable' {
  if (lastEventId === undefined || lastEventId === '') return from === undefined ? undefined : Number(from);
  return /^(?:-1|[0-9]{1,15})$/u.test(lastEventId) ? Number(lastEventId) + 1 : 'unreadable';
}
