/**
 * A scenario, read and placed: what happens on the virtual clock and what must be true after each step.
 * Every instant is settled when the file is read, because steps only say how much later they are.
 */

import type { Zone } from '@segue/core/base/zone.ts';
import type { Cause } from '@segue/core/model/change.ts';
import type { DefinitionNames } from '@segue/core/model/definition-changes.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Identifier, Instant, MessageKind } from '@segue/core/model/message.ts';
import type { Value } from '@segue/core/rules/tree.ts';

import type { Place } from '../definitions-files/place.ts';
import type { YamlNode } from '../definitions-files/yaml-source.ts';

export type Scenario = {
  readonly file: string;
  readonly name: string;
  readonly place: Place;
  readonly zone: Zone;
  readonly timeZone: string;
  readonly start: Instant;
  readonly definitions: Definitions;
  readonly steps: readonly Step[];
};

export type Step = {
  /** From 1. */
  readonly number: number;
  readonly place: Place;
  /** Where the clock stands when the step acts. */
  readonly at: Instant;
  readonly action: Action | undefined;
  readonly checks: readonly Check[];
};

/** One call as a sender would write it; relative times are settled already. */
export type ScenarioMessage = {
  readonly kind: MessageKind;
  readonly raw: Readonly<Record<string, unknown>>;
  readonly place: Place;
};

/** A mapping in a file, relative to the scenario's folder, or one written out in the scenario. */
export type ImportMapping =
  { readonly kind: 'path'; readonly path: string } | { readonly kind: 'inline'; readonly json: string };

export type Action =
  | { readonly kind: 'messages'; readonly messages: readonly ScenarioMessage[] }
  /** `file` is relative to the scenario's folder. */
  | { readonly kind: 'import'; readonly file: string; readonly mapping: ImportMapping | undefined }
  | { readonly kind: 'define'; readonly definitions: YamlNode; readonly rejected: string | undefined }
  | { readonly kind: 'remove'; readonly names: DefinitionNames; readonly rejected: string | undefined }
  | {
      readonly kind: 'list';
      readonly lists: readonly { readonly name: string; readonly members: readonly string[] }[];
    }
  | { readonly kind: 'erase'; readonly customer: Identifier }
  | { readonly kind: 'refresh' }
  | { readonly kind: 'restart' };

/** What a `value` check expects: missing, or a scalar, or a list of them. */
export type ExpectedValue = null | string | number | boolean | readonly ExpectedValue[];

export type ExpectedChange = {
  readonly customer: string;
  readonly segment: string;
  readonly change: 'entered' | 'exited';
  readonly at?: Instant;
  readonly version?: number;
  readonly messageId?: string;
  readonly cause?: Cause;
};

export type Check = { readonly place: Place } & (
  | { readonly kind: 'members'; readonly segment: string; readonly expected: readonly string[] }
  | {
      readonly kind: 'stage';
      readonly lifecycle: string;
      readonly stage: string;
      readonly expected: readonly string[];
    }
  | {
      readonly kind: 'value';
      readonly customer: string;
      readonly text: string;
      readonly of: Value;
      readonly is: ExpectedValue;
    }
  | { readonly kind: 'size'; readonly segment: string; readonly min: number; readonly max: number }
  | { readonly kind: 'changes'; readonly expected: readonly ExpectedChange[] }
  | { readonly kind: 'actions'; readonly expectedCount: number }
);
