/**
 * Checks requests against the schemas that their types and the OpenAPI document come from, and says what is wrong in words.
 *
 * Bodies are taken as they are: nothing is converted, and a field that the schema does not know is refused with the nearest
 * name it knows. Queries and paths are texts, so numbers and booleans are read from them: as they are written, and nothing
 * else is taken for one. What a route does not ask for in its query is refused there too.
 */

import type { FastifyInstance } from 'fastify';
import Type, { type TSchema } from 'typebox';
import type { TLocalizedValidationError } from 'typebox/error';

import { nearestName } from '@segue/core/rules/names.ts';

import { compileLate, lateValue } from '../http/late-validator.ts';
import { ProblemError, type Fault } from './problem.ts';

type Part = NonNullable<Fault['in']>;

/** The pattern of a name: one line, in which something is to be seen. */
export const nameLine = '^[^\\p{Cc}]*[^\\s\\p{C}][^\\p{Cc}]*$';
/** The pattern of what people write to each other: no control characters but tabs and line breaks. */
export const plainText = '^(?:[\\t\\n\\r]|[^\\p{Cc}])*$';

/** Validation for every route of the app; answers are written as they are. */
export function useStrictValidation(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    const { schema } = route;
    // What is no part of the API, such as the pages of the app, asks nobody for what stands behind its addresses.
    if (schema === undefined || schema.hide === true) return;
    schema.querystring ??= noQuery;
  });
  app.setValidatorCompiler<TSchema>(({ schema, httpPart }) => {
    const part = partOf(httpPart);
    const late = compileLate(schema);
    return (given: unknown) => {
      const validator = late();
      const complete = part === 'body' ? given : lateValue().Default(schema, readTexts(schema, given));
      if (validator.Check(complete)) return { value: complete };
      return { error: invalid(faultsOf(validator.Errors(complete), schema, part, complete)) };
    };
  });
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
}

const noQuery = Type.Object({}, { additionalProperties: false });

/** What is read of a schema here. */
type Shape = {
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
};

/** Texts as what the schema wants in their place; what cannot be read as that stays as it is, and is refused. */
function readTexts(schema: Shape, given: unknown): unknown {
  if (typeof given !== 'object' || given === null) return given;
  const { properties = {} } = schema;
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      Object.hasOwn(properties, name) ? readText(properties[name] ?? {}, value) : value,
    ]),
  );
}

const numberText = { integer: /^-?\d{1,16}$/, number: /^-?\d{1,16}(?:\.\d{1,16})?$/ };
const booleanText: ReadonlyMap<unknown, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

function readText({ type, items = {} }: Shape, value: unknown): unknown {
  switch (type) {
    case 'integer':
    case 'number':
      return typeof value === 'string' && numberText[type].test(value) ? Number(value) : value;
    case 'boolean':
      return booleanText.get(value) ?? value;
    case 'array':
      return (Array.isArray(value) ? value : [value]).map((one: unknown) => readText(items, one));
    default:
      return value;
  }
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
  given: unknown,
): readonly Fault[] {
  // Of a union, what each alternative lacks says less than that none fits.
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf').map(({ schemaPath }) => schemaPath);
  const telling = errors.filter(
    ({ keyword, schemaPath }) =>
      keyword !== 'boolean' && !unions.some((union) => schemaPath.startsWith(`${union}/anyOf/`)),
  );
  return telling.flatMap((error) => faultOf(error, schema, part, given));
}

function faultOf(
  error: TLocalizedValidationError,
  schema: TSchema,
  part: Part,
  given: unknown,
): readonly Fault[] {
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
    return [
      {
        in: part,
        pointer,
        message: `${at} must be ${expected}${insteadOf(part, pointer, given)}.`,
        expected,
      },
    ];
  }
  const expected = wanted(error);
  if (expected !== undefined) {
    const message = `${at} must be ${expected}${insteadOf(part, pointer, given)}.`;
    return [{ in: part, pointer, message, expected }];
  }
  return [
    { in: part, pointer, message: `${at} ${error.message}.`, expected: error.message.replace('must ', '') },
  ];
}

const typeWords: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  string: 'a text',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

/** What was expected, as “must be …” goes on; undefined where the words of the checker will do. */
function wanted(error: TLocalizedValidationError): string | undefined {
  if (error.keyword === 'type') {
    return [error.params.type]
      .flat()
      .map((type) => typeWords[type] ?? type)
      .join(' or ');
  }
  if (error.keyword === 'minLength') return `a text of at least ${counted(error.params.limit, 'character')}`;
  if (error.keyword === 'maxLength') return `a text of at most ${counted(error.params.limit, 'character')}`;
  if (error.keyword === 'pattern' && error.params.pattern === nameLine) {
    return 'one line with more than blanks in it, and without control characters';
  }
  if (error.keyword === 'pattern' && error.params.pattern === plainText) {
    return 'a text without control characters other than tabs and line breaks';
  }
  if (error.keyword === 'minItems') return `a list of at least ${counted(error.params.limit, 'item')}`;
  if (error.keyword === 'maxItems') return `a list of at most ${counted(error.params.limit, 'item')}`;
  if (error.keyword === 'minimum') return `${error.params.limit} or more`;
  if (error.keyword === 'maximum') return `${error.params.limit} or less`;
  return undefined;
}

function counted(n: number | bigint, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

const shownMax = 40;

/** What stands there, of a query or path, which has no secrets; nothing where it is long, or would say nothing. */
function insteadOf(part: Part, pointer: string, given: unknown): string {
  if (part !== 'query' && part !== 'path') return '';
  const [, name = '', ...deeper] = pointer.split('/');
  let found: unknown = (given as Readonly<Record<string, unknown>> | undefined)?.[name];
  if (Array.isArray(found) && deeper.length === 0) return ', and once only';
  if (Array.isArray(found)) found = found[Number(deeper[0])];
  if (typeof found === 'number' || typeof found === 'boolean') return `, not ${found}`;
  return typeof found === 'string' && found !== '' && found.length <= shownMax ? `, not “${found}”` : '';
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
  const items = union as readonly { readonly const?: unknown; readonly type?: unknown }[];
  if (items.every((item) => item.const !== undefined)) return oneOf(items.map((item) => item.const));
  return items
    .map(({ const: value, type }) =>
      value === undefined ? (typeWords[String(type)] ?? String(type)) : JSON.stringify(value),
    )
    .join(' or ');
}

function oneOf(values: readonly unknown[]): string {
  return `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`;
}

function pointerStep(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
