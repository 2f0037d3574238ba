/**
 * The JSON form of rules: a schema to publish, and a reader that says what is wrong with a tree from outside.
 *
 * The tree of tree.ts is its own JSON form, so writing is copying. Reading walks value and schema together: every node
 * says by `kind` which shape it has, so an error points at the one thing that is wrong instead of listing all shapes
 * that did not fit, and the copy it makes holds nothing but what the schema names (no prototypes, no getters, no shared
 * nodes). Depth and size are measured before anything recurses. Whatever this reader accepts, the formatter can write
 * and the parser reads back as the same tree.
 */

import { Type, type TObject, type TProperties, type TSchema } from 'typebox';
import {
  calendarUnitsMax,
  definitionNameCharactersMax,
  ruleLiteralsMax,
  ruleStringCharactersMax,
  sequenceStepsMax,
} from '../base/limits.ts';

/** Names in `$defs` of the published schema. */
export type SchemaName =
  | 'Condition'
  | 'Value'
  | 'Literal'
  | 'DateLiteral'
  | 'Duration'
  | 'Date'
  | 'EventPattern'
  | 'EventSource'
  | 'Window'
  | 'SequenceStep'
  | 'Absence'
  | 'Subscription'
  | 'Path'
  | 'Name'
  | 'Comments';

const ref = (name: SchemaName): TSchema => Type.Ref(name);
const optional = (schema: TSchema): TSchema => Type.Optional(schema);
const shape = (properties: TProperties): TObject => Type.Object(properties, { additionalProperties: false });
const node = (kind: string, properties: TProperties = {}): TObject =>
  shape({ kind: Type.Literal(kind), ...properties });
const oneOf = (...values: readonly string[]): TSchema =>
  Type.Union(values.map((value) => Type.Literal(value)));
const text = (): TSchema => Type.String({ maxLength: ruleStringCharactersMax });
const filledText = (): TSchema => Type.String({ minLength: 1, maxLength: ruleStringCharactersMax });
const events = { events: ref('EventPattern') };
const window = { window: optional(ref('Window')) };

const literals = (): TObject[] => [
  node('number', { value: Type.Number() }),
  node('string', { value: text() }),
  node('boolean', { value: Type.Boolean() }),
  node('date', { text: ref('Date') }),
  node('duration', { text: ref('Duration'), negative: optional(Type.Literal(true)) }),
];

const values = (): TObject[] => [
  ...literals(),
  node('trait', { path: ref('Path') }),
  node('property', { path: ref('Path') }),
  node('count', { ...events, ...window }),
  node('aggregate', {
    fn: oneOf('sum', 'avg', 'min', 'max', 'distinct', 'top', 'first', 'last'),
    property: ref('Path'),
    ...events,
    ...window,
  }),
  node('days', { ...events, ...window }),
  node('age_of_event', { which: oneOf('first', 'last'), ...events, ...window }),
  node('age', { of: ref('Value') }),
  node('age_in_segment', { change: oneOf('entered', 'exited'), segment: ref('Name') }),
  node('until', { of: ref('Value') }),
  node('days_until_anniversary', { of: ref('Value') }),
  node('percentile', { of: ref('Value') }),
  node('quintile', { of: ref('Value') }),
  node('rfm', { part: oneOf('recency', 'frequency', 'monetary', 'group'), model: optional(ref('Name')) }),
  node('stage', { lifecycle: ref('Name') }),
  node('score', { name: ref('Name') }),
  node('coalesce', { values: Type.Array(ref('Value'), { minItems: 1, maxItems: ruleLiteralsMax }) }),
  node('arithmetic', { op: oneOf('+', '-', '*', '/'), left: ref('Value'), right: ref('Value') }),
];

const conditions = (): TObject[] =>
  [
    node('literal', { value: Type.Boolean() }),
    node('and', { items: Type.Array(ref('Condition'), { minItems: 2 }) }),
    node('or', { items: Type.Array(ref('Condition'), { minItems: 2 }) }),
    node('not', { item: ref('Condition') }),
    node('for', { item: ref('Condition'), duration: ref('Duration') }),
    node('compare', { op: oneOf('=', '!=', '<', '<=', '>', '>='), left: ref('Value'), right: ref('Value') }),
    node('one_of', {
      negated: Type.Boolean(),
      value: ref('Value'),
      values: Type.Array(ref('Literal'), { minItems: 1, maxItems: ruleLiteralsMax }),
    }),
    node('text', {
      op: oneOf('contains', 'starts_with', 'ends_with', 'matches'),
      value: ref('Value'),
      text: text(),
    }),
    node('presence', { value: ref('Value'), present: Type.Boolean() }),
    node('did', { negated: Type.Boolean(), ...events, ...window }),
    node('sequence', {
      steps: Type.Array(ref('SequenceStep'), { minItems: 1, maxItems: sequenceStepsMax }),
      absent: optional(ref('Absence')),
      on: optional(ref('Path')),
      ...window,
    }),
    node('in_segment', { segment: ref('Name') }),
    node('in_list', { list: ref('Name') }),
    node('subscribed', { to: ref('Subscription') }),
    node('sample', { percent: Type.Number({ minimum: 0, maximum: 100 }), seed: text() }),
  ].map((schema) => shape({ ...schema.properties, comments: optional(ref('Comments')) }));

