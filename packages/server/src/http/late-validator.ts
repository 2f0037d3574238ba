/**
 * Schemas that are compiled when something is first checked against them. What compiles them is loaded then, too: three
 * hundred modules that a start, which may be one after a crash, does without.
 */

import { createRequire } from 'node:module';

import type { Static, TSchema } from 'typebox';
import type * as Compiling from 'typebox/compile';
import type { TLocalizedValidationError } from 'typebox/error';
import type * as Values from 'typebox/value';

const require = createRequire(import.meta.url);

export interface LateValidator<T extends TSchema> {
  Check(value: unknown): value is Static<T>;
  Errors(value: unknown): readonly TLocalizedValidationError[];
}

export function compileLate<T extends TSchema>(schema: T): () => LateValidator<T> {
  let validator: LateValidator<T> | undefined = undefined;
  return () => (validator ??= compiler().Compile(schema) as LateValidator<T>);
}

function compiler(): typeof Compiling {
  return require('typebox/compile') as typeof Compiling;
}

/** What converts and completes values by their schemas. */
export function lateValue(): typeof Values.Value {
  return (require('typebox/value') as typeof Values).Value;
}
