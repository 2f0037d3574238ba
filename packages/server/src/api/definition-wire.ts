/** Definitions, their versions and differences as the API shows them. */

import Type from 'typebox';

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import type { JsonValue } from '@segue/core/model/message.ts';
import { definitionKinds, type DefinitionKind } from '@segue/core/model/names.ts';

import type { DefinitionDifference, DefinitionVersion, Revision } from '../catalog/definition-history.ts';
import type { DefinitionsProgress, DefinitionsRefusal, Moves } from './definitions-port.ts';
import { ProblemError } from './problem.ts';
import { instantSchema, wireInstant } from './schemas.ts';

/** Schemas whose static types are written out where they are used. */
type Schema = Type.TSchema;

const kindSchema = Type.Union(definitionKinds.map((kind) => Type.Literal(kind)));
const namedSchema = Type.Record(Type.String(), Type.Unknown());

/** A rule as text, true or false, or as a tree. */
const ruleSchema = Type.Union([Type.String(), Type.Boolean(), Type.Record(Type.String(), Type.Unknown())], {
  description: 'As text, such as did "Order Completed" last 30d, or as a tree.',
});

/** What the body of a PUT holds, by kind: as in a definitions file. The rest is the parser's part, which says it in words. */
export const definitionBodies: Readonly<Record<DefinitionKind, Schema>> = {
  segments: Type.Object(
    { rule: ruleSchema, description: Type.Optional(Type.String()) },
    { additionalProperties: false },
  ),
  lifecycles: Type.Object(
    {
      stages: Type.Array(Type.Union([Type.String(), Type.Record(Type.String(), Type.Unknown())]), {
        description: 'NAME: RULE each; the last is a name alone and holds for all others.',
      }),
      description: Type.Optional(Type.String()),
    },
    { additionalProperties: false },
  ),
  rfm: Type.Object(
    { purchase: ruleSchema, value: Type.String(), window: Type.Optional(Type.Unknown()) },
    { additionalProperties: false },
  ),
  lists: Type.Object({ members: Type.Array(Type.String()) }, { additionalProperties: false }),
  channels: Type.Object(
    { mode: Type.Union([Type.Literal('opt_in'), Type.Literal('opt_out')]) },
    { additionalProperties: false },
  ),
};

/** A whole set: as a definitions file has it, in JSON. */
export const definitionSetSchema: Schema = Type.Object(
  {
    segments: Type.Optional(namedSchema),
    lifecycles: Type.Optional(namedSchema),
    rfm: Type.Optional(namedSchema),
    lists: Type.Optional(namedSchema),
    channels: Type.Optional(namedSchema),
  },
  { additionalProperties: false },
);

type DiagnosticSchema = Type.TUnsafe<Diagnostic>;

export const diagnosticSchema: DiagnosticSchema = Type.Unsafe<Diagnostic>(
  Type.Object({
    code: Type.String(),
    severity: Type.Union([Type.Literal('error'), Type.Literal('warning')]),
    message: Type.String(),
    line: Type.Optional(Type.Integer({ description: 'From 1, in the text of the rule.' })),
    column: Type.Optional(Type.Integer()),
    length: Type.Optional(Type.Integer()),
    pointer: Type.Optional(Type.String()),
    expected: Type.Optional(Type.String()),
    nearest: Type.Optional(Type.String()),
    definition: Type.Optional(Type.String({ description: 'Such as segments.vip.' })),
  }),
);

export type WireRevision = Omit<Revision, 'at'> & { readonly at: string };

export const revisionSchema: Type.TUnsafe<WireRevision> = Type.Unsafe<WireRevision>(
  Type.Object({
    revision: Type.Integer(),
    at: instantSchema,
    author: Type.String(),
    reason: Type.String(),
    created: Type.Integer(),
    changed: Type.Integer(),
    removed: Type.Integer(),
  }),
);

export function wireRevision({ at, ...revision }: Revision): WireRevision {
  return { ...revision, at: wireInstant(at) };
}

export type WireVersion = Omit<DefinitionVersion, 'at' | 'definition'> & {
  readonly at: string;
  readonly definition?: JsonValue;
};