const windows = (): TObject[] => [
  node('last', { duration: ref('Duration') }),
  node('ago', { from: ref('Duration'), to: ref('Duration') }),
  node('calendar', {
    n: Type.Integer({ minimum: 1, maximum: calendarUnitsMax }),
    unit: oneOf('day', 'week', 'month', 'quarter', 'year'),
  }),
  node('since', { from: ref('DateLiteral') }),
  node('before', { to: ref('DateLiteral') }),
  node('between', { from: ref('DateLiteral'), to: ref('DateLiteral') }),
  node('after_last', events),
];

const sources = (): TObject[] => [
  node('track', { name: filledText() }),
  node('page', { name: filledText() }),
  node('screen', { name: filledText() }),
  node('prefix', { prefix: filledText() }),
  node('any'),
];

/** Shapes told apart by `kind`; one shape needs no `kind`. */
export const shapes: ReadonlyMap<SchemaName, readonly TObject[]> = new Map<SchemaName, readonly TObject[]>([
  ['Condition', conditions()],
  ['Value', values()],
  ['Literal', literals()],
  ['DateLiteral', [node('date', { text: ref('Date') })]],
  ['EventPattern', [shape({ source: ref('EventSource'), where: optional(ref('Condition')) })]],
  ['EventSource', sources()],
  ['Window', windows()],
  ['SequenceStep', [shape({ ...events, within: optional(ref('Duration')) })]],
  ['Absence', [shape({ ...events, within: ref('Duration') })]],
  ['Subscription', [node('channel', { channel: ref('Name') }), node('topic', { topic: text() })]],
]);

/** Texts and lists with a name of their own, since they carry rules that a pattern alone cannot say. */
export const leaves: ReadonlyMap<SchemaName, TSchema> = new Map<SchemaName, TSchema>([
  [
    'Duration',
    Type.String({
      pattern: '^(?:[0-9]+(?:\\.[0-9]+)?(?:ms|[smhdw]))+$',
      maxLength: 60,
      description:
        'A duration such as 30d or 1h30m, from long units to short ones; a whole number of milliseconds.',
    }),
  ],
  [
    'Date',
    Type.String({
      pattern:
        '^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?$',
      description:
        'A valid date such as 2026-11-01 or 2026-11-01T10:00:00Z; without an offset in the time zone of the workspace.',
    }),
  ],
  [
    'Path',
    Type.Array(filledText(), {
      minItems: 1,
      maxItems: 32,
      description: 'Names from the outside in; products.category is ["products", "category"].',
    }),
  ],
  [
    'Name',
    Type.String({
      pattern: '^(?!(?:and|or|list)$)[A-Za-z_][A-Za-z0-9_]*$',
      maxLength: definitionNameCharactersMax,
      description: 'The name of a segment, list, lifecycle, RFM model, score or channel.',
    }),
  ],
  [
    'Comments',
    Type.Array(Type.String({ pattern: '^(?:[^\\r\\n]*\\S)?$', maxLength: ruleStringCharactersMax }), {
      minItems: 1,
      maxItems: 1000,
      description: 'Lines of comment that stand before the condition.',
    }),
  ],
]);

/** For TypeBox's own checker: the whole schema with `Condition` as its root. */
export const ruleSchema: TSchema = Type.Cyclic(
  Object.fromEntries<TSchema>([
    ...[...shapes].map(([name, list]): [string, TSchema] => [name, Type.Union([...list])]),
    ...leaves,
  ]),
  'Condition',
);

/** JSON Schema 2020-12 of the tree, as published in docs/reference/rule.schema.json. */
export function publishedRuleSchema(): Readonly<Record<string, unknown>> {
  const definitions = [
    ...[...shapes].map(([name, list]): [string, unknown] => [
      name,
      list.length === 1 ? list[0] : { oneOf: list },
    ]),
    ...leaves,
  ];
  const plain: unknown = JSON.parse(JSON.stringify(Object.fromEntries(definitions)), (key, value: unknown) =>
    key === '$ref' ? `#/$defs/${String(value)}` : value,
  );
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Segue rule',
    description: 'The tree of a rule: what its text means, as plain data. See rule-language.md.',
    $ref: '#/$defs/Condition',
    $defs: plain,
  };
}
