/**
 * What the management API asks of the running engine about definitions. Whoever asks has read and checked them already
 * (catalog/plain-definitions.ts); what was in force before is in `Catalog.definitions`.
 */

import type { Result } from '@segue/core/base/result.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';

import type { DefinitionDifference } from '../catalog/definition-history.ts';
import type { IntakeClosed } from '../runtime/intake.ts';

/** Who would enter and leave a segment, or come into a stage, if the definitions were in force now. */
export type Moves = {
  readonly kind: 'segments' | 'lifecycles';
  readonly name: string;
  readonly entering: number;
  readonly leaving: number;
  /** Display ids of some of them, at most `moveExamplesMax` each. For a lifecycle, `entering` are those whose stage changes. */
  readonly enteringExamples: readonly string[];
  readonly leavingExamples: readonly string[];
};

export const moveExamplesMax: number = 20;

export type DefinitionsPreview = {
  /** The revision in force that it was compared with; 0 before the first. */
  readonly revision: number;
  readonly difference: readonly DefinitionDifference[];
  /** Of segments and lifecycles where somebody would move. */
  readonly moves: readonly Moves[];
};

export type DefinitionsApplied = {
  /** The revision now in force; that of before where nothing differs. */
  readonly revision: number;
  readonly difference: readonly DefinitionDifference[];
};

/** How far the building of new definitions has come. */
export type DefinitionsProgress = {
  /** The revision that is being built. */
  readonly revision: number;
  readonly author: string;
  readonly startedAt: number;
  /** Where the past that they need comes from: it is kept already, from the history store, or read from the log. */
  readonly from: 'kept' | 'history' | 'log';
  /** Entries of the log that the new definitions have seen, of how many. */
  readonly done: number;
  readonly total: number;
};

export type DefinitionsRefusal =
  /** Others came into force in between: `revision` is in force. */
  | { readonly kind: 'conflict'; readonly revision: number }
  /** Others are being built. */
  | { readonly kind: 'busy'; readonly progress: DefinitionsProgress }
  | { readonly kind: 'closed'; readonly closed: IntakeClosed }
  /** They reach further back than messages are kept; `since`: those before may be gone. */
  | { readonly kind: 'trimmed'; readonly since: number };

export type ApplyOptions = {
  /** Names, for people: in the log and the history. */
  readonly author: string;
  readonly reason: string;
  /** Refused (`conflict`) where another revision is in force when they would come into force. */
  readonly expectedRevision?: number;
  /** What they were made from. Refused (`conflict`) where something else, such as other members of a list, is in force. */
  readonly madeFrom?: Definitions;
};

/** Who comes onto a list, or goes from it: identifiers as people write them. */
export type ListChange = {
  readonly kind: 'replace' | 'add' | 'remove';
  readonly members: readonly string[];
};

export type ListChanged = {
  readonly added: number;
  readonly removed: number;
  /** Members now. */
  readonly size: number;
};

export interface DefinitionsDesk {
  /** What answers rest on now. The object is the same as long as the revision and the members of lists are. */
  current(): { readonly revision: number; readonly definitions: Definitions };
  /** What would differ; changes nothing. */
  preview(definitions: Definitions): Promise<Result<DefinitionsPreview, DefinitionsRefusal>>;
  /**
   * Puts the complete set into force: built beside the running ones, swapped at one instant, in the log, in the catalog's history.
   * When it resolves, every answer rests on them. Sets that do not differ make no revision.
   */
  apply(
    definitions: Definitions,
    options: ApplyOptions,
  ): Promise<Result<DefinitionsApplied, DefinitionsRefusal>>;
  /**
   * Changes who is on a list that is defined, without a revision: when it resolves, every answer rests on it. Where nobody comes
   * or goes nothing is done. A list that is gone by then is a conflict.
   */
  changeList(name: string, change: ListChange): Promise<Result<ListChanged, DefinitionsRefusal>>;
  /** Undefined when nothing is being built. */
  progress(): DefinitionsProgress | undefined;
  /** Number of members by name of the segment. Cheap but for the first time, which looks at everybody. */
  sizes(): Promise<ReadonlyMap<string, number>>;
}
