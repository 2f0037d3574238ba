/** Schemas that several routes share, and the wire forms they describe. */

import Type from 'typebox';

import type { Instant } from '@segue/core/model/message.ts';

import type { Page } from '../catalog/catalog.ts';
import { roles, type Role } from '../catalog/grants.ts';
import type { Cursors } from './cursors.ts';

/** Items in one part of a list. */
export const pageItemsMax: number = 1_000;
const pageItems = 100;

export const instantSchema: Type.TString = Type.String({
  format: 'date-time',
  description: 'UTC, to the millisecond.',
});

export const roleSchema: Type.TUnsafe<Role> = Type.Unsafe<Role>(
  Type.Union(
    roles.map((role) => Type.Literal(role)),
    { description: 'viewer reads; marketer changes definitions too; admin everything.' },
  ),
);

export const problemSchema: Type.TSchema = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String({ description: 'What is wrong, what was expected, what to do.' }),
  code: Type.String({ description: 'Does not change between versions; see docs/errors.md.' }),
  errors: Type.Optional(
    Type.Array(
      Type.Object({
        message: Type.String(),
        code: Type.Optional(Type.String()),
        severity: Type.Optional(Type.Union([Type.Literal('error'), Type.Literal('warning')])),
        in: Type.Optional(Type.String({ description: 'body, query, path or headers.' })),
        pointer: Type.Optional(Type.String({ description: 'JSON pointer to what is wrong.' })),
        line: Type.Optional(Type.Integer()),
        column: Type.Optional(Type.Integer()),
        length: Type.Optional(Type.Integer()),
        expected: Type.Optional(Type.String()),
        nearest: Type.Optional(Type.String()),
        definition: Type.Optional(Type.String()),
      }),
    ),
  ),
  id: Type.Optional(Type.String()),
});

type PageQuerySchema = Type.TObject<{
  limit: Type.TOptional<Type.TInteger>;
  cursor: Type.TOptional<Type.TString>;
}>;

export const pageQuerySchema: PageQuerySchema = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: pageItemsMax, default: pageItems })),
    cursor: Type.Optional(
      Type.String({ maxLength: 200, description: 'The `next` of the part before; left out for the first.' }),
    ),
  },
  { additionalProperties: false },
);

/** A part of a list; `next` is missing at the end. */
export function pageSchema<T extends Type.TSchema>(
  item: T,
): Type.TObject<{ items: Type.TArray<T>; next: Type.TOptional<Type.TString> }> {
  return Type.Object({ items: Type.Array(item), next: Type.Optional(Type.String()) });
}

/** Nothing is sent back. */
export const nothingSchema: Type.TNull = Type.Null({ description: 'Done; there is nothing to say.' });

export type PageQuery = { readonly limit?: number; readonly cursor?: string };

/** What to ask the catalog for. `list` names the list and its filters, for the cursor. */
export function pageRequest(
  query: PageQuery,
  list: string,
  cursors: Cursors,
): { readonly limit: number; readonly after?: number } {
  const { limit = pageItems, cursor } = query;
  return cursor === undefined ? { limit } : { limit, after: cursors.read(list, cursor) };
}

export function pageAnswer<T, U>(
  page: Page<T>,
  write: (item: T) => U,
  list: string,
  cursors: Cursors,
): { items: U[]; next?: string } {
  const items = page.items.map(write);
  return page.next === undefined ? { items } : { items, next: cursors.write(list, page.next) };
}

/** `2026-11-01T09:00:00.000Z`. */
export function wireInstant(at: Instant): string {
  return new Date(at).toISOString();
}

/** The field, where there is such an instant. */
export function wireInstantAs<K extends string>(
  name: K,
  at: Instant | undefined,
): Partial<Record<K, string>> {
  return at === undefined ? {} : ({ [name]: wireInstant(at) } as Partial<Record<K, string>>);
}