export const versionSchema: Type.TUnsafe<WireVersion> = Type.Unsafe<WireVersion>(
  Type.Object({
    kind: kindSchema,
    name: Type.String(),
    version: Type.Integer({ description: 'One more whenever the meaning changes.' }),
    revision: Type.Integer(),
    at: instantSchema,
    author: Type.String(),
    reason: Type.String(),
    definition: Type.Optional(Type.Unknown({ description: 'Missing where it was removed.' })),
  }),
);

export function wireVersion({
  at,
  definition,
  ...version
}: Omit<DefinitionVersion, 'definition'> & Partial<Pick<DefinitionVersion, 'definition'>>): WireVersion {
  return { ...version, at: wireInstant(at), ...(definition === undefined ? {} : { definition }) };
}

export type WireDifference = Omit<DefinitionDifference, 'before' | 'after'> & {
  readonly before?: JsonValue;
  readonly after?: JsonValue;
};

export const differenceSchema: Type.TUnsafe<WireDifference> = Type.Unsafe<WireDifference>(
  Type.Object({
    kind: kindSchema,
    name: Type.String(),
    change: Type.Union([Type.Literal('created'), Type.Literal('changed'), Type.Literal('removed')]),
    before: Type.Optional(Type.Unknown()),
    after: Type.Optional(Type.Unknown()),
  }),
);

export function wireDifference({ before, after, ...difference }: DefinitionDifference): WireDifference {
  return {
    ...difference,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}

export const movesSchema: Type.TUnsafe<Moves> = Type.Unsafe<Moves>(
  Type.Object(
    {
      kind: Type.Union([Type.Literal('segments'), Type.Literal('lifecycles')]),
      name: Type.String(),
      entering: Type.Integer(),
      leaving: Type.Integer(),
      enteringExamples: Type.Array(Type.String()),
      leavingExamples: Type.Array(Type.String()),
    },
    { description: 'Who would enter and leave; of a lifecycle, whose stage would change.' },
  ),
);

export type WireProgress = Omit<DefinitionsProgress, 'startedAt'> & { readonly startedAt: string };

export const progressSchema: Type.TUnsafe<WireProgress> = Type.Unsafe<WireProgress>(
  Type.Object({
    revision: Type.Integer(),
    author: Type.String(),
    startedAt: instantSchema,
    from: Type.Union([Type.Literal('kept'), Type.Literal('history'), Type.Literal('log')], {
      description: 'Where the past that they need comes from; kept: the engine has it already.',
    }),
    done: Type.Integer({ description: 'Entries of the log that the new definitions have seen.' }),
    total: Type.Integer(),
  }),
);

export function wireProgress({ startedAt, ...progress }: DefinitionsProgress): WireProgress {
  return { ...progress, startedAt: wireInstant(startedAt) };
}

/** Definitions that have errors. */
export function invalidDefinitions(diagnostics: readonly Diagnostic[]): ProblemError {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more errors)` : '';
  const message = first?.message ?? 'They have errors.';
  return new ProblemError(400, 'definitions/invalid', `${message}${more}`, { errors: diagnostics });
}

export function refusedByDesk(refusal: DefinitionsRefusal): ProblemError {
  switch (refusal.kind) {
    case 'conflict':
      return new ProblemError(
        409,
        'definitions/conflict',
        `Somebody else changed the definitions: revision ${refusal.revision} is in force. Look at what changed and send yours again.`,
      );
    case 'trimmed':
      return new ProblemError(
        409,
        'definitions/history-trimmed',
        `They have a rule that needs events of before ${new Date(refusal.since).toISOString()}, which are not kept any more (messages.retention); give its events a window that begins later. Rules that are in force already may stay as they are.`,
      );
    case 'busy': {
      const { revision, author } = refusal.progress;
      return new ProblemError(
        409,
        'definitions/busy',
        `Revision ${revision} by ${author} is being built; send yours when it is in force (GET /api/definitions/progress).`,
        { headers: { 'retry-after': '5' } },
      );
    }
    case 'closed': {
      const { code, message, retryAfterSeconds } = refusal.closed;
      return new ProblemError(503, code, message, { headers: { 'retry-after': String(retryAfterSeconds) } });
    }
  }
}
