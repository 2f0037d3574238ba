/** A change of definitions, of one or of all: what it takes, and what it answers. */

import Type from 'typebox';

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';

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
import type { DefinitionsDesk, Moves } from './definitions-port.ts';

/** Bytes of a whole set: lists may be long. */
export const definitionsBytesMax: number = 64 * 1_048_576;

export const reasonSchema: Type.TOptional<Type.TString> = Type.Optional(
  Type.String({ maxLength: reasonCharactersMax, description: 'Why; kept with the version.' }),
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
  readonly author: string;
  readonly reason: string;
  readonly expectedRevision?: number;
};

/** Puts definitions into force, or says what would become of it. */
export async function changeDefinitions(
  desk: DefinitionsDesk,
  { definitions, warnings }: CheckedDefinitions,
  { dryRun, author, reason, expectedRevision }: ChangeRequest,
): Promise<WireApplied> {
  if (dryRun) {
    const preview = await desk.preview(definitions);
    if (!preview.ok) throw refusedByDesk(preview.error);
    const { revision, difference, moves } = preview.value;
    return { revision, dryRun, difference: difference.map(wireDifference), moves, warnings };
  }
  const expected = expectedRevision === undefined ? {} : { expectedRevision };
  const applied = await desk.apply(definitions, { author, reason, ...expected });
  if (!applied.ok) throw refusedByDesk(applied.error);
  const { revision, difference } = applied.value;
  return { revision, dryRun, difference: difference.map(wireDifference), warnings };
}
