/** A rule while somebody writes it: how many it holds for, who, which condition keeps how many out. Nothing is kept. */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';

import type { Definitions } from '@segue/core/model/definitions.ts';
import { parseValue } from '@segue/core/rules/parse.ts';
import type { Path } from '@segue/core/rules/tree.ts';

import type { Plugin } from '../http/parts.ts';
import { type PreviewDesk, PreviewRefusal } from '../preview/preview-desk.ts';
import { previewTraitsMax } from '../preview/preview-question.ts';
import { type Preview, type PreviewWay, previewWays } from '../preview/preview-summary.ts';
import { PreviewStopped } from '../preview/turns.ts';
import { principalOf } from './access.ts';
import { readCheckedRule, wireRuleSchema } from './checked-rule.ts';
import { diagnosticSchema } from './definition-wire.ts';
import { ProblemError } from './problem.ts';
import { wireInstant } from './schemas.ts';

export type PreviewRouteOptions = {
  readonly desk: Pick<PreviewDesk, 'preview'>;
  readonly definitions: () => Definitions;
};

const membersMax = 1_000;
const tags = ['preview'];
const countSchema = Type.Integer({ minimum: 0 });

const bodySchema = Type.Object(
  {
    rule: wireRuleSchema,
    name: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 100,
        description:
          'Of this preview: a later one of the same name, by the same key or session, takes its place.',
      }),
    ),
    members: Type.Optional(
      Type.Integer({ minimum: 0, maximum: membersMax, default: 20, description: 'How many to name.' }),
    ),
    traits: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
        maxItems: previewTraitsMax,
        uniqueItems: true,
        description: 'Traits by whose values members are counted, such as city or address.city.',
      }),
    ),
  },
  { additionalProperties: false },
);

const answerSchema = Type.Object({
  size: countSchema,
  everybody: countSchema,
  share: Type.Number({ minimum: 0, maximum: 1 }),
  members: Type.Array(Type.Object({ id: Type.Integer(), displayId: Type.String() })),
  joined: Type.Union([Type.Literal('and'), Type.Literal('or')], {
    description: 'How the parts make the rule: each has to hold, or any.',
  }),
  parts: Type.Array(
    Type.Object({
      rule: Type.String(),
      english: Type.String(),
      size: Type.Integer({ description: 'For how many it holds.' }),
      alone: Type.Integer({
        description: 'and: who fails this one alone; or: who is in by this one alone.',
      }),
    }),
  ),
  stages: Type.Array(
    Type.Object({
      lifecycle: Type.String(),
      stages: Type.Array(Type.Object({ stage: Type.String(), size: countSchema })),
    }),
    { description: 'Members by the stage that they are in now.' },
  ),
  traits: Type.Array(
    Type.Object({
      trait: Type.String(),
      values: Type.Array(
        Type.Object({
          value: Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()], {
            description: 'null: they have none.',
          }),
          size: countSchema,
        }),
      ),
      others: Type.Integer({ description: 'Members with any other value.' }),
    }),
  ),
  answeredBy: Type.Unsafe<PreviewWay>(
    Type.Union(
      previewWays.map((way) => Type.Literal(way)),
      {
        description:
          'sets: who is where now; engine: what is kept of each customer; history: the history store; log: a build from the log.',
      },
    ),
  ),
  measuredAnew: Type.Boolean({
    description:
      'The rule measures against populations (percentiles, RFM), which were taken anew for the answer, as saving it takes them.',
  }),
  at: Type.String({
    format: 'date-time',
    description: 'As of when; earlier than now where the history store lags.',
  }),
  tookMs: Type.Integer(),
  warnings: Type.Array(diagnosticSchema),
});

/** To be mounted with the prefix `/api`. */
export function previewRoutes({ desk, definitions }: PreviewRouteOptions): Plugin {
  return (untyped) => {
    const app = untyped.withTypeProvider<TypeBoxTypeProvider>();
    app.post(
      '/preview',
      {
        config: { access: 'viewer' },
        schema: {
          operationId: 'previewRule',
          tags,
          summary:
            'How many a rule would hold for now, some of them, and what its conditions, stages and traits say.',
          body: bodySchema,
          response: { 200: answerSchema },
        },
      },
      async (request, reply) => {
        const { rule: text, name, members = 20, traits = [] } = request.body;
        const { rule, warnings } = readCheckedRule(text, definitions());
        const paths = traits.map(traitPath);
        const asked = {
          rule,
          traits: paths,
          membersMax: members,
          owner: ownerOf(request),
          signal: goneSignal(reply),
          ...(name === undefined ? {} : { name }),
        };
        const preview = await desk.preview(asked).catch((error: unknown) => {
          throw error instanceof PreviewRefusal ? problemOf(error) : error;
        });
        return { ...wirePreview(preview), warnings: [...warnings] };
      },
    );
  };
}

function wirePreview({ at, members, parts, stages, traits, ...rest }: Preview) {
  return {
    ...rest,
    at: wireInstant(at),
    members: [...members],
    parts: [...parts],
    stages: stages.map(({ lifecycle, stages: all }) => ({ lifecycle, stages: [...all] })),
    traits: traits.map(({ values, ...trait }) => ({ ...trait, values: [...values] })),
  };
}

/** Those who ask with one key or in one session are one. */
export function ownerOf(request: FastifyRequest): string {
  const principal = principalOf(request);
  return principal.kind === 'user' ? `session ${principal.session}` : `${principal.kind} ${principal.id}`;
}

/** Aborted when the connection closes before there is an answer. */
export function goneSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.on('close', () => {
    if (!raw.writableFinished) gone.abort(new PreviewStopped('gone'));
  });
  return gone.signal;
}

/** `city`, `address.city`, or as in a rule: `trait["loyalty tier"]`. */
function traitPath(text: string): Path {
  const { tree } = parseValue(/^trait\b/.test(text) ? text : `trait.${text}`);
  if (tree?.kind === 'trait') return tree.path;
  throw new ProblemError(
    400,
    'preview/trait',
    `“${text}” is no trait; write city, or trait["loyalty tier"].`,
  );
}

function problemOf({ code, message }: PreviewRefusal): ProblemError {
  switch (code) {
    case 'preview/too-many':
      return new ProblemError(429, code, message, { headers: { 'retry-after': '1' } });
    case 'preview/too-slow':
    case 'preview/too-large':
      return new ProblemError(422, code, message);
    case 'preview/replaced':
    case 'preview/gone':
    case 'preview/redefined':
      return new ProblemError(409, code, message);
  }
}
