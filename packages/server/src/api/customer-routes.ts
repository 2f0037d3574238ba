/** Customers as lists: searched, within segments and stages, ordered; page after page, or any part. */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Type from 'typebox';

import { didYouMean } from '@segue/core/rules/names.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';

import type {
  CustomerList,
  CustomerLists,
  CustomerRow,
  ListOrder,
  ListQuestion,
} from '../finding/customer-lists.ts';
import { FinderRefusal } from '../finding/finder.ts';
import { readSearch, searchCharactersMax } from '../finding/search-terms.ts';
import type { Plugin } from '../http/parts.ts';
import { goneSignal } from './preview-routes.ts';
import { notFound, ProblemError } from './problem.ts';
import { instantSchema, wireInstant, wireInstantAs } from './schemas.ts';

export type CustomerRouteOptions = {
  readonly lists: CustomerLists;
  readonly definitions: () => Definitions;
};

const rowsMax = 500;
const filtersMax = 16;
const columnsMax = 12;
const nameSchema = Type.String({ minLength: 1, maxLength: 200 });
const orders = ['known', 'lastSeen', 'firstSeen', 'name', 'since'] as const;

const querySchema = Type.Object(
  {
    q: Type.Optional(
      Type.String({
        maxLength: searchCharactersMax,
        default: '',
        description:
          'Words, all of which a customer has in identifiers or traits: any part, in any case, with or without accents. `"new delhi"` is one word; `city:pune` is what a field begins with.',
      }),
    ),
    segment: Type.Optional(
      Type.Array(nameSchema, { maxItems: filtersMax, description: 'In all of these; repeated for several.' }),
    ),
    stage: Type.Optional(
      Type.Array(nameSchema, {
        maxItems: filtersMax,
        description: '`lifecycle.stage`; of one lifecycle, in any of those named.',
      }),
    ),
    sort: Type.Optional(
      Type.String({
        maxLength: 200,
        default: '-lastSeen',
        description: `${orders.join(', ')} (of the one segment), or trait.NAME; with - in front the other way around. Whoever has none comes last.`,
      }),
    ),
    columns: Type.Optional(
      Type.Array(nameSchema, { maxItems: columnsMax, description: 'Traits to show; repeated for several.' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: rowsMax, default: 100 })),
    offset: Type.Optional(Type.Integer({ minimum: 0, default: 0, description: 'Place of the first row.' })),
    list: Type.Optional(
      Type.String({
        maxLength: 60,
        description: '`list` of an answer before: the same rows at the same places, as long as it is kept.',
      }),
    ),
    cursor: Type.Optional(
      Type.String({
        maxLength: 100,
        description: 'The `next` of the page before, instead of list and offset.',
      }),
    ),
  },
  { additionalProperties: false },
);

const rowSchema = Type.Object({
  id: Type.Integer(),
  gone: Type.Optional(
    Type.Boolean({
      description: 'Erased or merged into another since the list was made; nothing else is said.',
    }),
  ),
  displayId: Type.String(),
  name: Type.Optional(Type.String()),
  email: Type.Optional(Type.String()),
  firstSeen: Type.Optional(instantSchema),
  lastSeen: Type.Optional(
    Type.String({ format: 'date-time', description: 'When what arrived last of them happened.' }),
  ),
  since: Type.Optional(
    Type.String({ format: 'date-time', description: 'In the segment asked about, where that is one.' }),
  ),
  stages: Type.Record(Type.String(), Type.String()),
  segments: Type.Integer({ description: 'In how many they are.' }),
  columns: Type.Record(Type.String(), Type.Unknown()),
});

const answerSchema = Type.Object({
  items: Type.Array(rowSchema),
  offset: Type.Integer(),
  total: Type.Integer({ description: 'Customers in the list, exact as of `at`.' }),
  everybody: Type.Integer({ description: 'Customers that there are now.' }),
  list: Type.String({ description: 'Asks for other parts of this very list.' }),
  next: Type.Optional(Type.String()),
  searched: Type.Number({
    description:
      'Below 1, shortly after a start: customers are still being read. Without a search everybody is here, the latest known first; with one only who is known by exactly that.',
  }),
  at: instantSchema,
});

type Asked = Type.Static<typeof querySchema>;

