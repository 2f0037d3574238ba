/** How segments and stages overlap, from the live sets of who is in them: any combination, all pairs, all exclusive parts. */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Type from 'typebox';

import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Instant } from '@segue/core/model/message.ts';
import { didYouMean } from '@segue/core/rules/names.ts';

import type { Plugin } from '../http/parts.ts';
import { spread, type ReadonlyBitmap } from '../sets/bitmaps.ts';
import { comparedSetsMax, countCombinations, exclusiveOf, pairsOf } from '../sets/intersections.ts';
import type { MembershipSets } from '../sets/membership-sets.ts';
import { setOf } from '../sets/set-rule.ts';
import { readCheckedRule, wireRuleSchema } from './checked-rule.ts';
import type { ApiApp } from './parts.ts';
import { notFound, ProblemError, shortened } from './problem.ts';
import { instantSchema, wireInstant } from './schemas.ts';

/** Whose sets are asked, and what they are named by. */
export type OverlapOptions = {
  readonly sets: MembershipSets;
  readonly definitions: () => Definitions;
  readonly displayIdOf: (id: number) => string;
  readonly now: () => Instant;
};

/** Exclusive parts told of at most, the largest first. */
const exclusiveMax = 1_000;
const membersMax = 100;
const tags = ['overlap'];
const nameSchema = Type.String({
  minLength: 1,
  maxLength: 401,
  description: 'A segment (`vip`), or a stage of a lifecycle (`customer.active`).',
});
const countSchema = Type.Integer({ minimum: 0 });
const shareSchema = Type.Number({ minimum: 0, maximum: 1 });

/** To be mounted with the prefix `/api`. */
export function overlapRoutes(options: OverlapOptions): Plugin {
  return (untyped) => {
    const app = untyped.withTypeProvider<TypeBoxTypeProvider>();
    addCombination(app, options);
    addMatrix(app, options);
  };
}

function addCombination(app: ApiApp, { sets, definitions, displayIdOf, now }: OverlapOptions): void {
  app.post(
    '/overlap',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'countOverlap',
        tags,
        summary: 'How many are in a combination of segments and stages now, and some of them.',
        body: Type.Object(
          {
            rule: wireRuleSchema,
            members: Type.Optional(
              Type.Integer({
                minimum: 0,
                maximum: membersMax,
                default: 0,
                description: 'How many to name: evenly spread, the same for the same set.',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            size: countSchema,
            everybody: countSchema,
            share: shareSchema,
            members: Type.Array(Type.Object({ id: Type.Integer(), displayId: Type.String() })),
            at: instantSchema,
          }),
        },
      },
    },
    async ({ body: { rule: text, members = 0 } }) => {
      await sets.ready();
      const { rule } = readCheckedRule(text, definitions());
      const found = setOf(rule, sets);
      if (!found.ok) throw notMadeOfSets(found.error);
      const set = found.value;
      try {
        const [size, everybody] = [set.size, sets.everybody().size];
        const named = spread(set, members).map((id) => ({ id, displayId: displayIdOf(id) }));
        const share = everybody === 0 ? 0 : size / everybody;
        return { size, everybody, share, members: named, at: wireInstant(now()) };
      } finally {
        set.dispose();
      }
    },
  );
}

function notMadeOfSets(part: string): ProblemError {
  return new ProblemError(
    400,
    'overlap/not-a-set',
    `“${shortened(part)}” is neither a segment nor a stage: an overlap is made of in NAME and stage(NAME) = "…" with and, or, not. Ask POST /api/preview for any other rule.`,
  );
}

function addMatrix(app: ApiApp, options: OverlapOptions): void {
  app.post(
    '/overlap/matrix',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'compareSets',
        tags,
        summary: 'How segments and stages lie in one another: every pair, and the exclusive parts.',
        body: Type.Object(
          { sets: Type.Array(nameSchema, { minItems: 1, maxItems: comparedSetsMax, uniqueItems: true }) },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            sets: Type.Array(Type.Object({ name: Type.String(), size: countSchema, share: shareSchema })),
            pairs: Type.Array(
              Type.Object({
                a: Type.String(),
                b: Type.String(),
                both: countSchema,
                either: countSchema,
                jaccard: Type.Number({ description: 'both / either' }),
                shareOfA: Type.Number({ description: 'Of those in a, the part that is in b.' }),
                shareOfB: Type.Number(),
              }),
            ),
            exclusive: Type.Array(
              Type.Object({
                sets: Type.Array(Type.String(), { description: 'In exactly these of the sets asked.' }),
                size: countSchema,
              }),
              { description: `The largest first, ${exclusiveMax} at most.` },
            ),
            exclusiveCount: Type.Integer({ description: 'How many exclusive parts there are.' }),
            inNone: countSchema,
            everybody: countSchema,
            at: instantSchema,
          }),
        },
      },
    },
    ({ body: { sets } }) => compareSets(sets, options),
  );
}

async function compareSets(names: readonly string[], { sets, definitions, now }: OverlapOptions) {
  await sets.ready();
  const defined = definitions();
  const at = wireInstant(now());
  const everybody = sets.everybody().size;
  // Copies, since the counting takes turns with what arrives.
  const copies = names.map((name) => namedSet(name, sets, defined)).map((set) => set.clone());
  try {
    const combinations = await countCombinations(copies, () => new Promise((done) => setImmediate(done)));
    const exclusive = exclusiveOf(combinations);
    const nameAt = (place: number): string => names[place] ?? '';
    const share = (size: number): number => (everybody === 0 ? 0 : size / everybody);
    return {
      sets: copies.map(({ size }, i) => ({ name: nameAt(i), size, share: share(size) })),
      pairs: pairsOf(combinations).map(({ a, b, ...rest }) => ({ a: nameAt(a), b: nameAt(b), ...rest })),
      exclusive: exclusive.slice(0, exclusiveMax).map(({ sets: bits, size }) => ({
        sets: names.filter((_, place) => ((bits >>> place) & 1) === 1),
        size,
      })),
      exclusiveCount: exclusive.length,
      inNone: everybody - exclusive.reduce((sum, { size }) => sum + size, 0),
      everybody,
      at,
    };
  } finally {
    for (const copy of copies) copy.dispose();
  }
}

function namedSet(name: string, sets: MembershipSets, definitions: Definitions): ReadonlyBitmap {
  const [first = '', ...rest] = name.split('.');
  const stage = rest.join('.');
  const set = rest.length === 0 ? sets.segment(first) : sets.stage(first, stage);
  const isDefined =
    rest.length === 0
      ? definitions.segments.has(first)
      : definitions.lifecycles.get(first)?.stages.some((one) => one.name === stage) === true;
  if (set !== undefined && isDefined) return set;
  const stages = [...definitions.lifecycles.values()].flatMap((lifecycle) =>
    lifecycle.stages.map((one) => `${lifecycle.name}.${one.name}`),
  );
  const hint = didYouMean(name, [...definitions.segments.keys(), ...stages]);
  throw notFound('overlap/unknown', `There is no segment or stage “${shortened(name)}”.${hint}`);
}
