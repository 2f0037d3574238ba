/** What the routes of webhooks take and give. */

import Type from 'typebox';

import { definitionNameCharactersMax } from '@segue/core/base/limits.ts';

import { instantSchema, wireInstant, wireInstantAs } from '../api/schemas.ts';
import { plainText } from '../api/validation.ts';
import type { AttemptRecord, NumberedAttempt } from './delivery-store.ts';
import {
  type ChangeWord,
  changeWords,
  filterNamesMax,
  toWireFilter,
  type WireFilter,
} from './feed-filter.ts';
import {
  type DisabledReason,
  disabledReasons,
  type WebhookEndpoint,
  type WebhookForm,
  webhookForms,
} from './webhook-endpoints.ts';
import type { WebhookStanding } from './webhook-sender.ts';
import { targetCharactersMax } from './webhook-target.ts';

export const descriptionCharactersMax = 500;

const oneOf = <T extends string>(words: readonly T[], description: string): Type.TUnsafe<T> =>
  Type.Unsafe<T>(
    Type.Union(
      words.map((word) => Type.Literal(word)),
      { description },
    ),
  );

const formSchema = oneOf<WebhookForm>(
  webhookForms,
  'cloudevent; or as Segment tells destinations: identify with a trait, or track “Audience Entered” and “Audience Exited”.',
);
const names = (what: string): Type.TOptional<Type.TArray<Type.TString>> =>
  Type.Optional(
    Type.Array(Type.String({ maxLength: definitionNameCharactersMax }), {
      maxItems: filterNamesMax,
      description: what,
    }),
  );

type FilterSchema = Type.TObject<{
  segments: Type.TOptional<Type.TArray<Type.TString>>;
  lifecycles: Type.TOptional<Type.TArray<Type.TString>>;
  changes: Type.TOptional<Type.TArray<Type.TUnsafe<ChangeWord>>>;
}>;
/** What people give of a webhook. */
type Given = {
  url: Type.TString;
  description: Type.TString;
  form: Type.TUnsafe<WebhookForm>;
  filter: FilterSchema;
};
type Optional<T extends Record<string, Type.TSchema>> = { [K in keyof T]: Type.TOptional<T[K]> };

const filterSchema: FilterSchema = Type.Object(
  {
    segments: names('Changes of these segments only.'),
    lifecycles: names('Changes of stage in these lifecycles only.'),
    changes: Type.Optional(
      Type.Array(oneOf<ChangeWord>(changeWords, 'Which way.'), { maxItems: changeWords.length }),
    ),
  },
  { additionalProperties: false, description: 'What is sent; a field left out does not restrict.' },
);

const given: Given = {
  url: Type.String({ maxLength: targetCharactersMax, description: 'https, or http.' }),
  description: Type.String({ maxLength: descriptionCharactersMax, pattern: plainText }),
  form: formSchema,
  filter: filterSchema,
};

export const newWebhookSchema: Type.TObject<Pick<Given, 'url'> & Optional<Omit<Given, 'url'>>> = Type.Object(
  {
    url: given.url,
    description: Type.Optional(given.description),
    form: Type.Optional(given.form),
    filter: Type.Optional(given.filter),
  },
  { additionalProperties: false },
);

export const webhookChangeSchema: Type.TObject<Optional<Given>> = Type.Object(
  {
    url: Type.Optional(given.url),
    description: Type.Optional(given.description),
    form: Type.Optional(given.form),
    filter: Type.Optional(given.filter),
  },
  { additionalProperties: false },
);

export type WireWebhook = {
  id: string;
  url: string;
  description: string;
  form: WebhookForm;
  filter: WireFilter;
  state: 'active' | 'disabled';
  disabledReason?: DisabledReason;
  disabledAt?: string;
  createdAt: string;
  secrets: { validUntil?: string }[];
  deliveries?: {
    position: number;
    behind: number;
    waiting: number;
    pausedUntil?: string;
    deliveredAt?: string;
  };
};

export const webhookSchema: Type.TUnsafe<WireWebhook> = Type.Unsafe<WireWebhook>(
  Type.Object({
    id: Type.String(),
    url: Type.String(),
    description: Type.String(),
    form: formSchema,
    filter: filterSchema,
    state: oneOf(['active', 'disabled'], 'Whether anything is sent.'),
    disabledReason: Type.Optional(
      oneOf(
        disabledReasons,
        'by_hand; gone: the receiver answered 410; failing: nothing got through for a day.',
      ),
    ),
    disabledAt: Type.Optional(instantSchema),
    createdAt: instantSchema,
    secrets: Type.Array(Type.Object({ validUntil: Type.Optional(instantSchema) }), {
      description: 'The secrets that sign, newest first, without themselves.',
    }),
    deliveries: Type.Optional(
      Type.Object({
        position: Type.Integer({ description: 'Number of the next change to be looked at.' }),
        behind: Type.Integer({ description: 'Changes between there and now.' }),
        waiting: Type.Integer({
          description: 'Deliveries that wait for their next attempt, or are under way.',
        }),
        pausedUntil: Type.Optional(instantSchema),
        deliveredAt: Type.Optional(instantSchema),
      }),
    ),
  }),
);

export const attemptSchema: Type.TSchema = Type.Union([
  Type.Object({
    id: Type.Optional(Type.Integer()),
    kind: Type.Literal('attempt'),
    at: instantSchema,
    reason: oneOf(['change', 'replay', 'test'], 'Why it was sent.'),
    webhookId: Type.String({ description: 'The header webhook-id.' }),
    type: Type.String(),
    seq: Type.Optional(Type.Integer({ description: 'Number of the change.' })),
    attempt: Type.Integer({ description: 'From 1.' }),
    outcome: oneOf(['delivered', 'retrying', 'given_up', 'gone'], 'What became of it.'),
    durationMs: Type.Integer(),
    status: Type.Optional(Type.Integer()),
    answer: Type.Optional(Type.String({ description: 'The beginning of the answer.' })),
    failure: Type.Optional(Type.String({ description: 'Why there was no answer.' })),
    message: Type.Optional(Type.String()),
    nextAt: Type.Optional(instantSchema),
  }),
  Type.Object({
    id: Type.Optional(Type.Integer()),
    kind: Type.Literal('missed'),
    at: instantSchema,
    from: Type.Integer(),
    to: Type.Integer({ description: 'Changes with from ≤ number < to were not kept long enough.' }),
  }),
]);

export function wireWebhook(endpoint: WebhookEndpoint, standing: WebhookStanding | undefined): WireWebhook {
  const { id, url, description, form, filter, state, createdAt, secrets } = endpoint;
  return {
    id,
    url,
    description,
    form,
    filter: toWireFilter(filter),
    state: state.kind,
    ...(state.kind === 'active'
      ? {}
      : { disabledReason: state.reason, disabledAt: wireInstant(state.since) }),
    createdAt: wireInstant(createdAt),
    secrets: secrets.map(({ validUntil }) => wireInstantAs('validUntil', validUntil)),
    ...(standing === undefined
      ? {}
      : {
          deliveries: {
            position: standing.position,
            behind: standing.behind,
            waiting: standing.waiting,
            ...wireInstantAs('pausedUntil', standing.pausedUntil),
            ...wireInstantAs('deliveredAt', standing.deliveredAt),
          },
        }),
  };
}

export function wireAttempt(attempt: AttemptRecord | NumberedAttempt): object {
  if (attempt.kind === 'missed') return { ...attempt, at: wireInstant(attempt.at) };
  return { ...attempt, at: wireInstant(attempt.at), ...wireInstantAs('nextAt', attempt.nextAt) };
}