/** To be mounted with the prefix `/api`. */
export function customerRoutes({ lists, definitions }: CustomerRouteOptions): Plugin {
  return (untyped) => {
    const app = untyped.withTypeProvider<TypeBoxTypeProvider>();
    app.get(
      '/customers',
      {
        config: { access: 'viewer' },
        schema: {
          operationId: 'listCustomers',
          tags: ['profiles'],
          summary: 'Customers by anything that is known of them, in an order, by parts.',
          querystring: querySchema,
          response: { 200: answerSchema },
        },
      },
      async ({ query }, reply) => {
        const question = questionOf(query, definitions());
        const place = placeOf(query);
        const known = place.list === undefined ? undefined : lists.find(place.list, question);
        const list = known ?? (await answered(() => lists.make(question, goneSignal(reply))));
        const { limit = 100, columns = [] } = query;
        const rows = await lists.rows(list, { offset: place.offset, limit }, question, columns);
        return wireList(list, rows, place.offset, lists.everybody());
      },
    );
  };
}

function wireList(list: CustomerList, rows: readonly CustomerRow[], offset: number, everybody: number) {
  const end = offset + rows.length;
  const hasMore = rows.length > 0 && end < list.ids.length;
  return {
    items: rows.map(({ firstSeen, lastSeen, since, ...row }) => ({
      ...row,
      ...wireInstantAs('firstSeen', firstSeen),
      ...wireInstantAs('lastSeen', lastSeen),
      ...wireInstantAs('since', since),
    })),
    offset,
    total: list.ids.length,
    everybody,
    list: list.name,
    ...(hasMore ? { next: `${end}.${list.name}` } : {}),
    searched: list.searched,
    at: wireInstant(list.at),
  };
}

/** A cursor names a place and a list; one that is made up leads to a place, and to nothing that could not be asked for. */
function placeOf({ cursor, list, offset = 0 }: Asked): { readonly list?: string; readonly offset: number } {
  if (cursor === undefined) return { offset, ...(list === undefined ? {} : { list }) };
  const [, place, name = ''] = /^(\d{1,10})\.([\w-]*)$/.exec(cursor) ?? [];
  if (place !== undefined) return { offset: Number(place), list: name };
  throw new ProblemError(
    400,
    'request/cursor',
    'This cursor was not given out for this list; begin without one, and keep filters as they were.',
  );
}

function questionOf(
  { q = '', segment = [], stage = [], sort = '-lastSeen' }: Asked,
  { segments, lifecycles }: Definitions,
): ListQuestion {
  for (const name of segment) if (!segments.has(name)) throw unknown('segment', name, [...segments.keys()]);
  const all = [...lifecycles.values()].flatMap(({ name, stages }) =>
    stages.map((one) => ({ lifecycle: name, stage: one.name })),
  );
  const stages = stage.map((name) => {
    const found = all.find((one) => `${one.lifecycle}.${one.stage}` === name);
    if (found !== undefined) return found;
    const names = all.map((one) => `${one.lifecycle}.${one.stage}`);
    throw unknown('stage', name, names);
  });
  const typed = q.trim();
  const descending = sort.startsWith('-');
  const order = orderOf(descending ? sort.slice(1) : sort, segment.length);
  return { terms: readSearch(typed), typed, segments: segment, stages, order, descending };
}

function orderOf(text: string, segments: number): ListOrder {
  const trait = /^trait\.(.+)$/.exec(text)?.[1];
  if (trait !== undefined) return { by: 'trait', trait };
  const by = orders.find((order) => order === text);
  if (by !== undefined && (by !== 'since' || segments === 1)) return { by };
  throw new ProblemError(
    400,
    'customers/sort',
    by === undefined
      ? `“${text}” is no order; expected ${orders.join(', ')} or trait.NAME.`
      : 'Who came when (since) is asked of one segment: name one, or choose another order.',
  );
}

function unknown(what: 'segment' | 'stage', name: string, names: readonly string[]): ProblemError {
  const code = what === 'stage' ? 'stages/unknown' : 'segments/unknown';
  return notFound(code, `There is no ${what} “${name.slice(0, 100)}”.${didYouMean(name, names)}`);
}

async function answered(work: () => Promise<CustomerList>): Promise<CustomerList> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FinderRefusal)) throw error;
    const { code, message } = error;
    const status = code === 'customers/search-busy' ? 429 : code === 'customers/search-failed' ? 503 : 409;
    throw new ProblemError(status, code, message, { headers: status === 409 ? {} : { 'retry-after': '1' } });
  }
}
