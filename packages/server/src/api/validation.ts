/**
 * Checks requests against the schemas that their types and the OpenAPI document come from, and says what is wrong in words.
 *
 * Bodies are taken as they are: nothing is converted, and a field that the schema does not know is refused with the nearest
 * name it knows. Queries and paths are texts, so numbers and booleans are read from them.
 */

import type { FastifyInstance } from 'fastify';
import type { TSchema } from 'typebox';
import type { TLocalizedValidationError } from 'typebox/error';

import { nearestName } from '@segue/core/rules/names.ts';

import { compileLate, lateValue } from '../http/late-validator.ts';
import { ProblemError, type Fault } from './problem.ts';

type Part = NonNullable<Fault['in']>;

/** Validation for every route of the app; answers are written as they are. */
export function useStrictValidation(app: FastifyInstance): void {
  app.setValidatorCompiler<TSchema>(({ schema, httpPart }) => {
    const part = partOf(httpPart);
    const late = compileLate(schema);
    return (given: unknown) => {
      const validator = late();
      const Value = lateValue();
      const value = part === 'body' ? given : Value.Convert(schema, Value.Clone(given));
      const complete = part === 'body' ? value : Value.Default(schema, value);
      if (validator.Check(complete)) return { value: complete };
      return { error: invalid(faultsOf(validator.Errors(complete), schema, part)) };
    };
  });
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
}

/** A request whose parts are not as expected. */
export function invalid(faults: readonly Fault[]): ProblemError {
  const [first] = faults;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  const detail = `The request is not as expected: ${first?.message ?? 'it has another form.'}${more}`;
  return new ProblemError(400, 'request/invalid', detail, { errors: faults });
}

function partOf(httpPart: string | undefined): Part {
  if (httpPart === 'querystring') return 'query';
  if (httpPart === 'params') return 'path';
  return httpPart === 'headers' ? 'headers' : 'body';
}

function faultsOf(
  errors: readonly TLocalizedValidationError[],
  schema: TSchema,
  part: Part,
): readonly Fault[] {
  // Of a union, what each alternative lacks says less than that none fits.
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf').map(({ schemaPath }) => schemaPath);
  const telling = errors.filter(
    ({ keyword, schemaPath }) =>
      keyword !== 'boolean' && !unions.some((union) => schemaPath.startsWith(`${union}/anyOf/`)),
  );
  return telling.flatMap((error) => faultOf(error, schema, part));
}

function faultOf(error: TLocalizedValidationError, schema: TSchema, part: Part): readonly Fault[] {
  const { instancePath: pointer } = error;
  const at = pointer === '' ? `the ${part}` : `${part} ${pointer}`;
  if (error.keyword === 'required') {
    return error.params.requiredProperties.map((name) => ({
      in: part,
      pointer: `${pointer}/${pointerStep(name)}`,
      message: `${at} lacks “${name}”.`,
      expected: `“${name}”`,
    }));
  }
  if (error.keyword === 'additionalProperties') {
    return error.params.additionalProperties.map((name) => unknownField(name, pointer, at, schema, part));
  }
  if (error.keyword === 'anyOf' || error.keyword === 'enum' || error.keyword === 'const') {
    const expected = alternatives(error, schema);
    return [{ in: part, pointer, message: `${at} must be ${expected}.`, expected }];
  }
  const expected = error.message.replace(/^must (be )?/, '');
  return [{ in: part, pointer, message: `${at} ${error.message}.`, expected }];
}

function unknownField(name: string, pointer: string, at: string, schema: TSchema, part: Part): Fault {
  const known = knownFields(pointer === '' ? schema : undefined);
  const shown = name.length > 60 ? `${name.slice(0, 60)}…` : name;
  const nearest = nearestName(name, known);
  const hint = nearest === undefined ? '' : ` Did you mean “${nearest}”?`;
  return {
    in: part,
    pointer: `${pointer}/${pointerStep(shown)}`,
    message: `${at} has “${shown}”, which is not known here.${hint}`,
    ...(known.length === 0 ? {} : { expected: known.join(', ') }),
    ...(nearest === undefined ? {} : { nearest }),
  };
}

function knownFields(schema: TSchema | undefined): readonly string[] {
  if (schema === undefined || !('properties' in schema)) return [];
  const { properties } = schema;
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
}

/** “one of "viewer", "marketer"”, where the schema says which. */
function alternatives(error: TLocalizedValidationError, schema: TSchema): string {
  if (error.keyword === 'enum') return oneOf(error.params.allowedValues);
  if (error.keyword === 'const') return JSON.stringify(error.params.allowedValue);
  let at: unknown = schema;
  for (const step of error.schemaPath.split('/').slice(1)) {
    at = typeof at === 'object' && at !== null ? (at as Readonly<Record<string, unknown>>)[step] : undefined;
  }
  const union: unknown = typeof at === 'object' && at !== null && 'anyOf' in at ? at.anyOf : undefined;
  if (!Array.isArray(union)) return 'of another form';
  return oneOf(
    union.map((item: { readonly const?: unknown; readonly type?: unknown }) => item.const ?? item.type),
  );
}

function oneOf(values: readonly unknown[]): string {
  return `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`;
}

function pointerStep(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
