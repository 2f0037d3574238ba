/** A change of definitions, of one or of all: what it takes, and what it answers. */

import Type from 'typebox';

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import { definitionPath } from '@segue/core/model/names.ts';

import type { Actor } from '../catalog/catalog.ts';
import { reasonCharactersMax } from '../catalog/limits.ts';
import type { CheckedDefinitions } from '../catalog/plain-definitions.ts';
import {
  diagnosticSchema,
  differenceSchema,
  movesSchema,
  refusedByDesk,
  wireDifference,
  type WireDifference,
} from './definition-wire.ts';
import type { Moves } from './definitions-port.ts';
import type { ApiParts } from './parts.ts';
import { plainText } from './validation.ts';

/** Names in one row of the audit log; the history of versions has all. */
const auditedNamesMax = 20;
/** Bytes of a whole set: lists may be long. */
export const definitionsBytesMax: number = 64 * 1_048_576;

export const reasonSchema: Type.TOptional<Type.TString> = Type.Optional(
  Type.String({
    maxLength: reasonCharactersMax,
    pattern: plainText,
    description: 'Why; kept with the version.',
  }),
);
export const expectedRevisionSchema: Type.TOptional<Type.TInteger> = Type.Optional(
  Type.Integer({ minimum: 0, description: 'Refused if another revision is in force by then.' }),
);

/** What a change did, or would do. */
export const appliedSchema: Type.TUnsafe<WireApplied> = Type.Unsafe<WireApplied>(
  Type.Object({
    revision: Type.Integer({ description: 'Now in force; after a dry run, the one compared with.' }),
    dryRun: Type.Boolean(),
    difference: Type.Array(differenceSchema),
    moves: Type.Optional(Type.Array(movesSchema, { description: 'After a dry run.' })),
    warnings: Type.Array(diagnosticSchema),
  }),
);

export type WireApplied = {
  readonly revision: number;
  readonly dryRun: boolean;
  readonly difference: readonly WireDifference[];
  readonly moves?: readonly Moves[];
  readonly warnings: readonly Diagnostic[];
};

export type ChangeRequest = {
  readonly dryRun: boolean;
  readonly by: Actor;
  readonly reason: string;
  readonly expectedRevision?: number;
  readonly madeFrom?: Definitions;
};

/** Puts definitions into force, with a row in the audit log, or says what would become of it. */
export async function changeDefinitions(
  { desk, catalog }: Pick<ApiParts, 'desk' | 'catalog'>,
  { definitions, warnings }: CheckedDefinitions,
  { dryRun, by, reason, expectedRevision, madeFrom }: ChangeRequest,
): Promise<WireApplied> {
  if (dryRun) {
    const preview = await desk.preview(definitions);
    if (!preview.ok) throw refusedByDesk(preview.error);
    const { revision, difference, moves } = preview.value;
    if (expectedRevision !== undefined && expectedRevision !== revision) {
      throw refusedByDesk({ kind: 'conflict', revision });
    }
    return { revision, dryRun, difference: difference.map(wireDifference), moves, warnings };
  }
  const expected = {
    ...(expectedRevision === undefined ? {} : { expectedRevision }),
    ...(madeFrom === undefined ? {} : { madeFrom }),
  };
  const applied = await desk.apply(definitions, { author: by.name, reason, ...expected });
  if (!applied.ok) throw refusedByDesk(applied.error);
  const { revision, difference } = applied.value;
  if (difference.length > 0) {
    const changed = difference.slice(0, auditedNamesMax).map(({ kind, name }) => definitionPath(kind, name));
    const details = { reason, changed, definitions: difference.length };
    await catalog.audit.record(by, 'definitions.applied', `revision:${revision}`, details);
  }
  return { revision, dryRun, difference: difference.map(wireDifference), warnings };
}
