/** What was seen of a customer as a scenario file: a change that was told, or how they are now. */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Type from 'typebox';

import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Instant } from '@segue/core/model/message.ts';

import type { DefinitionHistory } from '../catalog/definition-history.ts';
import { fromPlain } from '../catalog/plain-definitions.ts';
import type { Feed, FeedEvent } from '../feeds/feed.ts';
import type { Plugin } from '../http/parts.ts';
import type { Log } from '../log/log.ts';
import { customerJson, type Directory, findCustomer, type Found } from '../reading/customer-reader.ts';
import { caseOfChange, caseOfNow, scenarioMessagesMax } from '../scenario/seen-case.ts';
import { type Arrival, type SeenCase, writeScenario } from '../scenario/write-scenario.ts';
import { notFound, ProblemError, unknownCustomer } from './problem.ts';

export type ScenarioRouteOptions = {
  readonly directory: Directory;
  readonly log: Pick<Log, 'recordAt'>;
  readonly feed: Pick<Feed, 'read' | 'first' | 'next'>;
  readonly history: Pick<DefinitionHistory, 'get' | 'list'>;
  readonly timeZone: string;
};

const sliceMs = 5;
const revisionsPerPage = 100;

const querySchema = Type.Object(
  {
    change: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        description: 'Number of a change of this customer; left out: how they are now.',
      }),
    ),
  },
  { additionalProperties: false },
);

/** To be mounted without a prefix. */
export function scenarioRoutes(options: ScenarioRouteOptions): Plugin {
  return (untyped) => {
    const app = untyped.withTypeProvider<TypeBoxTypeProvider>();
    app.get(
      '/v1/profiles/:identifier/scenario',
      {
        config: { access: 'viewer' },
        schema: {
          operationId: 'writeScenario',
          tags: ['profiles'],
          summary:
            'What was seen of a customer as a scenario file, with the definitions that were in force: `segue test` runs it.',
          params: Type.Object({ identifier: Type.String({ minLength: 1, maxLength: 1_000 }) }),
          querystring: querySchema,
          response: {
            200: Type.Object({
              file: Type.String({ description: 'A name for it.' }),
              yaml: Type.String(),
              messages: Type.Integer(),
              reproduces: Type.Boolean({
                description: 'Whether the engine, living through it, finds what was seen.',
              }),
            }),
          },
        },
      },
      async ({ params: { identifier }, query: { change } }) => {
        const found = findCustomer(options.directory, identifier);
        if (found === undefined) throw unknownCustomer(identifier);
        const seen =
          change === undefined ? await nowOf(found, options) : await changeOf(found, change, options);
        const written = await writeScenario(seen, inSlices());
        return { file: fileNameOf(seen), ...written };
      },
    );
  };
}

async function nowOf(found: Found, options: ScenarioRouteOptions): Promise<SeenCase> {
  const { definitions } = found.engine;
  const customer = customerJson(found, { until: false });
  if (customer === undefined) throw unknownCustomer(String(found.id));
  // Which messages there are is settled at once, as of the same instant.
  const arrivals = await arrivalsOf(found, options);
  return caseOfNow(customer, definitions, options.timeZone, arrivals, found.now);
}

async function changeOf(found: Found, seq: number, options: ScenarioRouteOptions): Promise<SeenCase> {
  const event = eventOf(options.feed, seq);
  if (event === undefined) {
    throw notFound('scenarios/unknown-change', `There is no change ${seq}, or it is not kept any more.`);
  }
  const isTheirs =
    event.customer.profile === found.id ||
    event.customer.identifiers.some((one) => options.directory.find(one)?.id === found.id);
  if (!isTheirs) {
    throw notFound('scenarios/unknown-change', `The change ${seq} is of somebody else.`);
  }
  const definitions = (await definitionsAt(options.history, event.at)) ?? found.engine.definitions;
  const arrivals = await arrivalsOf(found, options);
  const seen = caseOfChange(event, definitions, options.timeZone, arrivals);
  if (!seen.ok) throw new ProblemError(409, seen.error.code, seen.error.message);
  return seen.value;
}

function eventOf(feed: ScenarioRouteOptions['feed'], seq: number): FeedEvent | undefined {
  if (seq < feed.first || seq >= feed.next) return undefined;
  const [event] = feed.read(seq);
  return event?.seq === seq ? event : undefined;
}

/** Lists have their members of now. */
async function definitionsAt(
  history: ScenarioRouteOptions['history'],
  at: Instant,
): Promise<Definitions | undefined> {
  for (let after: number | undefined; ;) {
    const page = await history.list({ limit: revisionsPerPage, ...(after === undefined ? {} : { after }) });
    const then = page.items.find((revision) => revision.at <= at);
    if (then !== undefined) {
      const set = await history.get(then.revision);
      const read = set === undefined ? undefined : fromPlain(set.definitions);
      return read?.ok === true ? read.value.definitions : undefined;
    }
    if (page.next === undefined) return undefined;
    after = page.next;
  }
}

async function arrivalsOf(
  found: Found,
  { directory, log }: ScenarioRouteOptions,
): Promise<readonly Arrival[]> {
  const positions = directory.positions(found);
  if (positions.length > scenarioMessagesMax) {
    throw new ProblemError(
      409,
      'scenarios/too-long',
      `The customer has ${positions.length} messages; a scenario holds at most ${scenarioMessagesMax}.`,
    );
  }
  const pause = inSlices();
  const arrivals: Arrival[] = [];
  let record = undefined as ReturnType<Log['recordAt']>;
  for (const position of positions) {
    if (record === undefined || position >= record.position + record.entries.length) {
      record = log.recordAt(position);
    }
    const entry = record?.entries[position - record.position];
    // Let go, or taken out with somebody who was erased.
    if (record === undefined || entry?.kind !== 'message') continue;
    arrivals.push({ at: record.at, message: entry.message });
    await pause();
  }
  return arrivals;
}

/** Lets others have their turn every few milliseconds. */
function inSlices(): () => Promise<void> {
  let until = performance.now() + sliceMs;
  return async () => {
    if (performance.now() < until) return;
    await new Promise((resolve) => setImmediate(resolve));
    until = performance.now() + sliceMs;
  };
}

/** `asha-enters-vip.yaml`: what a file system takes anywhere. */
function fileNameOf({ name }: SeenCase): string {
  const [words = ''] = name.split(/ (?:at|as of) /u);
  const plain = words
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/gu, '-')
    .replaceAll(/^-|-$/gu, '')
    .slice(0, 80);
  return `${plain === '' ? 'scenario' : plain}.yaml`;
}
