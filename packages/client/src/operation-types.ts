/** What each operation takes and gives, drawn from the generated types. */

import type { operations } from './api-types.ts';

export type OperationId = keyof operations;

type Parameter<O extends OperationId, K extends string> =
  operations[O]['parameters'] extends Readonly<Record<K, infer P>> ? P : never;
type OptionalParameter<O extends OperationId, K extends string> =
  operations[O]['parameters'] extends Partial<Record<K, infer P>> ? P : never;
type BodyOf<O extends OperationId> = operations[O] extends {
  requestBody: { content: { 'application/json': infer B } };
}
  ? B
  : never;

type Field<K extends string, Required, Optional = Required> = [Required] extends [never]
  ? [Optional] extends [never]
    ? object
    : Readonly<Partial<Record<K, Optional>>>
  : Readonly<Record<K, Required>>;

/** `{ path, query, body }` as far as the operation has them. */
export type Input<O extends OperationId> = Field<'path', Parameter<O, 'path'>> &
  Field<'query', Parameter<O, 'query'>, OptionalParameter<O, 'query'>> &
  Field<'body', BodyOf<O>>;

type ContentOf<R> = R extends { content: infer C extends object } ? C[keyof C] : undefined;
type Success = 200 | 201 | 204;

/** What the operation answers; undefined where there is nothing to say. */
export type Output<O extends OperationId> = {
  [S in keyof operations[O]['responses'] & Success]: ContentOf<operations[O]['responses'][S]>;
}[keyof operations[O]['responses'] & Success];

/** Operations that answer with a part of a list and take a cursor. */
export type ListOperation = {
  [O in OperationId]: Output<O> extends { items: readonly unknown[]; next?: string } ? O : never;
}[OperationId];

export type Item<O extends ListOperation> = Output<O> extends { items: readonly (infer T)[] } ? T : never;
